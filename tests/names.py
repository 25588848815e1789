#!/usr/bin/env python3
"""names.py FOLDER...: one name, one thing: no two structs, unions or enums of the program are called the same.

Names with lrp_ are seen by every file that includes their header and by a debugger everywhere, so that two of them cannot be told
apart; a name without it belongs to one file and may come again in another."""
import collections
import pathlib
import re
import sys

DEFINED = re.compile(r"^(?:static |const )*(?:struct|union|enum) (lrp_\w+) \{", re.MULTILINE)


def definitions(folders):
    found = collections.defaultdict(list)
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.[ch]")):
            for match in DEFINED.finditer(path.read_text(encoding="utf-8")):
                found[match.group(1)].append(str(path))
    return found


def main(folders):
    found = definitions(folders)
    twice = {name: paths for name, paths in found.items() if len(paths) > 1}
    for name, paths in sorted(twice.items()):
        print(f"{name} is defined {len(paths)} times: {', '.join(paths)} (give each thing its own name)")
    if len(found) < 100:
        print(f"only {len(found)} definitions found in {folders}: is this the source?")
        return 1
    return 1 if twice else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

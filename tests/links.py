#!/usr/bin/env python3
"""links.py SOURCE INCLUDE TESTS BUILD [rows]: what the files of the program want of each other, read from the objects of a build.

Four rules, each broken by name in what is printed:
- No circles: if the functions of a.c call those of b.c, nothing that b.c calls leads back to a.c. A table that holds the address of a
  function calls nobody, and who reads a table calls nobody either: rows may use what stands beside their table. Not asked of
  ONE_THING.
- What only its own file uses is static. (All that "rows" asks: a row at the end of its file, which no list names, is not there for
  anybody.)
- What only tests use is dead, unless the comment above it in its header says "for tests".
- One name, one thing: no two files call a function or struct of their own by the same single word ("run", "job"): debuggers see
  them all. Two words say which.
"""
import collections
import pathlib
import re
import subprocess
import sys

# What is one thing in several files, and calls itself:
# - Carrying out an effect may have others carried out: what it changed is looked at, which tells the state, which asks for more.
# - A body holds nodes on which graphs hang, whose nodes have bodies.
# - A job may have another text run in a session of its own, for a target that is a likeness to it.
# - A span of a graph that is not kept, and the body of a loop, run their nodes by an engine, and hand relevance back by a pass, of
#   their own.
# - A doubt about a job's results asks for the row of the ledger that explains it, which the job makes.
# - Passes side by side are passes, whose engines are let go with them.
ONE_THING = (
    ("tui/run/*",),
    ("graph/expand.c", "graph/expand_body.c"),
    ("graph/engine.c", "graph/execute.c", "graph/span.c", "graph/span_graph.c", "graph/turns.c"),
    ("lrp/propagate.c", "lrp/propagate_bodies.c", "lrp/propagate_span.c", "lrp/propagate_visit.c"),
    tuple(f"session/{name}.c" for name in ("channel_maps", "doubts", "job", "job_ledger", "lens_job", "method_run", "plan", "results", "sequence", "session", "similar",
                                             "snapshot", "worker")),
    ("lrp/methods/passes.c", "lrp/methods/series.c"),
)
OBJECT = re.compile(r"\.dir/(.*\.c)\.o(bj)?$")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def file_of(path, source):
    inside = OBJECT.search(path)
    inside = inside and pathlib.PurePosixPath(inside.group(1))
    return inside and source.parent / inside


def symbols(paths):
    """By object: the names it defines for others, and those it takes from them; and which of all are rows, or other data."""
    defined, used, data = collections.defaultdict(set), collections.defaultdict(set), set()
    for line in output("nm", "-A", "-P", *paths).splitlines():
        path, rest = line.split(": ", 1)
        name, kind = rest.split()[:2]
        if kind == "U":
            used[path].add(name)
        elif kind in "TDBRCVW":
            defined[path].add(name)
            if kind in "DBR":
                data.add(name)
    return defined, used, data


def references(paths):
    """By object: the names it refers to at all, and those its code refers to: what its tables point at is left out of these."""
    named, called, path, code = collections.defaultdict(set), collections.defaultdict(set), paths[0], False
    for line in output("readelf", "-rW", *paths).splitlines():
        if line.startswith("File: "):
            path = line[len("File: ") :]
        elif line.startswith("Relocation section"):
            code = "'.rela.text" in line or "'.rel.text" in line
        fields = line.split()
        if len(fields) >= 5 and re.fullmatch(r"[0-9a-f]+", fields[0]):
            named[path].add(fields[4])
            if code:
                called[path].add(fields[4])
    return named, called


def circles(edges):
    """The sets of files that lead back to themselves (Tarjan's strongly connected components, without recursion's limits)."""
    sys.setrecursionlimit(10000)
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges[node]):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(set(stack[at:]))
            del stack[at:]

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def shared_words(source):
    """What several files call something of their own, if it is a single word: by name, the files."""
    found = collections.defaultdict(set)
    for path in sorted(source.rglob("*.c")):
        text = path.read_text(encoding="utf-8")
        for function in re.findall(r"^static [\w *]*?\b([a-z0-9]+)\(", text, re.MULTILINE):
            found[function + "()"].add(path)
        for struct in re.findall(r"^struct ([a-z0-9]+) \{", text, re.MULTILINE):
            found["struct " + struct].add(path)
    return {name: files for name, files in found.items() if len(files) > 1}


def words(folders):
    text = "\n".join(path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.rglob("*.[ch]")))
    return set(re.findall(r"\w+", text))


def is_for_tests(name, source):
    """Whether the comment above a function's declaration says so."""
    for path in source.rglob("*.h"):
        text = path.read_text(encoding="utf-8")
        found = re.search(r"/\*((?:(?!\*/).)*)\*/\n[^\n;]*\b" + name + r"\(", text, re.DOTALL)
        if found:
            return "for tests" in " ".join(found.group(1).split())
    return False


def main(arguments):
    source, include, tests = (pathlib.Path(argument).resolve() for argument in arguments[:3])
    objects = pathlib.Path(arguments[3], "CMakeFiles").glob("lrp_*.dir/src/**/*.c.o*")
    paths = {str(path): file_of(str(path), source) for path in objects}
    paths = {path: file for path, file in paths.items() if file and file.exists()}
    if len(paths) < 100:
        print(f"only {len(paths)} objects of {source}: is this the build?")
        return 1
    defined, used, data = symbols(list(paths))
    rows = arguments[4:] == ["rows"]
    named, calling = references(list(paths))
    home = {name: file for path, file in paths.items() for name in defined[path]}
    referred = {file: named[path] for path, file in paths.items()}
    called = {file: calling[path] for path, file in paths.items()}
    edges = {file: {home[n] for n in names if n in home and n not in data and home[n] != file} for file, names in called.items()}
    bad = 0
    for circle in [] if rows else circles(edges):
        if any(all(any(file.relative_to(source).match(p) for p in thing) for file in circle) for thing in ONE_THING):
            continue
        bad += 1
        print("these files call each other in a circle:")
        for file in sorted(circle):
            for other in sorted(edges[file] & circle):
                names = sorted(n for n in called[file] if home.get(n) == other)
                print(f"  {file.relative_to(source)} -> {other.relative_to(source)}: {', '.join(names)}")
    for name, files in [] if rows else sorted(shared_words(source).items()):
        bad += 1
        print(f"{name} is another thing in each of {', '.join(str(file.relative_to(source)) for file in sorted(files))}")
    elsewhere = set().union(*used.values())
    public, tested = words([include]), words([tests])
    for name, file in sorted(home.items()):
        if name in elsewhere or name in public or name == "main" or "." in name:  # a dot: made by the compiler
            continue
        if rows and name not in data:
            continue
        own = len(re.findall(r"\b" + name + r"\b", file.read_text(encoding="utf-8")))
        if own == 1 and name in referred[file]:
            continue  # a list's macro puts its name together; all of a list are declared alike
        if name not in tested:
            bad += 1
            print(f"{file.relative_to(source)}: {name} is used in no other file: put it on its list, make it static, or drop it")
        elif own == 1 and not is_for_tests(name, source):
            bad += 1
            print(f"{file.relative_to(source)}: {name} is called by tests alone: drop it, or say in its header what it is for tests")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

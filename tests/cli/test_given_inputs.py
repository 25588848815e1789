#!/usr/bin/env python3
"""test_given_inputs.py BINARY: lrpscope MODEL FOLDER: the inputs as a list with targets, scores, sums and, where their folders are classes,
which are right; < and > step through them in its order, Enter opens one. y = 2 x, so that the larger number is the target, its
score twice it, and all of the start, 1, arrives at it."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, npy, put, tensor
from program import fail, finish, run

GIVEN = {"in/cat/a.npy": (1, 3), "in/cat/b.npy": (5, 2), "in/dog/c.npy": (4, 1), "in/dog/d.npy": (1, 7)}
SCRIPT = """:wait-idle
9
:wait-idle
:dump list
:sort score
:dump sorted
:filter class:dog
:dump dogs
:filter npy
:sort #
gg
j
j
<Enter>
:wait-idle
:dump third
>
:wait-idle
:dump fourth
<
<
:wait-idle
:dump second
"""


def rows(name):
    """By the input's name: what stands behind it."""
    with open(name, encoding="utf-8") as file:
        lines = [line.replace(">", " ").replace("*", " ").split() for line in file]
    found = [line[next(i for i, word in enumerate(line) if word.startswith("in/")):] for line in lines if any(word.startswith("in/") and word[-1] != ":" for word in line)]
    return {line[0]: line[1:] for line in found if len(line) > 1}


def header(name):
    with open(name, encoding="utf-8") as file:
        return file.readline().split()


def equal(what, got, wanted):
    if got != wanted:
        fail(what, got, wanted)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    os.environ.update(HOME=folder, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder, LC_ALL="C.UTF-8")
    put("m.onnx", model([node("Gemm", "x w", "y", name="fc")], {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 2])}, {"w": tensor([2, 0, 0, 2], [2, 2])}))
    put("labels.txt", "cat\ndog\n")
    put("script", SCRIPT)
    for path, values in GIVEN.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        put(path, npy(values, [1, 2]))
    put("in/dog/e.npy", "no array")
    options = ["--labels", "labels.txt", "--composite", "zero"]
    run("m.onnx", "in", *options, "--script", "script", code=0)
    wanted = {path: [path.split("/")[1], ("cat", "dog")[y > x], "right" if path.split("/")[1] == ("cat", "dog")[y > x] else "wrong", str(2 * max(x, y)), "1"]
              for path, (x, y) in GIVEN.items()}
    wanted["in/dog/e.npy"] = ["dog", "failed"]
    got = rows("list")
    equal("the list", {path: row[:len(wanted.get(path, []))] for path, row in got.items()}, wanted)
    equal("in the order of their names", list(got), sorted(wanted))
    with open("list", encoding="utf-8") as file:
        equal("the first is open again", "a.npy" in file.readline(), True)
    order = sorted(GIVEN, key=lambda path: 2 * max(GIVEN[path]))
    equal("sorted by score, what has none last", list(rows("sorted")), [*order, "in/dog/e.npy"])
    equal("filtered", sorted(rows("dogs")), [path for path in sorted(wanted) if "/dog/" in path])
    for name, file in (("third", "c.npy"), ("fourth", "d.npy"), ("second", "b.npy")):
        equal(f"{name}: what is open", file in header(name), True)
    run("m.onnx", *GIVEN, *options, "--script", "script", code=0)
    equal("files by name", sorted(rows("list")), sorted(GIVEN))
    put("sheet", ":resize 80x60\n:wait-idle\n8\n:wait-idle\n:dump sheet.txt\nj<Enter>\n:wait-idle\n:dump opened\nq\n:dump back\n"
        "9\n:method gradient\n:wait-idle\n:dump other\n")
    run("m.onnx", *GIVEN, *options, "--script", "sheet", code=0)
    with open("sheet.txt", encoding="utf-8") as file:
        words = [line.split() for line in file]
    for what in ("target", "right", "score"):
        equal(f"the sheet's {what}s, in the order of the list", [line[-1] for line in words if what in line and len(line) > 1],
              [wanted[path][("target", "right", "score").index(what) + 1] for path in sorted(GIVEN)])
    equal("Enter opens an input", "b.npy" in header("opened"), True)
    with open("back", encoding="utf-8") as file:
        equal("q leads back to the sheet", "inputs 1-4 of 4" in file.read(), True)
    equal("other settings, other sums: the list is made anew", [row[4] for row in rows("other").values()], ["2"] * 4)
    table = run("m.onnx", *GIVEN, *options, code=0).stdout.splitlines()
    equal("without a terminal: the table of the first", table[1].split()[-1], "1")
    os.chdir("/")
finish("10 dumps")

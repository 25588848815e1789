#!/usr/bin/env python3
"""test_graph.py BINARY: the inspector's :export-graph. Every layer is a node with what is known of it, every edge of the file is drawn
from the layer it leaves to the one that reads it, in both forms; in SVG no edge runs through another layer; names cannot break out."""
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, tensor

BINARY = os.path.abspath(sys.argv[1])
SVG = "{http://www.w3.org/2000/svg}"
WICKED = 'a"b<c>&\\d'
failures = []


def expect(what, good):
    if not good:
        failures.append(what)


def network():
    """Two joins, one of them over a long way, and a value that three layers read."""
    conv = tensor([0.5, -1.0, 1.0, 0.25], (2, 2, 1, 1))
    nodes = [node("Conv", "x k", "a", name="stem"), node("Relu", "a", "b", name="stem_relu"), node("Conv", "b k", "c", name=WICKED), node("Conv", "c k", "d", name="third"),
             node("Add", "b d", "e", name="join"), node("Relu", "e", "f", name="after"), node("Concat", "f b", "g", name="both", axis=1), node("Flatten", "g", "h", name="flatten"),
             node("Gemm", "h w", "y", name="head")]
    return model(nodes, {"x": (FLOAT, [1, 2, 3, 3])}, {"y": (FLOAT, [1, 2])}, {"k": conv, "w": tensor([0.1 * i for i in range(72)], (36, 2))})


EDGES = {("x", "stem"), ("stem", WICKED), (WICKED, "third"), ("third", "join"), ("stem", "join"), ("join", "after"), ("after", "both"), ("stem", "both"), ("both", "flatten"), ("flatten", "head")}


def play(*lines, code=0):
    with open("script", "w") as file:
        file.write("\n".join(lines) + "\n")
    done = subprocess.run([BINARY, "net.onnx", "in.npy", "--script", "script"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    expect(f"exit {done.returncode}: {done.stderr}", done.returncode == code)


def check_dot(names):
    with open("g.dot") as file:
        text = file.read()
    labels = {n: re.sub(r"\\(.)", lambda m: "\n" if m.group(1) == "n" else m.group(1), label) for n, label in re.findall(r'^  (n\d+) \[fillcolor="[^"]*", label="((?:[^"\\]|\\.)*)"\];$', text, re.M)}
    called = {n: next(name for name in names if label.split("\n")[0].split(" ", 1)[1] == name) for n, label in labels.items()}
    expect(f"DOT has the nodes {sorted(called.values())}", sorted(called.values()) == sorted(names))
    edges = {(called[a], called[b]) for a, b in re.findall(r"^  (n\d+) -> (n\d+);$", text, re.M)}
    expect(f"DOT has the edges {edges ^ EDGES} too few or too many", edges == EDGES)
    expect("DOT says type, shape, rule and sum", any("convolution, relu  2x3x3\nflat  sum R " in label for label in labels.values()))
    expect("nothing else stands in DOT", len(text.splitlines()) == 3 + len(labels) + len(EDGES))


def check_svg(names):
    root = xml.parse("g.svg").getroot()
    texts, rows = {}, {}
    for t in root.iter(SVG + "text"):
        texts.setdefault(int(t.get("y")) - 4, []).append(t.text)
    for c in root.iter(SVG + "circle"):
        x, y = int(c.get("cx")), int(c.get("cy"))
        found = [name for name in names if name in texts[y]]
        expect(f"one name beside the node at {x}, {y}: {texts[y]}", len(found) == 1)
        rows[x, y] = found[0] if found else ""
    expect(f"SVG has the nodes {rows}", sorted(rows.values()) == sorted(names) and len(rows) == len(names))
    radius, edges = int(next(root.iter(SVG + "circle")).get("r")), set()
    for path in root.iter(SVG + "path"):
        n = [int(v) for v in re.findall(r"-?\d+", path.get("d"))]
        begin, down, end = (n[0], n[1] - radius), n[2], (n[-2], n[-1] + radius) if len(n) > 3 else (n[0], n[2] + radius)
        expect(f"{path.get('d')} begins and ends at nodes", begin in rows and end in rows)
        edges.add((rows.get(begin), rows.get(end)))
        through = [name for (x, y), name in rows.items() if x == begin[0] and begin[1] < y < min(down, end[1])]
        expect(f"the edge {begin} to {end} runs through {through}", not through)
    expect(f"SVG has the edges {edges ^ EDGES} too few or too many", edges == EDGES)
    expect("SVG says type, shape, rule and sum", any({"convolution, relu", "2x3x3", "flat"} <= set(line) and len(line) == 6 for line in texts.values()))


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("net.onnx", "wb") as file:
        file.write(network())
    np.save("in.npy", np.linspace(0.1, 1, 18, dtype="f4").reshape(1, 2, 3, 3))
    play(":wait-idle", ":export-graph g.dot", ":wait-idle", ":export-graph g.svg", ":wait-idle", ":export-graph g.png", ":wait-idle", ":dump wrong", ":export-graph net.onnx", ":wait-idle", ":dump model",
         ":export-graph g.dot", ":wait-idle", ":dump again")
    names = {name for edge in EDGES for name in edge}
    with open("g.dot") as file: # the input's row is called by what it is
        first = re.search(r'n0 \[[^\n]*label="0 (\w+)', file.read()).group(1)
    EDGES = {(first if a == "x" else a, b) for a, b in EDGES}
    names = {first if name == "x" else name for name in names}
    check_dot(names)
    check_svg(names)
    for dump, says in (("wrong", "written as .svg"), ("model", "the model"), ("again", "exists")):
        with open(dump) as file:
            expect(f"{dump}: the screen says {says}", says in file.read())
    with open("net.onnx", "rb") as file:
        expect("the model is as it was", file.read() == network())
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
print(f"graph: {len(failures)} failures")
sys.exit(bool(failures))

#!/usr/bin/env python3
"""test_outputs.py BINARY: what a command reads it never replaces, by whatever name or link an option calls it: exit 2 before anything is
computed, and every file is as it was."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, external_proto, model, node, npy, put
from program import fail, finish, run


def write_files():
    nodes = [node("Conv", "x w", "c", name="conv"), node("GlobalAveragePool", "c", "p", name="pool"), node("Flatten", "p", "y", name="flat")]
    put("m.onnx", model(nodes, {"x": (FLOAT, ["n", 1, 3, 5])}, {"y": (FLOAT, ["n", 2])},
                        {"w": external_proto("w", [2, 1, 1, 1], "w.bin")}))
    put("w.bin", b"\0\0\x80\x3f\0\0\0\x40")
    for name in ("a.ppm", "b.ppm", "a.png"):
        put(name, b"P5\n5 3\n255\n" + bytes(range(10, 25)))
    put("two.npy", npy([i / 30 for i in range(30)], [2, 1, 3, 5]))
    put("two-1.npy", npy([1] * 15, [1, 1, 3, 5]))
    put("start.npy", npy([1, 0], [1, 2]))
    put("labels.txt", "cat\ndog\n")
    put("half.json", json.dumps({"do_rescale": True, "rescale_factor": 0.5}))
    put("r.json", json.dumps({"lrpscope": 1, "composite": "zero"}))
    put("s.json", json.dumps({"lrpscope": 1, "composite": "flat"}))
    os.mkdir("sub")
    os.symlink("../a.ppm", "sub/link")
    os.link("m.onnx", "hard.onnx")


def contents():
    found = {}
    for root, _, names in os.walk("."):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                found[path] = os.readlink(path) if os.path.islink(path) else file.read()
    return found


READ = ["--labels", "labels.txt", "--preprocess", "half.json"]
EXPLAIN = ["explain", "m.onnx", "a.ppm", "--skip-checks", "--rules", "r.json", "--output-relevance", "start.npy", *READ]
COMPARE = ["compare", "m.onnx", "a.ppm", "--rules", "r.json", "--rules", "s.json", "--skip-checks", *READ]
# every way to name what is read
TARGETS = ["m.onnx", "./m.onnx", "sub/../m.onnx", "hard.onnx", "w.bin", "a.ppm", "sub/link", "labels.txt", "half.json", "r.json"]


def refused():
    for target in TARGETS:
        for option in ("--heatmap", "--relevance", "--layerwise", "--sheet", "--report"):
            yield EXPLAIN + [option, target]
        yield EXPLAIN + ["--report", "start.npy"]
        yield COMPARE + ["--heatmap", target]
        if target != "r.json":
            yield ["run", "m.onnx", "a.ppm", *READ, "--output", target]
    yield ["run", "m.onnx", "--input", "x=a.ppm", "--output", "a.ppm"]
    yield COMPARE + ["--heatmap", "s.json"]
    yield ["explain", "m.onnx", "a.ppm", "a.png", "--skip-checks", "--output-dir", "."]
    yield ["explain", "m.onnx", "a.ppm", "--skip-checks", "--labels", "labels.txt", "--heatmap", "new.png", "--sheet", "./new.png"]
    yield ["explain", "m.onnx", "a.ppm", "--skip-checks", "--heatmap", "new.png", "--output-dir", "sub", "--report", "./new.png"]
    yield ["explain", "m.onnx", "two.npy", "--skip-checks", "--labels", "two-1.npy", "--heatmap", "two.npy"] # two-0, two-1
    yield ["convert", "c.json", "c.json"]
    yield ["convert", "c.json", "./sub/../c.json"]


def main():
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_files()
        run("convert", "m.onnx", "c.json", code=0)
        before = contents()
        for arguments in refused():
            count += 1
            done = run(*arguments, timeout=60)
            if done.returncode != 2 or done.stdout or len(done.stderr.splitlines()) != 1:
                fail(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()}")
            if contents() != before:
                fail(f"{' '.join(arguments)}: files have changed")
                break
        fine = run("explain", "m.onnx", "a.ppm", "a.png", "--skip-checks", "--output-dir", "out")
        if fine.returncode or sorted(os.listdir("out")) != ["a-2.json", "a-2.npy", "a-2.png", "a.json", "a.npy", "a.png"]:
            fail(f"a folder of its own: exit {fine.returncode}: {fine.stderr}")
    finish(f"{count} commands")


if __name__ == "__main__":
    main()

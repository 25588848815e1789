#!/usr/bin/env python3
"""test_several_inputs.py BINARY: a model with several inputs: each has its own sum and relevance, and all of them are counted. Worked by
hand: 2a + 3b at a = 1, b = 2 is 8, of which a has 2 and b 6."""
import json
import os
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, model, node, npy, tensor

BINARY = os.path.abspath(sys.argv[1])
GIVEN = ["m.onnx", "--input", "a=a.npy", "--input", "b=b.npy", "--input", "at=at.npy", "--composite", "zero", "--skip-checks"]
failures = 0


def equal(what, got, wanted):
    global failures
    same = got == wanted or (None not in (got, wanted) and not isinstance(wanted, str) and abs(got - wanted) <= 1e-6)
    if not same:
        failures += 1
        print(f"{what}: {got!r}, not {wanted!r}")


def run(*arguments):
    got = subprocess.run([BINARY, *arguments], capture_output=True, text=True)
    equal(f"{' '.join(arguments)}: exit, {got.stderr}", got.returncode, 0)
    return got.stdout


def write_files():
    nodes = [node("Gemm", "a v", "p", name="first", transB=1), node("Gemm", "b w", "q", name="second", transB=1),
             node("Add", "p q", "s", name="add"), node("Gather", "s at", "y", name="pick", axis=1)]
    put = {"m.onnx": model(nodes, {"a": (FLOAT, [1, 1]), "b": (FLOAT, [1, 1]), "at": (INT64, [1])}, {"y": (FLOAT, [1, 1])},
                           {"v": tensor([2], [1, 1]), "w": tensor([3], [1, 1])}),
           "a.npy": npy([1], [1, 1]), "b.npy": npy([2], [1, 1]), "at.npy": npy([0], [1], INT64)}
    for name, data in put.items():
        with open(name, "wb") as file:
            file.write(data)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    os.environ.update(HOME=folder, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder, LC_ALL="C.UTF-8")
    write_files()
    sample = json.loads(run("explain", *GIVEN, "--json"))["samples"][0]
    equal("sum of all inputs", sample["sum_input"], 1)
    for found, (name, share) in zip(sample["inputs"], [("a", 0.25), ("b", 0.75), ("at", None)], strict=True):
        equal("name of an input", found["name"], name)
        equal(f"sum of {name}", found["sum"], share)
    lines = [line.split() for line in run("explain", *GIVEN).splitlines() if line.startswith("  input")]
    equal("lines of inputs", str(lines), str([["input", "a", "sum", "0.25"], ["input", "b", "sum", "0.75"]]))
    for name, share in (("a", 0.25), ("b", 0.75)):
        run("explain", *GIVEN, "--at", name, "--relevance", "r.npy", "--heatmap", "h.png")
        with open("r.npy", "rb") as file:
            equal(f"--at {name}", struct.unpack("<f", file.read()[-4:])[0], share)
    for file in (["--relevance", "none.npy"], ["--heatmap", "none.png"]):  # whole numbers that point at an element have none: not that of another input
        got = subprocess.run([BINARY, "explain", *GIVEN, "--at", "at", *file], capture_output=True, text=True)
        equal(f"--at of an input without relevance, {file}", f"{got.returncode} {'no relevance reaches it' in got.stderr} {os.listdir().count(file[1])}", "4 True 0")
    total = json.loads(run("ledger", *GIVEN, "--json"))["total"]
    equal("the ledger: in", total["in"], 8)
    equal("the ledger: what arrives, what other inputs were given, and the start with 1", total["out"] + sum(total["causes"].values()), 8)
    equal("the ledger: at the first input and the others", total["out"] + sum(v for k, v in total["causes"].items() if "input" in k), 1)
    # the inspector takes them one after the other; made-up inputs are made for all of them
    for inputs, share in (('a=a.npy', '"b"=b.npy', 'at=at.npy'), ["0.250"]), (("random",), None):
        with open("script", "w", encoding="utf-8") as file:
            file.write("".join(f":input {i}\n" for i in inputs) + ":wait-idle\ngg\n:dump screen\n")
        run("m.onnx", "--composite", "zero", "--skip-checks", "--script", "script")
        with open("screen", encoding="utf-8") as file:
            row = [line.split() for line in file if " 0 input" in line and "of #0" not in line][0]
        equal("row of the input: computed", str(row[-1:] == share if share else row[-1] not in ("–", "-")), "True")
    os.chdir("/")
print(f"{failures} failures")
sys.exit(failures > 0)

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
    # every input is a row: index 0, told apart by their names; layers keep their numbers
    for command in (["layers", "m.onnx"], ["check", "m.onnx", "--skip-checks"], ["ledger", *GIVEN]):
        lines = [line.split() for line in run(*command).splitlines()]
        equal(f"{command[0]}: rows of inputs", str([line[1] for line in lines if line[:1] == ["0"]]), str(["a", "b", "at"]))
        equal(f"{command[0]}: the first layer", str([line[1] for line in lines if line[:1] == ["1"]]), str(["first"]))
    for command in (["layers", "m.onnx"], ["check", "m.onnx", "--skip-checks"], ["ledger", *GIVEN], ["explain", *GIVEN]):
        document = json.loads(run(*command, "--json"))
        equal(f"{command[0]} --json: inputs", str([(i["index"], i["name"], i["type"]) for i in document["inputs"]]),
              str([(0, name, "input") for name in ("a", "b", "at")]))
        key = "rows" if command[0] == "ledger" else "layers"
        equal(f"{command[0]} --json: layers", str([(row["index"], row["name"]) for row in document[key]]),
              str(list(enumerate(["first", "second", "add", "pick"], 1))))
        sums = [i.get("sum", i.get("in")) for i in document["inputs"]] if command[0] in ("ledger", "explain") else []
        for got, share in zip(sums, (0.25, 0.75, None if command[0] == "explain" else 0)):
            equal(f"{command[0]} --json: what arrives", got, share)
    document = json.loads(run("layers", "m.onnx", "--json"))
    equal("shapes and types of inputs", str([(i["shape"], i["dtype"]) for i in document["inputs"]]), str([([1, 1], "float32")] * 2 + [([1], "int64")]))
    got = subprocess.run([BINARY, "explain", *GIVEN, "--rule", "b=epsilon"], capture_output=True, text=True)
    equal("a rule for an input", f"{got.returncode} {'b is an input of the model, which has no rule' in got.stderr}", "2 True")
    got = subprocess.run([BINARY, "explain", *GIVEN, "--concept", "a=0"], capture_output=True, text=True)
    equal("a condition on an input", f"{got.returncode} {'a: it is an input of the model' in got.stderr}", "2 True")
    got = subprocess.run([BINARY, "explain", *GIVEN, "--relevance", "r.npy"], capture_output=True, text=True)
    equal("which other inputs have relevance", got.stderr.count("not in these files: b (--at NAME --relevance F.npy"), 1)
    # the inspector takes them one after the other; made-up inputs are made for all of them
    for inputs, shares in (('a=a.npy', '"b"=b.npy', 'at=at.npy'), ["0.250", "0.750", "–"]), (("random",), None):
        with open("script", "w", encoding="utf-8") as file:
            file.write("".join(f":input {i}\n" for i in inputs) + ":wait-idle\ngg\n:dump screen\n")
        run("m.onnx", "--composite", "zero", "--skip-checks", "--script", "script")
        with open("screen", encoding="utf-8") as file:
            rows = [line.lstrip(" >").split() for line in file if line.lstrip(" >").startswith("0 ")]
        equal("rows of inputs, those first", str([row[1] for row in rows]), str(["a", "b", "at"]))
        equal("rows of inputs: computed", str([row[-1] for row in rows] == shares if shares else "–" not in (rows[0][-1], rows[1][-1])), "True")
    os.chdir("/")
print(f"{failures} failures")
sys.exit(failures > 0)

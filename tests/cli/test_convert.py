#!/usr/bin/env python3
"""test_convert.py BINARY [FOLDER...]: what convert writes runs as the model it was made of, bit for bit, or it exits with 4 and says
why. Models that it must be able to write are made here; every .onnx in the folders makes the round trip, too."""
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, PACK, model, node, npy, tensor

BINARY = os.path.abspath(sys.argv[1])
INT8, UINT8 = 3, 2
PACK.update({INT8: "b", UINT8: "B"})
END, LAST = (1 << 63) - 1, -(1 << 63)
X = {"x": (FLOAT, [1, 2, 3, 4])}


def one(nodes, constants=None, opset=13, shape=None):
    return model(nodes, X, {"y": (FLOAT, shape)}, constants or {}, opset=opset)


def ints(*values):
    return tensor(values, [len(values)], INT64)


def made():
    """name -> model: kinds that lost something on the way once."""
    return {
        "slice to INT64_MAX": one([node("Slice", "x s e a t", "y")], {"s": ints(1), "e": ints(END), "a": ints(3), "t": ints(2)}),
        "slice back to INT64_MIN": one([node("Slice", "x s e a t", "y")], {"s": ints(-1), "e": ints(LAST), "a": ints(3), "t": ints(-1)}),
        "slice of version 1, in attributes": one([node("Slice", "x", "y", axes=[3], starts=[1], ends=[END])], opset=9),
        "mean over axes in an attribute": one([node("ReduceMean", "x", "y", axes=[2], keepdims=1)]),
        "mean over axes as an input": one([node("ReduceMean", "x a", "y", keepdims=0)], {"a": ints(1, 3)}, opset=18),
        "sum over axes as an input": one([node("ReduceSum", "x a", "y", keepdims=0)], {"a": ints(2)}),
        "fake quantization": one([node("QuantizeLinear", "x s z", "q"), node("DequantizeLinear", "q s z", "y")],
                                 {"s": tensor([0.01], []), "z": tensor([3], [], INT8)}),
        "fake quantization by channel": one([node("QuantizeLinear", "x s z", "q", axis=1), node("DequantizeLinear", "q s z", "y", axis=1)],
                                            {"s": tensor([0.01, 0.02], [2]), "z": tensor([128, 7], [2], UINT8)}),
        "gather by constants": one([node("Gather", "x i", "y", axis=3)], {"i": ints(2, 0, -1)}),
        "squeeze and unsqueeze of version 11": one([node("Squeeze", "x", "s", axes=[0]), node("Unsqueeze", "s", "y", axes=[1])], opset=11),
        "clip of version 6": one([node("Clip", "x", "y", min=-0.25, max=0.5)], opset=6),
        "softmax of version 11 over the last axis": one([node("Softmax", "x", "y", axis=3)], opset=11),
        "pad of version 2": one([node("Pad", "x", "y", pads=[0, 0, 1, 0, 0, 0, 0, 2], value=0.5)], opset=9),
    }


def made_unsayable():
    """name -> model, and what is said: what JSON models have no words for."""
    open_ = {"x": (FLOAT, ["N", "T", 4])}
    last = [node("Shape", "x", "s"), node("Gather", "s one", "t"), node("Sub", "t one", "i"), node("Gather", "x i", "g", name="last", axis=1)]
    return {
        "the last of an open number of places": (
            model(last, open_, {"g": (FLOAT, None)}, {"one": tensor([1], [], INT64)}), "last goes by sizes that the input leaves open"),
        "a reshape to sizes of the input": (
            model([node("Shape", "x", "s"), node("Gather", "s one", "t"), node("Unsqueeze", "t zero", "u"), node("Concat", "u minus", "c", axis=0),
                   node("Reshape", "x c", "r", name="turn"), node("Transpose", "r", "y", perm=[1, 0])], open_, {"y": (FLOAT, None)},
                  {"one": tensor([1], [], INT64), "zero": ints(0), "minus": ints(-1)}), "turn"),
    }


def run(*arguments):
    return subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def write_input(path, shape):
    shape = [1 if n is None and not i else 16 if n is None else n for i, n in enumerate(shape)]
    count = 1
    for n in shape:
        count *= n
    random.seed(count)
    with open(path, "wb") as file:
        file.write(npy([random.uniform(-1, 1) for _ in range(count)], shape))


def round_trip(path, folder, must):
    """What is wrong, or None; and whether it was written."""
    out, x = os.path.join(folder, "out.json"), os.path.join(folder, "x.npy")
    for name in os.listdir(folder):
        os.remove(os.path.join(folder, name))
    before, first, second = os.path.join(folder, "kept"), os.path.join(folder, "a.npy"), os.path.join(folder, "b.npy")
    converted = run("convert", path, out)
    if converted.returncode:
        if os.listdir(folder):
            return f"left behind: {os.listdir(folder)}", False
        if converted.returncode == 3 and run("run", path, before).returncode == 3:
            return None, False # cannot be read at all
        if must or converted.returncode != 4 or converted.stderr.count("\n") != 1:
            return f"exit {converted.returncode}: {converted.stderr.strip()}", False
        return None, False
    with open(out, encoding="utf-8") as file:
        write_input(x, json.load(file)["input"])
    original, again = run("run", path, x, "--output", first), run("run", out, x, "--output", second)
    if original.returncode != again.returncode:
        return f"exit {original.returncode}, as JSON {again.returncode}: {again.stderr.strip()}", True
    if not original.returncode and content(first) != content(second):
        return "gives other numbers as JSON", True
    return (f"does not run: {original.stderr.strip()}" if must and original.returncode else None), True


def printed(path, folder):
    """OUT - is the same model on standard output, its weights in a file of this folder called like the model; what is wrong, or None."""
    out = os.path.join(folder, "out.json")
    run("convert", path, out)
    done = subprocess.run([BINARY, "convert", path, "-"], capture_output=True, text=True, cwd=folder)
    stem = os.path.splitext(os.path.basename(path))[0]
    with open(out, encoding="utf-8") as file:
        want = json.load(file)
    weights = {"weights": stem + ".safetensors"} if "weights" in want else {}
    if done.returncode or json.loads(done.stdout) != want | weights:
        return f"-: exit {done.returncode}: {done.stderr.strip()}: {done.stdout[:200]}"
    if weights and content(os.path.join(folder, stem + ".safetensors")) != content(os.path.join(folder, "out.safetensors")):
        return "-: other weights"
    return None if (stem + ".safetensors" in done.stderr) == bool(weights) else f"-: does not say where the weights are: {done.stderr}"


def main():
    failures, written, refused = [], 0, 0
    models = [path for folder in sys.argv[2:] for path in sorted(glob.glob(os.path.join(folder, "**", "*.onnx"), recursive=True))]
    with tempfile.TemporaryDirectory() as source, tempfile.TemporaryDirectory() as folder:
        for name, data in made().items():
            path = os.path.join(source, name + ".onnx")
            with open(path, "wb") as file:
                file.write(data)
            models.append(path)
        for path in models:
            wrong, there = round_trip(path, folder, path.startswith(source))
            written, refused = written + there, refused + (not there)
            if wrong:
                failures.append(f"{path}: {wrong}")
        failures += [f"{path}: {wrong}" for path in models if path.startswith(source) for wrong in [printed(path, folder)] if wrong]
        for name, (data, words) in made_unsayable().items():
            path, out = os.path.join(source, "refused.onnx"), os.path.join(folder, "none.json")
            with open(path, "wb") as file:
                file.write(data)
            got = run("convert", path, out)
            if got.returncode != 4 or words not in got.stderr or os.path.exists(out):
                failures.append(f"{name}: exit {got.returncode}: {got.stderr.strip()}")
    for failure in failures:
        print("FAILED:", failure)
    print(f"{written} models written, {refused} refused, {len(failures)} failed")
    return 1 if failures or written < len(made()) else 0


if __name__ == "__main__":
    sys.exit(main())

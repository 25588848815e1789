#!/usr/bin/env python3
"""test_similar.py BINARY: the target similar:F against its formula in float64: with z the output and e that of F (of sequences their
means over the positions that the mask keeps), relevance starts with z_k e_k / (|z| |e|), which adds up to the cosine."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, model, node, tensor

BINARY = os.path.abspath(sys.argv[1])
failures = []


def explain(*arguments, code=0):
    done = subprocess.run([BINARY, "explain", *arguments, "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode != code:
        failures.append(f"{arguments}: exit {done.returncode}, not {code}: {done.stderr}")
    return done.stderr


def compare(what, got, wanted):
    if np.shape(got) != np.shape(wanted) or not np.allclose(got, wanted, rtol=0, atol=1e-5 * np.abs(wanted).max()):
        failures.append(f"{what}: {got}, not {wanted}")


def vectors(random):
    x, f, w = (random.standard_normal(shape).astype("f4") for shape in ((2, 4), (1, 4), (4, 3)))
    with open("m.onnx", "wb") as file:
        file.write(model([node("MatMul", "x w", "y", name="dense")], {"x": (FLOAT, ["n", 4])}, {"y": (FLOAT, ["n", 3])}, {"w": tensor(w.ravel().tolist(), [4, 3])}))
    np.save("x.npy", x), np.save("f.npy", f), np.save("zero.npy", 0 * f), np.save("three.npy", np.repeat(f, 3, 0))
    x, f, w = (a.astype("f8") for a in (x, f, w))
    z, e = x @ w, f @ w
    unit = e / np.linalg.norm(z, axis=1, keepdims=True) / np.linalg.norm(e)
    explain("m.onnx", "x.npy", "--target", "similar:f.npy", "--rule", "dense=zero", "--relevance", "r.npy", "--report", "r.json")
    compare("relevance", np.load("r.npy"), x * ((z * unit / z) @ w.T))
    with open("r.json") as file:
        samples = json.load(file)["samples"]
    compare("cosines", [s["output"] for s in samples], (z * unit).sum(1))
    compare("starts", [s["start"] for s in samples], (z * unit).sum(1))
    explain("m.onnx", "x.npy", "--target", "similar:f.npy", "--method", "gradient", "--relevance", "r.npy")
    compare("gradient", np.load("r.npy"), unit @ w.T) # with the lengths held still
    explain("m.onnx", "x.npy", "--target", "similar:x.npy", "--rule", "dense=zero", "--report", "r.json") # one for each
    with open("r.json") as file:
        compare("of itself", [s["output"] for s in json.load(file)["samples"]], [1, 1])
    for target, code, word in (("similar:missing.npy", 3, "missing.npy"), ("similar:zero.npy", 4, "0"), ("similar:three.npy", 2, "3 samples"), ('similar:"a"', 2, "tokenizer")):
        if word not in explain("m.onnx", "x.npy", "--target", target, code=code):
            failures.append(f"{target}: the message does not say {word}")
    for arguments in (["--target", "similar:f.npy"], ["--method", "smooth-grad(noise=f.npy)"], ["--method", "integrated-gradients(baseline=f.npy)"], ["--method", "ablation(mask=f.npy)"]):
        if "would replace" not in explain("m.onnx", "x.npy", *arguments, "--relevance", "f.npy", code=2):
            failures.append(f"{arguments}: the file may be written over")


def sequences(random):
    """A text is compared by the mean of its tokens that are no padding."""
    table, w = random.standard_normal((6, 2)).astype("f4"), random.standard_normal((2, 3)).astype("f4")
    nodes = [node("Gather", "e input_ids", "h", name="lookup"), node("MatMul", "h d", "g", name="dense"), node("Cast", "attention_mask", "m", name="cast", to=FLOAT),
             node("Unsqueeze", "m axes", "u", name="column"), node("Mul", "g u", "y", name="kept")]
    with open("t.onnx", "wb") as file:
        file.write(model(nodes, {"input_ids": (INT64, ["n", "t"]), "attention_mask": (INT64, ["n", "t"])}, {"y": (FLOAT, ["n", "t", 3])},
                         {"e": tensor(table.ravel().tolist(), [6, 2]), "d": tensor(w.ravel().tolist(), [2, 3]), "axes": tensor([2], [1], INT64)}))
    with open("vocab.txt", "w") as file:
        file.write("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n")
    ids, mask = np.array([[2, 4, 5, 3, 0]]), np.array([[1, 1, 1, 1, 0]])
    np.save("ids.npy", ids), np.save("mask.npy", mask)
    a, w = table[ids[0]].astype("f8"), w.astype("f8")
    z, other = a @ w * mask.T, (table[[2, 5, 3]].astype("f8") @ w).mean(0) # the text "b"
    mean = z[:4].mean(0)
    start = z / 4 * other / np.linalg.norm(mean) / np.linalg.norm(other)
    explain("t.onnx", "--input", "input_ids=ids.npy", "--input", "attention_mask=mask.npy", "--tokenizer", "vocab.txt", "--target", 'similar:"b"', "--skip-checks",
            "--composite", "zero", "--relevance", "r.npy", "--report", "r.json")
    compare("tokens", np.load("r.npy")[0], (a * ((start / np.where(z == 0, 1, a @ w)) @ w.T)).sum(1))
    with open("r.json") as file:
        compare("cosine of texts", json.load(file)["samples"][0]["output"], start.sum())


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    vectors(np.random.default_rng(0))
    sequences(np.random.default_rng(1))
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
sys.exit(bool(failures))

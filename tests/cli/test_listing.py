#!/usr/bin/env python3
"""test_listing.py BINARY: what tables and JSON say of layers and targets: why nothing runs yet is said once, truth values are left out of
the list, a contrast is named whole wherever a target is, places of outputs that have several axes."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, npy, put, tensor
from program import fail, finish, run

GUARD = [node("Softmax", "x", "p", name="soft"), node("IsNaN", "p", "bad", name="test"), node("Not", "bad", "good", name="turned"),
         node("Where", "good p none", "q", name="guard"), node("MatMul", "q w", "y", name="dense")]


def write_files():
    constants = {"w": tensor([1, 2, 3, 4], [2, 2]), "none": tensor([0], [])}
    put("open.onnx", model(GUARD, {"x": (FLOAT, ["n", "t", 2])}, {"y": (FLOAT, ["n", "t", 2])}, constants))
    put("test.onnx", model(GUARD[:2], {"x": (FLOAT, ["n", 2])}, {"bad": (9, ["n", 2])}))
    put("x.npy", npy([1, 2, 3, 5, 8, 13], [1, 3, 2]))
    put("dense.onnx", model([node("MatMul", "x w", "y", name="dense")], {"x": (FLOAT, ["n", 2])}, {"y": (FLOAT, ["n", 2])}, constants))
    put("row.npy", npy([1, 1], [1, 2]))
    put("labels.txt", "cat\ndog\n")


def listed(name, *options):
    return [line.split()[1] for line in run("layers", name, *options, code=0).stdout.splitlines() if line.strip()[:1].isdigit() and ". " not in line]


def layers():
    text = run("layers", "open.onnx", code=0).stdout
    if text.count("--input-shape") != 1 or "5 of 5 layers run once shapes are known" not in text:
        fail("why nothing runs yet is said once", text)
    if "run once" in run("layers", "open.onnx", "--input-shape", "1,3,2", code=0).stdout:
        fail("nothing waits for a shape that is there")
    if "test" in listed("open.onnx") or "turned" in listed("open.onnx") or "guard" not in listed("open.onnx"):
        fail("truth values are left out", text)
    if "test" not in listed("open.onnx", "--all") or "test" not in listed("test.onnx"):
        fail("--all lists them, and those that are the model's output")
    types = [row["type"] for row in json.loads(run("layers", "open.onnx", "--json", code=0).stdout)["layers"]]
    if "is-nan" not in types:
        fail("IsNaN is of type is-nan", types)


def targets():
    options = ["--labels", "labels.txt", "--target", "dog - cat", "--skip-checks"]
    put("zero.json", json.dumps({"lrpscope": 1, "composite": "zero"}))
    put("flat.json", json.dumps({"lrpscope": 1, "composite": "flat"}))
    pair = ["--rules", "zero.json", "--rules", "flat.json"]
    text = run("compare", "dense.onnx", "row.npy", *pair, *options, code=0).stdout
    if text.count("dog, of dog - cat") != 2:
        fail("compare names a contrast whole", text)
    done = json.loads(run("compare", "dense.onnx", "row.npy", *pair, *options, "--json", code=0).stdout)
    if [s["whole_target"] for s in done["samples"][0]["settings"]] != ["dog - cat"] * 2:
        fail("compare --json names a contrast whole", done)
    line = json.loads(run("batch", "dense.onnx", "row.npy", "--output-dir", "d", "--json=lines", *options, code=0).stdout.splitlines()[0])
    if (line["label"], line["whole_target"]) != ("dog", "dog - cat"):
        fail("batch names a contrast whole", line)
    options[3] = "dog"
    if "whole_target" in run("batch", "dense.onnx", "row.npy", "--output-dir", "e", "--json=lines", *options, code=0).stdout:
        fail("a target of one neuron is whole")


def places():
    """exp of 1 and 5 more is .731059 and .993307 behind the softmax: the last row is largest, at its second column 4 less 2 little."""
    top = json.loads(run("run", "open.onnx", "x.npy", "--json", code=0).stdout)["samples"][0]["top"]
    if [(t["index"], t["place"]) for t in top[:2]] != [(5, "(2:1)"), (3, "(1:1)")]:
        fail("places of an output that has several axes", top)
    top = json.loads(run("run", "dense.onnx", "row.npy", "--json", code=0).stdout)["samples"][0]["top"]
    if any("place" in t for t in top):
        fail("classes need no place", top)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    write_files()
    layers()
    targets()
    places()
    os.chdir("/")
finish("listings")

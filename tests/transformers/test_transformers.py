#!/usr/bin/env python3
"""test_transformers.py BINARY FILE.tar.xz: a small network of one family as exporters write it (folders with model.onnx, inputs, and
torch's output in ref.npy), and its relevance computed by torch in float64, as input times a gradient whose products, norms and
activations were changed to what AttnLRP and CP-LRP say: COMPOSITE.TARGET.INPUT.ref.npy, the target's option in .ref.json.
Every written form has to give torch's output, and torch's relevance to 1e-5 of its maximum. make.py made them."""
import glob
import json
import os
import subprocess
import sys
import tarfile
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import BOOL, field, fields, node, number as number_field, value_proto

BINARY = os.path.abspath(sys.argv[1])
failures, compared = [], 0


def run(*arguments):
    done = subprocess.run([BINARY, *arguments, "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if done.returncode:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    return done.returncode == 0


def compare(what, path, wanted, tolerance):
    global compared
    compared += 1
    got = np.load(path)
    if got.size != wanted.size:
        failures.append(f"{what}: shape {got.shape}, not {wanted.shape}")
        return
    error = np.abs(got.reshape(wanted.shape) - wanted).max() / (np.abs(wanted).max() or 1)
    if not error <= tolerance:
        failures.append(f"{what}: off by {error:.1e} of the maximum")


def check_breakdown(folder, given):
    """By head and by token nothing is lost: each row adds up to what its layer has; a head of attention is a part of every block."""
    for option, key, least in (("--by-head", "by_head", 2), ("--by-layer", "by_layer", 10)):
        if not run("explain", f"{folder}/model.onnx", *given, "--skip-checks", option, "--report", "r.json", "--heatmap", "r.png"):
            continue
        with open("r.json") as file:
            report = json.load(file)
        rows, layers = report["samples"][0][key], {layer["index"]: layer["sum"] for layer in report["layers"]}
        if len(rows) < least or (key == "by_head" and any(len(row["relevance"]) != 4 for row in rows)):
            failures.append(f"{folder}: {option}: {len(rows)} rows")
        for row in rows:
            if abs(sum(row["relevance"]) - layers[row["index"]]) > 1e-4 * max(1e-2, np.abs(row["relevance"]).max()):
                failures.append(f"{folder}: {option}: {row['name']} adds up to {sum(row['relevance'])}, its layer has {layers[row['index']]}")


def check_form(folder):
    inputs = [os.path.basename(path)[:-4] for path in sorted(glob.glob(f"{folder}/*.npy")) if not path.endswith("/ref.npy")]
    given = [x for name in inputs for x in ("--input", f"{name}={folder}/{name}.npy")]
    if run("run", f"{folder}/model.onnx", *given, "--output", "out.npy"):
        compare(f"{folder}: output", "out.npy", np.load(f"{folder}/ref.npy"), 2e-6)
    check_breakdown(folder, given)
    family = folder.split("_")[0]
    for path in sorted(glob.glob(f"{family}.*.ref.npy")):
        composite, target, name = path[len(family) + 1:].split(".")[:3]
        with open(path[:-4] + ".json") as file:
            asked = json.load(file)
        if run("explain", f"{folder}/model.onnx", *given, "--skip-checks", "--composite", composite, "--output-relevance", "logit", *asked,
               "--at", name, "--relevance", "r.npy"):
            compare(f"{folder}: {composite} of {target} at {name}", "r.npy", np.load(path), 1e-5)


def merge(folder):
    """The folder's model as merged decoders are exported: one If on use_cache_branch. The other branch makes zeros."""
    os.mkdir(f"{folder}_merged")
    with open(f"{folder}/model.onnx", "rb") as file:
        model = list(fields(file.read()))
    parts = list(fields(next(value for number, value in model if number == 7)))
    outputs = [value for number, value in parts if number == 12]
    names = [next(value for number, value in fields(output) if number == 1).decode() for output in outputs]
    branch = b"".join(field(number, value) for number, value in parts if number in (1, 2, 12, 13))
    zeros = field(2, "zeros") + b"".join(
        field(1, node("ConstantOfShape", "no_size", f"{name}_0")) + field(12, value_proto(f"{name}_0", 1, None)) for name in names)
    zeros += field(5, b"\x08\x00\x10\x07" + field(8, "no_size"))  # no sizes: one zero
    graph = field(1, node("If", "use_cache_branch", " ".join(names), name="merged", then_branch=zeros, else_branch=branch))
    graph += field(2, "merged") + b"".join(field(number, value) for number, value in parts if number in (5, 11, 12))
    graph += field(11, value_proto("use_cache_branch", BOOL, [1]))
    with open(f"{folder}_merged/model.onnx", "wb") as file:
        file.write(b"".join(field(number, graph if number == 7 else value) if isinstance(value, bytes) else number_field(number, value)
                            for number, value in model))
    for path in glob.glob(f"{folder}/*.npy"):
        os.link(path, f"{folder}_merged/{os.path.basename(path)}")


def layers(folder):
    rows = json.loads(subprocess.run([BINARY, "layers", f"{folder}/model.onnx", "--json"], capture_output=True, timeout=120).stdout)["layers"]
    return [(row["index"], row["type"], row["activation"], row["shape"], row["rule"], row["executable"]) for row in rows]


with tempfile.TemporaryDirectory() as place:
    with tarfile.open(sys.argv[2]) as archive:
        archive.extractall(place)
    os.chdir(place)
    for model in sorted(glob.glob("*/model.onnx")):
        check_form(os.path.dirname(model))
        merge(os.path.dirname(model))
        check_form(f"{os.path.dirname(model)}_merged")
        if layers(os.path.dirname(model)) != layers(f"{os.path.dirname(model)}_merged"):
            failures.append(f"{os.path.dirname(model)}: merged, it has other layers")
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
print(compared, "compared")
sys.exit(bool(failures) or not compared)

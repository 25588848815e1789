#!/usr/bin/env python3
"""test_exported.py BINARY FILE.tar.xz: small networks as torch's exporters and onnxruntime-genai's builder write them today
(make_exported.py): the list shows what computes and no arithmetic of shapes and masks, the check passes, `run` gives
onnxruntime's numbers, relevance is what torch's gradients say, and the ledger is even."""
import glob
import json
import os
import subprocess
import sys
import tarfile
import tempfile

import numpy as np

BINARY = os.path.abspath(sys.argv[1])
ARITHMETIC = {"shape", "range", "equal", "greater", "greater-or-equal", "less", "less-or-equal", "not", "and", "or", "is-na-n", "is-nan",
              "cum-sum", "constant-of-shape", "trilu", "arg-max", "one-hot", "size", "abs", "log", "min", "floor"}
failures, compared = [], 0


def run(*arguments):
    done = subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if done.returncode:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}: {done.stdout[-400:]}{done.stderr}")
    return done.stdout


def compare(what, path, wanted, tolerance):
    global compared
    compared += 1
    got = np.load(path)
    error = np.abs(got.reshape(wanted.shape) - wanted).max() / np.abs(wanted).max()
    if not error <= tolerance:
        failures.append(f"{what}: off by {error:.1e} of the maximum")


def check_ledger(folder, arguments):
    for row in json.loads(run("ledger", *arguments, "--json"))["rows"]:
        gone, parts = row["in"] - row["out"], sum(row["causes"].values())
        if min(abs(gone - parts), abs(gone + parts)) > 1e-4 * max(1e-2, abs(row["in"]), *map(abs, row["causes"].values())):
            failures.append(f"{folder}: {row['name']}: {row['in']} becomes {row['out']}, causes {row['causes']}")


def check_inputs(folder, settings):
    """In the inspector every input has a picture of its own."""
    with open("keys.script", "w") as file:
        file.write(":wait-idle\n:preview inputs\n:wait-idle\n}\n:wait-idle\n:dump-state state.json\n")
    run(*settings, "--script", "keys.script", "--quiet")
    run("explain", *settings, "--report", "r.json", "--quiet")
    with open("state.json") as file:
        shown = json.load(file).get("picture") or {"values": [0]}
    with open("r.json") as file:
        inputs = {i["name"]: i["sum"] for i in json.load(file)["samples"][0]["inputs"] if i["sum"] is not None}
    if abs(sum(shown["values"]) - inputs["pixel_values"]) > 1e-5 * max(map(abs, inputs.values())):
        failures.append(f"{folder}: the second input's picture adds up to {sum(shown['values'])}, not {inputs}")


def check_network(folder):
    model = f"{folder}/model.onnx"
    given = [x for path in sorted(glob.glob(f"{folder}/*.npy")) if path.count(".") == 1
             for x in ("--input", f"{os.path.basename(path)[:-4]}={path}")]
    listed = {line.split()[2] for line in run("layers", model).splitlines()[1:] if line[:3].strip().isdigit()}
    if listed & ARITHMETIC:
        failures.append(f"{folder}: lists {listed & ARITHMETIC}")
    run("check", model)
    for path in glob.glob(f"{folder}/*.ref.npy"):
        run("run", model, *given, "--output", "out.npy", "--output-name", os.path.basename(path)[:-8])
        compare(f"{folder}: output", "out.npy", np.load(path), 5e-6)
    with open(f"{folder}/target.txt") as file:
        target = file.read()
    for path in sorted(glob.glob(f"{folder}/*.relevance.npy")):
        composite, name = os.path.basename(path).split(".")[:2]
        settings = (model, *given, "--composite", composite, "--output-relevance", "logit", "--target", target)
        run("explain", *settings, "--at", name, "--relevance", "r.npy", "--quiet")
        compare(f"{folder}: {composite} at {name}", "r.npy", np.load(path), 1e-5)
        check_ledger(folder, settings)
    if os.path.exists(f"{folder}/pixel_values.npy"):
        check_inputs(folder, settings)


with tempfile.TemporaryDirectory() as place:
    with tarfile.open(sys.argv[2]) as archive:
        archive.extractall(place)
    os.chdir(place)
    os.environ.update(XDG_STATE_HOME=place, XDG_CONFIG_HOME=place)
    for network in sorted(glob.glob("*/model.onnx")):
        check_network(os.path.dirname(network))
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
print(compared, "compared")
sys.exit(bool(failures) or not compared)

#!/usr/bin/env python3
"""test_inspector.py BINARY FILE.tar.xz: what the inspector shows of a small transformer are the numbers that explain writes: of every
token, of tokens and heads layer by layer, of attention's matrices. Keys and commands are played as a user would type them."""
import glob
import json
import os
import struct
import subprocess
import sys
import tarfile
import tempfile

import numpy as np

BINARY = os.path.abspath(sys.argv[1])
failures, compared = [], 0
SCRIPT = """:wait-idle
:dump-state text.json
:export text.png
:preview tokens
:wait-idle
:dump-state tokens.json
:heads
:wait-idle
:dump-state heads.json
:export heads.png
:preview token-layers
:wait-idle
:dump-state layers.json
:lens
:wait-idle
:dump-state lens.json
:preview attention
:go {softmax}
:wait-idle
:dump-state attention.json
:export attention.png
}}}}
:wait-idle
:dump-state head.json
:preview attention-relevance
:wait-idle
:dump-state relevance.json
"""


def run(*arguments):
    done = subprocess.run([BINARY, *arguments, "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if done.returncode:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    return done.stdout


def shown(name):
    """The picture's numbers, a row a line; None where it has none."""
    with open(f"{name}.json") as file:
        picture = json.load(file).get("picture")
    if not picture:
        failures.append(f"{name}: no picture")
        return np.zeros((0, 0)), {}
    values = np.array([np.nan if v is None else v for v in picture["values"]], dtype=float)
    return values.reshape(-1, picture["width"]), picture


def compare(what, got, wanted):
    global compared
    compared += 1
    if got.shape != wanted.shape or not np.allclose(got, wanted, rtol=0, atol=2e-6 * np.abs(wanted).max(), equal_nan=True):
        failures.append(f"{what}: {got.shape} {got.ravel()[:4]}, not {wanted.shape} {wanted.ravel()[:4]}")


def rows_of(option, key, model):
    run("explain", *model, option, "--report", "r.json")
    with open("r.json") as file:
        return json.load(file)["samples"][0][key]


def check_blocks(folder, model):
    """Networks of two blocks: two attentions and two feed-forward parts, whoever exported them. Tables leave out arithmetic of shapes
    and masks, say how much, and keep the numbers of rows."""
    listed = json.loads(run("layers", *model, "--json"))
    kinds = [container["kind"] for container in listed["containers"]]
    if [kinds.count(kind) for kind in ("attention", "mlp")] != [2, 2]:
        failures.append(f"{folder}: containers: {listed['containers']}")
    for layer in listed["layers"]:
        around = [c for c in listed["containers"] if c["kind"] == "attention" and c["first"] <= layer["index"] <= c["last"]]
        if layer["type"] == "attention-softmax" and not around:
            failures.append(f"{folder}: softmax {layer['index']} lies in no attention")
    numbers = {layer["index"] for layer in listed["layers"]}
    for command in ("layers", "check"):
        shown, said = [], 0
        for line in subprocess.run([BINARY, command, *model], capture_output=True, text=True, timeout=120).stdout.splitlines():
            words = line.split()
            if "left out (--all lists" in line:
                said = int(words[0])
            elif words and words[0].isdigit() and words[0] != "0" and len(words) > 4 and words[1] not in ("layers,", "of"):
                shown.append(int(words[0]))
        everything = subprocess.run([BINARY, command, *model, "--all"], capture_output=True, text=True, timeout=120).stdout
        if "left out" in everything or not said or not set(shown) < numbers or len(shown) + said != len(numbers):
            failures.append(f"{folder}: {command}: {len(shown)} rows, {said} left out of {len(numbers)}")


def size_of(name):
    """Width and height of a PNG."""
    with open(f"{name}.png", "rb") as file:
        return struct.unpack(">II", file.read(24)[16:])


def check_files(folder):
    """What is exported is what is shown: a matrix has a square for every cell, a text a strip of its tokens."""
    for name in ("heads", "attention"):
        values, (width, height) = shown(name)[0], size_of(name)
        if width * values.shape[0] != height * values.shape[1] or max(width, height) < 256:
            failures.append(f"{folder}: {name}.png is {width}x{height}, the matrix {values.shape}")
    width, height = size_of("text")
    if not (width > 2 * height and height < 256):
        failures.append(f"{folder}: text.png is {width}x{height}")


def check_lens(folder, model):
    """A row a block, a column a position; where the model has no such blocks, the same reason."""
    done = subprocess.run([BINARY, "run", *model, "--lens", "--json", "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if done.returncode == 4:
        with open("lens.json") as file:
            if json.load(file)["preview"]["shown"]:
                failures.append(f"{folder}: a lens is shown, but: {done.stderr}")
        return
    blocks = json.loads(done.stdout)["samples"][0]["lens"]
    values, picture = shown("lens")
    compare(f"{folder}: lens", values, np.array([[one["probability"] for one in block["positions"]] for block in blocks]))
    if picture.get("down") != [block["layer"] for block in blocks]:
        failures.append(f"{folder}: lens: other blocks: {picture.get('down')}")
    if picture.get("cells") != [one["label"] for block in blocks for one in block["positions"]]:
        failures.append(f"{folder}: lens: other words: {picture.get('cells')}")


def check(folder):
    inputs = [os.path.basename(path)[:-4] for path in sorted(glob.glob(f"{folder}/*.npy")) if not path.endswith("/ref.npy")]
    model = [f"{folder}/model.onnx", *(x for name in inputs for x in ("--input", f"{name}={folder}/{name}.npy")), "--skip-checks"]
    check_blocks(folder, model[:1])
    softmax = next(l for l in json.loads(run("layers", model[0], "--json"))["layers"] if l["type"] == "attention-softmax")
    with open("keys.script", "w") as file:
        file.write(SCRIPT.format(softmax=softmax["index"]))
    for picture in glob.glob("*.png"):  # replacing asks
        os.remove(picture)
    run(*model, "--script", "keys.script")
    run("explain", *model, "--report", "r.json")
    with open("r.json") as file:
        sample = json.load(file)["samples"][0]
    tokens = np.array([[token["relevance"] for token in sample["tokens"]]])
    for name in ("text", "tokens"):
        values, picture = shown(name)
        compare(f"{folder}: {name}", values, tokens)
        if [int(text) for text in picture.get("across", [])] != [token["id"] for token in sample["tokens"]]:
            failures.append(f"{folder}: {name}: other tokens: {picture.get('across')}")
    for name, option, key in (("heads", "--by-head", "by_head"), ("layers", "--by-layer", "by_layer")):
        rows = rows_of(option, key, model)
        values, picture = shown(name)
        compare(f"{folder}: {name}", values, np.array([row["relevance"] for row in rows]))
        if picture.get("down") != [row["name"] for row in rows]:
            failures.append(f"{folder}: {name}: other rows: {picture.get('down')}")
    run("explain", *model, "--at", softmax["name"], "--relevance", "m.npy")
    compare(f"{folder}: relevance of a head", shown("relevance")[0], np.load("m.npy")[0, 1])
    check_files(folder)
    check_lens(folder, [x for x in model if x != "--skip-checks"])
    for name in ("attention", "head"):  # the weights of a query add up to one
        values, picture = shown(name)
        compare(f"{folder}: {name}", values.sum(axis=1), np.ones(values.shape[0]))
        if [len(picture.get(key, [])) for key in ("across", "down")] != [values.shape[1], values.shape[0]]:
            failures.append(f"{folder}: {name}: {picture.get('across')}, {picture.get('down')}")


with tempfile.TemporaryDirectory() as place:
    with tarfile.open(sys.argv[2]) as archive:
        archive.extractall(place)
    os.chdir(place)
    os.environ.update(XDG_STATE_HOME=place, XDG_CONFIG_HOME=place)
    for found in sorted(glob.glob("*/model.onnx")):
        check(os.path.dirname(found))
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
print(compared, "compared")
sys.exit(bool(failures) or not compared)

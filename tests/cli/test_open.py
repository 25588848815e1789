#!/usr/bin/env python3
"""test_open.py BINARY FOLDER|ARCHIVE...: what a model is does not depend on how much of its shapes is known. Every model that is found, once
with the shapes of its inputs in the file and once with them left open (as the file has it; if that says all, the batch, and height and width of pictures): the same rows, and the same relevance from the same arrays.
Inputs lie beside a model (NAME.npy, input.npy, input1.npy ...) or, where the file says all sizes, are made. Needs numpy."""
import glob
import json
import os
import subprocess
import sys
import tarfile
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import field, fields, number

BINARY = os.path.abspath(sys.argv[1])
MOST_BYTES = 8 << 20
TYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64, 9: np.bool_, 11: np.float64}
compared, failures = 0, []


def first(message, number_):
    return next((value for key, value in fields(message) if key == number_), b"")


def put(parts):
    return b"".join(field(key, value) if isinstance(value, bytes) else number(key, value) for key, value in parts)


def replaced(message, number_, change):
    return put((key, change(value) if key == number_ else value) for key, value in fields(message))


class Input:
    def __init__(self, proto):
        self.name = first(proto, 1).decode()
        tensor = first(first(proto, 2), 1)
        self.type = first(tensor, 1)
        self.dims = [first(dim, 1) for _, dim in fields(first(tensor, 2))]
        self.array = None


def inputs_of(graph):
    constants = {first(value, 8).decode() for key, value in fields(graph) if key == 5}
    inputs = [Input(value) for key, value in fields(graph) if key == 11]
    return [i for i in inputs if i.name not in constants]


def give_arrays(folder, inputs):
    """False if there are none."""
    rng = np.random.default_rng(0)
    for k, given in enumerate(inputs):
        beside = [f"{folder}/{given.name}.npy", f"{folder}/input{k or ''}.npy"]
        path = next((p for p in beside if os.path.exists(p)), None)
        if path:
            given.array = np.load(path, allow_pickle=False)
        elif given.type in TYPES and given.dims and all(isinstance(d, int) and d for d in given.dims) and np.prod(given.dims) < 1 << 20:
            made = rng.standard_normal(given.dims) if given.type in (1, 11) else rng.integers(0, 2, given.dims)
            given.array = made.astype(TYPES[given.type])
        if given.array is None or given.array.dtype.kind not in "fiub":
            return False
    return bool(inputs)


def is_open(shape, axis):
    """What a model may be asked to take at other sizes."""
    if len(shape) == 4:
        return axis != (3 if shape[3] <= 4 < shape[1] else 1)
    return axis == 0 and len(shape) > 1


def chosen_at_run_time(model):
    """An If whose condition may go by the sizes: which branch is the model's, the sizes decide."""
    return any(first(value, 4) == b"If" for key, value in fields(first(model, 7)) if key == 1)


def with_shapes(model, inputs, open_):
    """The model, its inputs of the arrays' shapes, or open."""
    arrays = {i.name: (k, i.array.shape) for k, i in enumerate(inputs)}
    if open_ and any(not isinstance(d, int) for i in inputs for d in i.dims):
        return model

    def value_info(proto):
        name = first(proto, 1).decode()
        if name not in arrays:
            return proto
        k, shape = arrays[name]
        dims = b"".join(field(1, field(2, f"d{k}_{axis}") if open_ and is_open(shape, axis) else number(1, size)) for axis, size in enumerate(shape))

        def tensor(value):
            return put([(key, v) for key, v in fields(value) if key != 2]) + field(2, dims)

        return replaced(proto, 2, lambda value: replaced(value, 1, tensor))

    return replaced(model, 7, lambda graph: replaced(graph, 11, value_info))


def run(*arguments):
    return subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)


def rows(path):
    got = run("layers", path, "--json")
    keys = ("index", "name", "type", "activation", "nodes", "rule")
    return [tuple(map(str, (row[key] for key in keys))) for row in json.loads(got.stdout)["layers"]] if not got.returncode else got.stderr


def explained(path, given):
    for old in glob.glob("r*.npy") + ["r.json"]:
        if os.path.exists(old):
            os.remove(old)
    got = run("explain", path, *given, "--skip-checks", "--relevance", "r.npy", "--report", "r.json")
    if got.returncode:
        return got.returncode
    with open("r.json", encoding="utf-8") as file:
        report = json.load(file)
    arrays = []
    for name in sorted(glob.glob("r*.npy")):
        with open(name, "rb") as file:
            arrays.append(file.read())
    return [(row["name"], row["rule"], row["sum"]) for row in report["layers"]], [s["target"] for s in report["samples"]], arrays


def check(path):
    global compared
    if os.path.getsize(path) > MOST_BYTES:
        return
    with open(path, "rb") as file:
        model = file.read()
    try:
        inputs = inputs_of(first(model, 7))
    except (IndexError, StopIteration):
        return
    if not give_arrays(os.path.dirname(path), inputs):
        return
    given = []
    for k, one in enumerate(inputs):
        np.save(f"x{k}.npy", one.array)
        given += ["--input", f'"{one.name}"=x{k}.npy']
    for name, open_ in zip(("closed.onnx", "open.onnx"), (False, True)):
        with open(name, "wb") as file:
            file.write(with_shapes(model, inputs, open_))
    compared += 1
    closed, opened = rows("closed.onnx"), rows("open.onnx")
    if closed != opened and not chosen_at_run_time(model):
        different = [pair for pair in zip(closed, opened) if pair[0] != pair[1]][:2]
        failures.append(f"{path}: {len(closed)} rows, open {len(opened)}: {different}")
    closed, opened = explained("closed.onnx", given), explained("open.onnx", given)
    if closed != opened:
        failures.append(f"{path}: explained otherwise: {closed if isinstance(closed, int) else closed[1]}, {opened if isinstance(opened, int) else opened[1]}")


with tempfile.TemporaryDirectory() as place:
    paths = []
    for k, source in enumerate(sys.argv[2:]):
        if os.path.isfile(source):
            with tarfile.open(source) as archive:
                archive.extractall(f"{place}/{k}")
            source = f"{place}/{k}"
        paths += sorted(glob.glob(f"{os.path.abspath(source)}/**/*.onnx", recursive=True))
    os.chdir(place)
    for path in paths:
        check(path)
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
print(compared, "compared")
sys.exit(bool(failures) or not compared)

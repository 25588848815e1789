#!/usr/bin/env python3
"""test_memory.py BINARY: what --memory asks for is enough for every method and for batches, and arrays beyond it are refused before
they are taken: their size stands in front of them."""
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, npy, put, tensor
from program import BINARY, fail, finish, run

if os.environ.get("LRPSCOPE_SANITIZED"):
    print("skipped: a sanitizer has memory of its own")
    sys.exit(77)

SIDE, CHANNELS, MANY = 96, 32, 3


def peak(*arguments):
    """The exit code, the most memory it had in bytes, and what it said of errors."""
    child = subprocess.Popen([BINARY, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, used.ru_maxrss * 1024, said


def write_model():
    nodes, weights, x, channels = [], {}, "x", 3
    for i in range(4):
        weights[f"w{i}"] = tensor([((k * 7919) % 13 - 6) / 40 for k in range(CHANNELS * channels * 9)], [CHANNELS, channels, 3, 3])
        nodes += [node("Conv", f"{x} w{i}", f"c{i}", name=f"conv{i}", pads=[1, 1, 1, 1]), node("Relu", f"c{i}", f"r{i}", name=f"relu{i}")]
        x, channels = f"r{i}", CHANNELS
    weights["w"] = tensor([(k % 5 - 2) / 4 for k in range(2 * CHANNELS)], [2, CHANNELS])
    nodes += [node("GlobalAveragePool", x, "g"), node("Flatten", "g", "f"), node("Gemm", "f w", "y", transB=1)]
    put("m.onnx", model(nodes, {"x": (FLOAT, ["n", 3, SIDE, SIDE])}, {"y": (FLOAT, ["n", 2])}, weights))
    each = [((k * 31) % 17 - 8) / 8 for k in range(3 * SIDE * SIDE)]
    put("one.npy", npy(each, [1, 3, SIDE, SIDE]))
    put("mask.npy", npy([k // (3 * SIDE * SIDE // 4) for k in range(SIDE * SIDE)], [SIDE, SIDE]))
    put("many.npy", npy(each * MANY, [MANY, 3, SIDE, SIDE]))


def what_is_asked_for_is_enough():
    spare = 6 << 20 # threads' stacks, tables of the libraries
    base = peak("layers", "m.onnx")[1]
    for name in [m["name"] for m in json.loads(run("methods", "--json").stdout)["methods"]]:
        method = {"occlusion": "occlusion(48,48)", "ablation": "ablation(mask=mask.npy)", "smooth-grad": "smooth-grad(3)",
                  "integrated-gradients": "integrated-gradients(3)"}.get(name, name)
        for given in "one.npy", "many.npy":
            ask = ("explain", "m.onnx", given, "--method", method, "--threads", "2", "--target", "0")
            refused = run(*ask, "--memory", "1", code=4).stderr
            found = re.search(r"(\d+) bytes are needed", refused)
            if not found:
                fail(f"{method} of {given} does not say what it needs", refused)
                continue
            needed = int(found[1])
            code, most, said = peak(*ask, "--memory", str(needed))
            if code:
                fail(f"{method} of {given}: exit {code} with what it asked for", said)
            if most - base > needed + spare:
                fail(f"{method} of {given} had more than it asked for", f"{most - base} bytes, asked for {needed}")


def sparse(name, shape, order="False"):
    """An array of zeros that takes no room on the disk."""
    header = f"{{'descr': '<f4', 'fortran_order': {order}, 'shape': {shape}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    count = 4
    for size in shape:
        count *= size
    with open(name, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode())
        file.truncate(10 + len(header) + count)


def too_large_arrays_are_refused():
    most = 200 << 20
    sparse("stack.npy", (4000, 3, SIDE, SIDE))
    sparse("turned.npy", (1000, 3, SIDE, SIDE), "True") # fits once, and is there twice while it is turned around
    with zipfile.ZipFile("bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive, open("stack.npy", "rb") as file:
        with archive.open("x.npy", "w") as entry: # piece by piece: a child's peak counts what its parent had
            for _ in range(400):
                entry.write(file.read(1 << 20))
    for given, words in ("stack.npy", "an array of 4000x3x96x96 takes"), ("turned.npy", "takes"), ("bomb.npz", "unpacked"):
        for command in "run", "explain":
            code, had, said = peak(command, "m.onnx", given, "--memory", "150M")
            if code != 4 or given not in said or words not in said or "--memory" not in said or said.count("\n") != 1:
                fail(f"{command} of {given}: exit {code}", said)
            if had > most:
                fail(f"{command} of {given} had {had} bytes before it was refused")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    write_model()
    what_is_asked_for_is_enough()
    too_large_arrays_are_refused()
finish("memory as it is asked for")

#!/usr/bin/env python3
"""test_full.py BINARY: a disk that is full (here: files that may not grow, /dev/full) is one line that names the file and the cause,
exit 3; nothing half-written stays, and once there is room again --resume ends where an undisturbed run does."""
import os
import resource
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, npy, put, tensor
from program import BINARY, fail, finish, run

N, SAMPLES = 64, 12


def full(most, *arguments, ignored=True):
    """Runs it where no file can have more than `most` bytes."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN if ignored else signal.SIG_DFL)
    return run(*arguments, "-q", preexec_fn=limit)


def told(what, done, *words):
    lines = done.stderr.splitlines()
    if done.returncode != 3 or len(lines) != 1 or any(word not in lines[0] for word in words):
        fail(f"{what}: exit {done.returncode}, want 3 and one line with {words}", done.stderr)


def write_files():
    put("m.onnx", model([node("Gemm", "x w", "h", name="fc", transB=1), node("Relu", "h", "r"), node("Gemm", "r v", "y", transB=1)],
                        {"x": (FLOAT, ["n", N])}, {"y": (FLOAT, ["n", 3])},
                        {"w": tensor([(k * 37 % 19 - 9) / 9 for k in range(N * N)], [N, N]),
                         "v": tensor([(k * 11 % 7 - 3) / 3 for k in range(3 * N)], [3, N])}))
    os.mkdir("in")
    for i in range(SAMPLES):
        put(f"in/{i:02}.npy", npy([(k * (i + 3) % 23 - 11) / 11 for k in range(N)], [1, N]))


def left(folder):
    return sorted(name for _, _, names in os.walk(folder) for name in names)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def single_files():
    for option, name in ("--relevance", "r.npy"), ("--layerwise", "l.safetensors"), ("--report", "r.json"), ("--heatmap", "h.png"), \
            ("--sheet", "s.png"):
        for ignored in True, False:
            told(f"explain {option}", full(64, "explain", "m.onnx", "in/00.npy", option, name, ignored=ignored), name, "cannot be written")
            if os.path.exists(name) or any(name in other for other in os.listdir(".")):
                fail(f"explain {option} leaves something behind", os.listdir("."))
    told("convert", full(64, "convert", "m.onnx", "c.json"), "c.json", "cannot be written")
    told("explain --output-dir", full(64, "explain", "m.onnx", "in/00.npy", "in/01.npy", "--output-dir", "e"), "e/", "cannot be written")


def a_batch_goes_on():
    run("batch", "m.onnx", "in", "--output-dir", "whole", "-q", code=0)
    told("batch", full(1000, "batch", "m.onnx", "in", "--output-dir", "b", ignored=False), "b/shard-0-of-1/", "File too large")
    told("batch --resume on a full disk", full(1000, "batch", "m.onnx", "in", "--output-dir", "b", "--resume"), "b/shard-0-of-1/")
    run("batch", "m.onnx", "in", "--output-dir", "b", "--resume", code=0)
    for name in left("whole"):
        if name.endswith((".npy", "results.jsonl")) and read(f"whole/shard-0-of-1/{name}") != read(f"b/shard-0-of-1/{name}"):
            fail(f"resumed after a full disk, {name} is another one")
    before = left("b")
    told("merge", full(300, "merge", "b"), "b/", "cannot be written")
    told("merge of clusters", full(300, "merge", "b", "--cluster", "spray"), "b/", "cannot be written")
    if [name for name in left("b") if name not in before + ["results.jsonl"]]:
        fail("merge leaves something behind", left("b"))
    run("merge", "b", code=0)
    run("merge", "whole", code=0)
    for name in "relevance.npy", "results.jsonl", "statistics.json":
        if read(f"whole/{name}") != read(f"b/{name}"):
            fail(f"merged after a full disk, {name} is another one")


def standard_output():
    for arguments in ["layers", "m.onnx"], ["layers", "m.onnx", "--json"], ["check", "m.onnx"], ["explain", "m.onnx", "in/00.npy"], \
            ["run", "m.onnx", "in/00.npy"], ["rules"], ["--help"], ["--version"], ["explain", "m.onnx", "in/00.npy", "--relevance", "-"], \
            ["batch", "m.onnx", "in", "--output-dir", "j", "--json=lines"]:
        with open("/dev/full", "w") as nowhere:
            done = subprocess.run([BINARY, *arguments, *(["-q"] if len(arguments) > 1 else [])], stdin=subprocess.DEVNULL, stdout=nowhere,
                                  stderr=subprocess.PIPE, text=True)
        last = done.stderr.splitlines()[-1:] # where the array goes there, the table goes to standard error
        if done.returncode != 3 or not last or "standard output" not in last[0] or "No space left on device" not in last[0]:
            fail(f"{' '.join(arguments)} on /dev/full: exit {done.returncode}", done.stderr)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    write_files()
    single_files()
    a_batch_goes_on()
    if os.path.exists("/dev/full"):
        standard_output()
finish("full disks")

#!/usr/bin/env python3
"""batch.py BINARY DEMO [NAME=MODEL.onnx:SHAPE ...]: how many inputs a second `batch` explains with one thread and with all, against the
best rate of one pass over many samples, and how much memory 10,000 inputs take against 100. Figures are medians of rounds in which what
is compared takes turns; of every rate a run over N inputs is taken from one over 2N, so that opening the model counts for neither.

    python3 tests/bench/batch.py build/lrpscope assets/demo mobilenet-v2=mobilenet.onnx:3,224,224 vgg16=vgg16.onnx:3,224,224
"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

BINARY, DEMO = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
MODELS = [(name, os.path.abspath(path), [int(n) for n in shape.split(",")]) for name, _, rest in (word.partition("=") for word in sys.argv[3:]) for path, _, shape in [rest.rpartition(":")]]
ROUNDS, THREADS = int(os.environ.get("ROUNDS", 5)), os.cpu_count()
DEMO_OPTIONS = ["--scale", "1/255", "--mean", "0.2860", "--std", "0.3530"]


def seconds(*words):
    began = time.perf_counter()
    subprocess.run([BINARY, *words, "-q", "--skip-checks"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def batch(model, source, threads, *options):
    shutil.rmtree("out", ignore_errors=True)
    return seconds("batch", model, source, "--output-dir", "out", "--threads", str(threads), *options)


def pictures(folder, count):
    """The demo's, again and again: what is read and decoded each time."""
    found = sorted(name for name in os.listdir(DEMO) if name.endswith(".png"))
    os.makedirs(folder)
    for i in range(count):
        shutil.copy(f"{DEMO}/{found[i % len(found)]}", f"{folder}/{i:05}.png")


def arrays(folder, count, shape):
    random = np.random.default_rng(0)
    os.makedirs(folder)
    for i in range(count):
        np.save(f"{folder}/{i:03}.npy", random.standard_normal(shape).astype("f4"))


def rates(name, model, count, options, passes=(), shape=()):
    """Inputs a second by threads; of one pass over several samples by how many those are."""
    found = {key: [] for key in (1, THREADS, *(f"pass of {samples}" for samples in passes))}
    for _ in range(ROUNDS):
        for threads in (1, THREADS):
            found[threads].append(count / (batch(model, "twice", threads, *options) - batch(model, "once", threads, *options)))
        for samples in passes:
            whole = ",".join(str(n) for n in (samples, *shape))
            one, two = (seconds("explain", model, f"stack{samples}.npy", "--input-shape", whole, "--repeat", str(times)) for times in (2, 4))
            found[f"pass of {samples}"].append(2 * samples / (two - one))
    middle = {key: statistics.median(values) for key, values in found.items()}
    best = max([middle[f"pass of {samples}"] for samples in passes], default=0)
    print(f"| {name} | {middle[1]:.1f} | {middle[THREADS]:.1f} | {middle[THREADS] / middle[1]:.2f} | " + (f"{best:.1f} | {middle[THREADS] / best:.2f} |" if best else "| |"), flush=True)


def memory(count):
    """Largest resident size of a run, in MB."""
    pid = os.posix_spawn(BINARY, [BINARY, "batch", f"{DEMO}/vgg.onnx", f"many/{count}", "--output-dir", f"memory{count}", "-q", *DEMO_OPTIONS], os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, code, usage = os.wait4(pid, 0)
    assert code == 0, code
    return usage.ru_maxrss / 1024


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    print(f"| network | 1 thread | {THREADS} threads | ratio | one pass over samples, best | ratio |\n|---|---|---|---|---|---|")
    for folder, count in (("once", 300), ("twice", 600)):
        pictures(folder, count)
    rates("demo", f"{DEMO}/vgg.onnx", 300, DEMO_OPTIONS)
    count = 8
    for name, path, shape in MODELS:
        for folder, n in (("once", count), ("twice", 2 * count)):
            shutil.rmtree(folder)
            arrays(folder, n, shape)
        for samples in (1, 2, 4, 8):
            np.save(f"stack{samples}.npy", np.stack([np.load(f"twice/{i:03}.npy") for i in range(samples)]))
        rates(name, path, count, [], (1, 2, 4, 8), shape)
    few, lots = [], []
    pictures("many/100", 100), pictures("many/10000", 10000)
    for _ in range(min(ROUNDS, 3)):
        shutil.rmtree("memory100", ignore_errors=True), shutil.rmtree("memory10000", ignore_errors=True)
        few.append(memory(100)), lots.append(memory(10000))
    print(f"\nmemory: 100 inputs {statistics.median(few):.1f} MB, 10,000 inputs {statistics.median(lots):.1f} MB, ratio {statistics.median(lots) / statistics.median(few):.3f}")

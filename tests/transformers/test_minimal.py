#!/usr/bin/env python3
"""test_minimal.py BINARY FOLDER: the smallest networks in which a rule of attention-aware LRP shows, with numbers made elsewhere.
carrier: x cos(p), p whole numbers: a product of one carrier hands all of its relevance to x, 1 at target 1.
mask_inf, mask_min: scores masked by -inf and by the least float32: the same relevance, at output (2:1), and none at what is masked.
lstm: one cell, two steps, start 1 at the last h."""
import os
import subprocess
import sys
import tempfile

import numpy as np

BINARY, FOLDER = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
CASES = [("carrier.onnx", ["--input", "x=carrier_x.npy", "--input", "pos=carrier_pos.npy", "--target", "1"], np.array([0, 1, 0, 0.])),
         ("mask_inf.onnx", ["input.npy", "--target", "(2:1)", "--composite", "attnlrp"], "relevance_x.npy"),
         ("mask_min.onnx", ["input.npy", "--target", "(2:1)", "--composite", "attnlrp"], "relevance_x.npy"),
         ("lstm/model.onnx", ["lstm/input.npy", "--target", "0", "--composite", "zero"], "lstm/relevance_input.npy")]
failures = []
os.chdir(FOLDER)
with tempfile.TemporaryDirectory() as place:
    for model, arguments, wanted in CASES:
        done = subprocess.run([BINARY, "explain", model, *arguments, "--skip-checks", "--relevance", place + "/r.npy", "--quiet"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode:
            failures.append(f"{model}: exit {done.returncode}: {done.stderr}")
            continue
        want, got = np.load(wanted) if isinstance(wanted, str) else wanted, np.load(place + "/r.npy")
        if got.size != want.size or np.abs(got.ravel() - want.ravel()).max() > 1e-5 * np.abs(want).max():
            failures.append(f"{model}: {got.ravel()}, not {want.ravel()}")
        if model.startswith("mask") and got.reshape(want.shape)[want == 0].any():
            failures.append(f"{model}: what is masked has relevance: {got}")
for failure in failures:
    print("FAILED:", failure)
print(len(CASES), "compared")
sys.exit(bool(failures))

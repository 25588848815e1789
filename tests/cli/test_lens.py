#!/usr/bin/env python3
"""test_lens.py BINARY: run --lens against the same network written out in numpy: the final norm and head on what goes into the first
block and on what stands behind each, with attention (a block is attention and MLP) and without (a block is a sum); sums in either
order, blocks that add both parts at once, norms behind the sums. Where there is no residual stream it says so, exit 4."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, model, node, tensor

BINARY = os.path.abspath(sys.argv[1])
WIDTH, VOCABULARY, IDS = 4, 7, [3, 1, 6, 2]
random = np.random.default_rng(5)
failures = []


class Network:
    """Nodes, and what they give for IDS in float64."""

    def __init__(self):
        self.nodes, self.constants, self.values = [], {}, {}
        self.add("Gather", "table input_ids", "x", self.constant("table", VOCABULARY, WIDTH)[IDS])

    def constant(self, name, *shape):
        data = random.standard_normal(shape).astype("f4")
        self.constants[name] = tensor(data.ravel().tolist(), shape)
        self.values[name] = data.astype("f8")
        return self.values[name]

    def add(self, operator, inputs, output, value, **attributes):
        self.nodes.append(node(operator, inputs, output, name=output, **attributes))
        self.values[output] = value
        return output

    def dense(self, x, name, width=WIDTH):
        return self.add("MatMul", f"{x} {name}.w", name, self.values[x] @ self.constant(f"{name}.w", self.values[x].shape[-1], width))

    def attention(self, x, name):
        q, k, v = (self.dense(x, f"{name}.{part}") for part in "qkv")
        turned = self.add("Transpose", k, f"{name}.kt", self.values[k].T, perm=[0, 2, 1])
        scores = self.add("MatMul", f"{q} {turned}", f"{name}.s", self.values[q] @ self.values[turned])
        power = np.exp(self.values[scores] - self.values[scores].max(-1, keepdims=True))
        weights = self.add("Softmax", scores, f"{name}.p", power / power.sum(-1, keepdims=True), axis=-1)
        mixed = self.add("MatMul", f"{weights} {v}", f"{name}.m", self.values[weights] @ self.values[v])
        return self.dense(mixed, f"{name}.o")

    def mlp(self, x, name):
        up = self.dense(x, f"{name}.up", 6)
        return self.dense(self.add("Relu", up, f"{name}.r", np.maximum(self.values[up], 0)), f"{name}.down")

    def sum(self, x, y, name):
        return self.add("Add", f"{x} {y}", name, self.values[x] + self.values[y])

    def norm(self, x, name):
        self.constant(f"{name}.w", WIDTH)
        return self.add("LayerNormalization", f"{x} {name}.w", name, self.normalised(self.values[x], name), axis=-1)

    def normalised(self, x, name):
        centred = x - x.mean(-1, keepdims=True)
        return centred / np.sqrt((centred ** 2).mean(-1, keepdims=True) + 1e-5) * self.values[f"{name}.w"]

    def check(self, what, x, states):
        """x: the stream at the end; states: what the lens looks at."""
        self.dense(self.norm(x, "final"), "y", VOCABULARY)
        with open("m.onnx", "wb") as file:
            file.write(model(self.nodes, {"input_ids": (INT64, [1, len(IDS)])}, {"y": (FLOAT, [1, len(IDS), VOCABULARY])}, self.constants, opset=17))
        done = subprocess.run([BINARY, "run", "m.onnx", "--tokens", " ".join(map(str, IDS)), "--lens", "--json", "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            failures.append(f"{what}: exit {done.returncode}: {done.stderr}")
            return
        rows = json.loads(done.stdout)["samples"][0]["lens"]
        if [row["layer"] for row in rows] != states or [row["block"] for row in rows] != list(range(len(states))):
            failures.append(f"{what}: blocks {[row['layer'] for row in rows]}, not {states}")
            return
        last = self.values["y"].argmax(-1)
        for row, state in zip(rows, states):
            z = self.normalised(self.values[state], "final") @ self.values["y.w"]
            p = np.exp(z - z.max(-1, keepdims=True))
            p /= p.sum(-1, keepdims=True)
            for i, got in enumerate(row["positions"]):
                rank = 1 + (z[i] > z[i][last[i]]).sum()
                if got["index"] != z[i].argmax() or abs(got["probability"] - p[i].max()) > 1e-5 or got["rank"] != rank:
                    failures.append(f"{what}: {state} at {i}: {got}, not {z[i].argmax()} {p[i].max()} {rank}")


def everything():
    n = Network()
    a = n.sum("x", n.attention(n.norm("x", "n1"), "a1"), "s1")
    b = n.sum(n.mlp(n.norm(a, "n2"), "m1"), a, "s2")
    c = n.sum(n.attention(n.norm(b, "n3"), "a2"), b, "s3")
    d = n.sum(c, n.mlp(n.norm(c, "n4"), "m2"), "s4")
    n.check("norms before blocks", d, ["x", "s2", "s4"])
    n = Network()
    a = n.norm(n.sum("x", n.attention("x", "a1"), "s1"), "n1")
    b = n.norm(n.sum(a, n.mlp(a, "m1"), "s2"), "n2")
    c = n.norm(n.sum(b, n.attention(b, "a2"), "s3"), "n3")
    n.check("norms behind sums", n.sum(c, n.mlp(c, "m2"), "s4"), ["x", "s2", "s4"])
    n = Network()
    inside = n.norm("x", "n1")
    a = n.sum(n.sum(n.attention(inside, "a1"), n.mlp(inside, "m1"), "both"), "x", "s1")
    inside = n.norm(a, "n2")
    n.check("attention and MLP side by side", n.sum(n.sum(a, n.attention(inside, "a2"), "one"), n.mlp(inside, "m2"), "s2"), ["x", "s1", "s2"])
    n = Network()
    n.check("no attention", n.sum(n.sum("x", n.mlp("x", "m1"), "s1"), n.mlp("s1", "m2"), "s2"), ["x", "s1", "s2"])
    n = Network()
    n.dense(n.mlp("x", "m"), "y", VOCABULARY)
    with open("m.onnx", "wb") as file:
        file.write(model(n.nodes, {"input_ids": (INT64, [1, len(IDS)])}, {"y": (FLOAT, [1, len(IDS), VOCABULARY])}, n.constants))
    done = subprocess.run([BINARY, "run", "m.onnx", "--tokens", "1 2 3 4", "--lens"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 4 or "no residual stream" not in done.stderr:
        failures.append(f"a chain: exit {done.returncode}: {done.stderr}")


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    everything()
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
sys.exit(bool(failures))

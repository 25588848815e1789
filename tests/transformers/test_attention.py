#!/usr/bin/env python3
"""test_attention.py BINARY: attention operators of com.microsoft in one piece, against the formulas of AttnLRP and CP-LRP written out
here in float64. With O = P V, P = softmax(S), S = scale Q K^T + bias: s = R / O, R_V = P^T s V and R_P = s V^T P, half of each where
the probabilities carry relevance and all of it to V where they are stopped; R_S = S (R_P - P sum R_P); the raw products get their
share of S, and Q and K half of that each. A bias of Q, K and V, and a projection, are dense layers."""
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT32, model, node, tensor

BINARY = os.path.abspath(sys.argv[1])
BATCH, LENGTH, KEYS, HEADS, SIZE = 2, 3, 4, 2, 4
HIDDEN = HEADS * SIZE
failures, compared = [], 0
random = np.random.default_rng(3)


def stab(z):
    return np.where(z >= 0, z + 1e-9, z - 1e-9)


def heads_of(x):
    return x.reshape(x.shape[0], x.shape[1], HEADS, -1).transpose(0, 2, 1, 3)


def joined(x):
    return x.transpose(0, 2, 1, 3).reshape(x.shape[0], x.shape[2], -1)


def attend(q, k, v, scale, bias, start, stopped):
    """Output, and the relevance of q, k and v, all (batch, positions, heads * size); bias: what is added to the scores."""
    q, k, v = heads_of(q), heads_of(k), heads_of(v)
    raw = q @ k.swapaxes(-1, -2)
    scores = scale * raw + bias
    power = np.exp(scores - scores.max(-1, keepdims=True))
    p = power / power.sum(-1, keepdims=True)
    out = p @ v
    if start is None:
        return joined(out)
    s = heads_of(start) / stab(out)
    share = 1 if stopped else .5
    r_v = share * v * (p.swapaxes(-1, -2) @ s)
    if stopped:
        return joined(0 * q), joined(0 * k), joined(r_v)
    r_p = .5 * p * (s @ v.swapaxes(-1, -2))
    r_s = np.where(scores > -1e30, scores * (r_p - p * r_p.sum(-1, keepdims=True)), 0)
    t = np.where(scores > -1e30, scale * raw * r_s / stab(scores), 0) / stab(raw)
    return joined(.5 * q * (t @ k)), joined(.5 * k * (t.swapaxes(-1, -2) @ q)), joined(r_v)


def run(*arguments):
    done = subprocess.run([BINARY, *arguments, "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    return done.returncode == 0


def compare(what, path, wanted):
    global compared
    compared += 1
    got = np.load(path)
    error = np.abs(got.reshape(wanted.shape) - wanted).max() / (np.abs(wanted).max() or 1)
    if not error <= 1e-4: # an output near 0 that is divided by: float32 has no more digits
        failures.append(f"{what}: off by {error:.1e} of the maximum")


def check(name, operator, inputs, constants, attributes, output, relevance):
    """relevance(start, stopped): by input."""
    listed = " ".join(inputs[key] if isinstance(inputs[key], str) else key for key in inputs)
    given = {key: value for key, value in inputs.items() if not isinstance(value, str)}
    kinds = {key: (INT32 if value.dtype == np.int32 else FLOAT, list(value.shape)) for key, value in given.items()}
    with open("m.onnx", "wb") as file:
        file.write(model([node(operator, listed, "y", name="attention", domain="com.microsoft", **attributes)], kinds,
                         {"y": (FLOAT, [BATCH, LENGTH, HIDDEN])}, {key: tensor(value.ravel().tolist(), value.shape) for key, value in constants.items()}))
    files = []
    for key, value in given.items():
        np.save(key + ".npy", value if value.dtype == np.int32 else value.astype("f4"))
        files += ["--input", f"{key}={key}.npy"]
    if run("run", "m.onnx", *files, "--output", "y.npy"):
        compare(f"{name}: output", "y.npy", output)
    start = (output * random.standard_normal(output.shape)).astype("f4") # what is shared out is no larger than what it is a share of
    np.save("start.npy", start)
    for composite, stopped in (("attnlrp", False), ("cp-lrp", True)):
        for key, wanted in relevance(start.astype("f8"), stopped).items():
            if run("explain", "m.onnx", *files, "--skip-checks", "--composite", composite, "--output-relevance", "start.npy", "--at", key, "--relevance", "r.npy"):
                compare(f"{name}: {composite} at {key}", "r.npy", wanted)


def draw(*shape):
    return random.standard_normal(shape).astype("f4").astype("f8")


def multi_head(name, masks=None, extra=0, bias=None, **attributes):
    """Q, K and V on their own; masks: further inputs, by place; extra: what they add to the scores."""
    q, k, v = draw(BATCH, LENGTH, HIDDEN), draw(BATCH, KEYS, HIDDEN), draw(BATCH, KEYS, HIDDEN)
    b = np.zeros(3 * HIDDEN) if bias is None else bias
    scale, parts = attributes.get("scale", SIZE ** -.5), np.split(b, 3)
    full = [x + y for x, y in zip((q, k, v), parts)]
    inputs = {"q": q, "k": k, "v": v, "bias": "-" if bias is None else "b", **(masks or {})}
    def relevance(start, stopped):
        found = attend(*full, scale, extra, start, stopped)
        return {key: x * r / stab(z) for key, x, r, z in zip("qkv", (q, k, v), found, full)}
    check(name, "MultiHeadAttention", inputs, {} if bias is None else {"b": b}, {"num_heads": HEADS, **attributes},
          attend(*full, scale, extra, None, False), relevance)


def packed_heads(name, parts):
    """K and V, or Q, K and V, in one array: (batch, positions, heads, 2 or 3, size)."""
    keys = LENGTH if parts == 3 else KEYS
    q, x = draw(BATCH, LENGTH, HIDDEN), draw(BATCH, keys, HEADS, parts, SIZE)
    each = [x[:, :, :, i].reshape(BATCH, keys, HIDDEN) for i in range(parts)]
    full = each if parts == 3 else [q, *each]
    def relevance(start, stopped):
        found = attend(*full, SIZE ** -.5, 0, start, stopped)
        own = np.stack([r.reshape(BATCH, keys, HEADS, SIZE) for r in found[-parts:]], 3)
        return {"x": own} if parts == 3 else {"q": found[0], "x": own}
    check(name, "MultiHeadAttention", {"x": x} if parts == 3 else {"q": q, "x": x}, {}, {"num_heads": HEADS}, attend(*full, SIZE ** -.5, 0, None, False), relevance)


def projected(name, masks=None, extra=0, bias=True, **attributes):
    """Attention with its projection."""
    x, w, b = draw(BATCH, LENGTH, 5), draw(5, 3 * HIDDEN), draw(3 * HIDDEN) if bias else np.zeros(3 * HIDDEN)
    z = x @ w + b
    full, scale = np.split(z, 3, -1), attributes.get("scale", SIZE ** -.5)
    def relevance(start, stopped):
        r = np.concatenate(attend(*full, scale, extra, start, stopped), -1)
        return {"x": x * ((r / stab(z)) @ w.T)}
    check(name, "Attention", {"x": x, "weights": "w", "bias": "b" if bias else "-", **(masks or {})}, {"w": w, **({"b": b} if bias else {})},
          {"num_heads": HEADS, **attributes}, attend(*full, scale, extra, None, False), relevance)


def skipped_bias(place):
    """SkipLayerNormalization adds a dense layer's bias: rules that change weights take it for the layer's, as where all is written out."""
    x, w, bias, rest = draw(1, LENGTH, HIDDEN), draw(HIDDEN, HIDDEN), draw(HIDDEN), draw(1, LENGTH, HIDDEN)
    constants = {key: tensor(value.ravel().tolist(), value.shape) for key, value in {"w": w, "b": bias, "g": draw(HIDDEN), "c": draw(HIDDEN)}.items()}
    given = {key: (FLOAT, [1, LENGTH, HIDDEN]) for key in ("x", "rest")}
    fused = "d rest g c b" if place == 0 else "rest d g c b"
    forms = {"written": [node("Add", "d b", "e"), node("Add", "e rest" if place == 0 else "rest e", "s"),
                         node("LayerNormalization", "s g c", "y", epsilon=1e-12)],
             "fused": [node("SkipLayerNormalization", fused, "y", domain="com.microsoft", epsilon=1e-12)]}
    np.save("x.npy", x.astype("f4"))
    np.save("rest.npy", rest.astype("f4"))
    for form, nodes in forms.items():
        with open(f"{form}.onnx", "wb") as file:
            file.write(model([node("MatMul", "x w", "d", name="dense")] + nodes, given, {"y": given["x"]}, constants, opset=17))
        for key in given:
            run("explain", f"{form}.onnx", "--input", "x=x.npy", "--input", "rest=rest.npy", "--skip-checks", "--composite", "vit-gamma",
                "--target", "(1:2)", "--at", key, "--relevance", f"{form}.{key}.npy")
    for key in given if not failures else ():
        compare(f"bias beside a skip connection, at {key}", f"fused.{key}.npy", np.load(f"written.{key}.npy"))


np.seterr(invalid="ignore") # 0 times -inf, in places that np.where leaves out
LATER = np.triu(np.full((LENGTH, LENGTH), -np.inf), 1)
KEPT = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], "i4")
ROWS = np.array([[[1, 1, 0], [1, 1, 1], [0, 1, 1]], [[1, 0, 0], [1, 1, 0], [1, 1, 1]]], "i4")
below = lambda kept: np.where(kept, 0, -10000.)
with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    added = draw(1, HEADS, LENGTH, KEYS)
    multi_head("plain")
    multi_head("bias", bias=draw(3 * HIDDEN))
    multi_head("scale", scale=.3)
    multi_head("key padding", {"mask": KEPT}, below(KEPT)[:, None, None])
    multi_head("lengths", {"mask": np.array([4, 2], "i4")}, below(KEPT)[:, None, None])
    multi_head("added to scores", {"mask": "-", "added": added}, added, bias=draw(3 * HIDDEN))
    packed_heads("packed keys and values", 2)
    packed_heads("packed", 3)
    projected("projected")
    projected("projected without bias", bias=False)
    projected("projected, one way", extra=LATER, unidirectional=1)
    projected("projected, raw mask", {"mask": KEPT[:, :LENGTH]}, below(KEPT[:, :LENGTH])[:, None, None])
    projected("projected, mask by rows", {"mask": ROWS}, below(ROWS)[:, None], scale=.7)
    skipped_bias(0)
    skipped_bias(1)
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
print(compared, "compared")
sys.exit(bool(failures) or not compared)

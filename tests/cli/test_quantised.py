#!/usr/bin/env python3
"""test_quantised.py BINARY: quantised layers as exporters write them: what they compute, as their whole numbers say, and their relevance
under several rules, as numpy makes it of the real weights. Needs numpy."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT32, INT8, UINT8, model, node, npy, tensor

BINARY = os.path.abspath(sys.argv[1])
rng = np.random.default_rng(3)
failures = 0


def fail(what):
    global failures
    failures += 1
    print(what)


def near(what, got, wanted, tolerance):
    if got.shape != wanted.shape or not np.allclose(got, wanted, atol=tolerance * np.abs(wanted).max(), rtol=0):
        fail(f"{what}: {got.ravel()[:6]}, not {wanted.ravel()[:6]}")


def run(*arguments):
    got = subprocess.run([BINARY, *arguments], capture_output=True, text=True)
    if got.returncode:
        fail(f"{' '.join(arguments)}: exit {got.returncode}: {got.stderr}")
    return got.stdout


def whole(values, dtype):
    return tensor([int(v) for v in values.ravel()], values.shape, dtype)


def real(values):
    return tensor([float(v) for v in np.ravel(values)], np.shape(values))


def dynamic_codes(x):
    low, high = min(x.min(), np.float32(0)), max(x.max(), np.float32(0))
    scale = np.float32((high - low) / np.float32(255))
    zero = int(np.clip(np.rint(-low / scale), 0, 255))
    return np.clip(np.rint(x / scale) + zero, 0, 255).astype(int), scale, zero


def codes(x, scale, zero, low=0, high=255):
    return np.clip(np.rint(x / np.float32(scale)) + zero, low, high).astype(int)


def convolution(x, w):
    """3x3, padded by 1, of whole numbers or floats: [C,H,W] and [M,C,3,3] to [M,H,W]."""
    wide = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    windows = np.stack([wide[:, i:i + x.shape[1], j:j + x.shape[2]] for i in range(3) for j in range(3)], 1)
    return np.einsum("mck,ckhw->mhw", w.reshape(len(w), x.shape[0], 9), windows)


def as_matrix(w, shape):
    """The convolution with w as a matrix over inputs of that shape."""
    units = np.eye(int(np.prod(shape))).reshape(-1, *shape)
    return np.stack([convolution(u, w).ravel() for u in units], 1)


# Relevance of a layer z = W a + b, whose output was given r. The stabilisers are too small to be seen.
def epsilon(W, a, b, r):
    return a * (W.T @ (r / (W @ a + b)))


def z_plus(W, a, b, r):
    P, N, p, n = np.maximum(W, 0), np.minimum(W, 0), np.maximum(a, 0), np.minimum(a, 0)
    z = P @ p + N @ n + np.maximum(b, 0)
    s = np.where(r == 0, 0, r / np.where(r == 0, 1, z))
    return p * (P.T @ s) + n * (N.T @ s)


def w_square(W, a, b, r):
    return (W * W).T @ (r / (W * W).sum(1))


def z_box(W, a, b, r, low=-3, high=4):
    P, N = np.maximum(W, 0), np.minimum(W, 0)
    s = r / (W @ a + b - P.sum(1) * low - np.maximum(b, 0) - N.sum(1) * high - np.minimum(b, 0))
    return a * (W.T @ s) - low * (P.T @ s) - high * (N.T @ s)


RULES = {"epsilon(1e-9)": epsilon, "z-plus": z_plus, "w-square": w_square, "z-box(-3,4)": z_box}


def check(name, x, nodes, constants, y, layer, W, a, b, report):
    """y: what the network gives; layer: name of the row that is explained; W, a, b: what it is, over flat places."""
    x, y = np.asarray(x), np.asarray(y)
    with open("m.onnx", "wb") as file:
        file.write(model(nodes, {"x": (FLOAT, list(x.shape))}, {"y": (FLOAT, list(y.shape))}, constants))
    with open("x.npy", "wb") as file:
        file.write(npy([float(v) for v in x.ravel()], x.shape))
    for more in ([], ["--no-canonize"]):
        run("run", "m.onnx", "x.npy", "--output", "y.npy", *more)
        near(f"{name}: output {more}", np.load("y.npy"), y, 1e-6)
    rows = json.loads(run("layers", "m.onnx", "--json"))["layers"]
    kinds = [row["type"] for row in rows if row["name"] == layer]
    if kinds not in (["dense"], ["convolution"]):
        fail(f"{name}: {layer} is {kinds} of {[row['name'] for row in rows]}")
    if report not in run("layers", "m.onnx", "--canonize-report"):
        fail(f"{name}: the report does not tell that {report}")
    start = np.zeros(len(W))
    start[2] = 1
    place = np.unravel_index(2, y.shape[1:])
    target = str(place[0]) if y.ndim == 2 else f"{place[0]}@{place[1]}:{place[2]}"
    for rule, formula in RULES.items():
        given = ["m.onnx", "x.npy", "--composite", "epsilon", "--rule", f"{layer}={rule}", "--target", target, "--skip-checks"]
        run("explain", *given, "--relevance", "r.npy")
        near(f"{name}: {rule}", np.load("r.npy").ravel(), formula(W, a.ravel(), b, start), 1e-4)
        total = json.loads(run("ledger", *given, "--json"))["total"]
        if abs(total["in"] - total["out"] - sum(total["causes"].values())) > 1e-4 or abs(total["causes"].get("other", 0)) > 1e-4:
            fail(f"{name}: {rule}: the ledger is not even: {total}")


def whole_convolution(kind):
    x = rng.standard_normal((1, 2, 4, 5)).astype(np.float32) + np.float32(0.3)
    w, wz = rng.integers(0, 256, (3, 2, 3, 3)), rng.integers(90, 160, 3) if kind == "places" else np.array(131)
    ws = (0.01 + 0.02 * rng.random(3)).astype(np.float32) if kind == "places" else np.float32(0.02)
    bias = rng.standard_normal(3).astype(np.float32)
    q, scale, zero = dynamic_codes(x[0])
    centred = w - wz.reshape(-1, 1, 1, 1)
    sums = convolution(q - zero, centred)
    y = sums.astype(np.float32) * (scale * np.reshape(ws, (-1, 1, 1))) + bias[:, None, None]
    nodes = [node("DynamicQuantizeLinear", "x", "q s z"), node("ConvInteger", "q w z wz", "i", name="whole", pads=[1, 1, 1, 1]),
             node("Cast", "i", "f", to=FLOAT), node("Mul", "s ws", "sw"), node("Mul", "f sw", "m"), node("Add", "m b", "y")]
    shape = (1, 3, 1, 1) if kind == "places" else ()
    check(f"ConvInteger, {kind}", x, nodes,
          {"w": whole(w, UINT8), "wz": whole(wz, UINT8), "ws": real(ws.reshape(shape)), "b": real(bias.reshape(1, 3, 1, 1))}, y[None], "whole",
          as_matrix(centred * np.reshape(ws, (-1, 1, 1, 1)), x.shape[1:]), (q - zero) * scale, np.repeat(bias, 20),
          "whole numbers multiplied, then scaled")


def linear_convolution(written):
    """QLinearConv, and the same as QDQ writes it: weights by channel, asymmetric inputs and outputs."""
    x = rng.standard_normal((1, 2, 4, 5)).astype(np.float32)
    w, ws = rng.integers(-127, 128, (3, 2, 3, 3)), (0.005 + 0.01 * rng.random(3)).astype(np.float32)
    s, z, ys, yz, bias = np.float32(0.03), 117, np.float32(0.05), 98, rng.integers(-900, 900, 3)
    q = codes(x[0], s, z)
    sums = convolution(q - z, w) + bias[:, None, None]
    scales = (s * ws).astype(np.float32)
    y = ((codes(sums * scales[:, None, None].astype(float), ys, yz) - yz) * ys).astype(np.float32)
    constants = {"s": real(s), "z": whole(np.array(z), UINT8), "w": whole(w, INT8), "ws": real(ws), "wz": whole(np.zeros(3), INT8), "ys": real(ys),
                 "yz": whole(np.array(yz), UINT8), "b": whole(bias, INT32)}
    if written == "QLinearConv":
        nodes = [node("QuantizeLinear", "x s z", "q"), node("QLinearConv", "q s z w ws wz ys yz b", "p", name="conv", pads=[1, 1, 1, 1]),
                 node("DequantizeLinear", "p ys yz", "y")]
    else:
        constants |= {"bs": real(scales), "bz": whole(np.zeros(3), INT32)}
        nodes = [node("QuantizeLinear", "x s z", "q"), node("DequantizeLinear", "q s z", "a"), node("DequantizeLinear", "w ws wz", "v", axis=0),
                 node("DequantizeLinear", "b bs bz", "c", axis=0), node("Conv", "a v c", "t", name="conv", pads=[1, 1, 1, 1]),
                 node("QuantizeLinear", "t ys yz", "p"), node("DequantizeLinear", "p ys yz", "y")]
    check(written, x, nodes, constants, y[None], "conv/conv" if written == "QLinearConv" else "conv",
          as_matrix(w * ws[:, None, None, None], x.shape[1:]), (q - z) * s, np.repeat(bias * scales, 20), "quantised and dequantised is one rounding")


def products(written):
    """QLinearMatMul and MatMulInteger with scales and zero points by column; a Gemm whose roundings have no zero points."""
    x = rng.standard_normal((1, 6)).astype(np.float32)
    w, wz, ws = rng.integers(0, 256, (6, 4)), rng.integers(100, 150, 4), (0.01 + 0.01 * rng.random(4)).astype(np.float32)
    s, z, ys, yz, bias = np.float32(0.03), 117, np.float32(0.07), 130, rng.standard_normal(4).astype(np.float32)
    constants = {"s": real(s), "z": whole(np.array(z), UINT8), "w": whole(w, UINT8), "wz": whole(wz, UINT8), "ws": real(ws), "ys": real(ys),
                 "yz": whole(np.array(yz), UINT8)}
    q, report, layer = codes(x, s, z), "quantised and dequantised is one rounding", "fc"
    if written == "QLinearMatMul":
        nodes = [node("QuantizeLinear", "x s z", "q"), node("QLinearMatMul", "q s z w ws wz ys yz", "p", name="fc"), node("DequantizeLinear", "p ys yz", "y")]
        bias, layer = np.zeros(4, np.float32), "fc/matmul"
        y = (codes(((q - z) @ (w - wz)) * (float(s) * ws), ys, yz) - yz) * ys
    elif written == "MatMulInteger":
        constants["b"] = real(bias)
        nodes = [node("QuantizeLinear", "x s z", "q"), node("MatMulInteger", "q w z wz", "i", name="fc"), node("Cast", "i", "f", to=FLOAT),
                 node("Mul", "s ws", "sw"), node("Mul", "f sw", "m"), node("Add", "m b", "y")]
        y, report = ((q - z) @ (w - wz)).astype(np.float32) * (s * ws) + bias, "whole numbers multiplied, then scaled"
    else:
        x, z, wz, bias = abs(x), 0, 0, rng.standard_normal(4).astype(np.float32)
        q, constants["b"] = codes(x, s, 0), real(bias)
        nodes = [node("QuantizeLinear", "x s", "q"), node("DequantizeLinear", "q s", "a"), node("DequantizeLinear", "w ws", "v", axis=1),
                 node("Gemm", "a v b", "y", name="fc")]
        y = (q * s) @ (w * ws) + bias
    check(written, x, nodes, constants, y.astype(np.float32), layer, ((w - wz) * ws).T, (q - z) * s, bias, report)


def moved(written):
    """Codes that are flattened, or turned about, before they are multiplied; a product that DequantizeLinear scales."""
    w, wz, ws = rng.integers(-127, 128, (6, 4)), np.zeros(4, int), np.float32(0.02)
    x = rng.standard_normal((1, 2, 3)).astype(np.float32)
    s, z = np.float32(0.03), 117
    constants = {"w": whole(w, INT8), "ws": real(ws)}
    if written == "flattened":
        q, s, z = dynamic_codes(x)
        nodes = [node("DynamicQuantizeLinear", "x", "q s z"), node("Flatten", "q", "f"), node("MatMulInteger", "f w z", "i", name="fc"),
                 node("Cast", "i", "c", to=FLOAT), node("Mul", "s ws", "sw"), node("Mul", "c sw", "y")]
    elif written == "turned and flattened":
        q, s, z = dynamic_codes(x)
        q, w = q.transpose(0, 2, 1), w.reshape(2, 3, 4).transpose(1, 0, 2).reshape(6, 4)
        constants["w"] = whole(w, INT8)
        nodes = [node("DynamicQuantizeLinear", "x", "q s z"), node("Transpose", "q", "t", perm=[0, 2, 1]), node("Flatten", "t", "f"),
                 node("MatMulInteger", "f w z", "i", name="fc"), node("Cast", "i", "c", to=FLOAT), node("Mul", "c ws", "m"), node("Mul", "m s", "y")]
    else:
        ws = (0.01 + 0.01 * rng.random(4)).astype(np.float32)
        q = codes(x, s, z)
        constants |= {"s": real(s), "z": whole(np.array(z), UINT8), "ws": real(s * ws)}
        nodes = [node("QuantizeLinear", "x s z", "q"), node("Flatten", "q", "f"), node("MatMulInteger", "f w z", "i", name="fc"),
                 node("DequantizeLinear", "i ws", "y")]
    y = ((q - z).reshape(1, 6) @ w).astype(np.float32) * (s * ws)
    if written == "turned and flattened":
        w, q = w.reshape(3, 2, 4).transpose(1, 0, 2).reshape(6, 4), q.transpose(0, 2, 1)
    check(f"MatMulInteger, {written}", x, nodes, constants, y, "fc", (w * ws).T, (q - z) * s, 0, "whole numbers multiplied, then scaled")


def few_bits(written):
    """QONNX's Quant of inputs and weights, which become those that the layer has; codes that are multiplied before they are scaled back."""
    x = np.abs(rng.standard_normal((1, 6))).astype(np.float32)
    w, ws, s = rng.standard_normal((6, 4)).astype(np.float32) + np.float32(0.3), (0.1 + 0.1 * rng.random(4)).astype(np.float32), np.float32(0.25)
    q, v = np.clip(np.rint(x / s), -8, 7), np.clip(np.rint(w / ws), -7, 7)
    if written == "Quant":
        constants = {"w": real(w), "s": real(s), "ws": real(ws), "none": real(np.float32(0)), "bits": real(np.float32(4))}
        domain = "qonnx.custom_op.general"
        nodes = [node("Quant", "x s none bits", "a", domain=domain, signed=1, narrow=0), node("Quant", "w ws none bits", "v", domain=domain, signed=1, narrow=1),
                 node("MatMul", "a v", "y", name="fc")]
        check(written, x, nodes, constants, ((q * s) @ (v * ws)).astype(np.float32), "fc", (v * ws).T, q * s, 0, "constants worked out")
    else:
        constants = {"v": real(v), "s": real(s), "sw": real(s * ws), "low": real(np.float32(-8)), "high": real(np.float32(7))}
        nodes = [node("Div", "x s", "a"), node("Round", "a", "r"), node("Clip", "r low high", "c"), node("MatMul", "c v", "m", name="fc"), node("Mul", "m sw", "y")]
        check(written, x, nodes, constants, ((q @ v) * (s * ws)).astype(np.float32), "fc", v.T, q, 0, "rounded to whole numbers")


def onnxruntime_operators():
    """QLinearAdd and its relatives: relevance under the zero rule goes straight through the roundings, shared out at the rounded numbers."""
    a, b = rng.standard_normal((1, 2, 4, 4)).astype(np.float32) + 1, rng.standard_normal((1, 2, 4, 4)).astype(np.float32) + 1
    sa, za, sb, zb, sy, zy = np.float32(0.0211), 110, np.float32(0.0317), 97, np.float32(0.0437), 60  # no ties
    qa, qb = (codes(a, sa, za) - za) * sa.astype(float), (codes(b, sb, zb) - zb) * sb.astype(float)
    start = np.zeros(a.shape)
    start[0, 1, 2, 1] = 1
    windows = qa.reshape(1, 2, 2, 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(1, 2, 2, 2, 4)
    cases = {  # inputs, attributes, output, its start, what both parts get
        "QLinearAdd": (2, {}, qa + qb, start, (start * qa / (qa + qb), start * qb / (qa + qb))),
        "QLinearMul": (2, {}, qa * qb, start, (start / 2, start / 2)),
        "QLinearSigmoid": (1, {}, 1 / (1 + np.exp(-qa)), start, (start * qa * (1 - 1 / (1 + np.exp(-qa))),)),
        "QLinearLeakyRelu": (1, {"alpha": 0.1}, np.where(qa > 0, qa, 0.1 * qa), start, (start,)),
        "QLinearAveragePool": (1, {"kernel_shape": [2, 2], "strides": [2, 2]}, windows.mean(-1), np.eye(4)[2].reshape(1, 1, 2, 2) * [[[[1]], [[0]]]],
                               None),
        "QLinearConcat": (2, {"axis": 1}, np.concatenate([qa, qb], 1), np.concatenate([0 * start, start], 1), (0 * start, start)),
    }
    for name, (inputs, attributes, y, begin, given) in cases.items():
        if given is None:
            shares = windows / windows.sum(-1, keepdims=True) * begin[..., None]
            given = (shares.reshape(1, 2, 2, 2, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(1, 2, 4, 4),)
        parts = "qa sa za" + (" qb sb zb" if inputs == 2 else "")
        order = f"sy zy {' '.join(p for p in parts.split())}" if name == "QLinearConcat" else f"{parts} sy zy"
        nodes = [node("QuantizeLinear", "a sa za", "qa"), node("QuantizeLinear", "b sb zb", "qb"), node(name, order, "q", domain="com.microsoft", **attributes),
                 node("DequantizeLinear", "q sy zy", "y")]
        nodes = [n for k, n in enumerate(nodes) if inputs == 2 or k != 1]
        constants = {"sa": real(sa), "za": whole(np.array(za), UINT8), "sb": real(sb), "zb": whole(np.array(zb), UINT8), "sy": real(sy),
                     "zy": whole(np.array(zy), UINT8)}
        with open("m.onnx", "wb") as file:
            file.write(model(nodes, {k: (FLOAT, list(a.shape)) for k in ("a", "b")[:inputs]}, {"y": (FLOAT, list(y.shape))}, constants))
        for key, value in (("a", a), ("b", b), ("start", begin)):
            with open(f"{key}.npy", "wb") as file:
                file.write(npy([float(v) for v in value.ravel()], value.shape))
        files = [x for k in ("a", "b")[:inputs] for x in ("--input", f"{k}={k}.npy")]
        run("run", "m.onnx", *files, "--output", "y.npy")
        near(f"{name}: output", np.load("y.npy"), (codes(y, sy, zy) - zy) * sy, 1e-6)
        for k, wanted in zip(("a", "b"), given):
            run("explain", "m.onnx", *files, "--composite", "zero", "--skip-checks", "--output-relevance", "start.npy", "--at", k, "--relevance", "r.npy")
            near(f"{name}: relevance of {k}", np.load("r.npy"), wanted, 1e-5)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for kind in ("places", "one scale"):
        whole_convolution(kind)
    for written in ("QLinearConv", "Conv in roundings"):
        linear_convolution(written)
    for written in ("QLinearMatMul", "MatMulInteger", "Gemm in roundings without zero points"):
        products(written)
    for written in ("flattened", "turned and flattened", "scaled by DequantizeLinear"):
        moved(written)
    for written in ("Quant", "scaled back behind the product"):
        few_bits(written)
    onnxruntime_operators()
    os.chdir("/")
print(f"{failures} failures")
sys.exit(failures > 0)

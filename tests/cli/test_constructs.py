#!/usr/bin/env python3
"""test_constructs.py BINARY: constructs as other programs write them are explained: what is drawn at random is a constant, a masked
mean passes the check; the numbers are worked by hand from what `run` prints."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, model, node, npy, numbers, put, tensor
from program import fail, finish, run

X, W = [1.0, 2.0], [[1.0, 2.0], [3.0, -4.0]]  # a = x W
A = [X[0] * W[0][k] + X[1] * W[1][k] for k in range(2)]


def near(what, got, wanted):
    if len(got) != len(wanted) or any(abs(g - w) > 1e-5 * max(1, abs(w)) for g, w in zip(got, wanted)):
        fail(what, got, wanted)


def slope(target):
    """Of a's element by x."""
    return [W[i][target] for i in range(2)]


# name: nodes behind the dense layer that makes a, and how the relevance of a's element follows from it and the output, given a start of 1
DRAWN = {
    "numbers like those of a value, added": ([node("RandomNormalLike", "a", "n", name="noise", seed=3.0), node("Add", "a n", "y")],
                                             lambda a, y: a / y, lambda a, y: 1),
    "numbers like those of a value, multiplied": ([node("RandomUniformLike", "a", "n", name="noise", seed=3.0), node("Mul", "a n", "y")],
                                                  lambda a, y: 1, lambda a, y: y / a),
    "numbers of a shape": ([node("RandomNormal", "", "n", name="noise", shape=[1, 2]), node("Add", "a n", "y")],
                           lambda a, y: a / y, lambda a, y: 1),
    "numbers of a shape, within bounds": ([node("RandomUniform", "", "n", name="noise", shape=[1, 2]), node("Add", "a n", "y")],
                                          lambda a, y: a / y, lambda a, y: 1),
    "a coin that decides what stays": ([node("Sigmoid", "a", "p"), node("Bernoulli", "p", "n", name="noise", seed=1.0), node("Mul", "a n", "y")],
                                       lambda a, y: 1, lambda a, y: y / a),
    "a coin": ([node("Sigmoid", "a", "p"), node("Bernoulli", "p", "y", name="noise", seed=1.0)], lambda a, y: 0, lambda a, y: 0),
    "a class that is drawn": ([node("Multinomial", "a", "k", name="noise"), node("Cast", "k", "n", to=FLOAT), node("Add", "a n", "y")],
                              lambda a, y: a / y, lambda a, y: 1),
}


def check_drawn(name):
    nodes, share, factor = DRAWN[name]
    put("m.onnx", model([node("Gemm", "x w", "a", name="fc"), *nodes], {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 2])},
                        {"w": tensor([v for row in W for v in row], [2, 2])}, opset=15))
    run("run", "m.onnx", "x.npy", "--output", "y.npy", code=0)
    y = numbers("y.npy")
    for target in range(2):
        options = ["m.onnx", "x.npy", "--skip-checks", "--target", str(target), "--relevance", "r.npy"]
        run("explain", *options, "--composite", "zero", code=0)
        part = share(A[target], y[target])
        near(f"{name}: relevance", numbers("r.npy"), [part * X[i] * slope(target)[i] / A[target] for i in range(2)])
        run("explain", *options, "--method", "gradient", code=0)
        near(f"{name}: gradient", numbers("r.npy"), [factor(A[target], y[target]) * g for g in slope(target)])


TABLE = [[1.0, -2.0], [3.0, 4.0], [-1.0, 0.5]]
IDS, MASK = [0, 1, 2, 1], [1, 1, 1, 0]
POOL = [node("Gather", "table ids", "e", name="lookup"), node("Cast", "mask", "m", to=FLOAT), node("Unsqueeze", "m last", "u")]
COUNTS = {"": [], "one at least, by Clip": [node("Clip", "k one", "n")], "one at least, by Max": [node("Max", "k one", "n")]}


def check_masked_mean(counts):
    """The mean of the tokens that a mask leaves passes the check as what it is: a product, a sum, a quotient by a number."""
    n = "n" if COUNTS[counts] else "k"
    nodes = [*POOL, node("Mul", "e u", "p", name="masked"), node("ReduceSum", "p tokens", "s", name="sum", keepdims=0),
             node("ReduceSum", "u tokens", "k", name="count", keepdims=0), *COUNTS[counts], node("Div", f"s {n}", "y", name="mean")]
    put("m.onnx", model(nodes, {"ids": (INT64, [1, 4]), "mask": (INT64, [1, 4])}, {"y": (FLOAT, [1, 2])},
                        {"table": tensor([v for row in TABLE for v in row], [3, 2]), "last": tensor([-1], [1], INT64),
                         "tokens": tensor([1], [1], INT64), "one": tensor([1], [])}, opset=15))
    got = run("check", "m.onnx", "--json", code=0)
    types = {row["name"]: row["type"] for row in json.loads(got.stdout)["layers"]}
    if {name: types.get(name) for name in ("masked", "sum", "mean")} != {"masked": "mul", "sum": "sum-pool", "mean": "div"}:
        fail(f"masked mean, {counts}: types", types)
    options = ["m.onnx", "--input", "ids=ids.npy", "--input", "mask=mask.npy", "--relevance", "r.npy", "--composite", "zero"]
    for target in range(2):
        run("explain", *options, "--target", str(target), code=0)
        parts = [m * TABLE[i][target] for i, m in zip(IDS, MASK)]
        near(f"masked mean, {counts}: relevance", numbers("r.npy"), [p / sum(parts) for p in parts])


def check_registrations():
    """An activation behind a linear layer and one that is a layer: a single registration, the one that every row names, is enough."""
    put("m.onnx", model([node("Gemm", "x w", "a", name="fc"), node("Elu", "a", "b", name="fused"), node("Add", "b x", "c", name="sum"),
                         node("Elu", "c", "y", name="alone")], {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 2])},
                        {"w": tensor([1, 2, 3, 4], [2, 2])}))
    rows = json.loads(run("check", "m.onnx", "--json", code=1).stdout)["layers"]
    remedies = [row["remedy"] for row in rows if row["remedy"]]
    if len(remedies) != 2 or any(not r.startswith("--support-activation elu") for r in remedies):
        fail("elu: the remedies differ", remedies)
    for name in ("elu", "Elu", "activation"):
        run("check", "m.onnx", "--support-activation", name, code=0)
    run("check", "m.onnx", "--support-activation", "tanh", code=1)
    # alone, either will do
    run("check", "m.onnx", "--no-fuse", "--support-layer", "elu", code=0)
    run("check", "m.onnx", "--no-fuse", "--support-activation", "elu", code=0)


def check_skipping():
    """What cannot be executed is in the way, skipped or not: that it could be is not said."""
    for name, nodes, said in (("only what cannot run", [node("Odd", "x", "a", domain="own"), node("Add", "a x", "y")], None),
                              ("some of it runs", [node("HardSwish", "x", "a"), node("Odd", "a", "y", domain="own")], "All of this that can be executed"),
                              ("all of it runs", [node("Elu", "x", "a"), node("HardSwish", "a", "y")], "All of this is skipped")):
        put("m.onnx", model(nodes, {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 2])}, opset=14))
        out = run("check", "m.onnx", code=1).stdout
        if (said or "skipped by --skip-checks") in out if said is None else said not in out:
            fail(f"skipping, {name}", out)


def check_standardised():
    """Weights that a BatchNormalization in training mode brings to mean 0 and variance 1, as weight-standardised networks are exported: of
    (1, 3) it makes (-1, 1), and the scale of the second row is 2. The same of an input, which would be a batch's, is refused."""
    made = [node("Reshape", "w rows", "r"), node("BatchNormalization", "r scale zero zero one", "n mean variance", epsilon=0.0, training_mode=1), node("Reshape", "n kernel", "k")]
    constants = {"w": tensor([1.0, 3.0, 1.0, 3.0], [2, 2, 1, 1]), "rows": tensor([1, 2, 2], [3], INT64), "kernel": tensor([2, 2, 1, 1], [4], INT64), "scale": tensor([1.0, 2.0], [2]),
                 "zero": tensor([0.0, 0.0], [2]), "one": tensor([1.0, 1.0], [2])}
    put("m.onnx", model([*made, node("Conv", "x k", "c"), node("Flatten", "c", "y")], {"x": (FLOAT, [1, 2, 1, 1])}, {"y": (FLOAT, [1, 2]), "mean": (FLOAT, [2])}, constants, opset=15))
    put("c.npy", npy([3.0, 5.0], [1, 2, 1, 1]))
    run("run", "m.onnx", "c.npy", "--output", "y.npy")
    near("standardised weights, forward", numbers("y.npy"), [2.0, 4.0])
    run("run", "m.onnx", "c.npy", "--output-name", "mean", "--output", "y.npy")
    near("running mean, a tenth of the way from 0 to 2", numbers("y.npy"), [0.2, 0.2])
    run("explain", "m.onnx", "c.npy", "--target", "1", "--method", "input-gradient", "--relevance", "r.npy")
    near("standardised weights, back", numbers("r.npy"), [-6.0, 10.0])
    put("m.onnx", model([node("BatchNormalization", "x scale zero zero one", "y", epsilon=0.0, training_mode=1)], {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 2])}, constants, opset=15))
    if "training mode" not in run("run", "m.onnx", "x.npy", code=4).stderr:
        fail("a batch's own statistics", "not refused by name")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    put("x.npy", npy(X, [1, 2]))
    for case in DRAWN:
        check_drawn(case)
    put("ids.npy", npy(IDS, [1, 4], INT64))
    put("mask.npy", npy(MASK, [1, 4], INT64))
    for case in COUNTS:
        check_masked_mean(case)
    check_registrations()
    check_skipping()
    check_standardised()
    os.chdir("/")
finish(f"{len(DRAWN) + len(COUNTS) + 3} cases")

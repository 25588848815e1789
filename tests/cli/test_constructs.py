#!/usr/bin/env python3
"""test_constructs.py BINARY: constructs as other programs write them are explained: what is drawn at random is a constant; the numbers
are worked by hand from what `run` prints."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, npy, numbers, put, tensor
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


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    put("x.npy", npy(X, [1, 2]))
    for case in DRAWN:
        check_drawn(case)
    os.chdir("/")
finish(f"{len(DRAWN)} cases")

#!/usr/bin/env python3
"""Where relevance begins and ends: gradients at inputs of whole numbers are those of the float values that stand for them, worked by
hand; a sigmoid that is written out is stripped like one that is not.
usage: test_ends.py LRPSCOPE"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, UINT8, model, node, npy, numbers, put, tensor  # noqa: E402

BINARY = os.path.abspath(sys.argv[1])


def explain(*arguments, code=0):
    got = subprocess.run([BINARY, "explain", *arguments, "--relevance", "r.npy", "--skip-checks"], stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, timeout=60)
    assert got.returncode == code, (arguments, got.returncode, got.stderr)
    return numbers("r.npy")


def expect(got, wanted, what):
    assert len(got) == len(wanted) and all(abs(a - b) < 1e-5 for a, b in zip(got, wanted)), f"{what}: {got} instead of {wanted}"


os.chdir(tempfile.mkdtemp())
# tokens: each looks up two numbers; the output is (1, -3) times their sum over all tokens
put("tokens.onnx", model([node("Gather", "table ids", "e", name="lookup"), node("ReduceSum", "e axes", "s", name="sum", keepdims=0),
                          node("Gemm", "s w", "y", name="head", transB=1)],
                         {"ids": (INT64, [1, 3])}, {"y": (FLOAT, [1, 1])},
                         {"table": tensor([1., 2., 5., 0., -1., 1.], [3, 2]), "axes": tensor([1], [1], INT64), "w": tensor([1., -3.], [1, 2])}))
put("ids.npy", npy([0, 2, 1], [1, 3], INT64))
expect(explain("tokens.onnx", "ids.npy", "--method", "gradient"), [-2, -2, -2], "a gradient, summed over what a token looks up")
expect(explain("tokens.onnx", "ids.npy", "--method", "input-gradient"), [1 - 6, -1 - 3, 5], "times what it looks up")
expect(explain("tokens.onnx", "ids.npy", "--composite", "zero", "--output-relevance", "logit"), [-5, -4, 5], "the same as LRP-0 of a linear network")

# bytes: their first float value
put("bytes.onnx", model([node("Cast", "x", "f", name="cast", to=FLOAT), node("Gemm", "f w", "y", name="head", transB=1)],
                        {"x": (UINT8, [1, 3])}, {"y": (FLOAT, [1, 1])}, {"w": tensor([2., -1., .5], [1, 3])}))
put("bytes.npy", npy([10, 4, 200], [1, 3], UINT8))
expect(explain("bytes.onnx", "bytes.npy", "--method", "gradient"), [2, -1, .5], "a gradient of bytes")
expect(explain("bytes.onnx", "bytes.npy", "--method", "input-gradient"), [20, -4, 100], "times the bytes")

# y = 1 / (1 + exp(-z)): stripped, z is explained
for name, last in (("division.onnx", [node("Div", "one p", "y", name="d")]), ("reciprocal.onnx", [node("Reciprocal", "p", "y", name="d")])):
    put(name, model([node("Gemm", "x w", "z", name="head", transB=1), node("Neg", "z", "n", name="n"), node("Exp", "n", "e", name="e"),
                     node("Add", "e one", "p", name="p"), *last],
                    {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 1])}, {"w": tensor([3., -1.], [1, 2]), "one": tensor([1.], [])}))
    put("x.npy", npy([.5, 1.], [1, 2]))
    expect(explain(name, "x.npy", "--strip-sigmoid", "--composite", "zero", "--output-relevance", "logit"), [1.5, -1], name)
print("ok")

#!/usr/bin/env python3
"""`compare A --with B`: which layers answer to one another, what is written in another way, numbers worked by hand, exit codes.
usage: test_compare_models.py LRPSCOPE"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, npy, put, tensor  # noqa: E402

BINARY = os.path.abspath(sys.argv[1])


def run(*arguments):
    return subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def found(*arguments, code):
    got = run("compare", *arguments, "--json")
    assert got.returncode == code, (arguments, got.returncode, got.stderr)
    return json.loads(got.stdout)


def expect(got, wanted, what):
    alike = abs(got - wanted) < 1e-6 if isinstance(wanted, float) and got is not None else got == wanted
    assert alike, f"{what}: {got} instead of {wanted}"


def network(rows, names=("first", "second"), extra=False, head=None):
    """x (2 numbers), dense with the rows given, relu, maybe a dense layer that changes nothing, dense with one row."""
    nodes = [node("Gemm", "x w", "a", name=names[0], transB=1), node("Relu", "a", "r", name=names[0] + "_act")]
    if extra:
        nodes += [node("Gemm", "r same", "s", name="between", transB=1)]
    nodes += [node("Gemm", ("s" if extra else "r") + " h", "y", name=names[1], transB=1)]
    return model(nodes, {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 1])},
                 {"w": tensor(sum(rows, []), [len(rows), 2]), "same": tensor([1., 0., 0., 1.], [2, 2]), "h": tensor(head or [1.] * len(rows), [1, len(rows)])})


os.chdir(tempfile.mkdtemp())
put("x.npy", npy([1., 1.], [1, 2]))
put("a.onnx", network([[1., 2.], [3., 4.]]))
put("b.onnx", network([[1., 2.], [3., 5.]]))
put("named.onnx", network([[1., 2.], [3., 5.]], names=("eins", "zwei")))
put("longer.onnx", network([[1., 2.], [3., 4.]], extra=True))
put("wider.onnx", network([[1., 2.], [3., 4.], [0., 0.]]))
rows = "--composite", "zero"

same = found("a.onnx", "--with", "a.onnx", code=0)
expect((same["differ"], same["first"], [r["status"] for r in same["layers"]]), (False, None, ["same"] * 3), "a model and itself")
same = found("a.onnx", "x.npy", "--with", "a.onnx", code=0)
expect([(r["activation_difference"], r["relevance_correlation"]) for r in same["layers"]], [(0, 1)] * 3, "the same with an input")

# one weight of 4 is 5: the layer gives 3 and 8 instead of 3 and 7, the output is 11 instead of 10
for other, name in (("b.onnx", "first"), ("named.onnx", "eins")):
    got = found("a.onnx", "--with", other, code=1)
    expect((got["first"], got["layers"][1]["with_name"], got["layers"][2]["with_index"]), ("first", name, 2), other)
    expect(got["layers"][1]["weight_difference"], 1 / 4, "weights")
    got = found("a.onnx", "x.npy", "--with", other, code=1)
    expect(got["layers"][1]["activation_difference"], 1 / 7, "activations")
    expect(got["output_difference"], 1 / 10, "output")
    expect([r["differs"] for r in got["layers"]], [False, True, True], "what is beyond 1e-3")
found("a.onnx", "x.npy", "--with", "b.onnx", "--tolerance", "0.2", code=0)
expect(found("a.onnx", "x.npy", "--with", "b.onnx", "--tolerance", "0.12", code=1)["first"], "first", "a tolerance between the two")
expect(found("a.onnx", "--with", "b.onnx", "--tolerance", "0.3", code=0)["first"], None, "a tolerance of weights")

# relevance at the input, zero rule: (2/3, 1/3) against (2, -1)
put("one.onnx", network([[1., 1.]]))
put("minus.onnx", network([[1., -1.]], head=[2.]))
put("two.npy", npy([2., 1.], [1, 2]))
got = found("one.onnx", "two.npy", "--with", "minus.onnx", *rows, code=1)
expect(got["layers"][0]["relevance_correlation"], 1.0, "of two places, in one order")
put("turned.npy", npy([1., 2.], [1, 2]))
put("plus.onnx", network([[4., 1.]]))
got = found("one.onnx", "turned.npy", "--with", "plus.onnx", *rows, code=1)
expect(got["layers"][0]["relevance_correlation"], -1.0, "of two places, in the other order: (1/3, 2/3) against (2/3, 1/3)")

# a layer more that changes nothing: written in another way, yet the same numbers
got = found("a.onnx", "--with", "longer.onnx", code=1)
expect([(r["name"], r["with_name"], r["status"]) for r in got["layers"]],
       [("input", "input", "same"), ("first", "first", "same"), (None, "between", "added"), ("second", "second", "same")], "added")
expect(found("longer.onnx", "--with", "a.onnx", code=1)["layers"][2]["status"], "removed", "the other way about")
found("a.onnx", "x.npy", "--with", "longer.onnx", code=0)
text = run("compare", "a.onnx", "--with", "longer.onnx").stdout
assert "added" in text and "the first layer that differs: 2 between of longer.onnx" in text, text

# other sizes and attributes are named with what they were
got = found("a.onnx", "x.npy", "--with", "wider.onnx", code=0)  # what can be compared, the output, is the same
changes = {c["what"]: (c["before"], c["after"]) for c in got["layers"][1]["changes"]}
expect(changes, {"output": ("1x2", "1x3"), "w": ("2x2", "3x2")}, "sizes")
expect(got["layers"][1]["activation_difference"], None, "of other sizes")
for name, stride in (("s1.onnx", 1), ("s2.onnx", 2)):
    put(name, model([node("Conv", "x w", "y", name="conv", strides=[stride, 1])], {"x": (FLOAT, [1, 1, 3, 3])}, {"y": (FLOAT, [1, 1, (3 + stride - 1) // stride, 3])},
                    {"w": tensor([1.], [1, 1, 1, 1])}))
got = found("s1.onnx", "--with", "s2.onnx", code=1)
changes = {c["what"]: (c["before"], c["after"]) for c in got["layers"][1]["changes"]}
expect(changes["strides"], ("1 1", "2 1"), "an attribute")

# a target is that of the first model
put("left.onnx", model([node("Gemm", "x w", "y", name="head", transB=1)], {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 2])}, {"w": tensor([3., 0., 0., 1.], [2, 2])}))
put("right.onnx", model([node("Gemm", "x w", "y", name="head", transB=1)], {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 2])}, {"w": tensor([3., 0., 0., 9.], [2, 2])}))
got = found("left.onnx", "x.npy", "--with", "right.onnx", *rows, code=1)
expect(got["layers"][0]["relevance_correlation"], 1.0, "both of class 0, whatever the other's largest is")

for wrong, code, word in ((("a.onnx", "x.npy", "--with", "b.onnx", "--conventions"), 2, "--with"),
                          (("a.onnx", "x.npy", "--tolerance", "1"), 2, "--with"), (("a.onnx", "--with", "b.onnx", "--tolerance", "-1"), 2, "--tolerance"),
                          (("a.onnx", "--with", "none.onnx"), 3, "none.onnx"), (("a.onnx", "--conventions"), 2, "INPUT")):
    got = run("compare", *wrong)
    assert got.returncode == code and word in got.stderr and got.stderr.count("\n") == 1, (wrong, got.returncode, got.stderr)
print("ok")

#!/usr/bin/env python3
"""What `layers --json` says of operators: version, attributes (with those of a window that the file leaves out), weights, nodes.
usage: test_layers_json.py LRPSCOPE"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, put, tensor  # noqa: E402

BINARY = os.path.abspath(sys.argv[1])


def layers(*options):
    got = subprocess.run([BINARY, "layers", "m.onnx", "--json", *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert got.returncode == 0, got.stderr
    return json.loads(got.stdout)["layers"]


def expect(got, wanted, what):
    assert got == wanted, f"{what}: {got} instead of {wanted}"


os.chdir(tempfile.mkdtemp())
ones = [0.5] * (4 * 2 * 3 * 5)
put("m.onnx", model([node("Conv", "x w b", "c", name="given", kernel_shape=[3, 5], strides=[2, 1], pads=[1, 2, 0, 1], dilations=[1, 1], group=1),
                     node("Relu", "c", "r", name="act"),
                     node("Conv", "r v", "d", name="bare"),
                     node("AveragePool", "d", "p", name="pool", kernel_shape=[2, 2], auto_pad="SAME_UPPER"),
                     node("LeakyRelu", "p", "l", name="leaky", alpha=0.25),
                     node("Flatten", "l", "f", name="flat"),
                     node("Gemm", "f u", "y", name="head", transB=1)],
                    {"x": (FLOAT, [1, 2, 11, 9])}, {"y": (FLOAT, [1, 3])},
                    {"w": tensor(ones, [4, 2, 3, 5]), "b": tensor([0.] * 4, [4]), "v": tensor([1.] * 4, [1, 4, 1, 1]),
                     "u": tensor([1.] * 3 * 40, [3, 40])}))
rows = {row["name"]: row for row in layers()}
given, bare, pool, head = (rows[name] for name in ("given", "bare", "pool", "head"))
expect(given["attributes"], {"kernel_shape": [3, 5], "strides": [2, 1], "pads": [1, 2, 0, 1], "dilations": [1, 1], "group": 1}, "of the file")
expect(given["weights"], [{"name": "w", "shape": [4, 2, 3, 5], "dtype": "float32"}, {"name": "b", "shape": [4], "dtype": "float32"}], "weights")
expect((given["operator"], given["domain"], given["nodes"], given["node_types"]), ("Conv", "", ["given", "act"], ["Conv", "Relu"]), "nodes")
expect(bare["attributes"], {"kernel_shape": [1, 1], "strides": [1, 1], "pads": [0, 0, 0, 0], "dilations": [1, 1], "group": 1}, "left out")
expect(pool["attributes"], {"kernel_shape": [2, 2], "auto_pad": "SAME_UPPER", "strides": [1, 1]}, "pads that follow from sizes are not told as 0")
expect(head["attributes"], {"transB": 1}, "one number")
assert all(row["opset"] == given["opset"] > 0 for row in rows.values()), "opset"
loose = {row["name"]: row for row in layers("--no-fuse")}
expect(loose["leaky"]["attributes"], {"alpha": 0.25}, "a float")

# a pattern: the nodes inside, with what the file calls them
put("m.onnx", model([node("ReduceMean", "x", "m", name="mean", axes=[-1]), node("Sub", "x m", "c", name="centre"),
                     node("Mul", "c c", "q", name="square"), node("ReduceMean", "q", "v", name="variance", axes=[-1]),
                     node("Add", "v e", "ve", name="plus"), node("Sqrt", "ve", "s", name="root"), node("Div", "c s", "y", name="divide")],
                    {"x": (FLOAT, [1, 4])}, {"y": (FLOAT, [1, 4])}, {"e": tensor([1e-3], [])}))
row, = (row for row in layers() if row["type"] == "layer-norm")
expect(dict(zip(row["nodes"], row["node_types"])), {"mean": "ReduceMean", "centre": "Sub", "square": "Mul", "variance": "ReduceMean",
                                                    "plus": "Add", "root": "Sqrt", "divide": "Div"}, "nodes of a pattern")
epsilon = [value for name, value in row["attributes"].items() if name == "epsilon"]
expect([round(value, 9) for value in epsilon], [1e-3], "epsilon of a pattern")
print("ok")

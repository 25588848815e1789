#!/usr/bin/env python3
"""Writes a chain of N nodes, for what listing a long file takes: `activations` alone, `weights` (sums and products with a constant
each), or `convolutions` (a third convolutions, normalisations and activations each). usage: make_nodes.py FILE N KIND. Needs
Debian's python3-onnx."""
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

ACTIVATIONS = ["Relu", "Sigmoid", "Tanh", "Neg"]


def main():
    path, count, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    shape = [1, 2, 3, 3] if kind == "convolutions" else [1, 4]
    nodes, weights, value = [], [], "x"

    def constant(name, *dims):
        weights.append(numpy_helper.from_array(np.ones(dims, np.float32), name))
        return name

    for i in range(count):
        inputs, op = [value], ACTIVATIONS[i % 4]
        if kind == "weights":
            inputs, op = [value, constant(f"w{i}", 1, 4)], "Add" if i % 2 else "Mul"
        elif kind == "convolutions":
            op = ["Conv", "BatchNormalization", "Relu"][i % 3]
            inputs += [[constant(f"w{i}", 2, 2, 1, 1)], [constant(f"{part}{i}", 2) for part in ("scale", "bias", "mean", "var")], []][i % 3]
        value = f"t{i}"
        nodes.append(helper.make_node(op, inputs, [value], name=f"n{i}"))
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", value)]
    graph = helper.make_graph(nodes, "chain", ends[:1], ends[1:], weights)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)


main()

#!/usr/bin/env python3
"""Derives a network the model check flags from a ReLU network, without training data.

usage: derive_unsupported.py VGG.onnx OUT.onnx [RELU_NODE...]      (Debian: python3-onnx)

Each named Relu becomes HardSwish, which LRP does not know. hard_swish(k x) / k approaches relu(x) as k grows, so the layer
before is multiplied by k and the next layer with weights divided by it: what the network has learnt stays. Between the two
may stand only what a positive factor passes through unchanged (MaxPool, Flatten, Dropout).
"""
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

DEFAULT = ["/features/features.6/Relu", "/features/features.11/Relu"]
FACTOR = 4.0
WEIGHTED, PASSES = ("Conv", "Gemm"), ("MaxPool", "Flatten", "Dropout")


def scale(model, name, factor):
    for tensor in model.graph.initializer:
        if tensor.name == name:
            scaled = numpy_helper.to_array(tensor) * np.float32(factor)
            tensor.CopyFrom(numpy_helper.from_array(scaled.astype(np.float32), name))
            return
    sys.exit(f"{name}: not an initialiser")


def only(nodes, what):
    if len(nodes) != 1:
        sys.exit(f"{what}: {len(nodes)} nodes where one is needed")
    return nodes[0]


def rename(model, old, new):
    for node in model.graph.node:
        for values in (node.input, node.output):
            for i, value in enumerate(values):
                if value == old:
                    values[i] = new


def swap(model, name):
    nodes = model.graph.node
    relu = only([n for n in nodes if n.name == name and n.op_type == "Relu"], name)
    before = only([n for n in nodes if relu.input[0] in n.output], f"before {name}")
    if before.op_type not in WEIGHTED:
        sys.exit(f"{name}: follows {before.op_type}, not a layer with weights")
    for parameter in before.input[1:]:
        scale(model, parameter, FACTOR)
    after = only([n for n in nodes if relu.output[0] in n.input], f"after {name}")
    while after.op_type in PASSES:
        after = only([n for n in nodes if after.output[0] in n.input], f"after {after.name}")
    if after.op_type not in WEIGHTED:
        sys.exit(f"{name}: {after.op_type} follows, not a layer with weights")
    scale(model, after.input[1], 1 / FACTOR)
    rename(model, relu.output[0], relu.output[0].replace("Relu", "HardSwish"))
    relu.op_type = "HardSwish"
    relu.name = name.replace("Relu", "HardSwish")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    model = onnx.load(sys.argv[1])
    for name in sys.argv[3:] or DEFAULT:
        swap(model, name)
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", 14))  # HardSwish is an operator since 14
    onnx.checker.check_model(model)
    onnx.save(model, sys.argv[2])


main()

#!/usr/bin/env python3
"""Writes a chain of N layers for the inspector's benchmark: dense layers of four neurons, every tenth with an activation LRP does
not support, every seventh a residual sum. usage: make_chain.py FILE N. Needs Debian's python3-onnx."""
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save


def main():
    path, count = sys.argv[1], int(sys.argv[2])
    random = np.random.default_rng(1)
    nodes, weights, x, before = [], [], 'input', 'input'
    for i in range(count):
        name = f'/stage{i // 1000}/block{i // 10 % 100}/layer{i}'
        if i % 7 == 6:
            nodes.append(helper.make_node('Add', [x, before], [name + '_out'], name=name + '/Add'))
        else:
            weight = (random.standard_normal((4, 4)) * .5).astype(np.float32)
            weights.append(numpy_helper.from_array(weight, name + '.weight'))
            nodes.append(helper.make_node('Gemm', [x, name + '.weight'], [name + '_out'], name=name + '/Gemm'))
            if i % 10 == 9:
                nodes.append(helper.make_node('HardSwish', [name + '_out'], [name + '_act'], name=name + '/HardSwish'))
        before, x = x, nodes[-1].output[0]
    graph = helper.make_graph(nodes, 'chain', [helper.make_tensor_value_info('input', TensorProto.FLOAT, [1, 4])],
                              [helper.make_tensor_value_info(x, TensorProto.FLOAT, [1, 4])], weights)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 14)], ir_version=7), path)


main()

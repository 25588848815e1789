#!/usr/bin/env python3
"""Writes the networks that the benchmark measures, with seeded random weights (He's initialisation, small biases):
VGG-16, ResNet-50 and a MobileNetV2, all at 224x224, and single operators. usage: make_models.py FOLDER [NAME ...]
Needs Debian's python3-onnx."""
import os
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save


class Net:
    """A graph under construction; every method appends an operator and returns the name of its output."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.weights, self.count = [], [], 0

    def constant(self, name, array):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(array, dtype=np.float32), name))
        return name

    def op(self, kind, inputs, **attributes):
        self.count += 1
        name = f'{kind.lower()}_{self.count}'
        self.nodes.append(helper.make_node(kind, inputs, [name + '_out'], name=name, **attributes))
        return name + '_out'

    def normal(self, shape, fan_in):
        return self.random.standard_normal(shape, dtype=np.float32) * np.float32(np.sqrt(2 / fan_in))

    def conv(self, x, cin, cout, kernel=3, stride=1, group=1, pad=None, dilation=1, bias=True):
        name = f'conv_{self.count + 1}'
        pad = (kernel // 2) * dilation if pad is None else pad
        inputs = [x, self.constant(name + '.weight', self.normal((cout, cin // group, kernel, kernel), cin // group * kernel ** 2))]
        if bias:
            inputs.append(self.constant(name + '.bias', self.random.standard_normal(cout, dtype=np.float32) * np.float32(.01)))
        return self.op('Conv', inputs, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4, group=group,
                       dilations=[dilation] * 2)

    def relu(self, x):
        return self.op('Relu', [x])

    def relu6(self, x):
        if not any(w.name == 'zero' for w in self.weights):
            self.weights += [helper.make_tensor('zero', TensorProto.FLOAT, [], [0.]), helper.make_tensor('six', TensorProto.FLOAT, [], [6.])]
        return self.op('Clip', [x, 'zero', 'six'])

    def pool(self, x, kernel=2, stride=2, pad=0):
        return self.op('MaxPool', [x], kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4)

    def dense(self, x, cin, cout):
        name = f'gemm_{self.count + 1}'
        w = self.constant(name + '.weight', self.normal((cout, cin), cin))
        return self.op('Gemm', [x, w, self.constant(name + '.bias', np.zeros(cout, np.float32))], transB=1)

    def model(self, x_shape, y):
        graph = helper.make_graph(self.nodes, 'bench', [helper.make_tensor_value_info('input', TensorProto.FLOAT, x_shape)],
                                  [helper.make_tensor_value_info(y, TensorProto.FLOAT, None)], self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=7)


def vgg16():
    net, x, channels = Net(16), 'input', 3
    for block in ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)):
        for out in block:
            x, channels = net.relu(net.conv(x, channels, out)), out
        x = net.pool(x)
    x = net.op('Flatten', [x])
    for cin, cout in ((25088, 4096), (4096, 4096)):
        x = net.relu(net.dense(x, cin, cout))
    return net.model(['N', 3, 224, 224], net.dense(x, 4096, 1000))


def resnet50():
    net, channels = Net(50), 64
    x = net.pool(net.relu(net.conv('input', 3, 64, 7, 2)), 3, 2, 1)
    for stage, (width, blocks) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3))):
        for block in range(blocks):
            stride = 2 if block == 0 and stage else 1
            y = net.relu(net.conv(x, channels, width, 1))
            y = net.relu(net.conv(y, width, width, 3, stride))
            y = net.conv(y, width, 4 * width, 1)
            if block == 0:
                x = net.conv(x, channels, 4 * width, 1, stride)
            x, channels = net.relu(net.op('Add', [y, x])), 4 * width
    x = net.op('Flatten', [net.op('GlobalAveragePool', [x])])
    return net.model(['N', 3, 224, 224], net.dense(x, 2048, 1000))


def mobilenet_v2():
    net, channels = Net(2), 32
    x = net.relu6(net.conv('input', 3, 32, 3, 2))
    for expand, out, blocks, first in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for block in range(blocks):
            stride, hidden = first if block == 0 else 1, channels * expand
            y = net.relu6(net.conv(x, channels, hidden, 1)) if expand > 1 else x
            y = net.relu6(net.conv(y, hidden, hidden, 3, stride, hidden))
            y = net.conv(y, hidden, out, 1)
            x = net.op('Add', [y, x]) if stride == 1 and channels == out else y
            channels = out
    x = net.op('Flatten', [net.op('GlobalAveragePool', [net.relu6(net.conv(x, 320, 1280, 1))])])
    return net.model(['N', 3, 224, 224], net.dense(x, 1280, 1000))


MODELS = {'vgg16': vgg16, 'resnet50': resnet50, 'mobilenet_v2': mobilenet_v2}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    for name in sys.argv[2:] or MODELS:
        path = f'{folder}/{name}.onnx'
        if not os.path.exists(path):
            save(MODELS[name](), path + '.part')
            os.rename(path + '.part', path)
    picture = f'{folder}/input.npy'
    if not os.path.exists(picture):
        np.save(picture, np.random.default_rng(224).standard_normal((1, 3, 224, 224), dtype=np.float32))


main()

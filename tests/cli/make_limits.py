#!/usr/bin/env python3
"""Files one step beyond what is read (README, "Limits"), for test_limits.sh.   usage: make_limits.py FOLDER"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import BOOL, FLOAT, INT64, field, graph, model, node, npy, number, tensor, tensor_proto  # noqa: E402


def files():
    y, x = {"y": (FLOAT, None)}, {"x": (FLOAT, [1])}
    add = [node("Add", "x w", "y")]
    yield "dimensions.onnx", model(add, x, y, {"w": tensor([1], [1] * 9)})
    yield "dimensions.npy", npy([1], [1] * 9)
    yield "elements.onnx", model(add, x, y, {"w": tensor([], [1 << 24, (1 << 24) + 1])})
    inner = graph([node("Relu", "x", "z")], {}, {"z": (FLOAT, None)})
    for _ in range(16):
        inner = graph([node("If", "c", "z", then_branch=inner)], {}, {"z": (FLOAT, None)})
    yield "subgraphs.onnx", model([node("If", "c", "y", then_branch=inner)], {"x": (FLOAT, [1]), "c": (BOOL, [])}, y)
    sparse = field(1, tensor_proto("w", tensor([5], [1]))) + field(2, tensor_proto("", tensor([3], [1], INT64))) + number(3, (1 << 28) + 1)
    yield "sparse.onnx", number(1, 8) + field(7, graph(add, x, y) + field(15, sparse)) + field(8, number(2, 11))
    yield "nested.json", b"[" * 65 + b"]" * 65
    yield "long.json", b"{}" + b" " * (64 << 20)
    dense = '{"type": "identity"}'
    deep = '{"type": "chain", "layers": [' * 25 + dense + "]}" * 25
    yield "deep.json", f'{{"lrpscope_model": 1, "input": [1, 2], "layers": [{deep}]}}'.encode()
    yield "layers.json", f'{{"lrpscope_model": 1, "input": [1, 2], "layers": [{", ".join([dense] * 100001)}]}}'.encode()
    rules = ", ".join(f'"r{i}": {{"groups": [{{"terms": [{{"input": "a", "weight": "W"}}]}}]}}' for i in range(1001))
    yield "rules.json", f'{{"lrpscope": 1, "custom_rules": {{{rules}}}}}'.encode()
    yield "model.onnx", model(add, x, y, {"w": tensor([1], [1] * 8)})  # and this is read
    yield "side.pgm", b"P5 32769 1 255\n" + bytes(32769)
    yield "pixels.pgm", b"P5 32768 4097 255\n"


for name, data in files():
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.write(data)

#!/usr/bin/env python3
"""Writes the small files that fuzzing starts from, one of every kind.   usage: make_corpus.py [FOLDER]   (default: corpus beside it)

Files that once made a target fail lie there too, named after what was wrong; they are not made here, and are left alone.
"""
import json
import os
import struct
import sys
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import BOOL, FLOAT, INT64, field, function, graph, model, node, npy, number, packed, tensor, tensor_proto, varint  # noqa: E402


def ints(*values):
    return tensor(values, [len(values)], INT64)


def floats(shape, start=0.0):
    count = 1
    for d in shape:
        count *= d
    return tensor([start + i / 4 for i in range(count)], shape)


def models():
    x = {"x": (FLOAT, [1, 1, 4, 4])}
    y = {"y": (FLOAT, None)}
    yield "dense", model([node("Flatten", "x", "f"), node("Gemm", "f w b", "h", transB=1), node("Relu", "h", "r"),
                          node("Softmax", "r", "y", axis=1)], x, y, {"w": floats([2, 16]), "b": floats([2])})
    yield "norm", model([node("Conv", "x w", "c", pads=[1, 1, 1, 1], strides=[2, 2], group=1, auto_pad="NOTSET"),
                         node("BatchNormalization", "c s s s s", "n", epsilon=0.5), node("LeakyRelu", "n", "r", alpha=0.5),
                         node("MaxPool", "r", "p", kernel_shape=[2, 2], ceil_mode=1), node("GlobalAveragePool", "p", "y")],
                        x, y, {"w": floats([2, 1, 3, 3]), "s": floats([2], 1)})
    yield "shapes", model([node("Shape", "x", "s"), node("Gather", "s zero", "n", axis=0), node("Unsqueeze", "n axes", "u"),
                           node("Concat", "u minus", "t", axis=0), node("Reshape", "x t", "y")],
                          {"x": (FLOAT, ["N", 1, 4, 4])}, y, {"zero": tensor([0], [], INT64), "axes": ints(0), "minus": ints(-1)})
    yield "written_norm", model([node("ReduceMean", "x", "m", axes=[-1], keepdims=1), node("Sub", "x m", "d"), node("Pow", "d two", "q"),
                                 node("ReduceMean", "q", "v", axes=[-1], keepdims=1), node("Add", "v e", "a"), node("Sqrt", "a", "o"),
                                 node("Div", "d o", "n"), node("Mul", "n g", "k"), node("Add", "k g", "y")],
                                {"x": (FLOAT, [1, 2, 4])}, y, {"two": tensor([2.0], []), "e": tensor([.5], []), "g": floats([4])})
    yield "attention", model([node("MatMul", "x w", "q"), node("Transpose", "x", "t", perm=[0, 2, 1]), node("MatMul", "q t", "s"),
                              node("Mul", "s c", "m"), node("Softmax", "m", "p", axis=-1), node("MatMul", "p x", "y")],
                             {"x": (FLOAT, [1, 3, 2])}, y, {"w": floats([2, 2]), "c": tensor([.5], [])})
    yield "embedding", model([node("Gather", "w i", "e"), node("ReduceMean", "e", "y", axes=[1], keepdims=0)],
                             {"i": (INT64, [1, 3])}, y, {"w": floats([4, 2])})
    inner = graph([node("Relu", "x", "z")], {}, {"z": (FLOAT, None)})
    yield "branch", model([node("If", "c", "y", then_branch=inner, else_branch=inner)], {"x": (FLOAT, [2]), "c": (BOOL, [])}, y)
    yield "bodies", model([node("Choice", "c", "y", branches=[inner, inner])], {"x": (FLOAT, [2]), "c": (BOOL, [])}, y)
    yield "functions", model([node("Block", "x w", "p q", name="b", domain="own", s=.5), node("Block", "p w", "y", domain="own")],
                             {"x": (FLOAT, [1, 2])}, y, {"w": floats([2, 2])}, functions=[
                                 function("Block", "a m", "o a", [node("Act", "a m", "t", domain="own", k=["s"]), node("Act", "t m", "o", domain="own")]),
                                 function("Act", "l r", "n", [node("MatMul", "l r", "p"), node("LeakyRelu", "p", "n", alpha=["k"])])])
    yield "folded", model([node("Constant", "", "k", value=floats([2, 3])), node("Tile", "k r", "t"), node("Pad", "t p", "a"),
                           node("Slice", "a zero one", "l"), node("Expand", "l e", "f"), node("Einsum", "f f", "s", equation="ij,ij->i"),
                           node("CumSum", "s axis", "u"), node("Range", "start end one1", "g"), node("Add", "u x", "y")],
                          {"x": (FLOAT, [1])}, y, {"r": ints(2, 1), "p": ints(1, 0, 0, 1), "zero": ints(0), "one": ints(1), "e": ints(2, 4),
                          "axis": tensor([0], [], INT64), "start": tensor([0], [], INT64), "end": tensor([3], [], INT64),
                          "one1": tensor([1], [], INT64)})
    yield "resize", model([node("Resize", "x - s", "r", mode="linear"), node("ConvTranspose", "r w", "c", output_padding=[1, 1], strides=[2, 2]),
                           node("DepthToSpace", "c", "d", blocksize=2), node("Split", "d", "a b", axis=2), node("Concat", "a b", "k", axis=1),
                           node("TopK", "k n", "y j", axis=1)], x, y,
                          {"s": tensor([1, 1, 2, 2], [4]), "w": floats([1, 4, 2, 2]), "n": ints(1)})
    sparse = field(1, tensor_proto("w", tensor([5], [1]))) + field(2, tensor_proto("", ints(3))) + number(3, 2) + number(3, 2)
    one = number(1, 8) + field(7, field(1, node("MatMul", "x w", "y")) + field(15, sparse) + graph([], {"x": (FLOAT, [1, 2])}, y))
    yield "sparse", one + field(8, number(2, 11))


def wires():
    yield "fields", number(1, 300) + field(2, number(1, 1) + field(2, "text")) + varint(3 << 3 | 5) + b"1234" + varint(4 << 3 | 1) + b"12345678"
    yield "numbers", field(5, varint(1) + varint(-1)) + number(5, 7) + field(6, packed([1, 2], FLOAT)) + varint(6 << 3 | 5) + packed([3], FLOAT)


def safetensors(header, size):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(size)


def tables():
    yield "two", safetensors({"__metadata__": {"k": "v"}, "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
                              "b": {"dtype": "BF16", "shape": [3], "data_offsets": [16, 22]}}, 22)
    yield "empty", safetensors({"a": {"dtype": "I64", "shape": [0, 5], "data_offsets": [0, 0]}}, 0)


def arrays():
    yield "float", npy([1, 2, 3, 4, 5, 6], [2, 3])
    yield "columns", npy([1, 2, 3, 4, 5, 6], [2, 3]).replace(b"False", b"True ")
    yield "tokens", npy([1, 2, 3], [3], INT64)
    yield "scalar", npy([1], [])
    second = npy([1, 2], [2])
    yield "version_2", second[:6] + b"\x02\x00" + second[8:10] + b"\0\0" + second[10:].replace(b"<f4", b">f4")


def png(colour, depth, channels):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(range(i, i + 2 * channels * depth // 8)) for i in range(2))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, depth, colour, 0, 0, 0)) + chunk(
        b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pictures():
    yield "grey.png", png(0, 8, 1)
    yield "alpha16.png", png(6, 16, 4)
    yield "plain.pgm", b"P2\n# a comment\n2 2\n15\n0 5 10 15\n"
    yield "colour.ppm", b"P6 2 1 255\n" + bytes(range(6))


def rules():
    yield "preset", b"epsilon-gamma-box(-2.1,2.6)"
    yield "parts", b"composite(global(zero), global-type(convolution=alpha-beta(2,1), dense=epsilon(0.25,bias=off)), " \
                   b"first-layer-type(convolution=flat()), layer(9, z-plus(stabilizer=1e-6)), range(1..3, z-box([-1;0;1],[1;2;3])))"


def settings():
    yield "all.json", json.dumps({
        "lrpscope": 1, "convention": "zennit", "method": "lrp", "composite": [{"global": "zero"}, {"layer": "9", "rule": "mine(2)"}],
        "rules": [{"select": "type:dense", "rule": "epsilon(0.25,bias=off)"}, {"select": "1..3", "rule": "mine"}],
        "custom_rules": {"mine": {"parameters": {"g": 0.25}, "groups": [{"factor": "1+g", "mask": "z>0", "terms": [
            {"input": "a+", "weight": "W+gW+", "bias": "b+", "g": "g"}, {"input": "a-", "weight": "W-", "sign": -1}]}]}},
        "supported_layers": ["my-layer"], "supported_activations": ["hard-swish"], "skip_checks": True, "canonize": False,
        "target": 3, "input_shape": [1, 3, 8, 8], "preprocess": {"scale": "1/255", "mean": [0.1, 0.2, 0.3], "config": "p.json", "own": 1},
        "heatmap": {"colormap": "seismic", "clip": "1:99", "gamma": 0.5}, "labels": "labels.txt", "plugins": [], "mine": {"kept": [1]}}).encode()
    yield "small.json", b'{"lrpscope": 1, "composite": "epsilon-plus-flat", "preprocess": "p.json", "output_relevance": "r.npy"}'


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    kinds = {"model": (models, ".onnx"), "wire": (wires, ""), "safetensors": (tables, ".safetensors"), "array": (arrays, ".npy"),
             "picture": (pictures, ""), "rule": (rules, ""), "settings": (settings, "")}
    for kind, (make, suffix) in kinds.items():
        os.makedirs(f"{folder}/fuzz_{kind}", exist_ok=True)
        for name, data in make():
            with open(f"{folder}/fuzz_{kind}/{name}{suffix}", "wb") as file:
                file.write(data)


main()

#!/usr/bin/env python3
"""Tiny models and arrays for test_inputs.sh.   usage: make_inputs.py FOLDER      writes them
       make_inputs.py FILE.npy SHAPE VALUE...   exit 0 if the array is that, to 1e-6; SHAPE is 1x2x2"""
import json
import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import BOOL, FLOAT, INT64, UINT8, external_proto, function, model, node, npy, tensor  # noqa: E402

OPEN = {"y": (FLOAT, None)}


def files():
    # y = [2 m, 1 - m] where m is the mean of a picture of any size
    yield "dynamic.onnx", model([node("GlobalAveragePool", "x", "p"), node("Flatten", "p", "f"), node("Gemm", "f w b", "y", transB=1)],
                                {"x": (FLOAT, ["N", "C", "H", "W"])}, OPEN, {"w": tensor([2, -1], [2, 1]), "b": tensor([0, 1], [2])})
    yield "square.npy", npy([1, 2, 3, 6], [1, 1, 2, 2])
    yield "squares.npy", npy([1, 2, 3, 6, 0, 0, 0, 0], [2, 1, 2, 2])
    yield "square.pgm", b"P2 2 2 255 2 4 6 8\n"
    # h = a W, y = h + b, s = y0 - y1
    pair = {"a": (FLOAT, [1, 2]), "b": (FLOAT, [1, 2])}
    yield "two.onnx", model([node("MatMul", "a w", "h"), node("Add", "h b", "y"), node("MatMul", "y v", "s")], pair,
                            {"y": (FLOAT, [1, 2]), "s": (FLOAT, [1, 1])}, {"w": tensor([1, 2, 3, 4], [2, 2]), "v": tensor([1, -1], [2, 1])})
    yield "a.npy", npy([1, 1], [1, 2])
    yield "b.npy", npy([10, 20], [1, 2])
    # y = (x W) W, each product in a function that a second one calls
    yield "functions.onnx", model([node("Layer", "x w", "h", name="first", domain="own"), node("Layer", "h w", "y", name="second", domain="own")],
                                  {"x": (FLOAT, [1, 2])}, OPEN, {"w": tensor([1, 2, 3, 4], [2, 2])},
                                  functions=[function("Layer", "a m", "o", [node("Product", "a m", "p", domain="own"), node("Relu", "p", "o")]),
                                             function("Product", "l r", "q", [node("MatMul", "l r", "q", name="matmul")])])
    # the least over however many tokens, of rows of a table; the mean is a pooling that LRP knows
    yield "any_tokens.onnx", model([node("Gather", "w i", "e"), node("ReduceMin", "e", "y", axes=[1], keepdims=0)], {"i": (INT64, ["N", "T"])},
                                   OPEN, {"w": tensor(range(8), [4, 2])})
    yield "mean_tokens.onnx", model([node("Gather", "w i", "e"), node("ReduceMean", "e", "y", axes=[1], keepdims=0)], {"i": (INT64, ["N", "T"])},
                                    OPEN, {"w": tensor(range(8), [4, 2])})
    yield "any_unknown.onnx", model([node("Gather", "w i", "e"), node("Mystery", "e", "y", domain="own")], {"i": (INT64, ["N", "T"])}, OPEN,
                                    {"w": tensor(range(8), [4, 2])})
    # integers that are no tokens: y = 3 a + 4 b
    yield "whole.onnx", model([node("Cast", "i", "f", to=1), node("MatMul", "f w", "y")], {"i": (INT64, [1, 2])}, OPEN, {"w": tensor([3, 4], [2, 1])})
    yield "whole.npy", npy([1, 2], [1, 2], INT64)
    # the sum of three embedded tokens
    yield "tokens.onnx", model([node("Gather", "w i", "e"), node("ReduceSum", "e", "y", axes=[1], keepdims=0)], {"i": (INT64, ["N", 3])},
                               OPEN, {"w": tensor(range(8), [4, 2])}, opset=11)
    yield "tokens.npy", npy([1, 3, 1], [1, 3], INT64)
    yield "batch.npy", npy([1, 3, 1, 0, 0, 2], [2, 3], INT64)
    yield "beyond.npy", npy([1, 4, 1], [1, 3], INT64)
    yield "float.npy", npy([1, 3, 1], [1, 3])
    yield "half.npy", npy([1, 1.5, 1], [1, 3])
    yield "three.npy", npy([1, 3, 1], [3], INT64)
    # a picture of bytes, (N,H,W,C)
    yield "bytes.onnx", model([node("Cast", "x", "f", to=FLOAT), node("Flatten", "f", "g"), node("MatMul", "g w", "y")],
                              {"x": (UINT8, ["N", 2, 2, 1])}, OPEN, {"w": tensor([1, -1] * 4, [4, 2])})
    yield "large.npy", npy([2, 4, 300, 8], [1, 2, 2, 1], INT64)
    yield "constant.onnx", model([node("Add", "a b", "y")], {}, OPEN, {"a": tensor([1, 0], [1, 2]), "b": tensor([2, 0], [1, 2])})
    # the sum of embedded tokens where the mask is 1, and the sum of their positions
    yield "mask.onnx", model([node("Gather", "w input_ids", "e"), node("Cast", "attention_mask", "m", to=FLOAT), node("Unsqueeze", "m", "n", axes=[2]),
                              node("Mul", "e n", "k"), node("ReduceSum", "k", "s", axes=[1], keepdims=0), node("Cast", "position_ids", "p", to=FLOAT),
                              node("ReduceSum", "p", "q", axes=[1], keepdims=1), node("Add", "s q", "y")],
                             {"input_ids": (INT64, ["N", "T"]), "attention_mask": (INT64, ["N", "T"]), "position_ids": (INT64, ["N", "T"])},
                             OPEN, {"w": tensor(range(8), [4, 2])}, opset=11)
    # class 0 is the picture, class 1 the picture times -2, at every place
    yield "places.onnx", model([node("Conv", "x w", "y")], {"x": (FLOAT, ["N", 1, 2, 2])}, OPEN, {"w": tensor([1, -2], [2, 1, 1, 1])})
    yield "places.npy", npy([1, 2, 3, 4], [1, 1, 2, 2])
    yield "places2.npy", npy([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 2, 2])
    # one sample as a whole: a vector, the rows of a picture, steps before samples; samples that part and meet again; a label before scores
    yield "vector.onnx", model([node("MatMul", "x w", "y")], {"x": (FLOAT, [2])}, OPEN, {"w": tensor([1, 0, 2, 0, 1, -1], [2, 3])})
    yield "vector.npy", npy([1, 2], [2])
    yield "vector1.npy", npy([1, 2], [1, 2])
    yield "rows.onnx", model([node("Reshape", "x s", "y")], {"x": (FLOAT, ["N", 2, 2])}, OPEN, {"s": tensor([-1, 2], [2], INT64)})
    yield "rows.npy", npy([1, 4, 3, 2], [1, 2, 2])
    yield "steps.onnx", model([node("Transpose", "x", "t", perm=[1, 0, 2]), node("MatMul", "t w", "y")], {"x": (FLOAT, ["N", 3, 2])}, OPEN,
                              {"w": tensor([1, 0, 0, 1], [2, 2])})
    yield "steps.npy", npy([1, 2, 3, 4, 5, 6], [1, 3, 2])
    yield "steps2.npy", npy([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [2, 3, 2])
    yield "heads.onnx", model([node("Reshape", "x apart", "h"), node("Relu", "h", "r"), node("Reshape", "r whole", "y")], {"x": (FLOAT, ["N", 4])},
                              OPEN, {"apart": tensor([-1, 2], [2], INT64), "whole": tensor([-1, 4], [2], INT64)})
    yield "heads2.npy", npy([1, 2, 3, 4, 8, 7, 6, 5], [2, 4])
    yield "label.onnx", model([node("MatMul", "x w", "y"), node("ArgMax", "y", "label", axis=1, keepdims=0), node("Greater", "y zero", "positive")],
                              {"x": (FLOAT, ["N", 2])}, {"label": (INT64, None), "y": (FLOAT, None), "positive": (BOOL, None)},
                              {"w": tensor([1, 0, 2, 0, 1, -1], [2, 3]), "zero": tensor([0], [1])})
    yield "pair.npy", npy([1, 2, 1, -1], [2, 2])
    # weights in another file, here and there
    for name, location in (("up", "../w.bin"), ("root", "/etc/passwd"), ("link", "link.bin"), ("linked_folder", "aside/w.bin"), ("fine", "in/w.bin"),
                           ("fifo", "pipe"), ("folder", "in"), ("missing", "no.bin")):
        yield f"inner/{name}.onnx", model([node("Mul", "x w", "y")], {"x": (FLOAT, [1, 2])}, OPEN, {"w": external_proto("w", [2], location)})
    yield "inner/x.npy", npy([3, 5], [1, 2])
    yield "inner/in/w.bin", struct.pack("<2f", 1, 2)
    for name, weights in (("pipe", "pipe"), ("folder", "in"), ("up", "../w.safetensors"), ("fine", "w..2.safetensors")):
        yield f"inner/{name}.json", json.dumps({"lrpscope_model": 1, "input": [1, 2], "weights": weights,
                                                "layers": [{"type": "dense", "weight": "w"}]}).encode()
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}}).encode()
    yield "inner/w..2.safetensors", struct.pack("<Q", len(header)) + header + struct.pack("<2f", 1, 2)
    yield "w.bin", struct.pack("<2f", 1, 2)


def check(path, shape, values):
    with open(path, "rb") as file:
        data = file.read()
    end = 10 + struct.unpack_from("<H", data, 8)[0]
    sizes = "x".join(data[10:end].decode().split("'shape': (")[1].split(")")[0].replace(" ", "").strip(",").split(","))
    element = "q" if b"<i8" in data[:end] else "f"
    got = struct.unpack(f"<{(len(data) - end) // struct.calcsize('<' + element)}{element}", data[end:])
    wanted = [float(v) for v in values]
    if sizes != shape or len(got) != len(wanted) or any(abs(a - b) > 1e-6 * max(1, abs(b)) for a, b in zip(got, wanted)):
        sys.exit(f"{path}: {sizes} {got}, not {shape} {wanted}")


def main():
    if len(sys.argv) > 2:
        return check(sys.argv[1], sys.argv[2], sys.argv[3:])
    for name, data in files():
        path = os.path.join(sys.argv[1], name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)


main()

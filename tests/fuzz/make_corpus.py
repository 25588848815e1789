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


def explained():
    """Beside those of models(): kinds of layers that relevance goes through by ways of their own."""
    y = {"y": (FLOAT, None)}
    sequence, picture = {"x": (FLOAT, [1, 3, 4])}, {"x": (FLOAT, [1, 2, 4, 4])}
    square, wide, back = floats([4, 4], -1), floats([4, 8], -2), floats([8, 4], -3)
    yield "encoder", model([node("LayerNormalization", "x g b", "n", axis=-1, epsilon=1e-5), node("MatMul", "n w", "q"), node("MatMul", "n w", "k"),
                            node("MatMul", "n w", "v"), node("Transpose", "k", "t", perm=[0, 2, 1]), node("MatMul", "q t", "s"),
                            node("Add", "s mask", "m"), node("Softmax", "m", "p", axis=-1), node("MatMul", "p v", "a"), node("Add", "a x", "r"),
                            node("MatMul", "r wide", "h"), node("Gelu", "h", "e"), node("MatMul", "e back", "o"), node("Add", "o r", "y")],
                           sequence, y, {"g": floats([4], 1), "b": floats([4]), "w": square, "wide": wide, "back": back,
                                         "mask": tensor([0, -1e4, -1e4, 0, 0, -1e4, 0, 0, 0], [3, 3])}, opset=20)
    yield "gated", model([node("RMSNormalization", "x g", "n", axis=-1), node("MatMul", "n wide", "u"), node("Sigmoid", "u", "s"), node("Mul", "u s", "a"),
                          node("MatMul", "n wide", "v"), node("Mul", "a v", "m"), node("MatMul", "m back", "o"), node("Add", "o x", "y")],
                         sequence, y, {"g": floats([4], 1), "wide": wide, "back": back}, opset=23)
    microsoft = {"domain": "com.microsoft"}
    yield "fused", model([node("Attention", "x wqkv b", "a", num_heads=2, **microsoft), node("SkipLayerNormalization", "a x g g", "n", epsilon=1e-5, **microsoft),
                          node("MatMul", "n w", "m"), node("BiasGelu", "m g", "e", **microsoft), node("SkipLayerNormalization", "e n g g", "y", **microsoft)],
                         sequence, y, {"wqkv": floats([4, 12], -1), "b": floats([12]), "g": floats([4], 1), "w": square})
    for kind, gates in ("RNN", 1), ("GRU", 3), ("LSTM", 4):
        yield kind.lower(), model([node(kind, "x w r b", "h", hidden_size=2, direction="bidirectional"), node("Squeeze", "h axis", "k"),
                                   node("ReduceMean", "k", "m", axes=[0], keepdims=0), node("MatMul", "m o", "y")],
                                  {"x": (FLOAT, [3, 1, 4])}, y, {"w": floats([2, 2 * gates, 4], -2), "r": floats([2, 2 * gates, 2], -1),
                                                                 "b": floats([2, 4 * gates], -1), "axis": ints(2), "o": floats([2, 2])})
    step = graph([node("Add", "s i", "n"), node("Relu", "n", "t"), node("Identity", "t", "o")], {"s": (FLOAT, [4]), "i": (FLOAT, [4])},
                 {"t": (FLOAT, [4]), "o": (FLOAT, [4])})
    yield "scan", model([node("Scan", "z x", "f y", body=step, num_scan_inputs=1)], {"x": (FLOAT, [3, 4])}, y, {"z": floats([4])})
    turn = graph([node("Mul", "s w", "t"), node("Identity", "c", "d")], {"i": (INT64, []), "c": (BOOL, []), "s": (FLOAT, [4])},
                 {"d": (BOOL, []), "t": (FLOAT, [4])})
    yield "loop", model([node("Loop", "n - x", "y", body=turn)], {"x": (FLOAT, [4])}, y, {"n": tensor([3], [], INT64), "w": floats([4], -1)})
    yield "chosen", model([node("ReduceSum", "x", "r", keepdims=0), node("Greater", "r zero", "c"),
                           node("If", "c", "y", then_branch=graph([node("Relu", "x", "z")], {}, {"z": (FLOAT, None)}),
                                else_branch=graph([node("Neg", "x", "z")], {}, {"z": (FLOAT, None)}))],
                          {"x": (FLOAT, [4])}, y, {"zero": tensor([0.0], [])})
    yield "quantized", model([node("DynamicQuantizeLinear", "x", "q s z"), node("DequantizeLinear", "q s z", "d"), node("MatMul", "d w", "m"),
                              node("QuantizeLinear", "m scale", "k"), node("DequantizeLinear", "k scale", "y")],
                             {"x": (FLOAT, [2, 4])}, y, {"w": square, "scale": tensor([.5], [])})
    yield "norms", model([node("InstanceNormalization", "x s s", "i", epsilon=0.5), node("LRN", "i", "l", size=3), node("GroupNormalization", "l s s", "g", num_groups=1),
                          node("PRelu", "g s1", "p"), node("LpPool", "p", "q", kernel_shape=[2, 2], p=2), node("AveragePool", "q", "a", kernel_shape=[2, 2],
                          pads=[1, 1, 0, 0], count_include_pad=1), node("GlobalMaxPool", "a", "y")],
                         picture, y, {"s": floats([2], 1), "s1": floats([2, 1, 1], .5)}, opset=21)
    yield "mobile", model([node("Conv", "x e", "a"), node("Clip", "a low high", "b"), node("Conv", "b d", "c", group=4, pads=[1, 1, 1, 1], dilations=[1, 1]),
                           node("HardSwish", "c", "h"), node("GlobalAveragePool", "h", "p"), node("Conv", "p s", "k"), node("HardSigmoid", "k", "m"),
                           node("Mul", "h m", "n"), node("Conv", "n o", "v"), node("Add", "v x", "r"), node("Flatten", "r", "f"), node("Gemm", "f w", "y", alpha=.5)],
                          picture, y, {"e": floats([4, 2, 1, 1], -1), "low": tensor([0.0], []), "high": tensor([6.0], []), "d": floats([4, 1, 3, 3], -4),
                                       "s": floats([4, 4, 1, 1], -2), "o": floats([2, 4, 1, 1], -1), "w": floats([32, 3], -8)}, opset=14)
    yield "moves", model([node("Where", "c x k", "w"), node("GatherND", "w at", "g"), node("ScatterND", "w at g", "s"), node("GatherElements", "s at2", "e", axis=1),
                          node("Concat", "e s", "o", axis=0), node("ReduceMax", "o", "m", axes=[1]), node("Pow", "m two", "p"), node("Max", "p m", "y")],
                         {"x": (FLOAT, [2, 3]), "c": (BOOL, [2, 3])}, y, {"k": floats([2, 3]), "at": tensor([0, 1], [1, 2], INT64),
                                                                          "at2": tensor([0, 1, 2, 2, 1, 0], [2, 3], INT64), "two": tensor([2.0], [])})
    yield "open", model([node("Conv", "x w", "c", auto_pad="SAME_UPPER", strides=[2, 2]), node("Softplus", "c", "s"), node("ReduceMean", "s", "m", axes=[2, 3]),
                         node("Flatten", "m", "f"), node("Einsum", "f v", "y", equation="bi,ij->bj")],
                        {"x": (FLOAT, ["N", 1, "H", "W"])}, y, {"w": floats([2, 1, 3, 3], -1), "v": floats([2, 3], -1)})
    learned = {"domain": "ai.onnx.ml"}
    yield "machine", model([node("Scaler", "x", "s", offset=[.5], scale=[2.0], **learned),
                            node("SVMClassifier", "s", "label y", kernel_type="RBF", kernel_params=[.3, .0, 3.0], coefficients=[.5, -1.0, .75, 1.0, -.5, .25],
                                 support_vectors=[.0, .5, 1.0, -1.0, .25, .5], vectors_per_class=[1, 1, 1], rho=[.5, -.25, .0], prob_a=[-1.0, -1.5, -2.0],
                                 prob_b=[.25, .0, -.5], classlabels_ints=[1, 2, 3], **learned)], {"x": (FLOAT, [2, 2])}, y)
    yield "words", model([node("StringNormalizer", "x", "n", case_change_action="LOWER", stopwords=["a", "c"]),
                          node("TfIdfVectorizer", "n", "t", mode="TF", min_gram_length=1, max_gram_length=1, max_skip_count=0, ngram_counts=[0],
                               ngram_indexes=[0, 1], pool_strings=["", "b"]), node("MatMul", "t w", "y")], {"x": (8, [3])}, y, {"w": floats([2, 2])})
    skip = graph([node("SkipLayerNormalization", "s x g g", "t", epsilon=1e-5, **microsoft), node("FusedGemm", "t w g", "u", activation="Relu", **microsoft),
                  node("Identity", "c", "d")], {"i": (INT64, []), "c": (BOOL, []), "s": (FLOAT, [1, 4])}, {"d": (BOOL, []), "u": (FLOAT, [1, 4])})
    yield "loop_fused", model([node("Loop", "n - x", "y", body=skip)], {"x": (FLOAT, [1, 4])}, y,
                              {"n": tensor([2], [], INT64), "g": floats([4], 1), "w": square})


def scripts():
    yield "settings", b'''{"lrpscope": 1, "composite": "epsilon-plus", "rules": [{"select": "type:dense", "rule": "epsilon(0.25)"}], "supported_layers": ["sin"],
"heatmap": {"colormap": "bwr", "clip": "1:99"}, "labels": "labels.txt"}
---
:wait-idle
jj rg<CR> ]] [x zz Z
:rule gamma(0.5)
R jj<CR>
:set convention zennit
:set method input-gradient
:wait-idle
z z Z Z z
:input random
:wait-idle
:write kept.json
:export-all all
:wait-idle
'''
    yield "views", b'''{"lrpscope": 1, "skip_checks": true}
---
L :ledger<CR>
:wait-idle
1 2 3 4 5 ? <Esc> q
:resize 120x40
p p p p f f c m { } <Tab> + + <Left> <Down> <Right> - <Tab>
<CR> <Tab> jjj <CR> <BS> <Esc>
> > < D d d P
:resize 20x5
:export one.png
eY<CR>
E<CR>
'''
    yield "finding", b'''{"lrpscope": 1}
---
:search dense
n N
:filter type:dense
\\<C-u><CR>
a A <Space> j <Space> r<Down><Down>e<CR>
- + <Left> <Right> u U . ,
S<CR>
S<Down><CR>
s s
:register activation tanh
:go head
t j<CR>
:target two
:open model.json
O<Esc>
i input.n<Tab><CR>
<F5>
:wait-idle
:bind down n <F9>
:theme light
o jjj<CR>x<CR>
o G<CR><Esc>
:composite composite(global(zero), layer(2, flat))
'''
    yield "bare", b"R\x0e\x0e<CR>:q<CR>"


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
             "picture": (pictures, ""), "rule": (rules, ""), "settings": (settings, ""),
             "explain": (lambda: [*models(), *explained()], ".onnx"), "script": (scripts, "")}
    for kind, (make, suffix) in kinds.items():
        os.makedirs(f"{folder}/fuzz_{kind}", exist_ok=True)
        for name, data in make():
            with open(f"{folder}/fuzz_{kind}/{name}{suffix}", "wb") as file:
                file.write(data)


main()

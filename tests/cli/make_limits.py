#!/usr/bin/env python3
"""Files one step beyond what README ("Limits") says is read, and its numbers as shell variables in FOLDER/numbers.sh.
usage: make_limits.py README FOLDER"""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import BOOL, FLOAT, INT64, field, function, graph, model, node, npy, number, tensor, tensor_proto  # noqa: E402


# A row of the table: what its numbers are called here.
ROWS = {
    "dimensions of a tensor; its elements": "dimensions elements",
    "subgraphs (If, Loop, Scan) in each other; functions in each other": "subgraphs functions",
    "functions, written out where they are called": "written_out",
    "a sparse tensor, written out": "sparse",
    "JSON: file; nesting": "json nesting",
    "JSON models: layers; containers in each other": "layers containers",
    "custom rules of a rules file": "rules",
    "pictures: side; pixels": "side pixels",
    "standard input, or a pipe in a file's place": "stdin",
}


def number_of(text):
    power, unit = re.fullmatch(r"2\^(\d+)", text), re.fullmatch(r"(\d+) (MiB|GiB)", text)
    return 1 << int(power[1]) if power else int(unit[1]) << {"MiB": 20, "GiB": 30}[unit[2]] if unit else int(text)


def limits_of(readme):
    with open(readme, encoding="utf-8") as file:
        section = file.read().split("\n## Limits\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", section, re.M)[1:])
    if list(rows) != list(ROWS):
        sys.exit(f"{readme}: rows of the table without a test, or tests without a row: {set(rows) ^ set(ROWS) or 'another order'}")
    return {name: number_of(text) for row, names in ROWS.items() for name, text in zip(names.split(), rows[row].split("; "), strict=True)}


def files(most):
    y, x = {"y": (FLOAT, None)}, {"x": (FLOAT, [1])}
    add = [node("Add", "x w", "y")]
    yield "dimensions.onnx", model(add, x, y, {"w": tensor([1], [1] * (most["dimensions"] + 1))})
    yield "dimensions.npy", npy([1], [1] * (most["dimensions"] + 1))
    yield "elements.onnx", model(add, x, y, {"w": tensor([], [1 << 24, (most["elements"] >> 24) + 1])})
    inner = graph([node("Relu", "x", "z")], {}, {"z": (FLOAT, None)})
    for _ in range(most["subgraphs"]):
        inner = graph([node("If", "c", "z", then_branch=inner)], {}, {"z": (FLOAT, None)})
    yield "subgraphs.onnx", model([node("If", "c", "y", then_branch=inner)], {"x": (FLOAT, [1]), "c": (BOOL, [])}, y)
    calls = [function(f"F{i}", "a", "b", [node(f"F{i + 1}", "a", "b", domain="own")]) for i in range(most["functions"] + 1)]
    yield "functions.onnx", model([node("F0", "x", "y", domain="own")], x, y, functions=calls)
    yield "fewer_functions.onnx", model([node("F1", "x", "y", domain="own")], x, y, functions=calls)  # and this is read
    calls = [function(f"F{i}", "a", "b", [node(f"F{i + 1}", "a", "b", domain="own")] * 100) for i in range(8)]
    yield "written_out.onnx", model([node("F0", "x", "y", domain="own")], x, y, functions=calls)
    sparse = field(1, tensor_proto("w", tensor([5], [1]))) + field(2, tensor_proto("", tensor([3], [1], INT64))) + number(3, (most["sparse"] >> 2) + 1)
    yield "sparse.onnx", number(1, 8) + field(7, graph(add, x, y) + field(15, sparse)) + field(8, number(2, 11))
    yield "nested.json", b"[" * (most["nesting"] + 1) + b"]" * (most["nesting"] + 1)
    yield "long.json", b"{}" + b" " * most["json"]
    dense = '{"type": "identity"}'
    deep = '{"type": "chain", "layers": [' * (most["containers"] + 1) + dense + "]}" * (most["containers"] + 1)
    yield "deep.json", f'{{"lrpscope_model": 1, "input": [1, 2], "layers": [{deep}]}}'.encode()
    yield "layers.json", f'{{"lrpscope_model": 1, "input": [1, 2], "layers": [{", ".join([dense] * (most["layers"] + 1))}]}}'.encode()
    rules = ", ".join(f'"r{i}": {{"groups": [{{"terms": [{{"input": "a", "weight": "W"}}]}}]}}' for i in range(most["rules"] + 1))
    yield "rules.json", f'{{"lrpscope": 1, "custom_rules": {{{rules}}}}}'.encode()
    yield "model.onnx", model(add, x, y, {"w": tensor([1], [1] * most["dimensions"])})  # and this is read
    doubled = [node("Concat", f"v{i} v{i}", f"v{i + 1}", axis=0) for i in range(46)]  # 4 * 2^47 bytes
    yield "doubled.onnx", model(doubled, {"v0": (FLOAT, [1])}, {"v46": (FLOAT, None)})
    yield "side.pgm", b"P5 %d 1 255\n" % (most["side"] + 1) + bytes(most["side"] + 1)
    yield "pixels.pgm", b"P5 %d %d 255\n" % (most["side"], most["pixels"] // most["side"] + 1)


numbers = limits_of(sys.argv[1])
for name, data in files(numbers):
    with open(os.path.join(sys.argv[2], name), "wb") as file:
        file.write(data)
with open(os.path.join(sys.argv[2], "numbers.sh"), "w", encoding="ascii") as file:
    file.writelines(f"{name}={value}\n" for name, value in numbers.items())
with open(os.path.join(sys.argv[2], "endless"), "wb") as file:
    file.truncate(numbers["stdin"] + 1)

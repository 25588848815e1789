#!/usr/bin/env python3
"""test_tab.py BINARY: what Tab proposes fits the question: models where a model is opened, pictures and arrays where an input is; where
nothing fits, everything; a file to write may be called like any other."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, npy, put, tensor
from program import fail, finish, run

FILES = ("m.onnx", "notes.md", "x.npy", "photo.png", "m.lrpscope.json", "chain.json")


def proposed(name):
    with open(name, encoding="utf-8") as file:
        words = file.read().split()
    return sorted({word for word in words if word in FILES or word == "below"})


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    os.environ.update(HOME=folder, XDG_STATE_HOME=folder + "/s", XDG_CONFIG_HOME=folder + "/c", LC_ALL="C.UTF-8")
    os.makedirs("d/below"), os.makedirs("only")
    for file in FILES:
        put("d/" + file, "")
    put("only/notes.md", ""), put("only/second.md", "")
    put("net.onnx", model([node("Gemm", "x w", "y", name="fc")], {"x": (FLOAT, [1, 2])}, {"y": (FLOAT, [1, 2])}, {"w": tensor([2, 0, 0, 2], [2, 2])}))
    put("row.npy", npy([1, 2], [1, 2]))
    put("script", ":resize 100x30\n:wait-idle\nid/<Tab><Tab>\n:dump input\n<Esc>\n"
        "<Esc>ionly/<Tab><Tab>\n:dump nothing\n<Esc>\n<Esc>:open<Space>d/<Tab><Tab>\n:dump open\n<Esc>\n<Esc>:export<Space>d/<Tab><Tab>\n:dump export\n")
    run("net.onnx", "row.npy", "--composite", "zero", "--script", "script", code=0)
    for name, wanted in (("input", ["below", "photo.png", "x.npy"]), ("nothing", ["notes.md"]), ("open", ["below", "chain.json", "m.onnx"]),
                         ("export", sorted([*FILES, "below"]))):
        got = [word.rstrip("/") for word in proposed(name)]
        if got != wanted:
            with open(name, encoding="utf-8") as file:
                fail(name, got, wanted, file.read())
    os.chdir("/")
finish("4 questions")

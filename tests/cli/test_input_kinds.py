#!/usr/bin/env python3
"""test_input_kinds.py BINARY: inputs and outputs of every kind: axes without elements, one size for one name of dimensions, numbers that
are rounded on the way in, names that hold =, texts; sequences, maps and optional values on the way out. All worked by hand."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import (DOUBLE, FLOAT, FLOAT16, INT32, INT64, STRING, UINT8, map_of, model, node, npy, number, numbers, optional_of, put,
                       sequence_of, tensor, type_proto)
from program import fail, finish, run

ML = "ai.onnx.ml"
ZERO = ["--composite", "zero"]
runs = 0


def said(text, code, *arguments, on="stderr", lines=None):
    """The command ends with that code and says the text; `lines`: so many lines on stderr."""
    global runs
    runs += 1
    done = run(*arguments, code=code)
    if text not in getattr(done, on):
        fail(f"not said: {text}: {' '.join(arguments)}", done.stdout, done.stderr)
    if lines is not None and len(done.stderr.splitlines()) != lines:
        fail(f"{len(done.stderr.splitlines())} lines, not {lines}: {' '.join(arguments)}", done.stderr)
    return done


def equal(what, got, wanted):
    same = len(got) == len(wanted) and all(abs(g - w) <= 1e-5 for g, w in zip(got, wanted)) if isinstance(wanted, list) else got == wanted
    if not same:
        fail(what, got, wanted)


def empty_axes():
    """c = concat(past, x), y = the sum over its places: with nothing before it, that of x."""
    nodes = [node("Concat", "past x", "c", name="cat", axis=1), node("ReduceSum", "c ax", "y", name="sum", keepdims=0)]
    put("open.onnx", model(nodes, {"x": (FLOAT, ["N", "T", 2]), "past": (FLOAT, ["N", "P", 2])}, {"y": (FLOAT, ["N", 2])},
                           {"ax": tensor([1], [1], INT64)}))
    put("fixed.onnx", model(nodes, {"x": (FLOAT, [1, 2, 2]), "past": (FLOAT, [1, 0, 2])}, {"y": (FLOAT, [1, 2])}, {"ax": tensor([1], [1], INT64)}))
    put("x.npy", npy([1, 2, 3, 4], [1, 2, 2]))
    put("none.npy", npy([], [1, 0, 2]))
    layers = json.loads(run("layers", "open.onnx", "--input-shape", "past=1,0,2", "--input-shape", "x=1,2,2", "--json", code=0).stdout)
    equal("shapes with an empty axis", [i["shape"] for i in layers["inputs"]] == [[1, 2, 2], [1, 0, 2]], True)
    equal("shape of what is joined", layers["layers"][0]["shape"], [1, 2, 2])
    for what in (["open.onnx", "--input", "x=x.npy", "--input", "past=none.npy"], ["open.onnx", "x.npy", "--input-shape", "past=1,0,2"],
                 ["fixed.onnx", "x.npy"], ["fixed.onnx", "--input", "past=none.npy", "--input", "x=x.npy"]):
        run("run", *what, "--output", "o.npy", code=0)
        equal(f"run {what}", numbers("o.npy"), [4, 6])
        run("explain", *what, "--skip-checks", "--composite", "zero", "--target", "1", "--relevance", "r.npy", code=0)
        equal(f"explain {what}", numbers("r.npy"), [0, 2 / 6, 0, 4 / 6])
    said("past with nothing: it holds no elements", 0, "run", "fixed.onnx", "x.npy", lines=1)
    said("0,0,2", 2, "layers", "open.onnx", "--input-shape", "past=0,0,2", lines=1)
    said("does not fit input past", 2, "layers", "open.onnx", "--input-shape", "past=1,0,3", lines=1)


def one_size():
    """Two inputs whose first axes are one dimension: N."""
    nodes = [node("Gemm", "a v", "p", name="first"), node("Gemm", "b w", "q", name="second"), node("Add", "p q", "y", name="add")]
    put("two.onnx", model(nodes, {"a": (FLOAT, ["N", 1]), "b": (FLOAT, ["N", 1])}, {"y": (FLOAT, ["N", 1])}, {"v": tensor([2], [1, 1]), "w": tensor([3], [1, 1])}))
    put("one.npy", npy([1], [1, 1]))
    put("pair.npy", npy([1, 2], [2, 1]))
    line = "two.onnx: dimension N is 2 in input a (pair.npy) and 1 in input b (one.npy)"
    for command in ("run", "explain", "ledger"):
        said(line, 3, command, "two.onnx", "--input", "a=pair.npy", "--input", "b=one.npy", *(ZERO if command != "run" else []), lines=1)
    said("dimension N is 1 in input b (--input-shape) and 2 in input a (pair.npy)", 3, "run", "two.onnx", "--input", "a=pair.npy", "--input", "b=one.npy",
         "--input-shape", "b=1,1", lines=1)
    said("dimension N is 2 in input a (--input-shape) and 3 in input b (--input-shape)", 2, "layers", "two.onnx", "--input-shape", "a=2,1", "--input-shape", "b=3,1", lines=1)
    run("run", "two.onnx", "--input", "a=pair.npy", "--input", "b=pair.npy", "--output", "o.npy", code=0)
    equal("two samples", numbers("o.npy"), [5, 10])
    # in the inspector one comes after the other: that they do not go together is said, and mended by the next
    put("script", ":input a=pair.npy\n:input b=one.npy\n:wait-idle\n:dump apart\n:input b=pair.npy\n:wait-idle\n:dump together\n")
    run("two.onnx", "--script", "script", code=0)
    with open("apart", encoding="utf-8") as apart, open("together", encoding="utf-8") as together:
        equal("inputs that do not go together are told", ["dimension N" in apart.read(), "dimension N" in together.read()] == [True, False], True)
    # pictures take the sizes that are known: one of 4x4 beside an array of 2x2
    nodes = [node("Mul", "a b", "m", name="mul"), node("GlobalAveragePool", "m", "y", name="pool")]
    put("pictures.onnx", model(nodes, {"a": (FLOAT, [1, 1, "H", "W"]), "b": (FLOAT, [1, 1, "H", "W"])}, {"y": (FLOAT, [1, 1, 1, 1])}))
    put("p.pgm", b"P5\n4 4\n255\n" + bytes([8] * 16))
    put("two2.npy", npy([1, 2, 3, 4], [1, 1, 2, 2]))
    run("run", "pictures.onnx", "--input", "a=p.pgm", "--input", "b=two2.npy", "--output", "o.npy", code=0)
    equal("a picture takes the size of an array", numbers("o.npy"), [20])


def conversions():
    """y = 2 x of each type that a model may declare; a word where something is lost."""
    for name, kind in (("float", FLOAT), ("double", DOUBLE), ("half", FLOAT16), ("bytes", UINT8)):
        nodes = [node("Cast", "x", "f", name="cast", to=FLOAT), node("Gemm", "f w", "y", name="fc")]
        put(f"{name}.onnx", model(nodes, {"x": (kind, [1, 1])}, {"y": (FLOAT, [1, 1])}, {"w": tensor([2], [1, 1])}))
    for name, kind, value in (("double", DOUBLE, 0.1), ("exact", DOUBLE, 0.5), ("single", FLOAT, 0.5), ("half", FLOAT16, 0.5), ("bytes", UINT8, 7), ("whole", INT32, 7)):
        put(f"{name}.npy", npy([value], [1, 1], kind))
    lossy = {("float", "double"): "double.npy: its numbers are float64: rounded to float32", ("double", "double"): "rounded to float32",
             ("half", "double"): "rounded to float32", ("half", "single"): "single.npy: its numbers are float32, input x takes float16",
             ("half", "exact"): "its numbers are float64, input x takes float16", ("float", "whole"): "its numbers are int32, input x takes float32: converted",
             ("float", "bytes"): "its numbers are uint8, input x takes float32: converted", ("double", "whole"): "converted", ("half", "whole"): "converted",
             ("double", "bytes"): "converted", ("half", "bytes"): "converted"}
    for name in ("float", "double", "half"):
        for given in ("double", "exact", "single", "half", "bytes", "whole"):
            text = lossy.get((name, given), "")
            said(text, 0, "run", f"{name}.onnx", f"{given}.npy", lines=bool(text))
    said("", 0, "run", "bytes.onnx", "bytes.npy", lines=0)
    said("", 0, "run", "bytes.onnx", "whole.npy", lines=0)  # 7 is 7
    said("exact.npy: its type is float64 and it holds 0.5, but input x takes uint8", 3, "run", "bytes.onnx", "exact.npy", lines=1)
    said("rounded to float32", 0, "explain", "float.onnx", "double.npy", "double.npy", "--skip-checks", "--json", *ZERO, lines=1)  # once


def quoted_names():
    """y = 2 a + 3 b, of an input and layers whose names hold =: at 1 and 1, b has 3 of 5."""
    nodes = [node("Gemm", "a v", "p", name="first"), node("Gemm", "b=1 w", "q", name="se=cond"), node("Add", "p q", "y", name="add")]
    put("quoted.onnx", model(nodes, {"a": (FLOAT, [1, 1]), "b=1": (FLOAT, [1, 1])}, {"y": (FLOAT, [1, 1])}, {"v": tensor([2], [1, 1]), "w": tensor([3], [1, 1])}))
    given = ["quoted.onnx", "--input", "a=one.npy", "--input", '"b=1"=one.npy', "--composite", "zero"]
    for at, value in (('"b=1"', 0.6), ("b=1", 0.6), ('"se=cond"', 0.6), ('"a"', 0.4), ('"q"', 0.6)):
        run("explain", *given, "--at", at, "--relevance", "r.npy", "--heatmap", "h.png", code=0)
        equal(f"--at {at}", numbers("r.npy"), [value])
    rules = json.loads(run("layers", "quoted.onnx", "--rule", '"se=cond"=flat', "--json", code=0).stdout)
    equal("a rule for a name that holds =", [row["rule"] for row in rules["layers"]][1], "flat")
    said("b=1 is an input of the model, which has no rule", 2, "explain", *given, "--rule", '"b=1"=gamma', lines=1)
    said("no layer matches \"5\"", 2, "explain", *given, "--at", '"5"')  # a name, not a number
    sums = json.loads(run("explain", *given, "--concept", '"se=cond"=', "--json", code=0).stdout)["samples"][0]["inputs"]
    equal("nothing passes the layer", [i["sum"] or 0 for i in sums], [0.4, 0])


def outputs():
    """What is no tensor is printed as what it is. The scores are -0.65 and 0.3: a softmax of 0.27888482, 0.72111518."""
    classifier = dict(coefficients=[0.5, -1.0, 0.25, 1.0, 0.5, -0.5], intercepts=[0.1, -0.2], multi_class=0, post_transform="SOFTMAX")
    put("v.npy", npy([1, 2, 3], [1, 3]))
    for name, keys, kind in (("words", {"classlabels_strings": ["cat", "dog"]}, STRING), ("numbers", {"classlabels_int64s": [3, 7]}, INT64)):
        labels = {"classlabels_strings": keys.get("classlabels_strings")} if kind == STRING else {"classlabels_ints": [3, 7]}
        nodes = [node("LinearClassifier", "x", "label p", name="lc", domain=ML, **classifier, **labels), node("ZipMap", "p", "map", name="zip", domain=ML, **keys)]
        put(f"{name}.onnx", model(nodes, {"x": (FLOAT, ["N", 3])}, {"label": (kind, ["N"]), "map": (sequence_of(map_of(kind, type_proto(FLOAT))), None)}, domains=[(ML, 2)]))
        sample = json.loads(run("run", f"{name}.onnx", "v.npy", "--output-name", "map", "--json", code=0).stdout)["samples"][0]
        words = list(map(str, list(keys.values())[0]))
        equal(f"{name}: kind and keys", [sample["kind"], *sample["map"]] == ["map", *words], True)
        equal(f"{name}: values", list(sample["map"].values()), [0.27888482, 0.72111518])
        equal(f"{name}: the strongest", sample["top"][0]["label"], words[1])
        text = said("a map of 2", 0, "run", f"{name}.onnx", "v.npy", "--output-name", "map", on="stdout").stdout.splitlines()
        equal(f"{name}: rows", [line.split()[-1] for line in text[3:]] == words[::-1], True)
    floats = type_proto(FLOAT)
    relu = node("Relu", "x", "y", name="r")
    put("sequence.onnx", model([node("SplitToSequence", "x k", "s", name="split", axis=1)], {"x": (FLOAT, [1, 3])}, {"s": (sequence_of(floats), None)}, {"k": tensor([1, 2], [2], INT64)}))
    put("no_items.onnx", model([node("SequenceEmpty", "", "s", name="e"), relu], {"x": (FLOAT, [1, 3])}, {"s": (sequence_of(floats), None), "y": (FLOAT, [1, 3])}))
    put("some.onnx", model([node("Optional", "x", "o", name="o")], {"x": (FLOAT, [1, 3])}, {"o": (optional_of(type_proto(FLOAT, [1, 3])), None)}, opset=17))
    cut = node("Slice", "x two two one", "y", name="cut")
    put("empty.onnx", model([cut], {"x": (FLOAT, [1, 3])}, {"y": (FLOAT, [1, 0])}, {"two": tensor([2], [1], INT64), "one": tensor([1], [1], INT64)}))
    said("a sequence of 2, float32", 0, "run", "sequence.onnx", "v.npy", on="stdout")
    sample = json.loads(run("run", "sequence.onnx", "v.npy", "--json", code=0).stdout)["samples"][0]
    equal("items", [(i["shape"], i["values"]) for i in sample["items"]] == [([1, 1], [1]), ([1, 2], [2, 3])], True)
    said("an empty sequence of float32", 0, "run", "no_items.onnx", "v.npy", on="stdout")
    equal("no items", json.loads(run("run", "no_items.onnx", "v.npy", "--json", code=0).stdout)["samples"][0]["kind"], "sequence")
    said("2      3", 0, "run", "some.onnx", "v.npy", on="stdout")  # one that is there is what it holds
    said("an empty output: float32 1x0", 0, "run", "empty.onnx", "v.npy", on="stdout")
    said("the output is a sequence", 4, "explain", "sequence.onnx", "v.npy", "--skip-checks")
    said("the output is empty", 4, "explain", "empty.onnx", "v.npy", "--skip-checks")
    said("output s is no tensor", 2, "run", "sequence.onnx", "v.npy", "--output", "o2.npy")


def texts():
    """Words that the model itself looks up: rows [1 2], [3 4], [5 6] of what stands for good, bad and others."""
    nodes = [node("LabelEncoder", "w", "id", name="le", domain=ML, keys_strings=["good", "bad", "so"], values_int64s=[0, 1, 2], default_int64=2),
             node("Gather", "E id", "e", name="rows"), node("Gemm", "e I", "y", name="fc")]
    put("texts.onnx", model(nodes, {"w": (STRING, ["N"])}, {"y": (FLOAT, ["N", 2])},
                            {"E": tensor([1, 2, 3, 4, 5, 6], [3, 2]), "I": tensor([1, 0, 0, 1], [2, 2])}, domains=[(ML, 2)]))
    unicode = "".join(c + "\0\0\0" for c in "bad\0").encode() + "".join(c + "\0\0\0" for c in "good").encode()
    for name, descr, data in (("u.npy", "<U4", unicode), ("s.npy", "|S4", b"bad\0good")):
        header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': (2,), }}"
        header += " " * (-(len(header) + 11) % 64) + "\n"
        put(name, b"\x93NUMPY\x01\x00" + bytes([len(header), 0]) + header.encode() + data)
        run("run", "texts.onnx", name, "--output", "o.npy", code=0)
        equal(f"{name}: an array of texts", numbers("o.npy"), [3, 4, 1, 2])
    for text, row in (("good", [1, 2]), ("bad", [3, 4]), ("what", [5, 6])):
        run("run", "texts.onnx", "--text", text, "--output", "o.npy", code=0)
        equal(f"--text {text}", numbers("o.npy"), row)
    said("input w holds texts: relevance ends at e", 0, "explain", "texts.onnx", "--text", "bad", "--skip-checks", *ZERO)
    said("v.npy: it holds numbers, but input w takes texts", 3, "run", "texts.onnx", "v.npy", lines=1)
    said("no input that takes tokens", 2, "run", "two.onnx", "--text", "good", lines=1)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    os.environ.update(HOME=folder, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder, LC_ALL="C.UTF-8")
    for part in (empty_axes, one_size, conversions, quoted_names, outputs, texts):
        part()
    os.chdir("/")
finish(f"{runs} messages")

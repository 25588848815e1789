#!/usr/bin/env python3
"""test_concepts.py BINARY: relevance under conditions (concept relevance propagation), worked by hand: a chain, a shortcut, channels
ranked, heatmaps that add up to the plain one, and an index of the samples a channel is strongest in."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, npy, numbers, put, tensor
from program import fail, finish, run


def same(what, got, want):
    if len(got) != len(want) or any(not abs(a - b) <= 1e-5 * (1 + abs(b)) for a, b in zip(got, want)):
        fail(what, f"got  {got}", f"want {want}")


def write_files():
    # two channels: x and 2 x; the head weighs their four places (1 2) and (3 4). x = (1 2): channels (1 2), (2 4)
    chain = [node("Conv", "x k", "a", name="conv"), node("Relu", "a", "r", name="relu"), node("Flatten", "r", "f", name="flat"),
             node("Gemm", "f w", "y", name="fc", transB=1)]
    weights = {"k": tensor([1, 2], [2, 1, 1]), "w": tensor([1, 2, 3, 4], [1, 4])}
    put("chain.onnx", model(chain, {"x": (FLOAT, ["n", 1, 2])}, {"y": (FLOAT, ["n", 1])}, weights))
    put("x.npy", npy([1, 2], [1, 1, 2]))
    put("three.npy", npy([1, 2, 4, 0, 2, 2], [3, 1, 2]))
    # y = x + 2 x: the shortcut goes round the layer
    put("skip.onnx", model([node("Conv", "x k", "a", name="conv"), node("Add", "a x", "s", name="add"), node("Flatten", "s", "f", name="flat"),
                            node("Gemm", "f w", "y", name="fc", transB=1)],
                           {"x": (FLOAT, [1, 1, 2])}, {"y": (FLOAT, [1, 1])}, {"k": tensor([2], [1, 1, 1]), "w": tensor([1, 1], [1, 2])}))
    # twice: s = x + 2 x = 3 x, t = s + 2 s
    put("twice.onnx", model([node("Conv", "x k", "a", name="one"), node("Add", "a x", "s", name="first"), node("Conv", "s k", "b", name="two"),
                             node("Add", "b s", "t", name="second"), node("Flatten", "t", "f", name="flat"), node("Gemm", "f w", "y", name="fc", transB=1)],
                            {"x": (FLOAT, [1, 1, 2])}, {"y": (FLOAT, [1, 1])}, {"k": tensor([2], [1, 1, 1]), "w": tensor([1, 1], [1, 2])}))


ZERO = ["--composite", "zero", "--output-relevance", "logit", "--target", "0"]


def explain(file, *options):
    run("explain", file, "x.npy", *ZERO, "--relevance", "r.npy", *options, code=0)
    return numbers("r.npy")


def conditions():
    # what each channel hands back: (1*1 2*2) and (2*3 4*4)
    same("plain", explain("chain.onnx"), [7, 20])
    same("channel 0", explain("chain.onnx", "--concept", "conv=0"), [1, 4])
    same("channel 1", explain("chain.onnx", "--concept", "conv=1"), [6, 16])
    same("both", explain("chain.onnx", "--concept", "conv=0,1"), [7, 20])
    same("none", explain("chain.onnx", "--concept", "conv="), [0, 0])
    same("a neuron", explain("chain.onnx", "--concept", "conv=(1:1)"), [0, 16])
    same("the strongest", explain("chain.onnx", "--concept", "conv=top(1)"), [6, 16])
    same("by name and type", explain("chain.onnx", "--concept", "1=0"), [1, 4])
    # the channel starts with what it holds: 2, 4
    same("activation", explain("chain.onnx", "--concept", "conv=1", "--concept-start", "activation"), [2, 4])
    # half of what the sum gets goes round
    same("all of it", explain("skip.onnx"), [3, 6])
    same("through the layer", explain("skip.onnx", "--concept", "conv=0"), [2, 4])
    same("and round it", explain("skip.onnx", "--concept", "conv=0", "--concept-parallel", "keep"), [3, 6])
    # t has (9 18): (6 12) come from two, of which one gives (4 8); without the upper condition its shortcut counts, too
    same("one after the other", explain("twice.onnx", "--concept", "one=0", "--concept", "two=0"), [4, 8])
    same("the lower alone", explain("twice.onnx", "--concept", "one=0"), [6, 12])
    same("both shortcuts kept", explain("twice.onnx", "--concept", "one=0", "--concept", "two=0", "--concept-parallel", "keep"), [9, 18])
    # side by side any will do: what is left of the sum's two sides is all of it
    same("a condition and what goes round it", explain("twice.onnx", "--concept", "two=0", "--concept", "first=0"), [6, 12])
    run("explain", "chain.onnx", "x.npy", *ZERO, "--concept", "fc=0", "--report", "layers.json", code=0)
    same("layers before the condition", [layer["sum"] for layer in json.load(open("layers.json"))["layers"]], [27, 27, 27])
    same("only round it", explain("skip.onnx", "--concept", "conv=", "--concept-parallel", "keep"), [1, 2])


def ledgers():
    """What conditions take is a cause of its own at their layer, what goes round it another at the layer it parts from."""
    for file, options, layer, want, total in (
            ("chain.onnx", ["--concept", "conv=1"], "conv", (27, 22, "concept", 5), 22),
            ("chain.onnx", ["--concept", "conv=1", "--concept-start", "activation"], "conv", (27, 6, "start", 21), 6),
            ("skip.onnx", ["--concept", "conv=0"], "add", (9, 6, "by_passed", 3), 6),
            ("twice.onnx", ["--concept", "one=0", "--concept", "two=0"], "second", (27, 18, "by_passed", 9), 12),
            ("twice.onnx", ["--concept", "one=0", "--concept", "two=0"], "first", (18, 12, "by_passed", 6), 12),
            ("skip.onnx", ["--concept", "conv="], "conv", (6, 0, "concept", 6), 0),
            ("skip.onnx", ["--concept", "conv=", "--concept-parallel", "keep"], "conv", (6, 0, "concept", 6), 3)):
        done = json.loads(run("ledger", file, "x.npy", *ZERO, "--json", *options, code=0).stdout)
        row = next(r for r in done["rows"] if r["name"] == layer)
        same(f"{file} {options}: {layer}", [row["in"], row["out"], row["causes"].get(want[2], 0)], [want[0], want[1], want[3]])
        whole = done["total"]
        same(f"{file} {options}: the whole", [whole["out"], whole["in"] - sum(whole["causes"].values())], [total, total])
        for r in done["rows"]:
            same(f"{file} {options}: {r['name']} is even", [r["in"] - r["out"] - sum(v for k, v in r["causes"].items() if k != "other")], [0])


def ranking():
    done = json.loads(run("concepts", "chain.onnx", "x.npy", *ZERO, "--at", "conv", "--json", "--relevance", "maps.npy", "--heatmap", "h.png", code=0).stdout)
    channels = done["samples"][0]["channels"]
    if [c["channel"] for c in channels] != [1, 0]:
        fail("order", channels)
    same("relevance", [c["relevance"] for c in channels], [22, 5])
    same("share", [c["share"] for c in channels], [22 / 27, 5 / 27])
    same("cumulative", [c["cumulative"] for c in channels], [22 / 27, 1])
    same("activation", [c["activation"] for c in channels], [6, 3])
    same("a row a channel", numbers("maps.npy"), [6, 16, 1, 4])
    for name in ("h-c000.png", "h-c001.png"):
        if not os.path.exists(name):
            fail("no file", name)
    text = run("concepts", "chain.onnx", "x.npy", *ZERO, "--at", "conv", "--top", "1", code=0).stdout
    if "81.5%" not in text or len(text.strip().splitlines()) != 3:
        fail("table", text)
    for word, first in (("abs", 1), ("activation", 1)):
        listed = json.loads(run("concepts", "chain.onnx", "x.npy", *ZERO, "--at", "conv", "--by", word, "--json", code=0).stdout)
        if listed["samples"][0]["channels"][0]["channel"] != first:
            fail(f"--by {word}", listed)


def references():
    # channel sums of the three samples: 5, 4, 6 and 22, 24, 28
    options = ["concepts", "chain.onnx", "three.npy", "--composite", "zero", "--output-relevance", "logit", "--at", "conv", "--references", "2"]
    run(*options, "--index", "sums", code=0)
    same("values", numbers("sums/value.npy"), [6, 28, 5, 24])
    same("samples", numbers("sums/sample.npy"), [2, 2, 0, 1])
    same("positions", numbers("sums/position.npy"), [1, 1, 1, 0])
    run(*options, "--index", "largest", "--pool", "max", code=0)
    same("largest", numbers("largest/value.npy"), [4, 24, 4, 16])
    same("ties", numbers("largest/sample.npy"), [0, 1, 1, 0])
    run(*options, "--index", "shares", "--share", code=0)
    same("shares", numbers("shares/value.npy"), [5 / 27, 24 / 28, 6 / 34, 28 / 34])
    run(*options, "--index", "held", "--by", "activation", code=0)
    same("activations", numbers("held/value.npy"), [4, 8, 4, 8])


def graph():
    # two convolutions: channels x, 2 x, then their sum and twice the second; y adds all four places: 9 + 12
    nodes = [node("Conv", "x k", "a", name="one"), node("Conv", "a m", "b", name="two"), node("Flatten", "b", "f", name="flat"),
             node("Gemm", "f w", "y", name="fc", transB=1)]
    put("deep.onnx", model(nodes, {"x": (FLOAT, [1, 1, 2])}, {"y": (FLOAT, [1, 1])},
                           {"k": tensor([1, 2], [2, 1, 1]), "m": tensor([1, 1, 0, 2], [2, 2, 1]), "w": tensor([1, 1, 1, 1], [1, 4])}))
    run("concepts", "deep.onnx", "x.npy", *ZERO, "--at", "two", "--graph", "g.json", "--width", "2,2", code=0)
    g = json.load(open("g.json"))
    if [(n["layer"], n["channel"]) for n in g["nodes"]] != [("two", 1), ("two", 0), ("one", 1), ("one", 1), ("one", 0)]:
        fail("nodes of the graph", g["nodes"])
    same("relevance", [n["relevance"] for n in g["nodes"]], [12, 9, 12, 6, 3])
    same("shares", [e["share"] for e in g["edges"]], [12 / 21, 9 / 21, 1, 6 / 9, 3 / 9])
    if [e["to"] for e in g["edges"]] != [None, None, 0, 1, 1]:
        fail("edges of the graph", g["edges"])
    run("concepts", "deep.onnx", "x.npy", *ZERO, "--at", "two", "--graph", "g.dot", code=0)
    dot = open("g.dot").read()
    if not dot.startswith("digraph") or "n3 -> n1" not in dot or "57.1%" not in dot:
        fail("DOT", dot)
    both = json.loads(run("concepts", "deep.onnx", "x.npy", *ZERO, "--at", "two", "--at", "one", "--channels", "0", "--json", code=0).stdout)
    layers = both["samples"][0]["layers"]
    if [(layer["name"], [c["channel"] for c in layer["channels"]]) for layer in layers] != [("two", [0]), ("one", [0])]:
        fail("several layers, some channels", layers)
    same("their relevance", [layer["channels"][0]["relevance"] for layer in layers], [9, 3])
    for wrong, word in (["--width", "0"], "whole numbers"), (["--channels", "2"], "2 channels"), (["--channels", "rbg"], "rgb"):
        done = run("concepts", "deep.onnx", "x.npy", *ZERO, "--at", "two", "--graph", "no.dot", *wrong, code=2)
        if word not in done.stderr:
            fail(f"{wrong}: {word} is not said", done.stderr)


def going_on():
    # the same index, at once or in two steps; what it was made of must be the same
    options = ["--composite", "zero", "--output-relevance", "logit", "--at", "conv", "--references", "2"]
    for name, numbers_of in ("a", [1, 2]), ("b", [4, 0]), ("c", [2, 2]):
        put(f"{name}.npy", npy(numbers_of, [1, 1, 2]))
    run("concepts", "chain.onnx", "a.npy", "b.npy", "c.npy", *options, "--index", "whole", code=0)
    run("concepts", "chain.onnx", "a.npy", *options, "--index", "steps", code=0)
    if open("steps/inputs.txt").read() != "a.npy\n" or json.load(open("steps/index.json"))["samples"] != 1:
        fail("an index does not say what it is of")
    run("concepts", "chain.onnx", "a.npy", "b.npy", "c.npy", *options, "--index", "steps", "--resume", "--sheet", "sheet.png", code=0)
    for name in "value", "sample", "position":
        same(f"{name} in steps", numbers(f"steps/{name}.npy"), numbers(f"whole/{name}.npy"))
    if open("steps/inputs.txt").read() != "a.npy\nb.npy\nc.npy\n" or not os.path.exists("sheet.png"):
        fail("gone on with, an index does not name all its inputs, or has no sheet")
    seen_beside()
    for wrong, word in (["b.npy"], "other inputs"), (["a.npy", "--share"], "--share"), (["a.npy", "--rule", "conv=epsilon"], "settings"):
        done = run("concepts", "chain.onnx", *wrong, *options, "--index", "steps", "--resume", code=2)
        if word not in done.stderr:
            fail(f"{wrong}: {word} is not said", done.stderr)


def seen_beside():
    """The inspector says beside a layer's channels what they are strongest in: sums of channels over a, b, c are 5, 4, 6 and 22, 24, 28."""
    lines = ["wait-idle", "resize 100x30", "go conv"]
    keys = ["K", ":wait-idle", ":dump none.txt", ":references steps", ":wait-idle", ":dump all.txt", "}", ":wait-idle", ":dump first.txt", "}", ":wait-idle",
            ":dump second.txt", ":go fc", ":wait-idle", ":dump other.txt", ":references nowhere", ":dump wrong.txt"]
    put("beside.script", "\n".join([f":{line}" for line in lines] + keys).encode() + b"\n")
    for start in (["--index", "steps"], []): # named at the start, or by the command
        script = open("beside.script").read()
        put("start.script", (script.replace(":references steps\n", "") if start else script).encode())
        run("chain.onnx", "a.npy", *ZERO, "--script", "start.script", *start, code=0)
        text = {name: open(f"{name}.txt").read() for name in ("none", "all", "first", "second", "other", "wrong")}
        plain = {name: " ".join(line.split("│")[-1].strip() for line in seen.splitlines()) for name, seen in text.items()}
        for name, said in (("all", "goes to a channel and to what it is strongest in"), ("first", "1 is strongest in: c.npy 28.000, b.npy 24.000"),
                           ("second", "0 is strongest in: c.npy 6.000, a.npy 5.000"), ("other", "knows nothing of this layer"), ("wrong", "nowhere/index.json")):
            if said not in plain[name]:
                fail(f"references: {name}: {said}", text[name])
        if not start and "strongest" in text["none"]:
            fail("references before there are any", text["none"])
    if "nowhere/index.json" not in run("chain.onnx", "a.npy", *ZERO, "--script", "start.script", "--index", "nowhere", code=3).stderr:
        fail("an index that is not there")
    os.mkdir("strange")
    put("strange/index.json", json.dumps({**json.load(open("steps/index.json")), "layers": ["elsewhere"]}).encode())
    for name in ("value.npy", "sample.npy", "position.npy", "inputs.txt"):
        put(f"strange/{name}", open(f"steps/{name}", "rb").read())
    put("strange.script", b":wait-idle\n:resize 120x30\n:references strange\n:dump strange.txt\n")
    run("chain.onnx", "a.npy", *ZERO, "--script", "strange.script", code=0)
    if "index of elsewhere, a layer that this model does not have" not in open("strange.txt").read():
        fail("an index of another model", open("strange.txt").read())


def refused():
    for arguments, code, word in [
        (["--concept", "conv=9"], 2, "2 channels"), (["--concept", "conv=(0:7)"], 2, "conv"), (["--concept", "conv=a"], 2, "top(N)"),
        (["--concept", "nothing=1"], 2, "nothing"), (["--concept", "conv"], 2, "LAYER=CHANNELS"),
        (["--concept", "conv=1", "--method", "gradient"], 2, "--method lrp"), (["--concept-start", "one"], 2, "activation"),
    ]:
        done = run("explain", "chain.onnx", "x.npy", *arguments, code=code)
        if word not in done.stderr:
            fail(f"{arguments}: {word} is not said", done.stderr)
    if "--at" not in run("concepts", "chain.onnx", "x.npy", code=2).stderr:
        fail("concepts without --at says nothing of it")
    os.mkdir("own")
    put("own/value.npy", npy([1, 2], [1, 1, 2]))
    run("concepts", "chain.onnx", "own/value.npy", *ZERO, "--at", "conv", "--index", "own", code=2)
    same("an input is not replaced", numbers("own/value.npy"), [1, 2])


with tempfile.TemporaryDirectory() as folder:
    os.environ["HOME"] = os.environ["XDG_STATE_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
    os.chdir(folder)
    write_files()
    conditions()
    ledgers()
    ranking()
    references()
    graph()
    going_on()
    refused()
finish("concepts")

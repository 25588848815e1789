#!/usr/bin/env python3
"""test_hostile.py BINARY [FOLDER]: nothing from a file reaches a terminal, a table, a message or a dump that the terminal would obey:
controls, DEL, C1 and marks of direction, in every name a file can hold, through every command. FOLDER: more files that attack."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, function, model, node, npy, put, tensor
from program import BINARY, fail, finish

MORE = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else ""
EVIL = "\x1b[31m\x07\x7f\x9b2J\x85\u061c\u200e\u202e\u2066\u2028"
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def evil(name):
    return name + EVIL.replace(" ", "")


def write_files():
    e = evil
    weights = {e("w"): tensor([1, -1, 2, 3], [2, 2]), e("b"): tensor([1, 2], [2])}
    nodes = [node("Identity", e("x"), e("i"), name=e("dropped")), node("Dropout", e("i"), e("o"), name=e("out")),
             node("Gemm", f"{e('o')} {e('w')} {e('b')}", e("z"), name=e("blk/fc")), node("Softplus", e("z"), e("s"), name=e("blk/act")),
             node("Gemm", f"{e('s')} {e('w')} {e('b')}", e("y"), name=e("blk/head"))]
    ends = ({e("x"): (FLOAT, ["n" + EVIL, 2])}, {e("y"): (FLOAT, ["n", 2])})
    put("names.onnx", model(nodes, *ends, weights))
    put("types.onnx", model([node(e("Odd"), e("x"), e("z"), name=e("odd"), domain=e("own")), node(e("Odder"), e("z"), e("y"), **{e("k"): 1})], *ends))
    own = function(e("Fn"), "p", "q", [node("Relu", "p", "r", name=e("in")), node(e("What"), "r", "q")], domain=e("d"))
    put("function.onnx", model([node(e("Fn"), e("x"), e("y"), name=e("call"), domain=e("d"))], *ends, functions=[own]))
    put("broken.onnx", model(nodes[:3] + [node("Relu", e("nowhere"), e("y"), name=e("lost"))], *ends, weights))
    put("model.json", json.dumps({"lrpscope_model": 1, "input": [1, 2], "layers": [{"type": e("my"), "name": e("n")}, {"type": "chain", "name": e("c"), "layers": [{"type": "relu", "name": e("r")}]}]}))
    put("wrong.json", json.dumps({"lrpscope_model": 1, "input": [1, 2], "layers": [{"type": "relu", e("key"): 1}]}))
    put("labels.txt", f"{e('cat')}\n{e('dog')}\n")
    put("rules.json", json.dumps({"lrpscope": 1, e("unknown"): 1, "rules": [{"select": "*fc*", "rule": "zero"}], "composite": "epsilon",
                                  "custom_rules": {"mine": {"groups": [{"terms": [{}]}]}}}, ensure_ascii=False))
    put("bad_rules.json", json.dumps({"lrpscope": 1, "rules": [{"select": e("nosuch"), "rule": e("norule")}]}, ensure_ascii=False))
    for name in ("names", "types", "function"):
        put(name + ".onnx.lrpscope.json", json.dumps({"lrpscope": 1, e("found"): [e("v")], "heatmap": {e("h"): 1}}, ensure_ascii=False))
        put(name + ".lrpscope.json", json.dumps({"lrpscope": 1, e("found"): [e("v")], "heatmap": {e("h"): 1}}, ensure_ascii=False))
    put(e("in") + ".npy", npy([1, -2], [1, 2]))
    put(e("keys") + ".script", ":wait-idle\n:dump-state state.json\n:dump screen.txt\n:dump screen.svg\n" + f":{e('nonsense')}\n:target {e('cat')}\n"
        ":ledger\n:wait-idle\n:dump ledger.txt\n:check\n:dump check.txt\n:quit!\n:q\n")
    put("no_numbers.npy", b"\x93NUMPY" + EVIL.encode())


def calls(path):
    """All commands on a model, as text and as JSON."""
    x = evil("in") + ".npy"
    common = ["--skip-checks", "--labels", "labels.txt", "-v"]
    for json_ in ([], ["--json"]):
        yield ["layers", path, "--canonize-report", *json_]
        yield ["check", path, *json_]
        yield ["check", path, "--all", "--support-layer", evil("T"), "--rules", "rules.json", *json_]
        yield ["layers", path, "--rule", evil("nosuch") + "=zero", *json_]
        yield ["layers", path, "--rules", "bad_rules.json", *json_]
        yield ["layers", path, "--rules", "rules.json", "--composite", evil("c"), *json_]
        yield ["run", path, x, "--labels", "labels.txt", *json_]
        yield ["run", path, "no_numbers.npy", *json_]
        yield ["run", path, "--input", evil("q") + "=" + x, *json_]
        yield ["run", path, x, "--output-name", evil("q"), *json_]
        yield ["explain", path, x, *common, "--profile", "--heatmap", "h.png", "--report", "report.json", "--layerwise", "l.safetensors", *json_]
        yield ["explain", path, x, *common, "--at", evil("nosuch"), *json_]
        yield ["explain", path, x, "--labels", "labels.txt", "--target", evil("zebra"), *json_]
        yield ["explain", path, x, *json_]
        yield ["ledger", path, x, *common, *json_]
        yield ["compare", path, x, *common, "--conventions", *json_]
        yield ["compare", path, x, *common, "--rules", "rules.json", "--rules", "rules.json", *json_]
        yield [path, x, "--labels", "labels.txt", *json_]
        yield [path, *json_]
    yield ["convert", path, "out.json"]
    yield ["convert", path, evil("out") + ".json"]
    yield [path, x, "--script", evil("keys") + ".script", "--labels", "labels.txt"]


def others():
    yield ["rules", "--rules", "rules.json"]
    yield ["composites", "--composite", evil("c")]
    yield ["rules", "--rules", evil("nofile")]
    yield ["colormaps", "--plugin", evil("no.so")]
    yield ["layers", evil("no.onnx")]
    yield [evil("lyers"), "x"]
    yield ["layers", "names.onnx", evil("extra")]
    yield ["layers", "names.onnx", "--" + evil("option")]
    yield ["explain", "names.onnx", "x", "--method", evil("m")]


def main():
    count, environment = 0, dict(os.environ, LC_ALL="C.UTF-8", TERM="xterm")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        environment.update(HOME=folder, XDG_CONFIG_HOME=folder + "/c", XDG_STATE_HOME=folder + "/s")
        write_files()
        given = set(os.listdir("."))
        models = ["names.onnx", "types.onnx", "function.onnx", "broken.onnx", "model.json", "wrong.json"]
        models += sorted(glob.glob(os.path.join(MORE, "*esc*.onnx"))) if MORE else []
        for arguments in [call for path in models for call in calls(path)] + list(others()):
            count += 1
            run = subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=120)
            shown = {"stdout": run.stdout, "stderr": run.stderr}
            for name in set(os.listdir(".")) - given:
                if name.endswith((".txt", ".svg", ".json")) and os.path.isfile(name):
                    with open(name, "rb") as file:
                        shown[name] = file.read()
                    os.remove(name)
            for name, data in shown.items():
                harm = HARMFUL.search(data.decode(errors="replace"))
                if harm or (b"\x1b" in data):
                    text = data.decode(errors="replace")
                    at = harm.start() if harm else 0
                    fail(f"{ascii(' '.join(arguments))[:150]}: {name} holds {ascii(text[max(0, at - 40):at + 20])}")
            if run.returncode < 0 or run.returncode > 4:
                fail(f"{ascii(' '.join(arguments))}: exit {run.returncode}")
    finish(f"{count} commands")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""test_options.py BINARY PLUGINS: every command with every option. What a command lists it honours: with the option something comes out
otherwise. What it does not list is a usage error that names a command which takes it. Options are read from --help, so that a new
one without an example here fails by its name."""
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, model, node, npy, tensor

BINARY, PLUGINS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
# Options that take part of the machine or name the terminal: nothing that a script sees changes.
SILENT = {"--budget", "--threads", "--memory", "--no-mouse", "--pixels", "--color", "--ascii"}
NEVER_WARN = {"merge", "convert", "methods", "metrics", "ops", "colormaps", "tokens"} # so that -q, which all commands take, has nothing to silence
# option -> examples; one of them must show. A list stands for all commands, a dictionary names some.
EXAMPLES = {
    "--composite": ["zero"], "--rule": ["dense=flat", "pool=gamma"], "--rules": ["flat.json", "own.json"], "--convention": ["zennit", "pr26"],
    "--conventions": [None], "--with": ["odds.onnx"], "--show-map": ["off"], "--tolerance": ["0.5"], "--method": ["gradient"], "--target": ["1"], "--output-relevance": ["logit"], "--output-name": ["z"],
    "--skip-checks": [None], "--support-layer": ["Cos", "nonsense"], "--support-activation": ["softplus", "nonsense"], "--strip-softmax": [None], "--strip-sigmoid": [None],
    "--no-canonize": [None], "--no-fuse": [None], "--input-shape": ["1,3,4,4", "9"], "--plugin": [PLUGINS + "/plugin_palettes.so", PLUGINS + "/plugin_doubling.so", PLUGINS + "/missing.so"],
    "--input": ["x=other.ppm"], "--scale": ["1/255"], "--mean": ["10"], "--std": ["4"], "--size": ["6x6"], "--crop": ["2x2"],
    "--layout": ["nhwc"], "--channels": ["bgr"], "--preprocess": ["half.json"], "--labels": ["labels.txt"],
    "--heatmap": ["h.png"], "--relevance": ["r.npy"], "--layerwise": ["l.safetensors"], "--sheet": ["s.png"], "--animation": ["a.png"], "--report": ["r.json"],
    "--output-dir": ["d"], "--output": ["o.npy"], "--top": ["1"], "--lens": [None], "--from": ["turned.npy"], "--cluster": ["spray(clusters=3)"], "--inputs": ["list.txt", "zeros.txt"], "--null": [None], "--names": ["number"], "--write": ["report"],
    "--shard": ["0/2"], "--resume": [None], "--limit": ["1"], "--progress-fd": ["2"], "--mean-heatmap": ["m.png"], "--h5": ["h5"], "--canonize-report": [None], "--json": [None], "--all": [None],
    "--at": ["dense"], "--show": ["activation"], "--colormap": ["viridis"], "--reduce": ["norm"], "--overlay": ["0.3"],
    "--clip": ["10:90"], "--gamma": ["0.5"], "--size-factor": ["3"], "--repeat": ["2"], "--profile": [None],
    "--script": ["keys.script"], "--linear": [None], "--quiet": [None], "--verbose": [None], "--help": [None], "--version": [None],
    "--attention": ["cp"], "--gates": ["stop"], "--text": ["b a"], "--text-pair": ["b"], "--text-file": ["lines.txt"], "--tokenizer": ["turned.txt"],
    "--tokens": ["4 5"], "--token-input": ["nonsense"], "--html": ["t.html"], "--group": ["0:2"], "--by-layer": [None], "--by-head": [None], "--continue": ["b"], "--generate": ["2"], "--decoder-text": ["b"], "--scale-tokens": ["text"],
    "--concept": ["conv=0"], "--concept-parallel": ["keep"], "--concept-start": ["activation"],
    "--setting": ["gradient"], "--metric": ["sparseness"], "--attribution": ["made.npy"], "--mask": ["mask.npy"], "--masks": ["masks"], "--box": ["0,0,2,2"], "--span": ["a"],
    "--curve": ["c.csv"], "--budget": ["1000000"],
    "--graph": ["g.dot"], "--width": ["1"], "--by": ["activation"], "--index": ["own-index"], "--references": ["1"], "--pool": ["max"], "--share": [None],
    "--threads": ["1"], "--memory": ["1G"], "--no-mouse": [None], "--pixels": ["off"], "--color": ["never"], "--ascii": [None],
}
# What an option needs to be seen by: pictures drawn, a check that fails ...
BESIDE = {
    "--colormap": "DRAW", "--reduce": "DRAW", "--overlay": "DRAW", "--clip": "DRAW", "--gamma": "DRAW", "--size-factor": "DRAW",
    "--show": "DRAW", "--output-dir": "DRAW", "--repeat": ["--report", "r.json"], "--labels": ["--target", "cat"],
    "--scale-tokens": ["--target", "5@2"], "--tokenizer": ["--target", "5@1", "--output-relevance", "logit"],
    "--concept-parallel": ["--concept", "1=0"], "--concept-start": ["--concept", "1=0"],
    "--width": ["--graph", "g.dot"], "--resume": ["--index", "old-index"], "--null": ["--inputs", "zeros.txt"], "--references": ["--index", "own-index"], "--pool": ["--index", "own-index"], "--share": ["--index", "own-index"],
    "--mask": ["--metric", "mass-accuracy"], "--masks": ["--metric", "mass-accuracy"], "--box": ["--metric", "mass-accuracy"], "--span": ["--metric", "mass-accuracy"],
    "--show-map": ["--color", "256"], "--at": "DRAW", "--no-canonize": ["--output", "o.npy"], "--quiet": ["--rules", "flat.json"],
}


def write_files():
    def put(name, data):
        with open(name, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
    three = lambda *values: tensor(values, [3])
    layers = [node("Conv", "x w b", "c", name="conv"), node("BatchNormalization", "c s t m v", "n", name="norm"),
              node("Relu", "n", "r", name="relu"), node("GlobalAveragePool", "r", "p", name="pool"), node("Flatten", "p", "f", name="flat"),
              node("MatMul", "f d", "z", name="dense"), node("Softmax", "z", "y", name="softmax")]
    constants = {"w": tensor([1, -2, 3, -4, 5, .5, 2, 1, -1], [3, 3, 1, 1]), "b": three(.1, -.2, .3), "s": three(1, 2, .5),
                 "t": three(5, 10, 30), "m": three(1, 0, -1), "v": three(4, 1, 2), "d": tensor([.01, -.02, .03, .04, .05, -.06], [3, 2])}
    put("model.onnx", model(layers, {"x": (FLOAT, ["n", 3, 3, 5])}, {"y": (FLOAT, ["n", 2]), "z": (FLOAT, ["n", 2])}, constants))
    put("failing.onnx", model([node("MatMul", "x w", "z", name="dense"), node("Softplus", "z", "s", name="soft"), node("Cos", "s", "o", name="odd"),
                               node("Cos", "o", "p", name="odd too"), node("Sigmoid", "p", "y", name="odds")],
                              {"x": (FLOAT, ["n", 2])}, {"y": (FLOAT, ["n", 2])}, {"w": tensor([1, 2, -3, 4], [2, 2])}))
    put("odds.onnx", model([node("MatMul", "x w", "z", name="dense"), node("Sigmoid", "z", "y", name="odds")],
                           {"x": (FLOAT, ["n", 2])}, {"y": (FLOAT, ["n", 2])}, {"w": tensor([1, 2, -3, 4], [2, 2])}))
    put("two.npy", npy([.5, -1], [1, 2]))
    square = lambda a, b: tensor([a, -.3, .2, b], [2, 2])
    attention = [node("MatMul", "x wq", "q", name="query"), node("MatMul", "x wk", "k", name="key"), node("Transpose", "k", "kt", name="turn", perm=[0, 2, 1]),
                 node("MatMul", "q kt", "s", name="scores"), node("Softmax", "s", "p", name="weights", axis=-1), node("MatMul", "x wv", "v", name="value"),
                 node("MatMul", "p v", "a", name="mix"), node("MatMul", "a wg", "g", name="gate"), node("Sigmoid", "g", "h", name="swing"),
                 node("MatMul", "a wu", "u", name="up"), node("Mul", "h u", "y", name="gated")]
    put("gated.onnx", model(attention, {"x": (FLOAT, ["n", 3, 2])}, {"y": (FLOAT, ["n", 3, 2])},
                            {"wq": square(.5, .7), "wk": square(1, -.4), "wv": square(1.5, .2), "wg": square(-2, .1), "wu": square(.3, 1)}))
    put("three.npy", npy([.5, -1, .25, 1, -.75, .1], [1, 3, 2]))
    put("speak.onnx", model([node("Gather", "e input_ids", "h", name="lookup"), node("MatMul", "h d", "y", name="head")],
                            {"input_ids": (INT64, ["n", "t"])}, {"y": (FLOAT, ["n", "t", 6])},
                            {"e": tensor(range(1, 13), [6, 2]), "d": tensor(range(-3, 9), [2, 6])}))
    put("masked.onnx", model([node("Cast", "mask", "m", name="cast", to=1), node("Add", "x m", "s", name="add"), node("MatMul", "s w", "y", name="dense")],
                             {"x": (FLOAT, ["n", 2]), "mask": (INT64, ["n", 2])}, {"y": (FLOAT, ["n", 2])}, {"w": tensor([1, 2, -3, 4], [2, 2])}))
    put("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n")
    put("turned.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nb\na\n")
    put("lines.txt", "b a\n")
    for name, step in (("input.ppm", 37), ("other.ppm", 91), ("third.ppm", 53), ("fourth.ppm", 17)):
        put(name, b"P6\n5 3\n255\n" + bytes(i * step % 251 for i in range(45)))
    maps = [(i * 7 + k * 3 * (i % 2 + 1)) % 11 for i in range(8) for k in range(4)]
    put("maps.npy", npy(maps, [8, 1, 2, 2]))
    put("turned.npy", npy([(i * i * 5 + k * k * i) % 7 for i in range(9) for k in range(4)], [9, 1, 2, 2]))
    put("list.txt", "input.ppm\t1\n")
    put("zeros.txt", "input.ppm\0other.ppm\0")
    put("made.npy", npy([i % 7 - 3 for i in range(45)], [1, 3, 3, 5]))
    put("mask.npy", npy([i % 2 for i in range(15)], [3, 5]))
    put("labels.txt", "cat\ndog\n")
    put("half.json", json.dumps({"do_rescale": True, "rescale_factor": 0.5}))
    put("flat.json", json.dumps({"lrpscope": 1, "composite": "flat", "unknown": 1}))
    put("zero.json", json.dumps({"lrpscope": 1, "composite": "zero"}))
    put("own.json", json.dumps({"lrpscope": 1, "custom_rules": {"mine": {"groups": [{"terms": [{}]}]}}}))
    put("draw.script", ":wait-idle\n:export h.png\n:wait-idle\n:q\n")
    put("keys.script", ":wait-idle\n:q\n")


@functools.cache
def outcome(*arguments):
    """Exit code, streams and files of a run in a folder of its own; what only tells the time is left out."""
    with tempfile.TemporaryDirectory() as folder:
        for name in os.listdir("."):
            (shutil.copytree(name, os.path.join(folder, name)) if os.path.isdir(name) else shutil.copy(name, folder))
        before = set(os.listdir(folder))
        environment = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=folder + "/c", XDG_STATE_HOME=folder + "/s", TERM="xterm")
        run = subprocess.run([BINARY, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        found = [run.returncode, run.stdout.decode(errors="replace"), run.stderr.decode(errors="replace")]
        for root, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                path = os.path.join(root, name)
                if os.path.relpath(path, folder) not in before and not root.startswith((folder + "/c", folder + "/s")):
                    with open(path, "rb") as file:
                        data = file.read()
                    if name.endswith(".json"):
                        data = re.sub(rb'("[a-z_]+_ms"):\s*[-0-9.e]+', rb"\1", data)
                    found += [os.path.relpath(path, folder), data]
        return found


# How each command is called; several ways where one alone does not show everything.
CALLS = {
    "": [["model.onnx", "input.ppm", "--skip-checks"], ["model.onnx", "input.ppm"], ["failing.onnx", "two.npy"], ["model.onnx"],
         ["gated.onnx", "three.npy", "--skip-checks"], ["speak.onnx", "--text", "a b"]],
    "check": [["check", "model.onnx"], ["check", "failing.onnx"]],
    "layers": [["layers", "model.onnx"], ["layers", "failing.onnx"], ["layers", "gated.onnx"], ["layers", "masked.onnx"]],
    "run": [["run", "model.onnx", "input.ppm"], ["run", "odds.onnx", "two.npy"], ["run", "model.onnx"], ["run", "speak.onnx"],
            ["run", "speak.onnx", "--text", "a b"]],
    "explain": [["explain", "model.onnx", "input.ppm", "--strip-softmax"], ["explain", "model.onnx", "input.ppm"],
                ["explain", "failing.onnx", "two.npy"], ["explain", "model.onnx", "--strip-softmax"],
                ["explain", "gated.onnx", "three.npy", "--skip-checks"], ["explain", "speak.onnx"], ["explain", "speak.onnx", "--text", "a b"]],
    "ledger": [["ledger", "model.onnx", "input.ppm", "--strip-softmax"], ["ledger", "model.onnx", "input.ppm"],
               ["ledger", "failing.onnx", "two.npy"], ["ledger", "model.onnx", "--strip-softmax"],
               ["ledger", "gated.onnx", "three.npy", "--skip-checks"], ["ledger", "speak.onnx"], ["ledger", "speak.onnx", "--text", "a b"]],
    "compare": [["compare", "model.onnx", "input.ppm", "--rules", "flat.json", "--rules", "zero.json", "--strip-softmax"],
                ["compare", "model.onnx", "input.ppm", "--rules", "flat.json", "--rules", "zero.json"],
                ["compare", "failing.onnx", "two.npy", "--rules", "flat.json", "--rules", "zero.json"],
                ["compare", "model.onnx", "--rules", "flat.json", "--rules", "zero.json", "--strip-softmax"],
                ["compare", "model.onnx", "input.ppm", "--rules", "flat.json", "--rules", "zero.json", "--skip-checks"],
                ["compare", "model.onnx", "input.ppm", "--skip-checks"],
                ["compare", "gated.onnx", "three.npy", "--skip-checks", "--rules", "flat.json", "--rules", "zero.json"],
                ["compare", "speak.onnx", "--rules", "flat.json", "--rules", "zero.json"],
                ["compare", "speak.onnx", "--rules", "flat.json", "--rules", "zero.json", "--text", "a b"]],
    "batch": [["batch", "model.onnx", "input.ppm", "other.ppm", "--output-dir", "results", "--skip-checks"],
              ["batch", "model.onnx", "input.ppm", "--output-dir", "own"], ["batch", "failing.onnx", "two.npy", "--output-dir", "own"],
              ["batch", "gated.onnx", "three.npy", "--output-dir", "own", "--skip-checks"], ["batch", "--from", "maps.npy"]],
    "merge": [["merge", "done"]],
    "convert": [["convert", "model.onnx", "out.json"], ["convert", "odds.onnx", "out.json"]],
    "concepts": [["concepts", "model.onnx", "input.ppm", "--at", "conv", "--skip-checks"], ["concepts", "model.onnx", "input.ppm", "--at", "conv"],
                 ["concepts", "failing.onnx", "two.npy", "--at", "dense"], ["concepts", "gated.onnx", "three.npy", "--at", "query", "--skip-checks"],
                 ["concepts", "model.onnx", "--at", "conv", "--skip-checks"]],
    "evaluate": [["evaluate", "model.onnx", "input.ppm", "--skip-checks"], ["evaluate", "model.onnx", "input.ppm"],
                 ["evaluate", "failing.onnx", "two.npy"], ["evaluate", "gated.onnx", "three.npy", "--skip-checks"],
                 ["evaluate", "model.onnx", "--skip-checks"], ["evaluate", "model.onnx", "input.ppm", "--skip-checks", "--metric", "infidelity"],
                 ["evaluate", "gated.onnx", "three.npy", "--skip-checks", "--metric", "sparseness"],
                 ["evaluate", "speak.onnx"], ["evaluate", "speak.onnx", "--text", "a b"], ["evaluate", "speak.onnx", "--text", "a b", "--metric", "conservation"]],
    "choose": [["choose", "model.onnx", "input.ppm", "--skip-checks"], ["choose", "model.onnx", "input.ppm"],
               ["choose", "failing.onnx", "two.npy"], ["choose", "gated.onnx", "three.npy", "--skip-checks"],
               ["choose", "model.onnx", "--skip-checks"], ["choose", "speak.onnx"], ["choose", "speak.onnx", "--text", "a b"]],
    "rules": [["rules"]], "methods": [["methods"]], "metrics": [["metrics"]], "composites": [["composites"], ["composites", "--composite", "epsilon-plus-flat"]], "ops": [["ops"]],
    "colormaps": [["colormaps"]], "tokens": [["tokens", "vocab.txt", "--text", "a b"], ["tokens", "vocab.txt"]],
}


def beside(option, command):
    words = BESIDE.get(option, [])
    if words == "DRAW":
        draw = ["--heatmap", "h.png"]
        return {"": ["--script", "draw.script"], "explain": draw + ["--composite", "zero"]}.get(command, draw)
    if option == "--index" and not command: # the inspector reads it, and ends where it is none
        return ["--script", "keys.script"]
    if option == "--scale-tokens" and not command: # the inspector says it with colours
        return words + ["--script", "draw.script"]
    return words


def shows(command, option, values):
    for call in CALLS[command]:
        for extra in ([], beside(option, command)):
            plain = outcome(*call, *extra)
            for value in values:
                given = [option] if value is None else [option, value]
                if outcome(*call, *extra, *given) != plain:
                    return True
    return False


def main():
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    write_files()
    subprocess.run([BINARY, "batch", "model.onnx", "input.ppm", "other.ppm", "third.ppm", "fourth.ppm", "--skip-checks", "--output-dir", "done"], check=True, capture_output=True)
    subprocess.run([BINARY, "concepts", "model.onnx", "input.ppm", "--skip-checks", "--at", "conv", "--references", "3", "--index", "old-index"], check=True, capture_output=True)
    helps = {c: subprocess.run([BINARY, *([c] if c else []), "--help"], capture_output=True, text=True, check=True).stdout for c in CALLS}
    listed = {c: set(re.findall(r"^ +(?:-[a-z0-9], +)?(--[a-z0-9-]+)", text, re.M)) for c, text in helps.items()}
    names = set(re.findall(r"^  lrpscope ([a-z]+)", helps[""].split("Commands:")[1].split("\n\n")[0], re.M)) | {""}
    failures = [f"the command {c or 'without a name'} is not called here" for c in names - set(CALLS)]
    every = set().union(*listed.values())
    failures += [f"the option {o} has no example here" for o in every - set(EXAMPLES)]
    for command in CALLS:
        for option in sorted(every & set(EXAMPLES)):
            value = EXAMPLES[option][0]
            given = [option] if value is None else [option, value]
            if option not in listed[command]:
                code, out, err = outcome(*CALLS[command][0], *given)[:3]
                label = command or "the inspector"
                named = re.search(rf"{option} is no option of {label}, but of (the inspector|[a-z]+) ", err)
                takes = named and option in listed["" if named[1] == "the inspector" else named[1]]
                if code != 2 or out or err.count("\n") != 1 or not takes:
                    failures.append(f"{command} {option}: exit {code}, {err.strip()}")
            elif option not in SILENT and not (option == "--quiet" and command in NEVER_WARN) and not shows(command, option, EXAMPLES[option]):
                failures.append(f"{command} lists {option}, but nothing changes with it")
    for failure in failures:
        print("FAILED:", failure)
    shutil.rmtree(folder)
    print(f"{len(CALLS)} commands, {len(every)} options, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

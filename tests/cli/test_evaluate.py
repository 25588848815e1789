#!/usr/bin/env python3
"""test_evaluate.py BINARY: every metric that `lrpscope metrics` lists has numbers that were worked out by hand; settings are scored
on the same inputs, ranked, and doubted where two baselines disagree."""
import json
import math
import os
import signal
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, model, node, npy, tensor

BINARY = os.path.abspath(sys.argv[1])
failures = 0
worked = set()


def fail(what, *seen):
    global failures
    failures += 1
    print(f"FAILED: {what}:", *seen, sep="\n  ")


def run(*arguments):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True)


def put(name, data):
    with open(name, "wb") as file:
        file.write(data)


def dense(name, weights, bias):
    rows, n = len(weights), len(weights[0])
    put(name, model([node("Gemm", "x w b", "y", name="fc", transB=1)], {"x": (FLOAT, ["n", n])}, {"y": (FLOAT, ["n", rows])},
                    {"w": tensor(sum(weights, []), [rows, n]), "b": tensor(bias, [rows])}))


def scored(metric, *arguments, file="line.onnx", given="ones.npy"):
    """The first setting's numbers of a metric."""
    worked.add(metric.split("(")[0])
    done = run("evaluate", file, given, "--target", "0", "--skip-checks", "--json", "--metric", metric, *arguments)
    if done.returncode:
        fail(f"{metric}: exit {done.returncode}", done.stderr.strip())
        return {}
    return json.loads(done.stdout)["results"][0]["metrics"][0]


def same(what, got, want, most=1e-5):
    flat = lambda v: v if isinstance(v, list) else [v]
    got, want = flat(got), flat(want)
    if len(got) != len(want) or any(a is None or not abs(a - b) <= most * max(1, abs(b)) for a, b in zip(got, want)):
        fail(what, f"got  {got}", f"want {want}")


def flipping():
    """f = w.x, w = R = [3,1,-2], x = 1, B = 0: MoRF 2,-1,-2,0; LeRF 2,4,3,0."""
    m = scored("pixel-flipping(unit=pixel,baseline=0)", "--attribution", "r.npy")
    same("MoRF", m.get("curves", {}).get("morf"), [2, -1, -2, 0])
    same("LeRF", m.get("curves", {}).get("lerf"), [2, 4, 3, 0])
    for key, want in {"aopc_morf": 2.25, "aopc_lerf": -0.25, "abpc": 2.5, "auc_morf": -2 / 3, "auc_lerf": 8 / 3}.items():
        same(key, m.get(key), want)
    # two units at a time: 2, -2, 0 and 2, 3, 0; the second step takes one unit only, so that its trapezoid is half as wide
    m = scored("pixel-flipping(unit=pixel,step=2,baseline=0)", "--attribution", "r.npy")
    same("two at a time", m.get("curves", {}).get("morf"), [2, -2, 0])
    same("unequal steps", m.get("auc_morf"), (2 - 2) / 2 * 2 / 3 + (-2 + 0) / 2 / 3)
    same("limited steps", scored("pixel-flipping(unit=pixel,steps=2,baseline=0)", "--attribution", "r.npy").get("curves", {}).get("morf"), [2, -1, -2])
    # the first unit goes twice as far down: ABPC by trapezoids is 2/3 of the inner two, (5 + 5) / 3
    same("trapezoids", scored("pixel-flipping(unit=pixel,baseline=0,integral=trapezoid)", "--attribution", "r.npy").get("abpc"), 10 / 3)
    same("a blurred picture", scored("abpc-vit(unit=pixel,step=1,baseline=0)", "--attribution", "r.npy").get("abpc"), 10 / 3)
    # softmax of (2, 0) and of what is left
    e = lambda a: math.exp(a) / (math.exp(a) + 1)
    m = scored("pixel-flipping(unit=pixel,baseline=0,score=softmax)", "--attribution", "r.npy", file="two.onnx")
    same("softmax", m.get("curves", {}).get("morf"), [e(2), e(-1), e(-2), e(0)])
    # all equal: the first comes first, both ways
    m = scored("pixel-flipping(unit=pixel,baseline=0)", "--attribution", "equal.npy")
    same("ties", m.get("curves", {}).get("morf"), [2, -1, -2, 0])
    same("ties in reverse", m.get("curves", {}).get("lerf"), [2, -1, -2, 0])


def numbers_alone():
    for metric, file, want in (("sparseness", "peak.npy", .75), ("sparseness", "stairs.npy", .25), ("sparseness", "flat.npy", 0),
                               ("entropy", "flat.npy", math.log(4)), ("effective(e=0.3)", "stairs.npy", 3)):
        same(f"{metric} of {file}", scored(metric, "--attribution", file, file="line4.onnx", given="ones4.npy").get("value"), want)
    # R sums to 2 and started with 1
    m = scored("conservation", "--attribution", "r.npy")
    same("conservation", [m.get("value"), m.get("ratio")], [1, 2])
    # f(1) - f(0) = 2, too
    m = scored("completeness(baseline=0)", "--attribution", "r.npy")
    same("completeness", [m.get("value"), m.get("ratio")], [0, 1])


def places():
    four = dict(file="line4.onnx", given="ones4.npy")
    marked = ["--attribution", "auc.npy", "--mask", "m.npy"] # r = [.9,.8,.1,.3], M = [1,0,0,1]
    same("localisation-auc", scored("localisation-auc", *marked, **four).get("value"), .75)
    same("mass-accuracy", scored("mass-accuracy", *marked, **four).get("value"), 1.2 / 2.1)
    same("rank-accuracy", scored("rank-accuracy", *marked, **four).get("value"), .5)
    same("top-k", scored("top-k(3)", *marked, **four).get("value"), 2 / 3)
    same("mrr", scored("mrr", "--attribution", "auc.npy", "--box", "2,0,3,1", **four).get("value"), 1 / 4)
    same("pointing-game", scored("pointing-game(tolerance=1)", "--attribution", "auc.npy", "--box", "2,0,4,1", **four).get("value"), 0)
    same("pointing-game, near", scored("pointing-game(tolerance=2)", "--attribution", "auc.npy", "--box", "2,0,4,1", **four).get("value"), 1)
    done = run("evaluate", "line4.onnx", "ones4.npy", "--metric", "mrr")
    if done.returncode != 2 or "--mask" not in done.stderr:
        fail("a metric without its mask", done.stderr)


def pgm(width, height, of):
    return b"P5 %d %d 255\n" % (width, height) + bytes(of(x, y) for y in range(height) for x in range(width))


def grey_png(width, height, of):
    rows = b"".join(bytes([0]) + bytes(of(x, y) for x in range(width)) for y in range(height))
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def masks_go_where_pictures_go():
    # the picture's middle four columns of eight are seen, of a mask as large as the picture likewise: of its columns 5 to 7 the one
    # at 3 is left, a quarter of all; boxes are in the pixels that the model sees, arrays of its size
    put("squares.onnx", model([node("Flatten", "x", "f", name="flat"), node("Gemm", "f w", "y", name="fc", transB=1)],
                              {"x": (FLOAT, [1, 1, 4, 4])}, {"y": (FLOAT, [1, 1])}, {"w": tensor([1] * 16, [1, 16])}))
    put("wide.pgm", pgm(8, 4, lambda x, y: 100))
    put("right.pgm", pgm(8, 4, lambda x, y: 255 if x >= 5 else 0))
    put("twice.pgm", pgm(16, 8, lambda x, y: 255 if x >= 10 else 0))
    put("grey.pgm", pgm(8, 4, lambda x, y: 127 if x >= 5 else 128))
    put("sixteen.npy", npy([1] * 16, [1, 1, 4, 4]))
    put("sixteen2.npy", npy([1] * 32, [2, 1, 4, 4]))
    put("column.npy", npy([0, 0, 0, 1] * 4, [4, 4]))
    seen = dict(file="squares.onnx", given="wide.pgm")
    crop = ["--attribution", "sixteen.npy", "--size", "4", "--crop", "4"]
    for what, options, want in (("a mask as large", ["--mask", "right.pgm"], .25), ("a mask twice as large", ["--mask", "twice.pgm"], .25),
                                ("above 127", ["--mask", "grey.pgm"], .75), ("a box", ["--box", "3,0,4,4"], .25),
                                ("an array", ["--mask", "column.npy"], .25)):
        same(what, scored("mass-accuracy", *crop, *options, **seen).get("value"), want)
    os.makedirs("masks", exist_ok=True)
    for name, data in (("wide.png", grey_png(8, 4, lambda x, y: 255 if x >= 5 else 0)), ("other.npy", npy([1, 1, 0, 0] * 4, [4, 4]))):
        put("masks/" + name, data)
    put("other.pgm", pgm(8, 4, lambda x, y: 100))
    done = run("evaluate", "squares.onnx", "wide.pgm", "other.pgm", "--target", "0", "--skip-checks", "--json", "--metric", "mass-accuracy",
               "--attribution", "sixteen2.npy", "--size", "4", "--crop", "4", "--masks", "masks")
    told = json.loads(done.stdout) if not done.returncode else {}
    if not told or told["chance"] != .375:
        fail("a mask for each input", done.stderr, told)
    else:
        same("a mask for each input", told["results"][0]["metrics"][0]["value"], (.25 + .5) / 2)
    done = run("evaluate", "squares.onnx", "wide.pgm", "--skip-checks", "--metric", "mass-accuracy", "--box", "4,0,9,9")
    if done.returncode != 2 or "outside the input of 4x4" not in done.stderr:
        fail("a box outside", done.returncode, done.stderr)
    same("resized, not cropped", scored("mass-accuracy", "--attribution", "sixteen.npy", "--mask", "right.pgm", **seen).get("value"), .5)


def masks_of_folders():
    """Of inputs of one name each has its own mask, by its place; what has none is counted; an empty one has no score, and that is said."""
    for name, values in (("kinds/a/x", [1] * 3), ("kinds/b/x", [1] * 3), ("kinds/b/y", [1] * 3), ("kinds/b/z", [1] * 3)):
        os.makedirs(os.path.dirname(name), exist_ok=True)
        put(name + ".npy", npy(values, [1, 3]))
    for name, mask in (("of/a/x", [1, 0, 0]), ("of/b/x", [0, 1, 0]), ("of/z", [0, 0, 0])):
        os.makedirs(os.path.dirname(name), exist_ok=True)
        put(name + ".npy", npy(mask, [3]))
    done = run("evaluate", "line.onnx", "kinds", "--skip-checks", "--json", "--composite", "zero", "--metric", "mass-accuracy", "--masks", "of")
    told = json.loads(done.stdout)
    # R = 3, 1, -2 of f = 2: 3/4 in the one mask, 1/4 in the other
    same("masks by place", told["results"][0]["metrics"][0]["value"], .5)
    if done.returncode != 3 or "neither of/y.png nor of/y.npy" not in done.stderr or [told["samples"], told["unreadable"]] != [3, 1]:
        fail("an input without a mask", done.returncode, done.stderr, told)
    if "1 of 3 inputs has an empty mask" not in done.stderr or told["warnings"] == []:
        fail("an empty mask is not told", done.stderr)


def alike():
    """Two that part from a third in the second input stay one, whatever the order; a setting given twice is one, and alone wins nothing."""
    for name, rows in (("p", [3, 1, -2, 1, 0, 0]), ("q", [3, 1, -2, 0, 1, 0]), ("q2", [6, 2, -4, 0, 2, 0])):
        put(name + ".npy", npy(rows, [2, 3]))
    many = [word for name in ("p", "q", "q2") for word in ("--attribution", name + ".npy")]
    for files in (["ones.npy", "equal.npy"], ["pair.npy"]):
        done = run("evaluate", "line.onnx", *files, "--target", "0" if len(files) > 1 else "0,0", "--skip-checks", "--json", *many, "--metric", "sparseness")
        if done.returncode or [r["same_as"] for r in json.loads(done.stdout)["results"]] != [None, None, "q.npy"]:
            fail("two that part from a third", *files, done.stdout, done.stderr)
    done = run("evaluate", "line.onnx", "ones.npy", "--skip-checks", "--setting", "epsilon", "--setting", "epsilon", "--metric", "sparseness")
    if "epsilon = epsilon" in done.stdout or "mean rank" in done.stdout or "wins" in done.stdout:
        fail("a setting given twice", done.stdout)


def what_goes_in():
    """What a rules file says of preprocessing holds for all settings, unless an option does; two that differ do not compare."""
    rules = lambda name, scale: put(name, json.dumps({"lrpscope": 1, "composite": "zero", "preprocess": {"scale": scale}}).encode())
    rules("half.json", "0.5")
    rules("third.json", "1/3")
    seen = ["evaluate", "squares.onnx", "wide.pgm", "--target", "0", "--skip-checks", "--json", "--metric", "pixel-flipping(unit=pixel,steps=2)"]
    for what, options, want in (("of the file", ["--setting", "half.json"], 800), ("for all", ["--setting", "gradient", "--setting", "half.json"], 800),
                                ("the option's", ["--setting", "half.json", "--setting", "third.json", "--scale", "2"], 3200)):
        done = run(*seen, *options)
        if done.returncode:
            fail(what, done.stderr)
            continue
        for result in json.loads(done.stdout)["results"]: # 16 pixels of 100
            same("scale " + what, result["metrics"][0]["curves"]["lerf"][0], want)
    done = run(*seen, "--setting", "half.json", "--setting", "third.json")
    if done.returncode != 2 or "half.json and third.json differ in what goes into the model: scale" not in done.stderr:
        fail("different inputs", done.returncode, done.stderr)


def doubts():
    """What numbers cannot be had, and why, is said."""
    put("nan.npy", npy([3, float("nan"), -2], [1, 3]))
    for given, said in ((["--attribution", "r2.npy"], "r2.npy has 2 rows, and 1 input was scored"), (["--attribution", "nan.npy"], "1 of its 3 values are NaN"),
                        (["--attribution", "r.npy", "--metric", "sensitivity"], "sensitivity explains anew")):
        done = run("evaluate", "line.onnx", "ones.npy", "--skip-checks", "--metric", "sparseness", *given)
        if done.returncode or said not in done.stderr:
            fail(" ".join(given), done.returncode, done.stderr)
    done = run("evaluate", "line.onnx", "ones.npy", "--skip-checks", "--metric", "pixel-flipping(unit=pixel,score=softmax)", "--metric", "pixel-flipping(baseline=blur(3,2),unit=value)")
    if "abpc(unit=pixel,score=softmax) (min)" not in done.stdout or "abpc(unit=value) (blur(3,2))" not in done.stdout:
        fail("arguments in titles", done.stdout)
    for wrong, said in ((["--curve", "c.jpg"], ".csv or .png"), (["--curve", "c.png", "--metric", "sparseness"], "none of the metrics has a curve"),
                        (["--setting", "gradient", "--setting", "smoot-grad(n=5)"], "nearest: smooth-grad")):
        done = run("evaluate", "line.onnx", "nosuch.npy", "--skip-checks", *wrong) # before any input is read
        if done.returncode != 2 or said not in done.stderr:
            fail(" ".join(wrong), done.returncode, done.stderr)


def interrupted():
    """What an interruption leaves is told: scores of the inputs so far, how many, and the signal's exit code."""
    # the gradient of a linear network: |3|, |1|, |-2|, in order 1, 2, 3
    left_by_interruption("evaluate", "--setting", "gradient")
    left_by_interruption("choose", "--output", "left.json")
    if json.load(open("left.json")).get("lrpscope") != 1:
        fail("the winner so far")


def left_by_interruption(command, *options):
    many, wait = ["ones.npy"] * 30000, 0.5
    while wait < 60:
        program = subprocess.Popen([BINARY, command, "line.onnx", *many, "--target", "0", "--skip-checks", "--json", "--metric", "sparseness", *options],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = program.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            program.send_signal(signal.SIGINT)
            out, err = program.communicate()
        if program.returncode == 130 and out:
            break
        wait *= 2 # nothing was scored yet
    done = json.loads(out) if out else {}
    scores = {r["setting"]: r["metrics"][0].get("value") for r in done.get("results", [])}
    if program.returncode != 130 or not 0 < done.get("samples", 0) < len(many):
        fail(f"{command}: interrupted", program.returncode, done.get("samples"), err)
    elif f"of {len(many)} inputs were scored before the interruption" not in err:
        fail(f"{command}: an interruption is not told", err)
    else:
        same(f"{command}: its scores", scores.get("gradient"), 2 / 9)


def explained_anew():
    gradient = ["--method", "gradient"]
    # of a linear network the gradient is the same everywhere; x * w is not: x + d gives (d1 w1, ..) / |w|
    m = scored("sensitivity(n=2,radius=0.5,noise=u.npy)", *gradient)
    same("sensitivity of the gradient", [m.get("max"), m.get("mean")], [0, 0])
    m = scored("sensitivity(n=2,radius=0.5,noise=u.npy)", "--method", "input-gradient")
    first, second = math.sqrt(.25 * 9 / 14), math.sqrt(.25 * (9 + 1 + 4) / 14)
    same("sensitivity", [m.get("max"), m.get("mean")], [second, (first + second) / 2])
    same("infidelity of the gradient", scored("infidelity(n=2,std=0.5,noise=u.npy)", *gradient).get("value"), 0)
    # R = 2 w: sum(I R) is twice the change, so its error is the change itself: 1.5 and (3 + 1 - 2) / 2
    same("infidelity", scored("infidelity(n=2,std=0.5,noise=u.npy)", "--attribution", "double.npy").get("value"), (1.5 ** 2 + 1) / 2)
    same("infidelity, scaled", scored("infidelity(n=2,std=0.5,noise=u.npy,scale=on)", "--attribution", "double.npy").get("value"), 0)
    same("faithfulness", scored("faithfulness(k=1,n=20,baseline=0)", "--attribution", "r.npy").get("value"), 1)
    # fresh weights (1, 2, 3) against (3, 1, -2): Spearman's correlation of the gradients is -1, of their sizes 2 1 against 1 2: ...
    put("fresh.safetensors", safetensors({"w": ([1, 3], [1, 2, 3]), "b": ([1], [0])}))
    m = scored("randomisation(weights=fresh.safetensors)", *gradient)
    same("randomisation", m.get("curve"), [-1])
    same("randomisation, last", m.get("value"), -1)
    h = lambda v: -sum(x / sum(v) * math.log(x / sum(v)) for x in v)
    same("rise", m.get("rise"), (h([1, 2, 3]) - h([3, 1, 2])) / h([3, 1, 2]))
    same("randomisation, pearson", scored("randomisation(weights=fresh.safetensors,similarity=cosine)", *gradient).get("value"), -1 / 14)
    m = scored("random-target(similarity=cosine)", *gradient, file="three.onnx")
    same("other classes", m.get("curve"), [0, -1])
    same("other classes, summed up", [m.get("mean"), m.get("max")], [-.5, 0])


def safetensors(tensors):
    head, data = {}, b""
    for name, (shape, values) in tensors.items():
        head[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * len(values)]}
        data += struct.pack(f"<{len(values)}f", *values)
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + data


def together():
    """Two attributions on two samples: means, standard errors, wins, a ranking that two baselines dispute."""
    done = run("evaluate", "line.onnx", "pair.npy", "--target", "0,0", "--skip-checks", "--json", "--attribution", "r2.npy", "--attribution", "back2.npy",
               "--metric", "pixel-flipping(unit=pixel,baseline=0)", "--curve", "c.csv", "--report", "report.json")
    if done.returncode:
        return fail("two samples", done.stderr)
    j = json.loads(done.stdout)
    m = j["results"][0]["metrics"][0]
    # x = (1,1,1) gives 2.5, x = (2,2,2) twice as much
    same("mean", m["abpc"], 3.75)
    same("standard error", m["errors"]["abpc"], 1.25)
    same("wins", [r["metrics"][0]["wins"] for r in j["results"]], [2, 0])
    if j["ranking"] != ["r2.npy", "back2.npy"] or j["samples"] != 2 or json.load(open("report.json")) != j:
        fail("ranking or report", done.stdout)
    lines = open("c.csv").read().splitlines()
    if lines[0] != "setting,metric,baseline,curve,step,score" or 'r2.npy,"pixel-flipping(unit=pixel,baseline=0)",0,morf,1,-1.5' not in lines:
        fail("curves", *lines[:5])
    # where x is at its minimum already, the order of the settings turns round
    done = run("evaluate", "line.onnx", "slope.npy", "--target", "0", "--skip-checks", "--attribution", "r.npy", "--attribution", "back.npy",
               "--metric", "pixel-flipping(unit=pixel)", "--json")
    j = json.loads(done.stdout)
    if not j["depends_on_baseline"] or "depends on the baseline" not in done.stderr:
        fail("a ranking that depends on the baseline is not said to", done.stdout, done.stderr)


def texts():
    """f = the sum of embeddings: of a, b, c 3, 1, -2, of the two special tokens 10, of the mask 0."""
    put("vocab.txt", b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\n")
    put("sum.onnx", model([node("Gather", "e input_ids", "h", name="lookup"), node("Flatten", "h", "f", name="flat"), node("MatMul", "f o", "y", name="sum")],
                          {"input_ids": (INT64, ["n", 5])}, {"y": (FLOAT, ["n", 1])},
                          {"e": tensor([7, 7, 10, 10, 0, 3, 1, -2], [8, 1]), "o": tensor([1] * 5, [5, 1])}))
    text = ["evaluate", "sum.onnx", "--text", "a b c", "--tokenizer", "vocab.txt", "--composite", "zero", "--json", "--skip-checks"]
    done = run(*text)
    if done.returncode:
        return fail("a text", done.stderr)
    mean, mask = json.loads(done.stdout)["results"][0]["metrics"]
    if [mean["baseline"], mask["baseline"]] != ["mean", "mask"]:
        fail("baselines of a text", done.stdout)
    same("words are masked, special tokens stay", mask["curves"]["morf"], [22, 19, 18, 20])
    same("the mean of all tokens", mean["curves"]["morf"][3], 20 + 3 * 22 / 5)
    done = run(*text, "--metric", "mrr", "--span", "c")
    same("rank of a word", json.loads(done.stdout)["results"][0]["metrics"][0]["value"], 1 / 5)
    # the inspector's view takes the same three words to the same mask
    put("view.script", b":wait-idle\n:resize 120x40\n6\n:wait-idle\n:dump view.txt\n")
    done = run("sum.onnx", *text[2:6], "--skip-checks", "--script", "view.script")
    view = open("view.txt").read() if not done.returncode else ""
    if any(said not in view for said in ("zero line; mean, mask", "what is taken becomes mask", "0 of 3 taken: MoRF 22")):
        fail("the view of a text's scores", done.stderr, view)
    # the word most relevant is next to c, not c; a picture's tolerance of 15 pixels would take all words for one
    done = run(*text, "--metric", "pointing-game", "--metric", "pointing-game(tolerance=9)", "--span", "c")
    same("no tolerance between words", [m["value"] for m in json.loads(done.stdout)["results"][0]["metrics"]], [0, 1])
    for wrong, said in ((["--span", "9:12"], "5 tokens"), (["--box", "0,0,1,1"], "--span")):
        done = run(*text, "--metric", "mrr", *wrong)
        if done.returncode != 2 or said not in done.stderr:
            fail(" ".join(wrong), done.returncode, done.stderr)
    done = run(*text, "--metric", "mrr", "--span", "d")
    if done.returncode != 2 or "does not hold it" not in done.stderr:
        fail("a span that is not there", done.stderr)


def shorter_texts():
    """A text's tokens are removed: the mean of what is left, with places counted anew: P[i] = i. Of a, b, c 3, 1, -2, of [CLS] and
    [SEP] 10: (22 + 10) / 5; without a (19 + 6) / 4, without b (18 + 3) / 3, without c (20 + 1) / 2. The mask weighs [CLS] twice."""
    inputs = {name: (INT64, ["n", "t"]) for name in ("input_ids", "attention_mask", "position_ids")}
    nodes = [node("Gather", "e input_ids", "w", name="lookup"), node("Gather", "p position_ids", "q", name="places"), node("Add", "w q", "h", name="both"),
             node("ReduceMean", "h", "y", name="mean", axes=[1], keepdims=0)]
    tables = {"e": tensor([7, 7, 10, 10, 0, 3, 1, -2], [8, 1]), "p": tensor(list(range(8)), [8, 1])}
    put("mean.onnx", model(nodes, inputs, {"y": (FLOAT, ["n", 1])}, tables))
    text = ["--text", "a b c", "--tokenizer", "vocab.txt", "--composite", "zero", "--json", "--skip-checks"]
    removal = ["--metric", "pixel-flipping(baseline=remove)"]
    done = run("evaluate", "mean.onnx", *text, *removal)
    if done.returncode:
        return fail("removal", done.stderr)
    m = json.loads(done.stdout)["results"][0]["metrics"][0]
    same("removed, the most relevant first", m["curves"]["morf"], [32 / 5, 25 / 4, 21 / 3, 21 / 2])
    same("the least relevant first", m["curves"]["lerf"], [32 / 5, (24 + 6) / 4, (23 + 3) / 3, 21 / 2])
    same("ABPC of removal", m["abpc"], ((24 + 6) / 4 - 25 / 4 + (23 + 3) / 3 - 21 / 3) / 4)
    # a text of two words stretched to three: 7.5, 8, 10.5 at 0, 2/3, 4/3 and 2 steps
    put("lines.txt", b"a b c\na b\n")
    done = run("evaluate", "mean.onnx", "--text-file", "lines.txt", *text[2:], *removal, "--curve", "lines.png")
    if done.returncode:
        fail("texts of two lengths", done.stderr)
    else:
        same("curves of two lengths", json.loads(done.stdout)["results"][0]["metrics"][0]["curves"]["morf"],
             [(6.4 + 7.5) / 2, (6.25 + 7.5 + 1 / 3) / 2, (7 + 8 + 2.5 / 3) / 2, 10.5])
    # what is said at a place moves with the text: the last token's own place, without [CLS] and [SEP] at least one token stays
    put("each.onnx", model(nodes[:3], inputs, {"h": (FLOAT, ["n", "t", 1])}, tables))
    plain = ["--tokens", "5 6 7", *text[4:], "--target", "0@2"]
    done = run("evaluate", "each.onnx", *plain, *removal)
    if done.returncode:
        fail("removal before a place", done.stderr)
    else: # all relevance is the last token's: -2 + 2; without it b at place 1 speaks, then (a, b both 0, a goes first) b at place 0
        same("a place that moves", json.loads(done.stdout)["results"][0]["metrics"][0]["curves"]["lerf"][0], 0)
        same("one token stays", len(json.loads(done.stdout)["results"][0]["metrics"][0]["curves"]["morf"]), 3)
    for file, options, said in (("sum.onnx", text, "takes texts of 5 tokens, no shorter ones"), ("line.onnx", None, "it is tokens that can be removed")):
        done = run("evaluate", file, *(options or ["ones.npy", "--skip-checks"]), *removal)
        if done.returncode != 2 or said not in done.stderr:
            fail(f"removal from {file}", done.returncode, done.stderr)


def attributions_of_files():
    """Arrays by the input's name where a file holds several; pictures tell no numbers."""
    with zipfile.ZipFile("two.npz", "w") as file:
        file.writestr("other.npy", npy([9] * 5, [5]))
        file.writestr("x.npy", npy([3, 1, -2], [1, 3]))
    with zipfile.ZipFile("only.npz", "w") as file:
        file.writestr("relevance.npy", npy([3, 1, -2], [1, 3]))
    put("r.safetensors", safetensors({"h": ([2], [1, 2]), "x": ([1, 3], [3, 1, -2])}))
    put("r.png", grey_png(3, 1, lambda x, y: 100))
    with zipfile.ZipFile("none.npz", "w") as file:
        file.writestr("a.npy", npy([9] * 5, [5]))
        file.writestr("b.npy", npy([3, 1, -2], [1, 3]))
    for file in ("two.npz", "only.npz", "r.safetensors"):
        same(file, scored("pixel-flipping(unit=pixel,baseline=0)", "--attribution", file).get("abpc"), 2.5)
    for file, said in (("r.png", "neither sign nor zero"), ("none.npz", "no array is called x")):
        done = run("evaluate", "line.onnx", "ones.npy", "--skip-checks", "--attribution", file)
        if done.returncode != 3 or said not in done.stderr:
            fail(file, done.returncode, done.stderr)


def settings():
    done = run("choose", "line.onnx", "ones.npy", "--skip-checks", "--output", "best.json", "--metric", "pixel-flipping", "--metric", "sparseness")
    if done.returncode or "epsilon = input-gradient" not in done.stdout.replace("zero = ", "") and "= input-gradient" not in done.stdout:
        fail("choose", done.stdout, done.stderr)
    if json.load(open("best.json")).get("lrpscope") != 1:
        fail("the winner's rules file")
    for wrong, said in ((["--metric", "sparsness"], "nearest: sparseness"), (["--setting", "nosuch"], "setting nosuch"),
                        (["--box", "3,0,1,1"], "X0 < X1"), (["--attribution", "peak.npy"], "an attribution has the input's")):
        done = run("evaluate", "line.onnx", "ones.npy", "--skip-checks", *wrong)
        if done.returncode not in (2, 3) or said not in done.stderr:
            fail(" ".join(wrong), done.stderr)


def folders():
    """A folder stands for its files as in a batch: results of a batch are left out, what cannot be read is counted, and none is an error."""
    good, bad = npy([1] * 3, [1, 3]), b"not an array"
    for name, files, code, want, said in (("mixed", {"a.npy": good, "sub/b.npy": good, "done/batch.json": b"{}", "done/c.npy": good, "notes.txt": b""}, 0, (2, 2, 0), ""),
                                            ("spoilt", {"a.npy": good, "b.npy": bad}, 3, (1, 2, 1), "b.npy"),
                                            ("alone", {"b.npy": bad}, 3, (None,) * 3, "no input was scored"),
                                            ("empty", {"notes.txt": b""}, 3, (None,) * 3, "empty: the folder holds no pictures or arrays")):
        for file, data in files.items():
            os.makedirs(os.path.dirname(f"{name}/{file}"), exist_ok=True)
            put(f"{name}/{file}", data)
        done = run("evaluate", "line.onnx", name, "--skip-checks", "--json", "--metric", "sparseness")
        told = json.loads(done.stdout) if done.stdout else {}
        counts = (told.get("samples"), told.get("inputs"), told.get("unreadable"))
        if done.returncode != code or said not in done.stderr or counts != want:
            fail(f"the folder {name}", done.returncode, counts, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        dense("line.onnx", [[3, 1, -2]], [0])
        dense("two.onnx", [[3, 1, -2], [0, 0, 0]], [0, 0])
        dense("three.onnx", [[3, 1, -2], [0, 2, 1], [-3, -1, 2]], [0, 0, 0])
        dense("line4.onnx", [[1, 2, 3, 4]], [0])
        for name, values, shape in (("ones", [1] * 3, [1, 3]), ("ones4", [1] * 4, [1, 4]), ("r", [3, 1, -2], [1, 3]), ("equal", [1] * 3, [1, 3]),
                                    ("peak", [0, 0, 0, 1], [1, 4]), ("stairs", [1, 2, 3, 4], [1, 4]), ("flat", [1] * 4, [1, 4]),
                                    ("auc", [.9, .8, .1, .3], [1, 4]), ("m", [1, 0, 0, 1], [4]), ("double", [6, 2, -4], [1, 3]),
                                    ("u", [1, 0, 0, 1, 1, 1], [2, 3]), ("pair", [1, 1, 1, 2, 2, 2], [2, 3]), ("r2", [3, 1, -2] * 2, [2, 3]),
                                    ("back2", [-3, -1, 2] * 2, [2, 3]), ("back", [-3, -1, 2], [1, 3]), ("slope", [0, 1, 5], [1, 3])):
            put(name + ".npy", npy(values, shape))
        for part in (flipping, numbers_alone, places, masks_go_where_pictures_go, masks_of_folders, alike, what_goes_in, doubts, interrupted, explained_anew, together, texts, shorter_texts, attributions_of_files, settings, folders):
            part()
        listed = {m["name"] for m in json.loads(run("metrics", "--json").stdout)["metrics"]}
        if listed - worked:
            fail("metrics without a worked number", *sorted(listed - worked))
        os.chdir("/")
    print(f"{len(worked)} metrics, {failures} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

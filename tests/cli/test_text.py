#!/usr/bin/env python3
"""test_text.py BINARY: texts and ids as inputs, relevance of tokens, targets of sequences. Both models are small enough to be worked out
here: of the sum of embeddings every token gets its own row of the table, of a head on each position that position gets all."""
import json
import math
import os
import resource
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, INT64, model, node, npy, tensor  # noqa: E402

BINARY = os.path.abspath(sys.argv[1])
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b"]
TABLE = [[0, 0], [9, 9], [12, 1], [.5, 2], [1, 3], [-2, 4]]
HEAD = [[1, -1, 2, .5, 3, -2], [0, 2, 1, -1, 1, 4]]
failures = []


def expect(what, got, wanted):
    same = len(got) == len(wanted) and all(abs(g - w) <= 1e-5 * max(1, abs(w)) for g, w in zip(got, wanted)) if isinstance(wanted, list) else got == wanted
    if not same:
        failures.append(f"{what}: {got}, not {wanted}")


def run(*arguments, code=0):
    skip = [] if arguments[0] == "run" else ["--skip-checks"]  # a sum over tokens is no layer that LRP knows
    done = subprocess.run([BINARY, *arguments, *skip], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode != code:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}, not {code}: {done.stderr}")
    return done.stdout, done.stderr


def array(path):
    if not os.path.exists(path):
        return []
    with open(path, "rb") as file:
        data = file.read()
    end = 10 + struct.unpack_from("<H", data, 8)[0]
    return list(struct.unpack(f"<{(len(data) - end) // 4}f", data[end:]))


def report(*arguments):
    if os.path.exists("r.json"):
        os.remove("r.json")
    run("explain", *arguments, "--report", "r.json")
    if not os.path.exists("r.json"):
        return [{"input": "", "tokens": [], "start": 0, "sum_input": 0}]
    with open("r.json") as file:
        return json.load(file)["samples"]


def logit(token, word):
    return sum(TABLE[token][d] * HEAD[d][word] for d in range(2))


def write_files():
    table, whole = tensor([x for row in TABLE for x in row], [6, 2]), {"input_ids": (INT64, ["n", "t"]), "attention_mask": (INT64, ["n", "t"])}
    summing = [node("Gather", "e input_ids", "h"), node("Cast", "attention_mask", "m", to=FLOAT), node("Unsqueeze", "m", "u", axes=[2]),
               node("Mul", "h u", "k"), node("ReduceSum", "k", "y", axes=[1], keepdims=0)]
    files = {
        "sum.onnx": model(summing, whole, {"y": (FLOAT, ["n", 2])}, {"e": table}, opset=11),
        "seven.onnx": model(summing, {name: (INT64, [1, 7]) for name in whole}, {"y": (FLOAT, [1, 2])}, {"e": table}, opset=11),
        "both.onnx": model([node("Gather", "e input_ids", "h"), node("ReduceSum", "h", "s", axes=[1], keepdims=1), node("Gather", "e decoder_input_ids", "g"),
                            node("Add", "s g", "k"), node("MatMul", "k d", "y")],
                           {"input_ids": (INT64, ["n", "t"]), "decoder_input_ids": (INT64, ["n", "p"])}, {"y": (FLOAT, ["n", "p", 6])},
                           {"e": table, "d": tensor([x for row in HEAD for x in row], [2, 6])}, opset=11),
        "head.onnx": model([node("Gather", "e input_ids", "h"), node("MatMul", "h d", "y")], {"input_ids": (INT64, ["n", "t"])},
                           {"y": (FLOAT, ["n", "t", 6])}, {"e": table, "d": tensor([x for row in HEAD for x in row], [2, 6])}),
        "mask.npy": npy([1, 1, 0], [1, 3], INT64), "vocab.txt": "\n".join(VOCABULARY).encode() + b"\n", "lines.txt": b"a b\nb\n", "units.txt": b"0:2\n3:5\n",
    }
    for name, data in files.items():
        with open(name, "wb") as file:
            file.write(data)


def check_tokens():
    first = ["--composite", "zero", "--target", "0", "--output-relevance", "logit"]
    out, err = run("explain", "sum.onnx", "--text", "a b", *first, "--relevance", "r.npy", "--heatmap", "h.png", "--html", "h.html")
    expect("relevance of [CLS] a b [SEP]", array("r.npy"), [12, 1, -2, .5])
    expect("the mask is filled in and named", "attention_mask with 1" in err, True)
    expect("the sink is said", "first token 77 %, not in scale" in out, True)
    expect("a picture", os.path.exists("h.png") and open("h.png", "rb").read(4), b"\x89PNG")
    page = open("h.html").read() if os.path.exists("h.html") else ""
    expect("a page by itself", [page.count("<span"), "http" in page, ">[CLS]<" in page], [4, False, True])
    out, _ = run("explain", "sum.onnx", "--text", "a b", *first, "--scale-tokens", "all")
    expect("nothing is left out of the scale", "not in scale" in out, False)
    out, _ = run("explain", "sum.onnx", "--text", "a b", *first, "--color", "direct")
    expect("a coloured line", out.count("\033[48;2;"), 4)
    tokens = report("sum.onnx", "--text", "a b", *first)[0]["tokens"]
    expect("tokens", [[t["text"], t["id"], t["start"], t["end"], t["relevance"]] for t in tokens] ==
           [["[CLS]", 2, 0, 0, 12], ["a", 4, 0, 1, 1], ["b", 5, 2, 3, -2], ["[SEP]", 3, 0, 0, .5]], True)
    run("explain", "sum.onnx", "--tokens", "4 5 5", "--input", "attention_mask=mask.npy", *first, "--relevance", "r.npy")
    expect("what is masked gets nothing", array("r.npy"), [1, -2, 0])
    samples = report("sum.onnx", "--text-file", "lines.txt", *first, "--relevance", "l.npy")
    expect("lines", [s["input"] for s in samples] == ["lines.txt:1", "lines.txt:2"], True)
    expect("line 1", array("l-1.npy"), [12, 1, -2, .5])
    expect("line 2", array("l-2.npy"), [12, -2, .5])
    run("explain", "sum.onnx", "--text", "a", "--text-pair", "b", *first, "--relevance", "r.npy")
    expect("a pair", array("r.npy"), [12, 1, .5, -2, .5])
    for command in ("run", "ledger"):
        run(command, "sum.onnx", "--text", "a b")


def check_targets():
    ids = [4, 5, 4]
    z = [[logit(i, v) for v in range(6)] for i in ids]
    mean = z[2][4] - (sum(z[2]) - z[2][4]) / 6
    for target, start in (("4", z[2][4]), ('"a"', z[2][4]), ("b@0", z[0][5]), ("3@-2", z[1][3]), ('"b"@-2', z[1][5]), ("b - a", z[2][5] - z[2][4]),
                          ("b@0-a@1", z[0][5] - z[1][4]), ("a - mean", mean), ("b@0..1", z[0][5] + z[1][5]), ("a@-2..-1 - b@0", z[1][4] + z[2][4] - z[0][5])):
        sample = report("head.onnx", "--tokens", "4 5 4", "--composite", "zero", "--output-relevance", "logit", "--target", target)[0]
        expect(f"start of {target}", [sample["start"]], [start])
        # no bias: each position keeps what it starts with
        expect(f"sum of {target}", [sample["sum_input"]], [start])
    for target, several in (("b@0", False), ("b@0..1", True), ("b - a", True), ("b - mean", True)):
        line = run("explain", "head.onnx", "--tokens", "4 5 4", "--target", target)[0].splitlines()[0]
        expect(f"the line names all of {target}", f", of {target}  output" in line, several)
    os.rename("vocab.txt", "away")
    expect("a word without a tokenizer", "--tokenizer" in run("explain", "head.onnx", "--tokens", "4", "--target", "b@0", code=2)[1], True)
    os.rename("away", "vocab.txt")
    for target in ("b@3", "b@1..5", "b@1..0", '"4"', "a b", "nothing", "b - nothing"):
        run("explain", "head.onnx", "--tokens", "4 5 4", "--target", target, code=2)
    run("explain", "head.onnx", "--tokens", "4 x", code=2)
    run("explain", "head.onnx", "--tokens", "4", "--text", "a", code=2)
    run("explain", "head.onnx", "--tokens", "4", "--token-input", "nonsense", code=2)


def check_groups():
    """Sums by hand: rows of the table's first column, for [CLS] a b. a [SEP] with a full stop that nobody knows."""
    first = ["sum.onnx", "--text", "a b. a", "--composite", "zero", "--target", "0", "--output-relevance", "logit"]
    named = {g["text"]: g for g in report(*first, "--group", "word")[0]["groups"]}
    expect("words", {t: g["relevance"] for t, g in named.items()}, {"[CLS]": 12, "a": 1, "b.": 7, "[SEP]": .5})
    expect("places of a word", [named["b."][k] for k in ("start", "end", "first", "last")], [2, 4, 2, 3])
    for units, wanted in (("sentence", [12, 8, 1, .5]), ("line", [12, 9, .5]), ("0:2,3:5", [13, -2, 10, .5]), ("units.txt", [13, -2, 10, .5])):
        sample = report(*first, "--group", units)[0]
        expect(f"units: {units}", [g["relevance"] for g in sample["groups"]], wanted)
        expect(f"units: {units}: pieces stay", [t["relevance"] for t in sample["tokens"]], [12, 1, -2, 9, 1, .5])
    out, _ = run("explain", *first, "--group", "word")
    expect("units in the table", any(line.split()[:1] == ["2-3"] and line.split()[-1] == "b." for line in out.splitlines()), True)
    for units in ("0:9", "3:2", "0:2,1:3", "x"):
        run("explain", *first, "--group", units, code=3 if units == "x" else 2)
    run("explain", "sum.onnx", "--tokens", "4 5", "--group", "word", code=2)


def check_positions():
    """What stood before a token says how likely it was."""
    ids, rows = [4, 5, 4], json.loads(run("run", "head.onnx", "--tokens", "4 5 4", "--json", "--top", "2")[0])["samples"][0]["positions"]
    for i, (token, row) in enumerate(zip(ids, rows)):
        p = [math.exp(logit(token, v)) for v in range(6)]
        p = [x / sum(p) for x in p]
        expect(f"entropy behind token {i}", [row["entropy"]], [-sum(x * math.log(x) for x in p)])
        expect(f"strongest behind token {i}", [[t["index"] for t in row["top"]], row["top"][0]["probability"]] ==
               [sorted(range(6), key=lambda v: -p[v])[:2], row["top"][0]["probability"]], True)
        expect(f"probability behind token {i}", [row["top"][0]["probability"]], [max(p)])
        if i + 1 < len(ids):
            expect(f"probability of token {i + 1}", [rows[i + 1]["probability"]], [p[ids[i + 1]]])
            expect(f"rank of token {i + 1}", rows[i + 1]["rank"], 1 + sorted(range(6), key=lambda v: -p[v]).index(ids[i + 1]))
    expect("nothing stands before the first", [rows[0]["probability"], rows[0]["rank"]] == [None, None], True)
    for k, row in enumerate(json.loads(run("run", "head.onnx", "--tokens", "4 5 4", "--json")[0])["samples"][0]["positions"]):
        expect(f"five follow token {k}, unasked", [t["index"] for t in row["top"]], sorted(range(6), key=lambda v: -logit(ids[k], v))[:5])
    out, _ = run("run", "head.onnx", "--text", "a b")
    expect("a table of positions", [line.split()[1] for line in out.splitlines()[2:]] == ["[CLS]", "a", "b", "[SEP]"], True)


def check_steps():
    """Each position of head.onnx speaks of itself alone: a new token has all its relevance from the token before it."""
    first = ["head.onnx", "--tokens", "4 5", "--composite", "zero", "--output-relevance", "logit", "--tokenizer", "vocab.txt"]
    ids, wanted = [4, 5], []
    for _ in range(3):
        z = [logit(ids[-1], v) for v in range(6)]
        p = [math.exp(x) / sum(math.exp(y) for y in z) for x in z]
        best = z.index(max(z))
        wanted.append((best, max(z), p[best], -sum(x * math.log(x) for x in p), [0] * (len(ids) - 1) + [max(z)]))
        ids.append(best)
    sample = report(*first, "--generate", "3", "--relevance", "r.npy", "--heatmap", "h.png", "--html", "h.html")[0]
    for i, (step, (best, score, probability, entropy, relevance)) in enumerate(zip(sample["steps"], wanted)):
        expect(f"step {i}", [step["id"], step["logit"], step["probability"], step["entropy"]], [best, score, probability, entropy])
        expect(f"step {i}: its token", step["token"], VOCABULARY[best])
        expect(f"step {i}: relevance", step["relevance"], relevance)
    expect("steps as an array", array("r.npy"), [x for w in wanted for x in w[4] + [0] * (4 - len(w[4]))])
    expect("tokens have what they did for all steps", [t["relevance"] for t in sample["tokens"]], [0] + [w[1] for w in wanted])
    expect("files of steps", [os.path.exists(f) for f in ("h.png", "h.html")] == [True, True], True)
    sample = report(*first, "--continue", "a b")[0]
    expect("a continuation", [[s["id"], s["logit"]] for s in sample["steps"]] == [[4, logit(5, 4)], [5, logit(4, 5)]], True)
    sample = report("head.onnx", "--text", "a", "--continue", " b", *first[3:])[0]
    expect("what a template puts behind a text is left out", [t["text"] for t in sample["tokens"]] == ["[CLS]", "a"], True)
    for wrong in (["--target", "4", "--generate", "1"], ["--generate", "1", "--continue", "a"], ["--generate", "0"], ["--continue", ""]):
        run("explain", *first, *wrong, code=2)
    run("explain", "sum.onnx", "--tokens", "4", "--generate", "1", code=2)
    said = run("explain", "sum.onnx", "--tokens", "4", "--continue", "a", "--tokenizer", "vocab.txt", code=2)
    expect("no sequence to go on with", "nothing that a text goes on with" in str(said), True)


def check_decoder():
    """y = (sum of the text's rows + row of the decoder's token) * HEAD: both texts get their part."""
    run("explain", "both.onnx", "--text", "a", code=2)  # nothing says what a decoder's text starts with
    with open("config.json", "w") as file:
        json.dump({"decoder_start_token_id": 3}, file)
    first = ["both.onnx", "--text", "a b", "--composite", "zero", "--output-relevance", "logit"]
    sample = report(*first, "--target", "4")[0]
    expect("the text", [t["relevance"] for t in sample["tokens"]], [logit(i, 4) for i in (2, 4, 5, 3)])
    expect("what the decoder starts with", [[t["id"], t["relevance"]] for t in sample["decoder_tokens"]] == [[3, logit(3, 4)]], True)
    sample = report(*first, "--target", "4", "--decoder-text", "b a")[0]
    expect("--decoder-text", [[t["text"], t["start"], t["end"]] for t in sample["decoder_tokens"]] == [["[SEP]", 0, 0], ["b", 0, 1], ["a", 2, 3]], True)
    expect("its relevance", [t["relevance"] for t in sample["decoder_tokens"]], [0, 0, logit(4, 4)])
    steps = report(*first, "--generate", "2")[0]["steps"]
    expect("steps of a decoder", [len(s["relevance"]) for s in steps] == [5, 6], True)
    out, _ = run("run", "both.onnx", "--text", "a b", "--decoder-text", "b")
    expect("positions are the decoder's", [line.split()[1] for line in out.splitlines()[2:]] == ["[SEP]", "b"], True)
    os.remove("config.json")
    run("explain", "head.onnx", "--text", "a", "--decoder-text", "b", code=2)


def check_padding():
    """A model that takes seven tokens: the mask keeps padding out, and nobody sees it."""
    first = ["seven.onnx", "--composite", "zero", "--target", "0", "--output-relevance", "logit"]
    expect("padded", [t["relevance"] for t in report(*first, "--text", "a b")[0]["tokens"]], [12, 1, -2, .5])
    run("explain", *first, "--text", "a b a b a b", code=2)


def check_pace():
    """A long text takes as long as it has tokens, where minutes went by while the place of each was looked for from its start."""
    with open("long.txt", "w") as file:
        file.write("a b " * 50000)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([BINARY, "tokens", "vocab.txt", "--text-file", "long.txt"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    expect("rows of a long text", len(done.stdout.splitlines()), 100003)
    expect("its last row but one", " ".join(done.stdout.splitlines()[-2].split()[-2:]), "0 b")
    expect(f"a long text takes {took:.1f} s", took < 15, True)


def check_growth():
    """A normalizer that makes a billion characters of four is refused, not carried out."""
    doubling = {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}
    with open("doubling.json", "w") as file:
        json.dump({"version": "1.0", "added_tokens": [], "normalizer": {"type": "Sequence", "normalizers": [doubling] * 28},
                   "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
                   "post_processor": None, "decoder": None, "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}, file)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([BINARY, "tokens", "doubling.json", "--text", "aaaa"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    expect("exit code of a text that grows", done.returncode, 4)
    expect(f"what is said of it: {done.stderr}", "characters once it is normalized" in done.stderr, True)
    expect(f"it takes {took:.1f} s", took < 15, True)


def check_long_tokens():
    """Tokens of any length are looked for in one walk over the text from each of its places."""
    with open("long.json", "w") as file:
        json.dump({"version": "1.0", "added_tokens": [], "normalizer": None, "post_processor": None, "decoder": None,
                   "pre_tokenizer": {"type": "Metaspace", "replacement": "_", "add_prefix_space": False},
                   "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0]] + [["a" * n, -1.0] for n in range(1, 1500)]}}, file)
    with open("a.txt", "w") as file:
        file.write("a" * 15000)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([BINARY, "tokens", "long.json", "--text-file", "a.txt", "--json"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    took = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    tokens = json.loads(done.stdout)["texts"][0]["tokens"] if not done.returncode else done.stderr
    expect("as few tokens as can be", len(tokens), 11) # 10 of 1499 and one of 10
    expect("nothing is lost", "".join(tokens) == "a" * 15000, True)
    expect(f"they take {took:.1f} s", took < 15, True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_files()
        check_tokens()
        check_targets()
        check_groups()
        check_positions()
        check_steps()
        check_decoder()
        check_padding()
        check_pace()
        check_growth()
        check_long_tokens()
        os.chdir("/")
    for failure in failures:
        print("FAILED:", failure)
    sys.exit(bool(failures))


main()

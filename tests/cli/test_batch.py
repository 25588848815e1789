#!/usr/bin/env python3
"""test_batch.py BINARY: batch and merge. A batch says of each input what explain says; bad inputs are counted, not fatal; any number
of shards in any order, of threads, and any kill and resume give the same bytes; another list, model or settings are refused; inputs
of different sizes are written one by one; statistics are numpy's."""
import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, tensor

BINARY = os.path.abspath(sys.argv[1])
failures = []


def expect(what, good):
    if not good:
        failures.append(what)


def run(*arguments, code=0, stdin=None):
    done = subprocess.run([BINARY, *arguments], input=stdin or "", capture_output=True, text=True, timeout=300)
    if done.returncode != code:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}, not {code}: {done.stderr[-500:]}")
    return done


def data(path):
    if not os.path.exists(path):
        failures.append(f"{path} is not there")
        return b""
    with open(path, "rb") as file:
        return file.read()


def lines(path):
    return [json.loads(line) for line in data(path).splitlines()]


def write_model(path, sizes, seed=0):
    """Two channels of any or of one size, pooled, into three classes."""
    r = np.random.default_rng(seed)
    weights = {"w": r.standard_normal((4, 2, 3, 3)), "b": r.standard_normal(4) / 5, "d": r.standard_normal((4, 3))}
    nodes = [node("Conv", "x w b", "c", name="conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1]), node("Relu", "c", "r", name="relu"), node("GlobalAveragePool", "r", "p", name="pool"),
             node("Flatten", "p", "f", name="flat"), node("MatMul", "f d", "y", name="dense")]
    with open(path, "wb") as file:
        file.write(model(nodes, {"x": (FLOAT, ["n", 2, *sizes])}, {"y": (FLOAT, ["n", 3])}, {k: tensor(v.ravel().tolist(), v.shape) for k, v in weights.items()}))


def write_inputs(count):
    r = np.random.default_rng(1)
    for i in range(count):
        folder = f"in/{['cat', 'dog', 'other'][i % 3]}"
        os.makedirs(folder, exist_ok=True)
        np.save(f"{folder}/{i:03}.npy", r.standard_normal((2, 6, 6)).astype("f4"))
    with open("in/dog/broken.npy", "w") as file:
        file.write("no array")
    np.save("in/other/two.npy", r.standard_normal((2, 2, 6, 6)).astype("f4"))
    with open("in/notes.txt", "w") as file:
        file.write("no input")
    with open("labels.txt", "w") as file:
        file.write("cat\ndog\nbird\n")


def one_run(count):
    """What a single run writes, sample by sample."""
    run("batch", "m.onnx", "in", "--output-dir", "one", "--labels", "labels.txt", "--write", "relevance,report,heatmap,layerwise,activations,sheet", code=3)
    rows, relevance = lines("one/shard-0-of-1/results.jsonl"), np.load("one/shard-0-of-1/relevance.npy")
    names = sorted(os.path.relpath(os.path.join(root, name), "in") for root, _, found in os.walk("in") for name in found if name.endswith(".npy"))
    expect(f"names {[r['name'] for r in rows]}", [r["name"] for r in rows] == names and [r["index"] for r in rows] == list(range(count + 2)))
    expect("bad inputs say why", [r["name"] for r in rows if "error" in r] == ["dog/broken.npy", "other/two.npy"] and "2 samples" in rows[-1]["error"])
    expect("rows of bad inputs", relevance.shape == (count + 2, 2, 6, 6) and [i for i in range(count + 2) if np.isnan(relevance[i]).all()] == [i for i, r in enumerate(rows) if "error" in r])
    for i, row in enumerate(rows):
        if "error" in row or i % 5:
            continue
        run("explain", "m.onnx", "in/" + row["name"], "--labels", "labels.txt", "--relevance", "r.npy", "--report", "r.json", "--heatmap", "h.png", "--layerwise", "l.safetensors", "--sheet", "s.png", "-q")
        with open("r.json") as file:
            sample = json.load(file)["samples"][0]
        expect(f"{row['name']}: relevance", np.array_equal(np.load("r.npy")[0], relevance[i]))
        expect(f"{row['name']}: line", row["target"] == sample["target"] and row["label"] == sample["label"] and row["output"] == sample["output"] and row["sum"] == sample["sum_input"])
        expect(f"{row['name']}: class", row.get("class") == (row["name"].split("/")[0] if row["name"][0] in "cd" else None))
        for kind, name, suffix in (("heatmap", "h.png", ".png"), ("layerwise", "l.safetensors", ".safetensors"), ("sheet", "s.png", ".png")):
            expect(f"{row['name']}: {kind}", data(f"one/shard-0-of-1/{kind}/{row['name']}{suffix}") == data(name))
        expect(f"{row['name']}: activations", os.path.getsize(f"one/shard-0-of-1/activations/{row['name']}.safetensors") > 100)


def read_safetensors(path):
    """Names and float32 arrays, by the format's own description."""
    raw = data(path)
    size = int.from_bytes(raw[:8], "little")
    return {name: np.frombuffer(raw[8 + size + entry["data_offsets"][0]:8 + size + entry["data_offsets"][1]], "<f4").reshape(entry["shape"])
            for name, entry in json.loads(raw[8:8 + size]).items() if name != "__metadata__"}


def merged(folder, *options):
    run("merge", folder, *options)
    return [data(f"{folder}/{name}") for name in ("results.jsonl", "relevance.npy", "statistics.json")]


def check_statistics(count):
    with open("plain/statistics.json") as file:
        got = json.load(file)
    relevance, rows = np.load("plain/relevance.npy").astype("f8"), lines("plain/results.jsonl")
    good = [i for i, r in enumerate(rows) if "error" not in r]
    def same(what, found, values):
        for key, wanted in (("count", values.size), ("mean", values.mean()), ("mean_abs", np.abs(values).mean()), ("deviation", values.std())):
            expect(f"statistics of {what}: {key} {found[key]}, not {wanted}", abs(found[key] - wanted) <= 1e-8 * max(1, abs(wanted)))
    expect("counts", got["samples"] == count + 2 and got["failed"] == 2)
    same("all", got["relevance"], relevance[good])
    for entry in got["classes"]:
        members = [i for i in good if rows[i].get("class", rows[i]["label"]) == entry["class"]]
        expect(f"class {entry['class']}", entry["samples"] == len(members))
        same(entry["class"], entry["relevance"], relevance[members])
    for entry in got["channels"]:
        same(entry["channel"], entry["relevance"], relevance[good][:, entry["channel"]])
    expect("no layers where none were written", "layers" not in got)
    with open("one/statistics.json") as file:
        layers = {entry["layer"]: entry["channels"] for entry in json.load(file)["layers"]}
    found = [read_safetensors(f"one/shard-0-of-1/layerwise/{rows[i]['name']}.safetensors") for i in good]
    expect(f"all layers {set(layers)}, not {set(found[0])}", set(layers) == {name for name, values in found[0].items() if values.ndim > 1} and {"x", "c", "y"} <= set(layers))
    for name, channels in layers.items():
        sums = np.array([layer[name].astype("f8").reshape(layer[name].shape[1], -1).sum(1) for layer in found])
        expect(f"{name}: channels", [entry["channel"] for entry in channels] == list(range(sums.shape[1])))
        for entry in channels:
            same(f"{name} {entry['channel']}", entry["relevance"], sums[:, entry["channel"]])


def shards_and_kills(count):
    batch = ["batch", "m.onnx", "in", "--labels", "labels.txt", "-q"]
    run(*batch, "--output-dir", "plain", "--threads", "1", code=3)
    wanted = merged("plain", "--mean-heatmap", "mean.png")
    expect("one shard is the whole", data("plain/shard-0-of-1/relevance.npy") == wanted[1] and data("plain/shard-0-of-1/results.jsonl") == wanted[0])
    run("merge", "one")
    check_statistics(count)
    for shard in (2, 0, 3, 1):
        if shard == 1:
            expect("missing shards are named", ": 1 " in run("merge", "four", code=3).stderr)
        run(*batch, "--output-dir", "four", "--shard", f"{shard}/4", "--threads", "2", code=3 if shard in [(i % 4) for i, r in enumerate(lines("plain/results.jsonl")) if "error" in r] else 0)
    expect("shards in any order", merged("four") == wanted)
    rng = random.Random(3)
    for turn in range(200): # killed until one comes to its end
        process = subprocess.Popen([BINARY, *batch, "--output-dir", "killed", "--resume"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if turn < 12:
            time.sleep(rng.uniform(0, .06))
            process.send_signal(rng.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGKILL]))
            process.wait()
        elif process.wait() == 3:
            break
        if turn % 3 == 0 and os.path.exists("killed/shard-0-of-1/results.jsonl"): # and a line cut off
            with open("killed/shard-0-of-1/results.jsonl", "r+b") as file:
                file.truncate(max(0, file.seek(0, 2) - rng.randrange(30)))
    expect("killed and resumed", merged("killed") == wanted)
    again = run(*batch, "--output-dir", "killed", "--resume", "--json", code=3).stdout
    expect("nothing is done twice", json.loads(again)["before"] == count + 2 and merged("killed") == wanted)


def lists(count):
    first, second = "in/cat/000.npy", "in/dog/001.npy"
    with open("list.txt", "w", encoding="utf-8") as file:
        file.write(f"\ufeff# two of one name, with targets\n{first}\t2\n\n{first}\tdog\n{second}\n{second}\tnobody\n")
    run("batch", "m.onnx", "--inputs", "list.txt", "--output-dir", "list", "--labels", "labels.txt", "-q", code=3)
    rows = lines("list/shard-0-of-1/results.jsonl")
    expect(f"list {rows}", [r["name"] for r in rows] == [first, first + "~2", second, second + "~2"] and [r.get("target") for r in rows[:2]] == [2, 1] and "nobody" in rows[3]["error"])
    for folder, arguments, stdin, names in (("zeros", ["--inputs", "-", "-0"], f"{first}\0{second}\0", [first, second]), ("up", ["in/../in/cat/000.npy"], None, ["in/__/in/cat/000.npy"]),
                                            ("numbers", ["in", "--names", "number", "--limit", "3"], None, ["0", "1", "2"])):
        run("batch", "m.onnx", *arguments, "--output-dir", folder, "-q", stdin=stdin)
        expect(folder, [r["name"] for r in lines(f"{folder}/shard-0-of-1/results.jsonl")] == names)
    printed = run("batch", "m.onnx", first, second, "--output-dir", "printed", "--json=lines", "-q").stdout
    expect("lines on standard output", printed.encode() == data("printed/shard-0-of-1/results.jsonl"))
    done = subprocess.run([BINARY, "batch", "m.onnx", first, second, "--output-dir", "fd", "-q", "--progress-fd", "2"], capture_output=True, text=True)
    expect(f"progress {done.stderr}", done.stderr == "1 2\n2 2\n")
    run("batch", "m.onnx", "in", "--output-dir", "in/results", "-q", code=3) # results in the folder of inputs are none themselves
    run("batch", "m.onnx", "in", "--output-dir", "in/results", "-q", "--resume", code=3)
    expect("results are no inputs", len(lines("in/results/shard-0-of-1/results.jsonl")) == count + 2)
    shutil.rmtree("in/results")


def folders_with_links():
    """A link to a folder is followed, but not around in circles; other commands take folders as batch does."""
    os.makedirs("tree/a/deep")
    for name in "a/1.npy", "a/deep/2.npy", "3.npy":
        shutil.copy("in/cat/000.npy", f"tree/{name}")
    os.symlink(".", "tree/self")
    os.symlink("../..", "tree/a/deep/up")
    os.symlink("a/deep", "tree/z")
    os.mkdir("tree/empty")
    names = ["3.npy", "a/1.npy", "a/deep/2.npy", "z/2.npy"]
    run("batch", "m.onnx", "tree", "--output-dir", "tree/a/deep/results", "-q")
    got = [r["name"] for r in lines("tree/a/deep/results/shard-0-of-1/results.jsonl")]
    expect(f"links {got}", [name for name in got if "/up/" not in name] == names and all(name.count("/up/") < 2 for name in got))
    os.remove("tree/a/deep/up")
    shutil.rmtree("tree/a/deep/results")
    for command in "run", "explain", "ledger":
        said = json.loads(run(command, "m.onnx", "tree", "labels.txt/../in/dog/001.npy", "--json", "-q", code=3).stdout or "{}")
        whole = json.loads(run(command, "m.onnx", "tree", "--json", "-q").stdout or "{}")
        if command != "ledger":
            got = [sample["input"] for sample in whole.get("samples", [])]
            expect(f"{command} of a folder: {got}", [os.path.relpath(path, "tree") for path in got] == names)
        expect(f"{command} of a folder and a bad file", not said)
    expect("a folder of nothing", "tree/empty" in run("explain", "m.onnx", "tree/empty", code=3).stderr)


def planted_links():
    """A link that somebody put where a batch writes is refused or replaced; what it leads to stays."""
    for name in "results.jsonl", "relevance.npy.partial", ".lock":
        for resume in [], ["--resume"]:
            os.makedirs("planted/shard-0-of-1")
            with open("victim", "w") as file:
                file.write("precious")
            os.symlink("../../victim", f"planted/shard-0-of-1/{name}")
            replaced = name.endswith(".partial") and not resume
            said = run("batch", "m.onnx", "in/cat/000.npy", "--output-dir", "planted", "-q", *resume, code=0 if replaced else 3).stderr
            expect(f"a link at {name} is told: {said}", replaced or name in said)
            expect(f"a link at {name} leaves the file", data("victim") == b"precious")
            shutil.rmtree("planted")


def refusals():
    batch = ["batch", "m.onnx", "in/cat", "--output-dir", "claimed", "-q"]
    run(*batch)
    for what, arguments in (("list of inputs", ["batch", "m.onnx", "in/dog", *batch[3:]]), ("settings", [*batch, "--composite", "zero"]), ("outputs", [*batch, "--write", "report"])):
        expect(f"another {what} is refused", what in run(*arguments, code=2).stderr)
    write_model("m.onnx", [6, 6], seed=9)
    expect("another model is refused", "model" in run(*batch, "--resume", code=2).stderr)
    write_model("m.onnx", [6, 6])
    run(*batch, "--threads", "1", "--resume")
    with open("claimed/shard-0-of-1/.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        expect("two runs at once", "another run" in run(*batch, "--resume", code=3).stderr)
    for arguments, code, word in ((["batch", "m.onnx", "in"], 2, "--output-dir"), (["batch", "m.onnx", "--output-dir", "x"], 2, "inputs"), ([*batch, "--shard", "2/2"], 2, "--shard"),
                                  ([*batch, "--write", "nothing"], 2, "--write"), (["batch", "m.onnx", "labels.txt/none", "--output-dir", "x"], 3, "bad"), (["merge", "in"], 3, "batch.json"),
                                  (["merge"], 2, "one folder"), ([*batch[:3], "--output-dir", "y", "--target", "99"], 2, "99")):
        expect(f"{arguments}: the message says {word}", word in run(*arguments, code=code).stderr)


def sizes():
    write_model("open.onnx", ["h", "w"])
    r = np.random.default_rng(4)
    os.makedirs("sizes")
    for i, side in enumerate((6, 6, 7, 6, 5)):
        np.save(f"sizes/{i}.npy", r.standard_normal((2, side, side)).astype("f4"))
    for folder, count in (("apart", 1), ("apart3", 3)):
        for shard in range(count):
            run("batch", "open.onnx", "sizes", "--output-dir", folder, "--shard", f"{shard}/{count}", "-q")
        run("merge", folder)
        for i in range(5):
            run("explain", "open.onnx", f"sizes/{i}.npy", "--relevance", "r.npy", "-q")
            expect(f"{folder}: sample {i}", np.array_equal(np.load(f"{folder}/relevance/{i}.npy.npy"), np.load("r.npy")[0]))
        expect(f"{folder}: no array", not os.path.exists(f"{folder}/relevance.npy"))


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    write_model("m.onnx", [6, 6])
    write_inputs(40)
    one_run(40)
    shards_and_kills(40)
    lists(40)
    folders_with_links()
    planted_links()
    refusals()
    sizes()
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
sys.exit(bool(failures))

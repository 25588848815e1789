#!/usr/bin/env python3
"""test_faults.py BINARY DEMO: what may happen to a batch while it runs or between its runs: killed at 20 random samples and resumed, a shard
run twice at once, inputs that cannot be read, another list of inputs, another model, a folder of another batch. Whatever it is, the
merged bytes are those of a run to which nothing happened, or the run is refused with its reason."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile

BINARY, DEMO = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
OPTIONS = ["--labels", f"{DEMO}/labels.txt", "--scale", "1/255", "--mean", "0.2860", "--std", "0.3530", "-q"]
failures = []


def expect(what, good):
    if not good:
        failures.append(what)


def run(*arguments, code=0):
    done = subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    if done.returncode != code:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}, not {code}: {done.stderr[-500:]}")
    return done.stderr


def batch(folder, *options, source="in", model="m.onnx"):
    return ["batch", model, source, "--output-dir", folder, *OPTIONS, *options]


def content(path):
    with open(path, "rb") as file:
        return file.read()


def merged(folder):
    run("merge", folder)
    return [content(f"{folder}/{name}") for name in ("results.jsonl", "relevance.npy", "statistics.json")]


def write_inputs():
    """Pictures, and of every kind of file that is none: empty, cut off, of text, a link to nowhere; a pipe and a device are left out."""
    pictures = sorted(name for name in os.listdir(DEMO) if name.endswith(".png"))
    for i in range(60):
        os.makedirs(f"in/{i % 4}", exist_ok=True)
        shutil.copy(f"{DEMO}/{pictures[i % len(pictures)]}", f"in/{i % 4}/{i:02}.png")
    good = content(f"{DEMO}/bag.png")
    for name, data in (("empty.png", b""), ("cut.png", good[:len(good) // 2]), ("text.jpg", b"no picture"), ("cut.npy", b"\x93NUMPY\x01\x00v\x00{'descr'")):
        with open(f"in/1/{name}", "wb") as file:
            file.write(data)
    os.symlink("nowhere", "in/2/lost.png"), os.symlink("/dev/full", "in/2/device.png")
    os.mkfifo("in/3/pipe.png")
    return 60, 5


def killed(rng, wanted, total):
    """Every run ends at a sample of its own."""
    folder, kills, done = "killed", 0, 0
    while kills < 20:
        how, stop = rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM]), rng.randrange(1, 6)
        process = subprocess.Popen([BINARY, *batch(folder, "--resume", "--progress-fd", "1", "--threads", str(1 + kills % 2))], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(stop):
            process.stdout.readline()
        process.send_signal(how)
        process.stdout.close()
        code = process.wait()
        kills += 1
        path = f"{folder}/shard-0-of-1/results.jsonl"
        count = content(path).count(b"\n")
        expect(f"kill {kills}: nothing that was done is lost: {done}, then {count}", count >= done)
        # -15: it was done, and the signal found no handler any more
        expect(f"kill {kills}: exit {code}", code in (-9, -15, 143, 3))
        if kills % 3 == 0: # the disk lost the end of what was written last
            with open(path, "r+b") as file:
                file.truncate(max(0, file.seek(0, 2) - rng.randrange(1, 40)))
        done = content(path).count(b"\n")
        if done == total: # it was too quick for us: once more from the start
            shutil.rmtree(folder)
            done = 0
    run(*batch(folder, "--resume"), code=3)
    expect("killed 20 times and resumed", merged(folder) == wanted)


def twice(wanted):
    """Two at once: one of them says so and touches nothing."""
    processes = [subprocess.Popen([BINARY, *batch("twice", "--resume", "--threads", "1")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    told = [process.communicate()[1] for process in processes]
    codes = [process.returncode for process in processes]
    expect(f"all end with 3: {codes}", codes == [3] * 4) # bad inputs, or the other run
    expect(f"those that came late say why: {told}", all("another run" in text or "inputs were bad" in text for text in told))
    expect("a shard run four times at once", merged("twice") == wanted)


def unreadable(bad):
    with open("plain/results.jsonl") as file:
        rows = [json.loads(line) for line in file]
    names = sorted(row["name"] for row in rows if "error" in row)
    expect(f"bad inputs {names}", names == ["1/cut.npy", "1/cut.png", "1/empty.png", "1/text.jpg", "2/lost.png"] and len(names) == bad)
    expect("each says why", all(len(row["error"]) > 10 for row in rows if "error" in row))


def refused(wanted):
    run(*batch("claimed", "--shard", "0/2"), code=3)
    before = content("claimed/batch.json")
    os.rename("in/0/00.png", "away.png")
    expect("a list of which one is gone", "another list of inputs" in run(*batch("claimed", "--shard", "1/2"), code=2))
    shutil.copy("away.png", "in/0/000.png")
    expect("a list of as many of which one has another name", "another list of inputs" in run(*batch("claimed", "--shard", "1/2"), code=2))
    os.remove("in/0/000.png"), os.rename("away.png", "in/0/00.png")
    shutil.copy("m.onnx", "kept.onnx"), shutil.copy(f"{DEMO}/vgg-unsupported.onnx", "m.onnx")
    expect("another model under the same name", "model has changed" in run(*batch("claimed", "--shard", "1/2", "--skip-checks"), code=2))
    data = bytearray(content("kept.onnx"))
    data[len(data) // 2] ^= 1 # a bit of a weight
    with open("m.onnx", "wb") as file:
        file.write(data)
    expect("one bit of the model", "model has changed" in run(*batch("claimed", "--shard", "1/2", "--resume"), code=2))
    os.replace("kept.onnx", "m.onnx")
    expect("other settings", "other settings" in run(*batch("claimed", "--shard", "1/2", "--composite", "zero"), code=2))
    expect("other outputs", "other outputs" in run(*batch("claimed", "--shard", "1/2", "--write", "relevance,report,heatmap"), code=2))
    run(*batch("claimed", "--shard", "0/3"), code=3) # of the same batch, but cut otherwise
    expect("shards of two kinds are not merged", "of 2 and of 3" in run("merge", "claimed", code=3) or "of 3 and of 2" in run("merge", "claimed", code=3))
    shutil.rmtree("claimed/shard-0-of-3")
    expect("refusals change nothing", content("claimed/batch.json") == before)
    run(*batch("claimed", "--shard", "1/2"), code=3)
    expect("and the batch goes on", merged("claimed") == wanted)


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    shutil.copy(f"{DEMO}/vgg.onnx", "m.onnx")
    good, bad = write_inputs()
    run(*batch("plain", "--threads", "1"), code=3)
    plain = merged("plain")
    unreadable(bad)
    killed(random.Random(19), plain, good + bad)
    twice(plain)
    refused(plain)
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
sys.exit(bool(failures))

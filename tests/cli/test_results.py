#!/usr/bin/env python3
"""test_results.py BINARY DEMO: lrpscope FOLDER opens what a batch has written: the table and JSON are results.jsonl's; the inspector sorts,
filters, and explains a sample again as the batch did, from any folder; rows come while a batch runs; another model is named; what is no
result is left out."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

BINARY, DEMO = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
failures = []


def expect(what, good):
    if not good:
        failures.append(what)


def run(*arguments, code=0, cwd=None):
    done = subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, cwd=cwd)
    if done.returncode != code:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}, not {code}: {done.stderr[-500:]}")
    return done


def play(folder, *lines):
    with open("script", "w") as file:
        file.write(":resize 110x24\n" + "".join(f":{line}\n" for line in lines).replace(":dump ", f":dump {os.getcwd()}/").replace(":dump-state ", f":dump-state {os.getcwd()}/"))
    run(os.path.abspath(folder), "--script", os.path.abspath("script"), cwd="/")


def screen(path):
    with open(path) as file:
        return file.read().splitlines()


def names(lines):
    return [found.group(1) for line in lines if (found := re.search(r"\b((?:bag|boot|other)/\S+)", line))]


def write_batch():
    for folder, pictures in (("bag", ["bag", "dress"]), ("boot", ["boot", "sneaker", "sandal"]), ("other", ["trouser"])):
        os.makedirs(f"in/{folder}")
        for name in pictures:
            shutil.copy(f"{DEMO}/{name}.png", f"in/{folder}/{name}.png")
    with open("in/other/broken.png", "w") as file:
        file.write("no picture")
    shutil.copy(f"{DEMO}/vgg.onnx", "m.onnx"), shutil.copy(f"{DEMO}/labels.txt", "labels.txt")
    with open("list.txt", "w") as file: # targets of their own
        file.writelines(f"in/{folder}/{name}\t{'bag' if name.startswith('sa') else ''}\n" for folder, _, found in sorted(os.walk("in")) if found for folder in [os.path.basename(folder)] for name in sorted(found))
    run("batch", "m.onnx", "in", "--output-dir", "out", "--labels", "labels.txt", "--scale", "1/255", "--mean", "0.2860", "--std", "0.3530", "--composite", "epsilon-plus", "-q", code=3)
    run("batch", "m.onnx", "--inputs", "list.txt", "--output-dir", "listed", "--labels", "labels.txt", "--scale", "1/255", "--mean", "0.2860", "--std", "0.3530", "-q", code=3)
    run("merge", "out", "--cluster", "spray(clusters=2,neighbours=2,eigenvectors=3)")
    with open("out/results.jsonl") as file:
        return [json.loads(line) for line in file]


def tables(rows):
    got = json.loads(run("out", "--json").stdout)
    with open("out/clusters.json") as file:
        clusters = json.load(file)["clusters"]["labels"]
    wanted = [{key: row[key] for key in ("index", "name", "class", "error", "target", "label", "output", "sum") if key in row} | ({} if clusters[i] is None else {"cluster": clusters[i]})
              for i, row in enumerate(rows)]
    expect(f"JSON {got['results']}, not {wanted}", got["results"] == wanted and (got["samples"], got["there"], got["failed"]) == (7, 7, 1))
    text = run("out").stdout
    expect("the table", names(text.splitlines()) == [row["name"] for row in rows] and "7 of 7 samples, 1 bad inputs" in text)
    expect("other commands say what the folder is", "results of a batch" in run("layers", "out", code=2).stderr)


def inspector(rows):
    good = [row for row in rows if "error" not in row]
    play("out", "dump all", "sort sum", "dump up", "sort-reversed", "dump down", "sort #", "filter class:boot", "dump boot", "filter right:wrong", "dump wrong",
         "filter notes:picture", "dump bad", "filter sandal.png", "dump found", "take-row", "wait-idle", "dump opened", "dump-state state", "back", "dump back")
    by_sum = [row["name"] for row in sorted(good, key=lambda row: row["sum"])]
    expect("all", names(screen("all")) == [row["name"] for row in rows])
    expect(f"by sum {names(screen('up'))}", names(screen("up"))[:6] == by_sum)
    expect("by sum, last first, bad inputs last", names(screen("down"))[:6] == by_sum[::-1] and "broken" in names(screen("down"))[6])
    expect("a class", names(screen("boot")) == [row["name"] for row in rows if row.get("class") == "boot"])
    expect("wrong ones", names(screen("wrong")) == [row["name"] for row in good if "class" in row and row["class"] != row["label"]])
    expect("bad ones", names(screen("bad")) == ["other/broken.png"])
    row = next(row for row in rows if row["name"] == "boot/sandal.png")
    expect("found", names(screen("found")) == ["boot/sandal.png"])
    with open("state") as file:
        state = json.load(file)
    expect(f"opened with the batch's settings: {state}", state["settings"]["composite"] == "epsilon-plus" and state["input"] == "sandal.png")
    expect(f"the sample's sum is {row['sum']}: {state['sum']}", abs(state["sum"] - row["sum"]) < 1e-6 and row["label"] in screen("opened")[0])
    expect("back at the list", names(screen("back")) == ["boot/sandal.png"])
    with open("listed/shard-0-of-1/results.jsonl") as file:
        own = next(row for row in map(json.loads, file) if row["name"].endswith("sandal.png"))
    play("listed", "filter sandal.png", "take-row", "wait-idle", "dump opened")
    expect(f"a target of its own: {screen('opened')[0]}", own["label"] == "bag" and "8 bag" in screen("opened")[0])


def running():
    batch = ["batch", "m.onnx", "in", "--output-dir", "parts", "--labels", "labels.txt", "--scale", "1/255", "-q", "--shard"]
    run(*batch, "1/3")
    expect("a part of it", [row["index"] for row in json.loads(run("parts", "--json").stdout)["results"]] == [1, 4])
    with open("parts/shard-1-of-3/results.jsonl", "r+b") as file: # a line that is on its way
        file.truncate(file.seek(0, 2) - 5)
    expect("half a line is none", json.loads(run("parts", "--json").stdout)["there"] == 1)
    master, slave = os.openpty()
    environment = dict(os.environ, TERM="xterm", COLUMNS="100", LINES="30", XDG_STATE_HOME=os.getcwd(), XDG_CONFIG_HOME=os.getcwd())
    process = subprocess.Popen([BINARY, "parts"], stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True)
    os.close(slave)
    seen = b""

    def wait_for(word):
        nonlocal seen
        signal.alarm(60)
        while word not in seen:
            seen += os.read(master, 65536)
        signal.alarm(0)

    wait_for(b"of 7 samples")
    run(*batch, "1/3", "--resume"), run(*batch, "0/3"), run(*batch, "2/3", code=3)
    wait_for(b"trouser.png") # only what changes on the screen is written
    os.write(master, b"Q")
    while True:
        try:
            if not os.read(master, 65536):
                break
        except OSError:
            break
    expect("the inspector ends", process.wait(60) == 0)
    os.close(master)


def hostile(rows):
    shutil.copytree("out", "changed")
    shutil.copy(f"{DEMO}/vgg-unsupported.onnx", "m.onnx")
    play("changed", "dump changed-model", "messages", "dump messages")
    expect("another model is named", any("has changed" in line for line in screen("changed-model") + screen("messages")))
    lines = ["", "{", "[]", "null", '{"index":-1,"name":"a"}', '{"index":99999999999,"name":"a"}', '{"index":1e300,"name":"a"}', '{"index":0}', '{"index":0,"name":7}', "\0\xff",
             '{"index":2,"name":"\\u001b[31mred","label":5,"sum":"x","output":null,"target":"a","warnings":7,"error":["b"]}', json.dumps(rows[3])]
    with open("changed/shard-0-of-1/results.jsonl", "wb") as file:
        file.write("\n".join(lines).encode("latin-1") + b"\n")
    got = run("changed", "--json").stdout
    expect(f"what is no result is left out: {got}", [row["index"] for row in json.loads(got)["results"]] == [2, 3] and "\x1b" not in got + run("changed").stdout)
    for text, code in (('{"samples":5}', 3), ('{"samples":1e18,"model":"m.onnx","folder":"/"}', 3), ('{"samples":"x","model":"m.onnx"}', 3), ("[", 3), ('{"samples":3,"model":5}', 3)):
        with open("changed/batch.json", "w") as file:
            file.write(text)
        run("changed", code=code)


def never_waits():
    """Pipes in the place of a batch's files, or named by them: said, and not waited for."""
    def rewrite(file, change):
        with open(file) as lines:
            changed = [json.dumps(change(json.loads(line))) for line in (lines if file.endswith("l") else [lines.read()])]
        with open(file, "w") as lines:
            lines.write("\n".join(changed) + "\n")

    shutil.copy(f"{DEMO}/vgg.onnx", "m.onnx")
    run("batch", "m.onnx", *(f"{DEMO}/{name}.png" for name in ("bag", "boot", "dress")), "--output-dir", "written", "-q")
    os.mkfifo("pipe")
    pipe = os.path.abspath("pipe")
    shard = sorted(name for name in os.listdir("written") if name.startswith("shard-"))[0]
    for what in ("batch.json model", "inputs.jsonl path", "batch.json", "inputs.jsonl", f"{shard}/results.jsonl", f"{shard}/relevance.npy", f"{shard}/done"):
        shutil.rmtree("piped", ignore_errors=True)
        shutil.copytree("written", "piped")
        file, _, key = what.partition(" ")
        if key:
            rewrite(f"piped/{file}", lambda row: {**row, key: pipe})
        else:
            os.remove(f"piped/{file}")
            os.mkfifo(f"piped/{file}")
        with open("keys", "w") as keys:
            keys.write(":wait-idle\nj\n<Enter>\n:wait-idle\n:q\n")
        for arguments in (["merge", "piped"], ["piped", "--json"], ["piped", "--script", "keys"], ["merge", "piped", "--h5", "out"]):
            done = subprocess.run([BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            expect(f"a pipe for {what}, {' '.join(arguments)}: exit {done.returncode}: {done.stderr[-200:]}", done.returncode in (0, 2, 3))
            if key and "--h5" in arguments and "HDF5" not in done.stderr: # which need not be installed
                expect(f"a pipe for {what} is named: {done.stderr[-200:]}", done.returncode == 3 and "pipe: no regular file" in done.stderr)


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    written = write_batch()
    tables(written)
    inspector(written)
    running()
    hostile(written)
    never_waits()
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
sys.exit(bool(failures))

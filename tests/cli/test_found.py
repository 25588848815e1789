#!/usr/bin/env python3
"""test_found.py BINARY: files that nobody named can do nothing: rules files found beside a model that are pipes, devices, huge, or long
neither hang nor slow the inspector's start, nor does what they name."""
import json
import os
import resource
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, tensor

if "LRPSCOPE_SANITIZED" in os.environ:
    print("skipped: a sanitizer's shadow memory and pace know no limits")
    sys.exit(77)
BINARY = os.path.abspath(sys.argv[1])
SECONDS = 10  # for what takes a fraction of one; it took 8 and 17 where every entry was compared with every other one
failures = []


def worked():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start():
    """The inspector's start, by a script that only quits, with what it found; the time it worked, whatever else the machine does."""
    begun = worked()
    try:
        done = subprocess.run([BINARY, "m.onnx", "--script", "quit.script"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)))
        return done.returncode, done.stderr.decode(), worked() - begun
    except subprocess.TimeoutExpired:
        return None, "", worked() - begun


def expect(what, code, said, most=SECONDS):
    got, stderr, seconds = start()
    if got not in code or not all(word in stderr for word in said) or seconds > most:
        failures.append(f"{what}: exit {got}, {seconds:.1f} s: {stderr[:300]}")


def put(name, content):
    if os.path.lexists(name):
        os.remove(name)
    with open(name, "w") as file:
        file.write(content if isinstance(content, str) else json.dumps({"lrpscope": 1, **content}))


def found(content, what, code, *said):
    put("m.lrpscope.json", content)
    expect(what, code, said)


def kinds():
    rules = "m.lrpscope.json"
    for make, what in ((lambda: os.mkfifo(rules), "a pipe"), (lambda: os.symlink("/dev/zero", rules), "/dev/zero"),
                       (lambda: os.symlink("/dev/stdin", rules), "/dev/stdin"), (lambda: os.symlink("/dev/tty", rules), "/dev/tty"),
                       (lambda: os.mkdir(rules), "a folder")):
        make()
        expect("rules are " + what, (3,), [rules])
        os.rmdir(rules) if os.path.isdir(rules) else os.remove(rules)
    with open(rules, "w") as file:
        file.truncate(1 << 40)
    expect("rules of a terabyte", (3,), ["too many", rules])


def named():
    os.mkfifo("pipe")
    with open("huge", "w") as file:
        file.truncate(1 << 40)
    for key in ("labels", "preprocess", "output_relevance"):
        for name in ("pipe", "/dev/zero", "huge", "/dev/tty"):
            target = name if key != "output_relevance" else (os.path.abspath(name).strip("/").replace("/", "_") + ".npy")
            if key == "output_relevance" and not os.path.lexists(target):
                os.symlink(os.path.abspath(name), target)
            found({key: target}, f"{key} is {name}", (3,), os.path.basename(target))


def long():
    found({f"key{i}": i for i in range(20000)}, "20,000 unknown keys", (0,))
    found({"heatmap": {f"key{i}": i for i in range(20000)}}, "20,000 unknown keys within", (0,))
    found('{"lrpscope": 1, ' + ", ".join('"same": 1' for _ in range(20000)) + "}", "20,000 times one unknown key", (0,))
    found({"supported_layers": [f"layer{i}" for i in range(40000)]}, "40,000 layers registered", (0,))
    found({"supported_activations": [f"activation{i}" for i in range(40000)]}, "40,000 activations registered", (0,))
    found({"rules": [{"select": "1", "rule": "zero"}] * 40000}, "40,000 rules of one layer", (0,))
    found({"rules": [{"select": f"type:{'*' * (i % 50)}{i}", "rule": "zero"} for i in range(40000)]}, "40,000 rules", (0, 2))
    found({"custom_rules": {f"mine{i}": {"groups": [{"terms": [{"input": "a", "weight": "W"}], f"odd{i}": 1}]} for i in range(1000)}}, "1,000 own rules", (0,))


def last_wins():
    """What was said of doubled entries holds still: of a selector the last rule, of unknown keys the last value."""
    put("r.json", {"rules": [{"select": "1", "rule": "zero"}, {"select": "fc", "rule": "gamma(0.5)"}, {"select": "1", "rule": "flat"}]})
    rows = json.loads(subprocess.run([BINARY, "layers", "m.onnx", "--rules", "r.json", "--json"], capture_output=True).stdout)["layers"]
    if "flat" not in json.dumps(rows[1 if rows[0]["index"] == 0 else 0]):
        failures.append(f"the last rule of a selector does not hold: {rows}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        weights = {"w": tensor([1, -1, 2, 3], [2, 2]), "b": tensor([1, 2], [2])}
        with open("m.onnx", "wb") as file:
            file.write(model([node("Gemm", "x w b", "y", name="fc")], {"x": (FLOAT, ["n", 2])}, {"y": (FLOAT, ["n", 2])}, weights))
        put("quit.script", ":q\n")
        expect("nothing found", (0,), [])
        kinds()
        named()
        long()
        last_wins()
    print("\n".join(failures) or "ok")
    sys.exit(bool(failures))


main()

#!/usr/bin/env python3
"""test_lanes.py BINARY DEMO: many inputs are computed several at a time; nothing but time tells. Every file, line and message is that of
one thread, with errors in the middle and after a signal, too."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BINARY, DEMO = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
MODEL = os.path.join(DEMO, "vgg.onnx")
PICTURES = [os.path.join(DEMO, name) for name in sorted(os.listdir(DEMO)) if name.endswith(".png")] * 4
failures = []


def expect(what, held):
    if not held:
        failures.append(what)


def content(path):
    with open(path, "rb") as file:
        data = file.read()
    if not path.endswith(".json"):
        return data
    report = json.loads(data)
    report.pop("timing", None)
    report["options"].pop("threads", None)
    return report


def run(threads, *arguments):
    shutil.rmtree("out", ignore_errors=True)
    done = subprocess.run([BINARY, *arguments, "--threads", str(threads)], capture_output=True)
    stdout = done.stdout
    if "--json" in arguments and done.returncode == 0:
        stdout = json.loads(stdout)
        stdout.pop("timing", None)
        stdout.get("options", {}).pop("threads", None)
    files = {name: content(os.path.join("out", name)) for name in sorted(os.listdir("out"))} if os.path.isdir("out") else {}
    return done.returncode, stdout, done.stderr, files


def same(*arguments):
    first = run(1, *arguments)
    for threads in (2, 3, 8):
        now = run(threads, *arguments)
        for what, a, b in zip(("code", "stdout", "stderr"), first, now):
            expect(f"{' '.join(arguments[:1])} {arguments[2:3]} {threads} threads: other {what}: {str(a)[:200]} / {str(b)[:200]}", a == b)
        expect(f"{threads} threads: other files", list(first[3]) == list(now[3]))
        for name in first[3]:
            expect(f"{threads} threads: {name} differs", first[3][name] == now[3].get(name))
    return first


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("bad.png", "w") as file:
            file.write("no picture")
        with open("labels.txt", "w") as file:
            file.write("".join(f"class {i}\n" for i in range(10)))
        files = same("explain", MODEL, *PICTURES, "--output-dir", "out", "--labels", "labels.txt")[3]
        expect(f"files are missing: {len(files)}", len(files) == 3 * len(PICTURES))
        same("explain", MODEL, *PICTURES, "--json", "--composite", "epsilon-alpha2-beta1", "--relevance", "out.npy")
        same("run", MODEL, *PICTURES)
        same("run", MODEL, *PICTURES, "--json")
        expect("a bad input in the middle is an error", same("explain", MODEL, *PICTURES[:7], "bad.png", *PICTURES, "--output-dir", "out")[0] == 3)
        expect("a bad input at the end is an error", same("run", MODEL, *PICTURES, "bad.png")[0] == 3)
        expect("a target that is not there is an error", same("explain", MODEL, *PICTURES, "--target", "99")[0] == 2)
        expect("too little memory is an error", same("explain", MODEL, *PICTURES, "--memory", "1000")[0] == 4)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            child = subprocess.Popen([BINARY, "explain", MODEL, *(PICTURES * 60), "--threads", "3"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.4)
            child.send_signal(number)
            expect(f"{number.name}: exit {child.wait(20)}", child.returncode == 128 + number)
    print("\n".join(failures[:20]) or "ok")
    sys.exit(bool(failures))


main()

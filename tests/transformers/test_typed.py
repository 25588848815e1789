#!/usr/bin/env python3
"""test_typed.py BINARY FILE.tar.xz: texts typed in the inspector, and lines of a file stepped through there, are what `explain --text`
makes of the same text; --scale-tokens says which tokens the colours are made for."""
import json
import os
import subprocess
import sys
import tarfile
import tempfile

BINARY = os.path.abspath(sys.argv[1])
TEXTS = ["w5 w17 w33 w2", "w41 w7", "w9 w80 w90"]
failures, compared = [], 0


def run(*arguments):
    done = subprocess.run([BINARY, *arguments, "--quiet"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    if done.returncode:
        failures.append(f"{' '.join(arguments)}: exit {done.returncode}: {done.stderr}")


def play(keys, *arguments):
    with open("keys.script", "w") as file:
        file.write(keys)
    run("model", "--skip-checks", *arguments, "--script", "keys.script")


def shown(name):
    with open(f"{name}.json") as file:
        picture = json.load(file).get("picture") or {}
    return picture.get("across"), picture.get("values"), picture


def expect(name, text):
    """The state that was dumped shows this text's tokens, with the relevance that explain gives them."""
    global compared
    compared += 1
    run("explain", "model", "--skip-checks", "--text", text, "--report", "r.json")
    with open("r.json") as file:
        tokens = json.load(file)["samples"][0]["tokens"]
    words, values, _ = shown(name)
    if words != [token["text"] for token in tokens]:
        failures.append(f"{name}: {words}, not {text}")
    elif max(abs(a - token["relevance"]) for a, token in zip(values, tokens)) > 2e-6 * max(abs(t["relevance"]) for t in tokens):
        failures.append(f"{name}: {values} of {words}")


def check_typing():
    play(f':wait-idle\n:dump-state first.json\ni"{TEXTS[1].replace(" ", "<Space>")}"<CR>\n:wait-idle\n:dump-state typed.json\n:input "{TEXTS[2]}"\n:wait-idle\n:dump-state command.json\n', "--text", TEXTS[0])
    for name, text in (("first", TEXTS[0]), ("typed", TEXTS[1]), ("command", TEXTS[2])):
        expect(name, text)


def check_lines():
    with open("lines.txt", "w") as file:
        file.write("\n".join(TEXTS) + "\n")
    play("".join(f":wait-idle\n:dump-state line{i}.json\n{key}\n" for i, key in enumerate(">>><")), "--text-file", "lines.txt")
    for i, text in enumerate((TEXTS[0], TEXTS[1], TEXTS[2], TEXTS[0])):
        expect(f"line{i}", text)


def prepare(archive):
    with tarfile.open(archive) as file:
        file.extractall(".")
    os.rename(next(name for name in sorted(os.listdir(".")) if os.path.isdir(name) and name.startswith("gpt2")), "model")
    vocabulary = {f"w{i}": i for i in range(120)}
    with open("model/tokenizer.json", "w") as file:
        json.dump({"model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "w0"}, "pre_tokenizer": {"type": "WhitespaceSplit"}}, file)


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    os.environ.update(XDG_STATE_HOME=place, XDG_CONFIG_HOME=place)
    prepare(sys.argv[2] if os.path.isabs(sys.argv[2]) else os.path.join(os.environ["OLDPWD"], sys.argv[2]))
    check_typing()
    check_lines()
    os.chdir("/")
for failure in failures:
    print("FAILED:", failure)
print(compared, "compared")
sys.exit(bool(failures) or not compared)

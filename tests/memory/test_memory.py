#!/usr/bin/env python3
"""test_memory.py BINARY LIBRARY DEMO [MOST [NAME...]]: a failed allocation is an error, everywhere. Commands run with their Nth allocation failing,
once and from there on: they end with what they would have said, or with an error of one line; they never crash, nor say something else
and succeed. MOST: tries a command and way; where there are more allocations, the first few and then steps. 0: all of them. NAME: only
these commands."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

BINARY, LIBRARY, DEMO = (os.path.abspath(path) for path in sys.argv[1:4])
MOST = int(sys.argv[4]) if len(sys.argv) > 4 else 20
MODEL, PICTURE = os.path.join(DEMO, "vgg.onnx"), os.path.join(DEMO, "boot.png")
PACKAGES = os.path.join(DEMO, "packages")
RULES = ["--rules", os.path.join(DEMO, "vgg.lrpscope.json")]
COMMANDS = {
    "layers": ["layers", MODEL, "--json"],
    "list": ["layers", MODEL, "--canonize-report"],
    "check": ["check", MODEL],
    "explain": ["explain", MODEL, PICTURE, "--threads", "1", "--heatmap", "OUT.png", "--relevance", "OUT.npy", "--composite", "epsilon-alpha2-beta1"],
    "ledger": ["ledger", MODEL, PICTURE, "--threads", "1"],
    "rules": ["rules", "--json"],
    "compare": ["compare", MODEL, PICTURE, "--threads", "1", *RULES, *RULES],
    "convert": ["convert", MODEL, "OUT.json"],
    "run": ["run", MODEL, PICTURE, "--threads", "1"],
    "tokens": ["tokens", PACKAGES, "--text", "drum machine, l\u00f6st \u2603"],
    "text": ["explain", PACKAGES, "--text", "drum machine", "--threads", "1", "--html", "OUT.html"],
    "concepts": ["concepts", MODEL, PICTURE, "--threads", "1", "--at", "1", "--heatmap", "OUT.png"],
    "evaluate": ["evaluate", MODEL, PICTURE, "--threads", "1", "--metric", "sparseness"],
    "choose": ["choose", MODEL, PICTURE, "--threads", "1", "--metric", "sparseness", "--output", "OUT.json"],
    "batch": ["batch", MODEL, PICTURE, "--threads", "1", "--output-dir", "OUT.d"],
    "merge": ["merge", "batched", "--mean-heatmap", "OUT.png"],
    "script": [MODEL, PICTURE, "--threads", "1", "--script", "keys"],
}
failures = []


def run(name, **fail):
    out = "-".join([name, *(f"{key}{value}" for key, value in fail.items())])
    command = [word.replace("OUT", out) for word in COMMANDS[name]]
    env = dict(os.environ, LD_PRELOAD=LIBRARY, OMP_WAIT_POLICY="passive", GOMP_SPINCOUNT="3000", GLIBC_TUNABLES="glibc.malloc.hugetlb=0",
               **{"LRP_FAIL_" + key: str(value) for key, value in fail.items()})
    done = subprocess.run([BINARY, *command], capture_output=True, env=env, timeout=300)
    for file in os.listdir("."):
        if file.startswith(out + "."):
            shutil.rmtree(file) if os.path.isdir(file) else os.remove(file)
    return done.returncode, done.stdout.replace(out.encode(), b"OUT"), done.stderr.decode(errors="replace")


def numbers(count):
    few = MOST // 3
    if not MOST or count <= MOST:
        return range(1, count + 1)
    return [*range(1, few + 1), *(few + (i + 1) * (count - few) // (MOST - few) for i in range(MOST - few))]


def judge(name, way, number, plain):
    code, stdout, stderr = run(name, **{way: number})
    clean = code in (2, 3, 4) and "lrpscope: " in stderr
    if not ((code == 0 and stdout == plain) or clean):
        what = "crashes" if code < 0 else "succeeds with other text" if code == 0 else "no clean error"
        failures.append(f"{name}, {way} {number}: {what}: exit {code}: {stderr[-150:]!r}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("keys", "w") as file:
            file.write(":wait-idle\nj\nj\nr\n<Esc>\n/conv\n<Enter>\nn\n:wait-idle\n:ledger\n:wait-idle\n:check\n:q\n")
        subprocess.run([BINARY, "batch", MODEL, PICTURE, "--output-dir", "batched"], check=True, capture_output=True)
        with ThreadPoolExecutor(2) as pool:
            for name in sys.argv[5:] or COMMANDS:
                code, plain, stderr = run(name, COUNT=1)
                count = re.search(r"allocations (\d+)", stderr)
                if code or not count:
                    failures.append(f"{name}: exit {code}: {stderr}")
                    continue
                for way in ("AT", "FROM"):
                    list(pool.map(lambda number: judge(name, way, number, plain), numbers(int(count[1]))))
    print("\n".join(failures) or "ok")
    sys.exit(bool(failures))


main()

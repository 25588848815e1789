#!/usr/bin/env python3
"""test_engines.py ENGINE BINARY ASSETS [PICTURES TASKS]: a batch under Slurm (a controller and a node of its own on loopback), GNU parallel
or Snakemake by assets/cluster: many small pictures in several tasks, tasks killed in the middle, a bad picture; what is merged is that
of a single run byte for byte. Exit 77: the engine is not installed."""
import glob
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib

import numpy as np

ENGINE, BINARY, ASSETS = sys.argv[1], os.path.abspath(sys.argv[2]), os.path.abspath(sys.argv[3])
PICTURES, TASKS = (int(word) for word in (*sys.argv[4:], 60, 4)[:2])
PROGRAMS = {"slurm": ["slurmctld", "slurmd", "munged", "sbatch"], "parallel": ["parallel"], "snakemake": ["snakemake"]}[ENGINE]
DEMO = os.path.join(ASSETS, "demo")
OPTIONS = ["--labels", f"{DEMO}/labels.txt", "--scale", "1/255", "--mean", "0.2860", "--std", "0.3530", "-q"]
# stands between the engine and lrpscope: shards named in KILL come to half of their samples, once: the pipe of their progress has no
# room for more. There a signal of their own ends them ("kill"), or they wait until the engine does
BETWEEN = """
import fcntl, os, signal, subprocess, sys, time
words = sys.argv[1:]
shard = words[words.index("--shard") + 1].split("/")[0] if "--shard" in words else ""
mark = f"{PLACE}/killed-{shard}"
if shard not in KILL or os.path.exists(mark):
    os.execv(BINARY, [BINARY, *words])
count = len(range(int(shard), PICTURES, TASKS))
room = sum(len(f"{i + 1} {count}\\n") for i in range(count // 2))
ours, theirs = os.pipe()
os.write(theirs, b"\\n" * (fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, 4096) - room))
process = subprocess.Popen([BINARY, *words, "--progress-fd", str(theirs)], pass_fds=[theirs])
lines = f"{words[words.index('--output-dir') + 1]}/shard-{shard}-of-{TASKS}/results.jsonl"
while not os.path.exists(lines) or open(lines).read().count("\\n") < count // 2:
    time.sleep(.01)
open(mark, "w").write(str(open(lines).read().count("\\n")))
if KILL[shard] == "kill":
    process.kill()
    os.kill(os.getpid(), signal.SIGKILL)
process.wait()
"""


def read_grey(path):
    """A PNG of eight bits a pixel, one channel."""
    with open(path, "rb") as file:
        data = file.read()
    width, height = struct.unpack(">II", data[16:24])
    place, packed = 8, b""
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place:place + 8])
        packed += data[place + 8:place + 8 + size] if kind == b"IDAT" else b""
        place += size + 12
    raw, out = zlib.decompress(packed), np.zeros((height + 1, width + 1), int)
    for y in range(height):
        filtered, row = raw[y * (width + 1)], raw[y * (width + 1) + 1:(y + 1) * (width + 1)]
        for x in range(width):
            a, b, c = out[y + 1, x], out[y, x + 1], out[y, x]
            nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            out[y + 1, x + 1] = (row[x] + (0, a, b, (a + b) // 2, nearest)[filtered]) % 256
    return out[1:, 1:].astype("u1")


def write_pictures(count):
    """The demo's, moved by up to seven pixels, each a PGM in the folder of its class, and one that is none."""
    demo = sorted(glob.glob(f"{DEMO}/*.png"))
    pictures = [read_grey(path) for path in demo]
    for i in range(count - 1):
        kind, k = i % len(demo), i // len(demo)
        grey = np.roll(pictures[kind], (k % 15 - 7, k // 15 % 15 - 7), (0, 1)) // (1 + k // 225 % 3)
        folder = f"pictures/{os.path.basename(demo[kind])[:-4]}"
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/{i:05}.pgm", "wb") as file:
            file.write(b"P5 28 28 255\n" + grey.tobytes())
    with open("pictures/bag/broken.png", "w") as file:
        file.write("no picture")


def merged(folder):
    return {name: open(f"{folder}/{name}", "rb").read() for name in ("results.jsonl", "relevance.npy", "statistics.json") if os.path.exists(f"{folder}/{name}")}


def run(*words, codes=(0,), **options):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, **options)
    if done.returncode not in codes:
        sys.exit(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def between(**kill):
    values = {"BINARY": BINARY, "PLACE": os.getcwd(), "PICTURES": PICTURES, "TASKS": TASKS, "KILL": {key[1:]: how for key, how in kill.items()}}
    with open("between", "w") as file:
        file.write("#!/usr/bin/env python3\n" + "".join(f"{name} = {value!r}\n" for name, value in values.items()) + BETWEEN)
    os.chmod("between", 0o755)
    os.environ["LRPSCOPE"] = os.path.abspath("between")


def wait_for(what, holds, seconds=120):
    end = time.time() + seconds
    while not holds():
        if time.time() > end:
            sys.exit(f"waited {seconds} s for {what}")
        time.sleep(.2)


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


# ---- the engines ----

def parallel():
    between(_1="kill")
    words = ["sh", f"{ASSETS}/cluster/parallel.sh", str(TASKS), f"{DEMO}/vgg.onnx", "pictures", "--output-dir", "results", *OPTIONS]
    run(*words, codes=(3,)) # merge names the shard that is missing
    run(*words)


def snakemake():
    between(_1="kill")
    run("snakemake", "-s", f"{ASSETS}/cluster/Snakefile", "-j", "2", "--retries", "1", "--config", f"lrpscope={os.environ['LRPSCOPE']}", f"model={DEMO}/vgg.onnx", "source=pictures", "output=results",
        f"shards={TASKS}", "options=" + " ".join(OPTIONS))


class Slurm:
    """munged, slurmctld and slurmd with files, sockets and ports of their own; ended with the block."""

    def __enter__(self):
        place, host, ports = os.getcwd(), socket.gethostname().split(".")[0], free_ports(2)
        for folder in ("state", "spool"):
            os.mkdir(folder)
        with open("munge.key", "wb") as file:
            file.write(os.urandom(128))
        os.chmod("munge.key", 0o600)
        with open("slurm.conf", "w") as file:
            file.write(f"""ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmUser={'root' if os.geteuid() == 0 else os.environ['USER']}
SlurmdUser={'root' if os.geteuid() == 0 else os.environ['USER']}
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={place}/munge.socket
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
KillWait=1
MinJobAge=300
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
""")
        os.environ["SLURM_CONF"] = f"{place}/slurm.conf"
        self.daemons = []
        for words in (["munged", "-F", "--force", f"--key-file={place}/munge.key", f"--socket={place}/munge.socket", f"--pid-file={place}/munged.pid", f"--log-file={place}/munged.log",
                       f"--seed-file={place}/munged.seed"], ["slurmctld", "-D", "-i"], ["slurmd", "-D"]):
            self.daemons.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(f"{words[0]}.err", "w")))
            if words[0] == "munged":
                wait_for("munged", lambda: os.path.exists("munge.socket"), 20)
        wait_for("the node", lambda: "idle" in subprocess.run(["sinfo", "-h", "-o", "%t"], capture_output=True, text=True, timeout=60).stdout, 60)
        return self

    def __exit__(self, *_):
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()


def slurm():
    between(_1="wait", _2="kill")
    with Slurm():
        array, merge = run("sh", f"{ASSETS}/cluster/slurm.sh", str(TASKS), f"{DEMO}/vgg.onnx", "pictures", "--output-dir", "results", *OPTIONS).split()
        wait_for("tasks 1 and 2", lambda: os.path.exists("killed-1") and os.path.exists("killed-2"))
        run("scontrol", "requeue", f"{array}_1") # as Slurm does when a node fails or another job comes first

        waiting = {1, 2}

        def state():
            for task in sorted(waiting): # Slurm lets what was requeued wait for two minutes; a few seconds suffice for the node to know
                if "Restarts=1" in run("scontrol", "show", "job", f"{array}_{task}"):
                    run("scontrol", "update", f"JobId={array}_{task}", "StartTime=now+3seconds")
                    waiting.remove(task)
            return run("squeue", "-h", "-t", "all", "-j", merge, "-o", "%T").strip()

        wait_for("the merge", lambda: state() in ("COMPLETED", "FAILED", "CANCELLED"), 300)
        if waiting or state() != "COMPLETED":
            sys.exit(f"merge: {state()}, not requeued: {waiting}: " + "".join(open(path).read() for path in glob.glob("slurm-*.out")))


if not all(shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") for program in PROGRAMS):
    print(f"{ENGINE} is not installed: not tried")
    sys.exit(77)
os.environ["PATH"] += ":/usr/sbin"
with tempfile.TemporaryDirectory(dir="/tmp") as place:
    os.chdir(place)
    write_pictures(PICTURES)
    run(BINARY, "batch", f"{DEMO}/vgg.onnx", "pictures", "--output-dir", "single", *OPTIONS, codes=(3,))
    run(BINARY, "merge", "single")
    began = time.time()
    {"slurm": slurm, "parallel": parallel, "snakemake": snakemake}[ENGINE]()
    killed = {path: int(open(path).read()) for path in sorted(glob.glob("killed-*"))}
    each = PICTURES // TASKS
    wanted, got = merged("single"), merged("results")
    os.chdir("/")
print(f"{ENGINE}: {PICTURES} pictures, {TASKS} tasks, {time.time() - began:.1f} s; done when killed, of {each}: {killed}; {sum(map(len, got.values()))} bytes")
if not killed or not all(0 < done <= each // 2 + 1 for done in killed.values()) or len(wanted) != 3 or got != wanted:
    sys.exit(f"FAILED: the merged results are not those of the single run: {[name for name in wanted if got.get(name) != wanted[name]]}")

#!/usr/bin/env python3
"""test_signals.py BINARY DEMO: signals. The inspector gives the terminal back as it was whatever ends it; other commands leave no half
written file; what is ignored stays ignored; limits on processes and memory end in fewer threads or in an error of ours."""
import fcntl
import os
import pty
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

BINARY, DEMO = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
MODEL, PICTURE = os.path.join(DEMO, "vgg.onnx"), os.path.join(DEMO, "boot.png")
failures = []


def expect(what, held):
    if not held:
        failures.append(what)


def drain(fd, seconds, until=None):
    """What arrives from the terminal, up to the moment it holds `until`."""
    seen, end = b"", time.time() + seconds
    while time.time() < end and (until is None or until not in seen):
        if select.select([fd], [], [], 0.05)[0]:
            try:
                seen += os.read(fd, 65536)
            except OSError:
                break
    return seen


def shell(pipe, command):
    """What a shell does: the command is a job in the foreground of this session, which can be stopped."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)

    def begin():
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)

    job = subprocess.Popen(command, preexec_fn=begin)
    os.write(pipe, str(job.pid).encode())
    os.close(pipe)
    code = job.wait()
    sys.exit(code if code >= 0 else 100)


def open_inspector(ignored=()):
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    before = termios.tcgetattr(slave)

    def begin():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)

    env = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8", HOME=os.getcwd(), XDG_STATE_HOME=os.getcwd(), XDG_CONFIG_HOME=os.getcwd())
    ours, theirs = os.pipe()
    child = subprocess.Popen([sys.executable, os.path.abspath(__file__), "--shell", str(theirs), BINARY, MODEL, PICTURE], stdin=slave, stdout=slave,
                             stderr=slave, preexec_fn=begin, env=env, pass_fds=[theirs])
    os.close(theirs)
    inspector = int(os.read(ours, 20))
    os.close(ours)
    child.send_signal = lambda number: os.kill(inspector, number)
    screen = drain(master, 20, b"conv")
    expect("the inspector opens", b"\x1b[?1049h" in screen)
    return child, master, slave, before


def end_inspector(number):
    name = signal.Signals(number).name
    child, master, slave, before = open_inspector()
    child.send_signal(number)
    if number in (signal.SIGPIPE, signal.SIGINT):  # no reason to end: one is an error of a write, one cancels work
        time.sleep(0.5)
        expect(name + ": stays", child.poll() is None)
        child.send_signal(signal.SIGTERM)
        number = signal.SIGTERM
    seen = drain(master, 10, b"\x1b[?1049l")
    try:
        code = child.wait(60)
    except subprocess.TimeoutExpired:
        child.kill()
        code = None
    expect(f"{name}: exit code {code}", code == 128 + number)
    expect(name + ": screen back", b"\x1b[?1049l" in seen)
    expect(name + ": cursor back", b"\x1b[?12l\x1b[?25h" in seen or b"\x1b[?25h" in seen or b"\x1b[34h" in seen)
    expect(name + ": modes back", termios.tcgetattr(slave)[:4] == before[:4])
    os.close(master), os.close(slave)


def nohup():
    child, master, slave, _ = open_inspector([signal.SIGHUP])
    child.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    expect("an ignored HUP stays ignored", child.poll() is None)
    child.send_signal(signal.SIGTERM)
    drain(master, 10, b"\x1b[?1049l") # what nobody reads would keep it from ending
    child.wait(60)
    os.close(master), os.close(slave)


def half_written(command, number, waits):
    """A command is signalled while it writes: nothing temporary stays."""
    name = f"{command[0]}, {signal.Signals(number).name}"
    for file in os.listdir("."):
        if file.startswith("out"):
            os.remove(file)
    child = subprocess.Popen([BINARY] + command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen, end = False, time.time() + 20
    while child.poll() is None and time.time() < end and not seen:
        seen = any(file.startswith(".lrpscope-") for file in os.listdir(".")) if waits else time.sleep(0.15) is None
    child.send_signal(number)
    code = child.wait(20)
    left = [file for file in os.listdir(".") if file.startswith(".lrpscope-")]
    expect(f"{name}: leaves {left}", not left)
    expect(f"{name}: exit code {code}", code in (128 + number, -number, 0))
    for file in left:
        os.remove(file)
    return code in (128 + number, -number)


def waits_outside():
    """A command that waits for a pipe nobody writes to ends when it is asked to, once."""
    os.mkfifo("pipe")
    for command in ["run", MODEL, "pipe"], ["explain", MODEL, PICTURE, "--preprocess", "pipe"], ["run", MODEL, "pipe", PICTURE, "--threads", "2"], \
            ["batch", MODEL, "pipe", PICTURE, "--output-dir", "results"]:
        child = subprocess.Popen([BINARY] + command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        try:
            said = child.communicate(timeout=30)[1]
            expect(f"{command} is left: {child.returncode} {said}", child.returncode in (130, -signal.SIGINT))
        except subprocess.TimeoutExpired:
            child.kill()
            expect(f"{command} waits on after SIGINT", False)


def under(limits, command):
    def begin():
        for limit, value in limits:
            resource.setrlimit(limit, (value, value))
        if os.getuid() == 0 and any(limit == resource.RLIMIT_NPROC for limit, _ in limits):
            os.setgroups([]), os.setgid(64321), os.setuid(64321)  # root has no limit of processes
    env = dict(os.environ, OMP_NUM_THREADS="64")
    return subprocess.run(command, capture_output=True, preexec_fn=begin, env=env, timeout=120)


def limits():
    os.mkdir("reachable")
    binary, *files = [shutil.copy(path, "reachable") for path in (BINARY, MODEL, PICTURE)] # where whoever is not root can come, too
    command = [os.path.abspath(binary), "run", *files, "--threads", "16", "--json"]
    plain = subprocess.run(command, capture_output=True)
    for processes in (1, 2, 3, 4, 6, 9, 17, 24):
        done = under([(resource.RLIMIT_NPROC, processes)], command)
        expect(f"{processes} processes: exit {done.returncode}, {done.stderr[:200]}",
               (done.returncode == 0 and done.stdout == plain.stdout) or (done.returncode != 1 and done.stderr.startswith(b"lrpscope: ")))
    for megabytes in range(40, 700, 45):
        done = under([(resource.RLIMIT_AS, megabytes << 20)], command)
        linked = b"error while loading shared libraries" in done.stderr  # the system's, before anything of ours runs
        expect(f"{megabytes} MB: exit {done.returncode}, {done.stderr[:200]}",
               (done.returncode == 0 and done.stdout == plain.stdout) or (done.returncode == 4 and done.stderr.startswith(b"lrpscope: ")) or linked)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        os.chdir(folder)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM,
                       signal.SIGPIPE, signal.SIGXCPU):
            end_inspector(number)
        nohup()
        waits_outside()
        for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM):
            ended = [half_written(["convert", MODEL, "out.json"], number, True) for _ in range(3)]
            explain = ["explain", MODEL] + [PICTURE] * 40 + ["--output-dir", ".", "--heatmap", "out.png", "--layerwise", "out.safetensors"]
            ended += [half_written(explain[:2] + [PICTURE] + ["--repeat", "2000"], number, False)]
            expect(f"{signal.Signals(number).name}: nothing was ended by it", any(ended))
        if "LRPSCOPE_SANITIZED" not in os.environ: # shadow memory knows no limits
            limits()
    print("\n".join(failures) or "ok")
    sys.exit(bool(failures))


if sys.argv[1] == "--shell":
    shell(int(sys.argv[2]), sys.argv[3:])
main()

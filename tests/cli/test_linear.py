#!/usr/bin/env python3
"""The inspector without a screen: lines of keys in, every change a line, nothing a terminal would act on.
usage: test_linear.py LRPSCOPE DEMO"""
import os
import subprocess
import sys
import tempfile

BINARY, DEMO = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def hear(*lines, code=0):
    home = tempfile.mkdtemp()
    got = subprocess.run([BINARY, f"{DEMO}/vgg-unsupported.onnx", f"{DEMO}/boot.png", "--linear"], input="".join(line + "\n" for line in lines),
                         capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home})
    assert got.returncode == code, (got.returncode, got.stderr)
    assert got.stdout.isascii() and "\033" not in got.stdout, "only letters"
    assert "  " not in got.stdout and not any(line.startswith(("|", ">")) for line in got.stdout.split("\n")), "no tables, no frames"
    return [line for line in got.stdout.rstrip("\n").split("\n") if "^C cancel" not in line] # how far a slow machine has come


start = hear()
assert start[0].startswith("vgg-unsupported.onnx 12 layers") and "checks: ON" in start[0], start
assert start[1:4] == ["view layers", start[2], "0 input 1x28x28 -"] and start[2].startswith("# layer type"), start

one = hear("j")
assert one[1:4] == start[1:4] and any(line.startswith("1 /features/features.0/Conv convolution") for line in one[4:]), one
twice = hear("j j")
assert any(line.startswith("2 /features/features.2/Conv") for line in twice), "several keys in a line"
assert not any(line.startswith("1 /features") for line in twice), "what lies between is not said"

# from "no" to relevance: the layer that fails, its reason, skip, the sum
told = hear("u", "s")
fails = next(i for i, line in enumerate(told) if line.startswith("x 4 /features/features.5/Conv"))
assert told[fails].endswith("activation -"), "no relevance while the check fails"
assert any("checks: OFF (2 unchecked)" in line for line in told[fails:]), told
assert any(line.startswith("x 4 /features/features.5/Conv") and line.endswith(" 0.999") for line in told[fails:]), "its relevance"

views = hear("2", "1", "s", "3")
assert [line for line in views if line.startswith("view ")] == ["view layers", "view check", "view layers", "view ledger"], views
details = hear("j", "", "j", "j", "j", "j", "j", "j", "j", "j", "j", "j")
assert "details of #1 /features/features.0/Conv" in details and any(line.startswith("attributes") or line.startswith("kernel") for line in details), details
assert any("no such command: nonsense" in line for line in hear(":nonsense")), "errors are said"
assert any(line.startswith("no key or command: <Nonsense>") for line in hear("<Nonsense>", "j")), "and what is no key"
assert not any(line.startswith("1 /features") for line in hear("q q", "j")), "q quits"

# a home that is not there is not made
missing = os.path.join(tempfile.mkdtemp(), "home")
environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
got = subprocess.run([BINARY, f"{DEMO}/vgg.onnx", "--linear"], input="j\nb\nj\n", capture_output=True, text=True, timeout=120, env={**environment, "HOME": missing})
assert got.returncode == 0 and not os.path.exists(missing), (got.returncode, got.stderr)
assert "this session is not kept" in got.stdout, got.stdout
print("ok")

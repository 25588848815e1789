#!/usr/bin/env python3
"""The heatmap that explain prints on a terminal: the same colours, place by place, as the PNG's; half as many lines as rows.
usage: test_show_map.py LRPSCOPE DEMO"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from png_file import png_rows  # noqa: E402

BINARY, DEMO = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def run(*options, **environment):
    return subprocess.run([BINARY, "explain", f"{DEMO}/vgg.onnx", f"{DEMO}/boot.png", *options], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120, check=True, env={**os.environ, "LC_ALL": "C.UTF-8", **environment}).stdout


os.chdir(tempfile.mkdtemp())
for extra in ((), ("--overlay", "0.5"), ("--colormap", "viridis", "--reduce", "norm")):
    lines = run("--color", "direct", "--heatmap", "h.png", "--size-factor", "1", *extra).split("\n")
    wanted = png_rows("h.png")
    got = []
    for line in lines[1:1 + len(wanted) // 2]:
        cells = re.findall(r"\033\[38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)m▀", line)
        got += [[tuple(map(int, c[:3])) for c in cells], [tuple(map(int, c[3:])) for c in cells]]
    assert got == wanted, f"{extra}: the map is not the heatmap"
    assert re.fullmatch(r"\S+ to \S+", lines[1 + len(wanted) // 2]), "its values are named"
plain = run()
assert "\033" not in plain and plain.count("\n") == 1, "no map where there is no terminal"
assert run("--color", "256", "--show-map", "off") == plain, "nor where it is not wanted"
assert "▀" in run("--color", "256") and "▀" not in run("--color", "256", LC_ALL="C"), "half blocks are for UTF-8"
assert len({line.count("##") for line in run("--color", "8").split("\n")[1:-2]}) == 1, "eight colours"
print("ok")

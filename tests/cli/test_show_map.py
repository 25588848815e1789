#!/usr/bin/env python3
"""The heatmap that explain prints on a terminal: the same colours, place by place, as the PNG's; half as many lines as rows.
usage: test_show_map.py LRPSCOPE DEMO"""
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

BINARY, DEMO = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def png_rows(path):
    """Rows of (r, g, b) of an 8-bit PNG without interlacing."""
    with open(path, "rb") as file:
        data = file.read()
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
        if kind == b"PLTE":
            palette = body
        packed += body if kind == b"IDAT" else b""
        at += size + 12
    assert depth == 8
    step = {0: 1, 2: 3, 3: 1, 6: 4}[colour]
    raw, rows, above = zlib.decompress(packed), [], bytes(width * step)
    for y in range(height):
        how, line = raw[y * (width * step + 1)], bytearray(raw[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
        for i in range(len(line)):
            left, up, corner = line[i - step] if i >= step else 0, above[i], above[i - step] if i >= step else 0
            guess = left + up - corner
            paeth = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
            line[i] = line[i] + (0, left, up, (left + up) // 2, paeth)[how] & 255
        above = bytes(line)
        points = [above[i:i + step] for i in range(0, len(above), step)]
        rows.append([tuple(palette[3 * p[0]:3 * p[0] + 3]) if colour == 3 else tuple(p[:3]) if step > 1 else (p[0],) * 3 for p in points])
    return rows


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

#!/usr/bin/env python3
"""--animation: frames of all layers that have relevance, from the output to the input, as APNG and, where the build has giflib, GIF.
usage: test_animation.py LRPSCOPE DEMO"""
import json
import os
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from png_file import chunks, pixels, png_rows  # noqa: E402

BINARY, DEMO = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def run(*options):
    return subprocess.run([BINARY, "explain", f"{DEMO}/vgg.onnx", f"{DEMO}/boot.png", *options], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120)


os.chdir(tempfile.mkdtemp())
got = run("--animation", "a.png", "--heatmap", "h.png", "--size-factor", "1", "--report", "r.json")
assert got.returncode == 0, got.stderr
with open("r.json", encoding="utf-8") as file:
    report = json.load(file)
layers = 1 + sum(layer["sum"] is not None for layer in report["layers"])  # and the input
assert "a.png" in report["files"], report["files"]
with open("a.png", "rb") as file:
    parts = chunks(file.read())
head = parts[0][1]
kinds = [kind for kind, _ in parts]
assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND" and kinds.index(b"acTL") < kinds.index(b"IDAT"), kinds
frames, plays = struct.unpack(">II", dict(parts)[b"acTL"])
assert (frames, plays) == (layers, 0), (frames, layers)
assert kinds.count(b"fcTL") == frames
numbers = [struct.unpack(">I", body[:4])[0] for kind, body in parts if kind in (b"fcTL", b"fdAT")]
assert numbers == list(range(len(numbers))), "sequence numbers of frames and their pixels in one row"
delays = [struct.unpack(">HH", body[20:24]) for kind, body in parts if kind == b"fcTL"]
assert all(0 < num / den < 1 for num, den in delays[:-1]) and delays[-1][0] / delays[-1][1] > 1, delays
assert all(body[4:20] == head[:8] + bytes(8) for kind, body in parts if kind == b"fcTL"), "each covers the whole picture"

# the last frame: the input's heatmap, a whole number of pixels to a value or nearly so
last = [i for i, kind in enumerate(kinds) if kind == b"fcTL"][-1]
rows = pixels(head, b"".join(body[4:] for kind, body in parts[last:] if kind == b"fdAT"))
small = png_rows("h.png")
side = 384
for y in range(28):
    for x in range(28):
        at = 13 + int((x + .5) * side / 28), 13 + 24 + int((y + .5) * side / 28)
        assert rows[at[1]][at[0]] == small[y][x], (x, y, rows[at[1]][at[0]], small[y][x])
first = pixels(head, b"".join(body for kind, body in parts if kind == b"IDAT"))
assert first != rows and len(first) == len(rows)

got = run("--animation", "a.gif")
if got.returncode == 4:
    assert "giflib" in got.stderr and got.stderr.count("\n") == 1 and not os.path.exists("a.gif"), got.stderr
    print("ok (no giflib in this build: GIF not looked at)")
    sys.exit(0)
assert got.returncode == 0, got.stderr
with open("a.gif", "rb") as file:
    data = file.read()
width, height, packed = struct.unpack("<HHB", data[6:11])
assert data[:6] == b"GIF89a" and (width, height) == struct.unpack(">II", head[:8]) and data[-1:] == b";", data[:13]
at, images, names, times = 13 + 3 * (2 << (packed & 7)), 0, [], []
while data[at:at + 1] != b";":
    if data[at:at + 1] == b"!":
        names.append(data[at + 3:at + 14] if data[at + 1] == 0xff else b"")
        if data[at + 1] == 0xf9:
            times.append(struct.unpack("<H", data[at + 4:at + 6])[0])
        at += 2
    else:
        assert data[at:at + 1] == b"," and data[at + 9] & 128 == 0
        images, at = images + 1, at + 11
    while data[at]:
        at += data[at] + 1
    at += 1
assert images == layers and b"NETSCAPE2.0" in names, (images, names)
assert len(times) == layers and times[-1] > 2 * times[0] > 0, times
print("ok")

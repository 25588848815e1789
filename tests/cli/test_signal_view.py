#!/usr/bin/env python3
"""test_signal_view.py BINARY: a one-dimensional input is a curve in the inspector, as is its file: y = max of x * [1, 1] and 0, of which the
largest is explained, so that relevance stands at the two steps that make it, and nowhere else."""
import os
import sys
import tempfile
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from onnx_file import FLOAT, model, node, npy, put, tensor
from program import fail, finish, run

STEPS = 16
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def pixels(name):
    """Rows of (red, green, blue) of an 8-bit RGB PNG without interlacing."""
    with open(name, "rb") as file:
        data = file.read()
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    parts, at = b"", 8
    while at < len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        if data[at + 4:at + 8] == b"IDAT":
            parts += data[at + 8:at + 8 + size]
        at += size + 12
    raw, before, rows = zlib.decompress(parts), [0] * (3 * width), []
    for y in range(height):
        kind, line = raw[y * (3 * width + 1)], list(raw[y * (3 * width + 1) + 1:(y + 1) * (3 * width + 1)])
        for i in range(len(line)):
            a, b, c = (line[i - 3] if i > 2 else 0), before[i], (before[i - 3] if i > 2 else 0)
            paeth = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            line[i] = (line[i] + (0, a, b, (a + b) // 2, paeth)[kind]) % 256
        before = line
        rows.append([tuple(line[i:i + 3]) for i in range(0, 3 * width, 3)])
    return rows


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    os.environ.update(HOME=folder, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder, LC_ALL="C.UTF-8")
    nodes = [node("Unsqueeze", "x axes", "u", name="wide"), node("Conv", "u w", "z", name="conv"), node("Relu", "z", "r", name="relu"),
             node("Flatten", "r", "f", name="flat"), node("Gemm", "f e", "y", name="fc")]
    outputs = STEPS - 1
    unit = [float(i == j) for i in range(outputs) for j in range(outputs)]
    put("m.onnx", model(nodes, {"x": (FLOAT, [1, STEPS])}, {"y": (FLOAT, [1, outputs])},
                        {"axes": tensor([1], [1], 7), "w": tensor([1, 1], [1, 1, 2]), "e": tensor(unit, [outputs, outputs])}))
    signal = [0.0] * STEPS
    signal[4], signal[5], signal[12] = 3.0, 1.0, 2.0
    put("x.npy", npy(signal, [1, STEPS]))
    put("script", ":resize 80x24\n:wait-idle\n:dump seen\nf<Right>\n:go 0\n:dump read\n:export curve.png\n:go 3\n:dump layer\n")
    run("m.onnx", "x.npy", "--composite", "zero", "--script", "script", code=0)
    with open("read", encoding="utf-8") as file:
        text = file.read()
    if "signal of #0 input" not in text or "step 8  value 0  R 0" not in text:
        fail("the curve, and what is under the cursor", text)
    if not any(0x2801 <= ord(c) <= 0x28FF for c in text) or " 3.000 " not in text:
        fail("the curve has dots, and its largest value stands at its side", text)
    with open("layer", encoding="utf-8") as file:
        if "signal of" in file.read():
            fail("behind the convolution are channels, no signal")
    rows = pixels("curve.png")
    band = 1024 // STEPS
    column = [[rows[y][64 + step * band + band // 2] for y in range(8, 168)] for step in range(STEPS)]
    ground = [max(set(c), key=c.count) for c in column]
    # 3 and 1 of 4: the strongest is the map's end, the other a third of it; all else is zero, white
    if [step for step in range(STEPS) if ground[step] != WHITE] != [4, 5] or ground[4] != (128, 0, 0):
        fail("colours stand where the relevance is", ground)
    if not all(any(p == BLACK for p in column[step]) for step in (0, 8, 12)):
        fail("the curve is there where nothing matters, too")
    os.chdir("/")
finish("3 dumps, 1 picture")

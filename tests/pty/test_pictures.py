#!/usr/bin/env python3
"""test_pictures.py BINARY DEMO: heatmaps as real pictures, by every protocol: what the terminal shows is the PNG that explain writes,
enlarged; it follows the selection and the terminal's size, gives way to what covers it, and nothing of it is left behind when the
program ends, stops or crashes. Typed keys are kept while the terminal is asked what it shows."""
import os
import signal
import stat
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from terminal import Terminal, Unfinished, png_file
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from program import BINARY, fail, finish, run

DEMO = os.path.abspath(sys.argv[2])
MODEL, INPUT = f"{DEMO}/vgg.onnx", f"{DEMO}/boot.png"


def exported(folder, layer, *more):
    """The heatmap of a layer, as explain writes it."""
    path = f"{folder}/{layer}{len(more)}.png"
    if not os.path.exists(path):
        run("explain", MODEL, INPUT, "--rules", f"{DEMO}/vgg.lrpscope.json", "--heatmap", path, "--at", str(layer), "--size-factor", "1", "--quiet", *more, code=0)
    return np.array(png_file.png_rows(path), np.uint8)


def seen(terminal):
    """The picture on the screen, cut out: rows of (r, g, b); None: there is none."""
    try:
        out = terminal.picture()
    except Unfinished:
        return None
    ys, xs = np.nonzero(out[..., 3])
    if not len(ys):
        return None
    part = out[ys.min():ys.max() + 1, xs.min():xs.max() + 1]
    return part[..., :3] if part[..., 3].all() else None


def is_enlarged(picture, wanted, tolerance):
    """Every pixel of `wanted` is a square of so many of the picture's."""
    if picture is None or picture.shape[0] % wanted.shape[0] or picture.shape[1] % wanted.shape[1]:
        return False
    factor = picture.shape[0] // wanted.shape[0]
    if factor < 2 or picture.shape[1] // wanted.shape[1] != factor:
        return False
    large = wanted.repeat(factor, 0).repeat(factor, 1)
    return np.abs(large.astype(int) - picture).max() <= tolerance


def check(what, terminal, wanted, tolerance):
    if not terminal.wait(lambda t: is_enlarged(seen(t), wanted, tolerance)):
        picture = seen(terminal)
        fail(f"{what}: the picture is not the file's", f"{None if picture is None else picture.shape}, the file {wanted.shape}",
             *[line for line in terminal.text().split("\n") if line])


def check_gone(what, terminal):
    if terminal.images:
        fail(f"{what}: pictures are left: {sorted(terminal.images)}")
    if seen(terminal) is not None:
        fail(f"{what}: pixels are left")


def begin(protocol, **more):
    options = {**protocol, **more}
    options.pop("tolerance", None)
    return Terminal([BINARY, MODEL, INPUT, "--no-mouse", *options.pop("arguments", [])], **options)


def a_picture_is_the_file(name, protocol, folder):
    terminal, tolerance = begin(protocol), protocol.get("tolerance", 0)
    check(f"{name}, at the start", terminal, exported(folder, 0), tolerance)
    terminal.type("jj")
    check(f"{name}, another layer", terminal, exported(folder, 2), tolerance)
    terminal.type("?")
    if not terminal.wait(lambda t: "help" in t.text() and not any(chr(0x10EEEE) in line for line in t.text().split("\n"))):
        fail(f"{name}: no help", *[line for line in terminal.text().split("\n") if line])
    if seen(terminal) is not None:
        fail(f"{name}: the picture lies over the help")
    terminal.type("q")
    check(f"{name}, uncovered", terminal, exported(folder, 2), tolerance)
    terminal.resize(150, 30)
    check(f"{name}, another size", terminal, exported(folder, 2), tolerance)
    terminal.type("\x0c")
    check(f"{name}, drawn anew", terminal, exported(folder, 2), tolerance)
    terminal.type("Q")
    if terminal.end() != 0:
        fail(f"{name}: did not end")
    check_gone(f"{name}, at the end", terminal)


def nothing_is_left(name, protocol, folder):
    wanted, tolerance = exported(folder, 0), protocol.get("tolerance", 0)
    for number, code in ((signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGSEGV, 128 + signal.SIGSEGV)):
        terminal = begin(protocol)
        check(f"{name}, before signal {number}", terminal, wanted, tolerance)
        terminal.kill(number)
        ended = terminal.end()
        if ended != code and not os.environ.get("LRPSCOPE_SANITIZED"):
            fail(f"{name}: exit {ended} after signal {number}")
        check_gone(f"{name}, after signal {number}", terminal)
    terminal = begin(protocol)
    check(f"{name}, before it stops", terminal, wanted, tolerance)
    terminal.type("\x1a")
    if not terminal.wait(lambda t: "[stopped]" in t.text()):
        fail(f"{name}: did not stop", *[line for line in terminal.text().split("\n") if line])
    check_gone(f"{name}, stopped", terminal)
    terminal.resume()
    check(f"{name}, going on", terminal, wanted, tolerance)
    terminal.type("Q")
    terminal.end()


def no_picture(what, folder, **options):
    """None is sent where the terminal shows none, or none is wanted; keys typed at once count."""
    terminal = Terminal([BINARY, MODEL, INPUT, "--no-mouse", *options.pop("arguments", [])], **options)
    os.write(terminal.fd, b"jj")
    if not terminal.wait(lambda t: "relevance of #2" in t.text()):
        fail(f"{what}: keys typed at the start are lost", *[line for line in terminal.text().split("\n") if line])
    check_gone(what, terminal)
    terminal.type("Q")
    terminal.end()


def fake_tmux(folder, allows):
    """A tmux that knows the terminal around it, first on the path."""
    path = f"{folder}/tmux-{allows}"
    os.makedirs(path, exist_ok=True)
    with open(f"{path}/tmux", "w") as file:
        file.write(f"#!/bin/sh\necho '{allows};8;16;kitty(0.35.2)'\n")
    os.chmod(f"{path}/tmux", stat.S_IRWXU)
    return {"TMUX": "/tmp/tmux,1,0", "TERM": "tmux-256color", "PATH": f"{path}:{os.environ['PATH']}"}


def a_dump_has_the_picture(folder):
    """:dump F.png: the heatmap stands in it, enlarged, pixel for pixel."""
    with open(f"{folder}/script", "w") as file:
        file.write(f":resize 120x40\n:wait-idle\njj\n:wait-idle\n:dump {folder}/dump.png\n")
    run(MODEL, INPUT, "--color", "direct", "--script", f"{folder}/script", code=0)
    dump, wanted = np.array(png_file.png_rows(f"{folder}/dump.png"), np.uint8), exported(folder, 2)
    if dump.shape != (40 * 24 + 24, 120 * 12 + 24, 3):
        fail(f"the dump is {dump.shape}")
    for factor in range(2, dump.shape[0] // wanted.shape[0]):
        large = wanted.repeat(factor, 0).repeat(factor, 1)
        windows = [(y, x) for y in range(12, dump.shape[0] - large.shape[0], 24) for x in range(12, dump.shape[1] - large.shape[1], 12)]
        if any((dump[y:y + large.shape[0], x:x + large.shape[1]] == large).all() for y, x in windows):
            return
    fail("the dump does not have the heatmap in it")


KITTY = b"\x1b_Gi=31;OK\x1b\\"
with tempfile.TemporaryDirectory() as work:
    protocols = {
        "kitty": dict(answers=b"\x1bP>|kitty(0.35.2)\x1b\\" + KITTY),
        "kitty in direct colour": dict(answers=b"\x1bP>|ghostty 1.0.1\x1b\\" + KITTY, environment={"COLORTERM": "truecolor"}),
        "kitty placed": dict(answers=b"\x1bP>|Konsole 22.12\x1b\\" + KITTY, cell=(10, 21)),
        "kitty through tmux": dict(tmux=True, environment=fake_tmux(work, "1")),
        "iterm": dict(answers=b"\x1bP>|iTerm2 3.5.0\x1b\\", cell=(9, 18)),
        "sixel": dict(sixel=True, tolerance=2),  # its colours are hundredths
    }
    for name, protocol in protocols.items():
        a_picture_is_the_file(name, protocol, work)
        nothing_is_left(name, protocol, work)
    a_dump_has_the_picture(work)
    plain = dict(answers=b"\x1bP>|xterm(400)\x1b\\")
    no_picture("a terminal without pictures", work, **plain)
    no_picture("--pixels off", work, arguments=["--pixels", "off"], **protocols["kitty"])
    no_picture("without colours", work, arguments=["--color", "never"], sixel=True)
    no_picture("tmux that lets nothing through", work, tmux=True, environment=fake_tmux(work, "0"))
    for name in ("kitty", "iterm", "sixel"):  # a terminal far away answers when it is not waited for any more
        terminal = begin(protocols[name], late=0.5)
        check(f"{name}, late", terminal, exported(work, 0), 2)
        terminal.type("Q")
        terminal.end()
    for name in ("kitty", "iterm", "sixel"):  # asked for by name, whatever the terminal answers
        terminal = begin(plain, arguments=["--pixels", name])
        check(f"--pixels {name}", terminal, exported(work, 0), 2)
        terminal.type("Q")
        terminal.end()
finish(f"{len(protocols)} ways of showing pictures")

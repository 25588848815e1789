"""A terminal that shows pictures, for tests: what it is sent becomes cells of text, and pictures by kitty's protocol (placed, or where
cells of text stand for them), iTerm2's and sixel. It answers the questions that programs ask, and is as strict as such terminals
are: whatever is written over a cell, or erases it, takes the pixels of a picture that lies over it away."""
import base64
import fcntl
import os
import re
import select
import signal
import struct
import sys
import termios
import time
import zlib

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import png_file

PLACEHOLDER = 0x10EEEE
NONE = -1


def accents():
    """The numbers that accents stand for: marks above, of Unicode 6.0, that have no decomposition and join with no letter."""
    import unicodedata
    joins = {0x300, 0x301, 0x302, 0x303, 0x304, 0x306, 0x307, 0x308, 0x309, 0x30A, 0x30B, 0x30C, 0x30F, 0x311, 0x313, 0x314, 0x342,
             0x653, 0x654}
    later = {*range(0x8D4, 0x900), 0x9FE, 0x1AB0, 0x1AB1, 0x1AB2, 0x1AB3, 0x1AB4, *range(0x1AB5, 0x1AD0), 0x1CF4, 0x1CF8, 0x1CF9,
             *range(0x1DE7, 0x1DFC), 0x1DFB, 0xA674, 0xA675, 0xA676, 0xA677, 0xA678, 0xA679, 0xA67A, 0xA67B, 0xA69E, 0xA69F}
    return [c for c in range(0x300, 0xA8F2) if unicodedata.combining(chr(c)) == 230 and unicodedata.category(chr(c)) == "Mn"
            and not unicodedata.decomposition(chr(c)) and c not in joins and c not in later]


NUMBERS = {c: i for i, c in enumerate(accents())}


class Unfinished(Exception):
    """The screen is being drawn, or stays in a state that it must not stay in."""


class Kitty:
    """A picture that was sent."""

    def __init__(self, keys, data):
        self.keys = keys
        raw = zlib.decompress(data) if keys.get("o") == "z" else data
        width, height = int(keys["s"]), int(keys["v"])
        assert keys["f"] == "32" and len(raw) == width * height * 4, "a kitty picture of another size than it says"
        self.rgba = np.frombuffer(raw, np.uint8).reshape(height, width, 4)
        self.place = None  # (row, column) where it is placed; None: cells of text stand for it


class Terminal:
    """One that runs a program: columns x rows cells of `cell` (width, height) pixels."""

    def __init__(self, arguments, columns=120, rows=40, cell=(8, 16), answers=b"", sixel=False, tmux=False, late=0, environment=()):
        self.cell, self.answers, self.sixel, self.tmux, self.late = cell, answers, sixel, tmux, late
        self.columns, self.rows = columns, rows
        self.images, self.parts, self.pending, self.wrote = {}, None, b"", 0
        self.reset()
        unset = ("COLORTERM", "NO_COLOR", "LINES", "COLUMNS", "TMUX", "COLORFGBG", "TERMINFO")
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        environment = {**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **dict(environment)}
        self.start(arguments, environment)

    def start(self, arguments, environment):
        """Below a small process of its own session, so that stopping the program is seen."""
        self.fd, slave = os.openpty()
        self.resize(self.columns, self.rows, tell=False)
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for number in range(3):
                os.dup2(slave, number)
            child = os.fork()
            if child == 0:
                os.setpgid(0, 0)
                signal.signal(signal.SIGTTOU, signal.SIG_IGN)
                os.tcsetpgrp(0, os.getpid())
                signal.signal(signal.SIGTTOU, signal.SIG_DFL)
                os.execve(arguments[0], arguments, environment)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
            while True:
                _, status = os.waitpid(child, os.WUNTRACED)
                if os.WIFSTOPPED(status):
                    os.write(1, b"[stopped]")
                    signal.sigwait({signal.SIGUSR1})
                    os.tcsetpgrp(0, child)
                    os.kill(child, signal.SIGCONT)
                    continue
                os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
        os.close(slave)

    def resize(self, columns, rows, tell=True):
        self.columns, self.rows = columns, rows
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, columns * self.cell[0], rows * self.cell[1]))
        self.reset()

    def reset(self):
        self.cells = [[(" ", NONE)] * self.columns for _ in range(self.rows)]
        self.pixels = np.zeros((self.rows * self.cell[1], self.columns * self.cell[0], 4), np.uint8)
        self.x = self.y = self.top = 0
        self.bottom = self.rows
        self.color, self.last, self.alternate = NONE, " ", False

    # ---- pictures ----

    def take_kitty(self, text):
        keys, _, data = text.partition(";")
        keys = dict(pair.split("=", 1) for pair in keys.split(","))
        if keys.get("a") == "q":
            return
        if keys.get("a") == "d":
            assert keys["d"] == "I", "pictures go by their numbers"
            self.images.pop(int(keys["i"]), None)
            return
        assert len(data) <= 4096, "a part of a picture is too long"
        if self.parts is None:
            self.parts = (keys, [])
            self.at = (self.y, self.x)
        self.parts[1].append(data)
        if keys.get("m") == "1":
            assert len(data) % 4 == 0
            return
        first, parts = self.parts
        self.parts = None
        assert first["a"] == "T" and first["q"] == "2" and first["C"] == "1"
        image = Kitty(first, base64.b64decode("".join(parts), validate=True))
        image.place = None if first.get("U") == "1" else self.at
        self.images[int(first["i"])] = image

    def put_pixels(self, rgba):
        top, left = self.y * self.cell[1], self.x * self.cell[0]
        height, width = rgba.shape[:2]
        assert top + height <= self.pixels.shape[0] and left + width <= self.pixels.shape[1], "a picture would scroll the screen"
        under = self.pixels[top:top + height, left:left + width]
        under[rgba[..., 3] > 0] = rgba[rgba[..., 3] > 0]

    def take_sixel(self, text):
        found = re.match(r"^0;1q\"1;1;(\d+);(\d+)", text)
        assert found, text[:30]
        width, height = int(found[1]), int(found[2])
        out = np.zeros((height + 6, width, 4), np.uint8)
        colors, color, x, y, at = {}, None, 0, 0, found.end()
        token = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|(\$)|(-)")
        while at < len(text):
            m = token.match(text, at)
            assert m, text[at:at + 20]
            at = m.end()
            if m[1]:
                assert int(m[1]) < 256 and max(int(m[i]) for i in (2, 3, 4)) <= 100
                colors[int(m[1])] = [round(int(m[i]) * 255 / 100) for i in (2, 3, 4)] + [255]
            elif m[5]:
                color = colors[int(m[5])]
            elif m[9]:
                x = 0
            elif m[10]:
                x, y = 0, y + 6
            else:
                count, bits = (int(m[6]), ord(m[7]) - 63) if m[6] else (1, ord(m[8]) - 63)
                for row in range(6):
                    if bits >> row & 1:
                        out[y + row, x:x + count] = color
                x += count
                assert x <= width
        assert y <= height + 5 and not out[height:].any()
        self.put_pixels(out[:height])

    def take_iterm(self, text):
        keys, _, data = text.partition(":")
        keys = dict(pair.split("=", 1) for pair in keys.removeprefix("File=").split(";"))
        png = base64.b64decode(data, validate=True)
        assert keys["inline"] == "1" and keys["doNotMoveCursor"] == "1" and int(keys["size"]) == len(png)
        found = dict(reversed(png_file.chunks(png)))
        width, height, depth, colour = struct.unpack(">IIBB", found[b"IHDR"][:10])
        assert (depth, colour) == (8, 6)
        raw = np.frombuffer(zlib.decompress(found[b"IDAT"]), np.uint8).reshape(height, 1 + 4 * width)
        assert not raw[:, 0].any()
        assert width == int(keys["width"]) * self.cell[0] and height == int(keys["height"]) * self.cell[1]
        self.put_pixels(raw[:, 1:].reshape(height, width, 4))

    def picture(self):
        """What is seen of pictures: a pixel of the terminal each, alpha 0 where there is none."""
        out, (wide, high) = self.pixels.copy(), self.cell
        for image in self.images.values():
            if image.place:
                y, x = image.place[0] * high, image.place[1] * wide
                part = out[y:y + image.rgba.shape[0], x:x + image.rgba.shape[1]]
                part[image.rgba[..., 3] > 0] = image.rgba[image.rgba[..., 3] > 0]
        for y, line in enumerate(self.cells):
            for x, (rune, color) in enumerate(line):
                if ord(rune[0]) != PLACEHOLDER:
                    continue
                image = self.images.get(color)
                if not image or image.place or len(rune) < 3:
                    raise Unfinished(f"a cell stands for picture {color}, which is not there")
                assert image.rgba.shape[:2] == (int(image.keys["r"]) * high, int(image.keys["c"]) * wide)
                row, column = NUMBERS[ord(rune[1])], NUMBERS[ord(rune[2])]
                out[y * high:(y + 1) * high, x * wide:(x + 1) * wide] = \
                    image.rgba[row * high:(row + 1) * high, column * wide:(column + 1) * wide]
        return out

    # ---- text ----

    def clear(self, y, left, right):
        for x in range(left, right):
            self.cells[y][x] = (" ", NONE)
        self.pixels[y * self.cell[1]:(y + 1) * self.cell[1], left * self.cell[0]:right * self.cell[0]] = 0

    def scroll(self, lines):
        """Within the margins, upwards where lines > 0; pixels do not move with them."""
        self.pixels[self.top * self.cell[1]:self.bottom * self.cell[1]] = 0
        part, blank = self.cells[self.top:self.bottom], [[(" ", NONE)] * self.columns for _ in range(abs(lines))]
        self.cells[self.top:self.bottom] = part[lines:] + blank if lines > 0 else blank + part[:lines]

    def put(self, rune):
        if ord(rune) in NUMBERS or 0x300 <= ord(rune) < 0x370:
            x = self.x - 1 if self.x else 0
            self.cells[self.y][x] = (self.cells[self.y][x][0] + rune, self.cells[self.y][x][1])
            return
        if self.x >= self.columns:
            self.x, self.y = 0, min(self.y + 1, self.rows - 1)
        self.clear(self.y, self.x, self.x + 1)
        self.cells[self.y][self.x] = (rune, self.color)
        self.last = rune
        self.x += 1

    def style(self, text):
        parts = [int(p or 0) for p in text.replace(":", ";").split(";")]
        at = 0
        while at < len(parts):
            if parts[at] in (38, 48, 58) and len(parts) > at + 1:
                if parts[at + 1] == 5:
                    value, step = parts[at + 2], 3
                else:
                    rgb = parts[at + 2:at + 6] if ":" in text else parts[at + 2:at + 5]
                    rgb = rgb[-3:]
                    value, step = rgb[0] << 16 | rgb[1] << 8 | rgb[2], 2 + (4 if ":" in text else 3)
                self.color = value if parts[at] == 38 else self.color
                at += step
                continue
            if parts[at] in (0, 39):
                self.color = NONE
            elif 30 <= parts[at] < 38:
                self.color = parts[at] - 30
            elif 90 <= parts[at] < 98:
                self.color = parts[at] - 82
            at += 1

    def sequence(self, mark, text, final):
        numbers = [int(p) if p.isdigit() else 0 for p in text.split(";")]
        first, n = numbers[0], max(numbers[0], 1)
        if mark == "?" and final in "hl" and first == 1049:
            if final == "l" or not self.alternate:
                self.reset()
            self.alternate = final == "h"
        elif mark:
            return
        elif final == "H":
            self.y, self.x = n - 1, max(numbers[1] if len(numbers) > 1 else 1, 1) - 1
        elif final == "m":
            self.style(text)
        elif final in "ABCDGd":
            move = {"A": (0, -n), "B": (0, n), "C": (n, 0), "D": (-n, 0)}.get(final)
            self.x = n - 1 if final == "G" else self.x + move[0] if move else self.x
            self.y = n - 1 if final == "d" else self.y + move[1] if move else self.y
        elif final == "K":
            self.clear(self.y, self.x if first == 0 else 0, self.columns if first != 1 else self.x + 1)
        elif final == "J":
            if first == 0:
                self.clear(self.y, self.x, self.columns)
            for y in range(self.y + 1 if first == 0 else 0, self.rows if first != 1 else self.y):
                self.clear(y, 0, self.columns)
        elif final == "X":
            self.clear(self.y, self.x, min(self.x + n, self.columns))
        elif final in "ST" and not text.count(";"):
            self.scroll(n if final == "S" else -n)
        elif final == "r" and not mark:
            self.top, self.bottom = max(n, 1) - 1, numbers[1] if len(numbers) > 1 and numbers[1] else self.rows
            self.x = self.y = 0
        elif final in "P@":  # what stands behind it moves; pixels do not move with it
            kept = self.cells[self.y][:self.x], self.cells[self.y][self.x:]
            blank = [(" ", NONE)] * n
            behind = (kept[1][n:] + blank) if final == "P" else (blank + kept[1])
            self.clear(self.y, self.x, self.columns)
            self.cells[self.y] = (kept[0] + behind)[:self.columns]
        elif final == "b":
            for _ in range(n):
                self.put(self.last)
        else:
            assert final in "hlrtcSqn", f"CSI {text}{final}"

    TOKEN = re.compile(
        r"\x1b\[([?>=]?)([\d;:]*)([ !]?[@-~])|\x1b\](\d+);?([^\x07\x1b]*)(?:\x07|\x1b\\)|\x1b_G([^\x1b]*)\x1b\\"
        r"|\x1bPtmux;((?:\x1b\x1b|[^\x1b])*)\x1b\\|\x1bP([^\x1b]*)\x1b\\|\x1b[()*+](.)|\x1b([78=>M])|([\x00-\x1a\x1c-\x1f\x7f])|([^\x00-\x1f\x7f]+)")

    def feed(self, data):
        text = (self.pending + data).decode("utf-8", "surrogateescape")
        at = 0
        while at < len(text):
            m = self.TOKEN.match(text, at)
            if not m or (m[12] and m.end() == len(text) and "\udc80" <= text[-1] <= "\udcff"):
                break
            at = m.end()
            self.token(m)
        self.pending = text[at:].encode("utf-8", "surrogateescape")
        assert len(self.pending) < 1 << 21, self.pending[:40]

    def token(self, m):
        if m[3]:
            self.sequence(m[1], m[2], m[3])
            if m[3] == "c" and not m[2]:
                time.sleep(self.late)
                os.write(self.fd, self.answers + b"\x1b[?62;22" + (b";4" if self.sixel else b"") + b"c")
        elif m[4] == "1337":
            self.take_iterm(m[5])
        elif m[6]:
            self.take_kitty(m[6])
        elif m[7]:
            assert self.tmux, "wrapped without tmux"
            inner = m[7].replace("\x1b\x1b", "\x1b")
            self.token(self.TOKEN.fullmatch(inner))
        elif m[8]:
            self.take_sixel(m[8])
        elif m[10] == "M":
            if self.y == self.top:
                self.scroll(-1)
            else:
                self.y = max(self.y - 1, 0)
        elif m[11]:
            self.x = 0 if m[11] == "\r" else max(self.x - 1, 0) if m[11] == "\b" else self.x
            if m[11] == "\n" and self.y == self.bottom - 1:
                self.scroll(1)
            else:
                self.y = min(self.y + (m[11] == "\n"), self.rows - 1)
        elif m[12]:
            for rune in m[12]:
                self.put(rune)

    # ---- the program ----

    def read(self, seconds):
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if not select.select([self.fd], [], [], left)[0]:
                break
            try:
                data = os.read(self.fd, 1 << 16)
            except OSError:
                return False
            if not data:
                return False
            self.wrote += len(data)
            self.feed(data)
        return True

    def type(self, text):
        os.write(self.fd, text.encode())

    def text(self):
        return "\n".join("".join(rune[0] for rune, _ in line).rstrip() for line in self.cells)

    def wait(self, holds, seconds=15):
        """Until something holds and nothing more comes; it is looked at between what is written."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            before = self.wrote
            self.read(0.15)
            if self.wrote == before and holds(self):
                return True
        return False

    def kill(self, number):
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open(f"/proc/{name}/stat") as file:
                        if int(file.read().rpartition(")")[2].split()[1]) == self.pid:
                            os.kill(int(name), number)
                except (OSError, IndexError, ValueError):
                    pass

    def resume(self):
        os.kill(self.pid, signal.SIGUSR1)

    def end(self, seconds=15):
        """The exit code; None if it does not end."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.read(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.read(0.1)
                os.close(self.fd)
                return os.WEXITSTATUS(status)
        return None

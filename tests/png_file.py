"""PNG files for tests, read with the standard library alone: 8 bits a channel, not interlaced."""
import struct
import zlib


def chunks(data):
    """(kind, body) of every chunk; its checksum holds."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, out = 8, []
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body), kind
        out.append((kind, body))
        at += size + 12
    return out


def pixels(head, packed, palette=b""):
    """Rows of (r, g, b), of an IHDR and the compressed bytes."""
    width, height, depth, colour = struct.unpack(">IIBB", head[:10])
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


def png_rows(path):
    """Rows of (r, g, b) of a file."""
    with open(path, "rb") as file:
        parts = chunks(file.read())
    found = dict(reversed(parts))
    return pixels(found[b"IHDR"], b"".join(body for kind, body in parts if kind == b"IDAT"), found.get(b"PLTE", b""))

"""Pictures that want to stop the bot. They are made here, since most are small only as files."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

SCAN = b"\xff\xda"


def encoded(picture: Image.Image, format: str, **more: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, format, **more)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *chunks: bytes, bits: int = 8, colours: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IEND", b"")


def png_bomb(side: int) -> bytes:
    """A few bytes that say they are a very large picture, and are."""
    return png(side, side, chunk(b"IDAT", zlib.compress(bytes(side * (side * 3 + 1)), 9)))


def of_many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan, which refines one coefficient of every block, comes again and again."""
    whole = encoded(Image.new("RGB", (side, side), "grey"), "JPEG", progressive=True)
    last = whole.rindex(SCAN)
    return whole[:last] + whole[last:-2] * scans + whole[-2:]


def of_many_pauses(markers: int) -> bytes:
    """A JPEG with so many segments before its picture."""
    whole = encoded(Image.new("RGB", (8, 8)), "JPEG")
    return whole[:2] + b"\xff\xfe\x00\x02" * markers + whole[2:]


def apng(frames: int) -> bytes:
    """An animation of empty frames."""
    pixels = chunk(b"IDAT", zlib.compress(bytes(4 * (4 * 3 + 1))))
    control = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 4, 4, 0, 0, 1, 100, 0, 0))
    return png(4, 4, chunk(b"acTL", struct.pack(">II", frames, 0)), control * frames, pixels)


def webp(frames: int) -> bytes:
    """An animation of empty frames."""
    frame = b"ANMF" + struct.pack("<I", 16) + bytes(16)
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + b"\x02" + bytes(9) + frame * frames
    return b"RIFF" + struct.pack("<I", len(body)) + body

"""Counts the parts of a picture's file before anything is decoded, because a small file can have very many.

A JPEG of 100 kB can have thousands of scans, each of which makes the decoder visit every pixel. An animation can have
as many frames, a PNG as many chunks. All are counted here without decoding them.
"""

from __future__ import annotations

import re

from bot.pictures.refusals import PictureRefused, Refusal

MOST_SCANS = 32  # a camera writes 1, a progressive JPEG has about 10
MOST_SEGMENTS = 2_000  # of a JPEG; its colour profile can take some hundred
MOST_JUNK = 4_096  # bytes between the segments of a JPEG
MOST_CHUNKS = 16_384  # of a PNG or a WebP: 8 MiB in pieces of 512 bytes
MOST_FRAMES = 1_000

_SCAN, _START, _END = 0xDA, 0xD8, 0xD9
_RESTARTS = range(0xD0, 0xD8)
# One 0xFF is enough for the start: a run of them would be read again from each of its bytes.
_MARKER = re.compile(rb"\xff([^\x00\xff])", re.DOTALL)
_MARKER_IN_SCAN = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)


def scans(data: bytes) -> int:
    """Returns the number of scans (1, if it is no JPEG). Raises PictureRefused if there are too many parts."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        _count(data, 8, b"fcTL", png=True)
    elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        _count(data, 12, b"ANMF", png=False)
    return 1


def _jpeg(data: bytes) -> int:
    found_scans, segments, at = 0, 0, 2
    while found := (_MARKER_IN_SCAN if found_scans else _MARKER).search(data, at):
        kind = found[1][0]
        segments += 1
        if segments > MOST_SEGMENTS or (not found_scans and found.end() - at > MOST_JUNK):
            raise PictureRefused(Refusal.COMPLEX)
        at = found.end()
        if kind == _END:
            break
        if kind == _START or kind == 1 or kind in _RESTARTS:
            continue
        at += max(int.from_bytes(data[at : at + 2], "big"), 2)
        if kind == _SCAN:
            found_scans += 1
            if found_scans > MOST_SCANS:
                raise PictureRefused(Refusal.COMPLEX)
    if not found_scans:
        raise PictureRefused(Refusal.UNREADABLE)
    return found_scans


def _count(data: bytes, at: int, frame: bytes, *, png: bool) -> None:
    """Counts the chunks of a PNG (length, kind, content, checksum) or of a WebP (kind, length, padded content)."""
    chunks = frames = 0
    while at + 8 <= len(data):
        first, second = data[at : at + 4], data[at + 4 : at + 8]
        if png and second == b"IEND":
            break  # what comes behind is not read
        chunks += 1
        frames += (second if png else first) == frame
        if chunks > MOST_CHUNKS or frames > MOST_FRAMES:
            raise PictureRefused(Refusal.COMPLEX)
        size = int.from_bytes(first, "big") if png else int.from_bytes(second, "little")
        at += 8 + size + (4 if png else size % 2)

"""The process that decodes one picture: reads its bytes, answers with the new picture or a refusal, and ends.

A decoder is code in C that a stranger's bytes steer. Here it has limits of processor time and of memory, no secrets
in its environment, and nothing that the next picture could find. It is no sandbox: it runs as Muster's user.

The question is the length (8 bytes, big-endian) and the bytes. The answer is a JSON line, then the picture's bytes.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import BinaryIO

from bot.pictures.photo import redraw
from bot.pictures.refusals import PictureRefused

CPU_S = 4
MOST_MEMORY = 448 * 1024**2
"""Of addresses, of which the interpreter and Pillow take some 100 MiB. macOS does not keep this limit; there only the
limits of pixels and of time hold."""
MOST_OPEN = 16
NICER = 10


def main() -> None:
    """Answers one question over standard input and output."""
    _load()
    _limit()
    source, answer = sys.stdin.buffer, sys.stdout.buffer
    size = int.from_bytes(source.read(8), "big")
    data = source.read(size)
    if len(data) == size:  # otherwise Muster is gone
        _answer(data, answer)


def _answer(data: bytes, answer: BinaryIO) -> None:
    try:
        photo = redraw(data)
    except PictureRefused as refused:
        answer.write(json.dumps({"refused": refused.why}).encode() + b"\n")
    else:
        about = {"mime": photo.mime, "width": photo.width, "height": photo.height}
        answer.write(json.dumps(about).encode() + b"\n" + photo.data)
    answer.flush()


def _load() -> None:
    """Loads what decoding needs, before the limits. Without this, Pillow would load decoders of all formats."""
    from PIL import (  # noqa: F401
        ImageOps,
        JpegImagePlugin,
        MpoImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )


def _limit() -> None:
    """Sets the limits of this process, those that the system has."""
    try:
        import resource
    except ImportError:  # Windows
        return
    os.nice(NICER)  # the commands of others go first
    for what, soft, hard in (
        (resource.RLIMIT_CPU, CPU_S, CPU_S + 1),
        (resource.RLIMIT_AS, MOST_MEMORY, MOST_MEMORY),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, MOST_OPEN, MOST_OPEN),
    ):
        with contextlib.suppress(ValueError, OSError):  # a stricter limit is set already
            resource.setrlimit(what, (soft, hard))


if __name__ == "__main__":
    main()

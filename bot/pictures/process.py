"""Decodes a picture in a process of its own, which is killed when it takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Any

from bot.domain.photos import Photo
from bot.errors import TryAgain
from bot.pictures.photo import MOST_PX
from bot.pictures.refusals import PictureRefused, Refusal

WALL_S = 12.0
"""The worker's limit of processor time ends it first, unless the machine has too much to do."""
MOST_ANSWER = 4 * 1024**2
CHUNK = 256 * 1024
COMMAND = (sys.executable, "-E", "-s", "-m", "bot.pictures.worker")
TROUBLED = "Pictures cannot be read at the moment. Nothing was changed. Try again in a minute."

_ROOT = Path(__file__).parent.parent.parent
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""All that the worker gets of the environment, which has the tokens."""
_MAGIC = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8"}


async def redraw(data: bytes) -> Photo:
    """Re-encodes a picture; see `photo.redraw`. Cancelling kills the process.

    Raises:
        PictureRefused: the picture cannot be drawn; also if the worker crashed over it, or took too long.
        TryAgain: the system starts no process.
    """
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    try:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=_ROOT, env=environment, process_group=0
        )  # fmt: skip
    except OSError:
        raise TryAgain(TROUBLED) from None
    try:
        async with asyncio.timeout(WALL_S):
            answer, _ = await asyncio.gather(_read(process), _write(process, data))
            ended = await process.wait()
    except TimeoutError:
        raise PictureRefused(Refusal.COMPLEX) from None
    finally:
        _kill(process)
        await process.wait()
    if ended:
        # A signal: the limit of processor time, or a crash of the decoder.
        raise PictureRefused(Refusal.COMPLEX if ended < 0 else Refusal.UNREADABLE)
    return _understood(answer)


def _kill(process: Process) -> None:
    """Kills the process and what it started, and closes the pipes, as waiting for it waits for their end too."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process._transport.close()  # type: ignore[attr-defined]  # there is no public way


async def _write(process: Process, data: bytes) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the worker has ended
        process.stdin.write(len(data).to_bytes(8, "big"))
        for start in range(0, len(data), CHUNK):  # not all at once, which would be a copy
            process.stdin.write(data[start : start + CHUNK])
            await process.stdin.drain()
    process.stdin.close()


async def _read(process: Process) -> bytes:
    assert process.stdout is not None
    answer = bytearray()
    while more := await process.stdout.read(CHUNK):
        answer += more
        if len(answer) > MOST_ANSWER:
            raise PictureRefused(Refusal.UNREADABLE)
    return bytes(answer)


def _understood(answer: bytes) -> Photo:
    """Returns the picture of a worker's answer, which is not believed more than needed. Raises PictureRefused."""
    line, _, data = answer.partition(b"\n")
    try:
        about: dict[str, Any] = json.loads(line)
        if "refused" in about:
            raise PictureRefused(Refusal(about["refused"]))
        mime, width, height = about["mime"], about["width"], about["height"]
        good = data.startswith(_MAGIC[mime]) and all(1 <= int(side) <= MOST_PX for side in (width, height))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        good = False
    if not good:
        raise PictureRefused(Refusal.UNREADABLE)
    return Photo(data, mime, int(width), int(height))

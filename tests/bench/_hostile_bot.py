"""Muster with a command that takes a picture, in a process of its own; tells its memory and the time of its stop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

from pydantic import SecretStr

import adapters.telegram.adapter
import commands
from bot.app import App
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.incoming import File
from bot.chat.model import Reply, say
from bot.config import Settings
from bot.domain.people import Permission
from commands.files import drawn
from tests.adapters.telegram.unpaced import Unpaced
from tests.bench import telegram_path
from tests.emulators.telegram.emulator import TOKEN

LOOK_EVERY_S = 0.1

area = Area()


@area.command("send", "Send", permission=Permission.ANYONE, needs_union=False, rate=Rate(10**9, 60))
async def send(ctx: Context, image: Annotated[File | None, "The picture"] = None) -> Reply:
    """Draws a picture anew."""
    photo = await drawn(ctx, image)
    return say(f"{photo.width} × {photo.height}" if photo is not None else "None.")


def _mebibytes(process: int | str) -> float:
    """Memory of a process; 0 if it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0


async def _watch(own: list[float], workers: list[float]) -> None:
    while True:
        children = Path("/proc/self/task").glob("*/children")
        found = [_mebibytes(child) for path in children for child in path.read_text().split()]
        own.append(_mebibytes("self"))
        workers.append(sum(found))
        await asyncio.sleep(LOOK_EVERY_S)


async def main(origin: str) -> None:
    """Serves until standard input is closed, then stops."""
    before = commands.areas()
    commands.areas = lambda: [*before, area, telegram_path.area]
    adapters.telegram.adapter.Pacer = Unpaced  # type: ignore[attr-defined]  # the limits are off
    own: list[float] = []
    workers: list[float] = []
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        settings = Settings(
            data_dir=Path(folder), telegram_token=SecretStr(TOKEN), telegram_api=origin, playground=False, port=0
        )  # fmt: skip
        app = await App.start(settings)
        watching = asyncio.create_task(_watch(own, workers))
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        watching.cancel()
        began = time.perf_counter()
        await app.stop()
        stop_s = time.perf_counter() - began
    print(
        json.dumps({"first": own[0], "own": max(own), "workers": max(workers), "stop_s": stop_s}), flush=True
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

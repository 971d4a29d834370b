"""64 people send hostile pictures, each again as soon as the last one is answered, while others go on as before.

The others type a command at an even rate, and their time is counted from when the command was due. Both go through
everything: the emulator in one process, Muster with its database in another, a worker for each picture. Telegram's
sending limits are off. The same is measured without the pictures. At the end Muster is stopped while pictures are
being decoded.

The last figure is the size of what is kept of 60 presses of Next, each of which shows another large picture.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
from PIL import Image

from tests.bench.figures import Bench, Figure, at_most, percentile, told
from tests.pictures import hostile

SENDERS = 64
OTHERS = 20
RATE = 40.0  # commands in a second, of all others together
SECONDS = 30.0
PRESSES = 60


def _noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))


def pictures() -> dict[str, bytes]:
    """The hostile pictures: those that are refused by counting, and those that take as long as is allowed."""
    large = _noise(1200, 900).resize((4600, 3450))
    moving = [Image.new("RGB", (400, 400), (shade, 0, 0)) for shade in range(200)]
    frames: dict[str, object] = {"save_all": True, "append_images": moving[1:]}
    photograph = hostile.encoded(_noise(1000, 1000), "JPEG")
    found = {
        "scans.jpg": hostile.of_many_scans(2000, 5000),
        "allowed-scans.jpg": hostile.of_many_scans(3990, 20),
        "bomb.png": hostile.png_bomb(20_000),
        "allowed-bomb.png": hostile.png_bomb(4000),
        "dimensions.png": hostile.png(2**31 - 1, 2**31 - 1, hostile.chunk(b"IDAT", b"x")),
        "endless.png": hostile.apng(100_000),
        "moving.webp": hostile.encoded(moving[0], "WEBP", **frames),
        "moving.gif": hostile.encoded(moving[0], "GIF", **frames),
        "endless.webp": hostile.webp(100_000),
        "truncated.jpg": photograph[: len(photograph) // 2],
        "several.jpg": hostile.encoded(large, "MPO", quality=40, save_all=True, append_images=[large]),
        "deep.png": hostile.encoded(Image.new("I;16", (4000, 4000)), "PNG"),
        "slow.webp": hostile.encoded(large, "WEBP", quality=50, method=0),
        "progressive.jpg": hostile.encoded(large, "JPEG", quality=50, progressive=True),
        "markers.jpg": b"\xff\xd8" + b"\xff" * 8_000_000,
    }
    return {name: data for name, data in found.items() if len(data) <= 8 * 1024**2}


# -- the emulator, in a process of its own ------------------------------------------------------------------


async def serve(folder: Path, tell: Callable[[str], None]) -> None:
    """Serves Telegram; tells its address, the times without pictures, those with them, and how many were answered."""
    from tests.emulators.telegram import Person, TelegramEmulator

    sent = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    async with TelegramEmulator(validate=False) as emu:
        emu.signal.patience = 60
        senders = [emu.user(f"Sender {number}", started=True) for number in range(SENDERS)]
        others = [emu.user(f"Other {number}", started=True) for number in range(OTHERS)]
        tell(emu.server.origin)
        waiting: dict[int, asyncio.Future[None]] = {}
        said: dict[int, str] = {}
        acted = emu.acted

        def seen(act) -> None:  # type: ignore[no-untyped-def]  # an Act
            acted(act)
            future = waiting.get(act.chat.id)
            if act.kind == "sent" and future is not None and not future.done():
                said[act.chat.id] = act.message.text
                future.set_result(None)
            emu.log.clear()
            emu.requests.clear()

        emu.acted = seen  # type: ignore[method-assign]  # told of every message sent
        answered = 0

        async def answer_to(person: Person, *args: str, **more: object) -> None:
            future = waiting[person.chat.id] = asyncio.get_running_loop().create_future()
            person.types(*args, **more)  # type: ignore[arg-type]  # a document
            await future

        async def sends(person: Person, first: int) -> None:
            nonlocal answered
            for number in itertools.count(first):
                await answer_to(person, "/send", document=sent[number % len(sent)])
                answered += 1
                if "in a minute" in said[person.chat.id]:
                    await asyncio.sleep(1)

        async def types_at_a_rate() -> list[float]:
            loop, taken, tasks = asyncio.get_running_loop(), list[float](), list[asyncio.Task[None]]()
            began = loop.time()

            async def types(person: Person, due: float) -> None:
                await answer_to(person, "/echo still here")
                taken.append(loop.time() - due)

            for number in range(int(RATE * SECONDS)):
                due = began + number / RATE
                await asyncio.sleep(max(0.0, due - loop.time()))
                person = others[number % OTHERS]
                busy = waiting.get(person.chat.id)
                if busy is not None and not busy.done():
                    await busy
                tasks.append(asyncio.create_task(types(person, due)))
            await asyncio.gather(*tasks)
            return taken

        await emu.polling()
        await asyncio.gather(*(answer_to(person, "/echo hello") for person in others))
        tell(json.dumps(await types_at_a_rate()))
        hostile_ones = [
            asyncio.create_task(sends(person, 7 * number)) for number, person in enumerate(senders)
        ]
        tell(json.dumps(await types_at_a_rate()))
        tell(json.dumps(answered))
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        for task in hostile_ones:
            task.cancel()


# -- the measurement ----------------------------------------------------------------------------------------


def _process(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _under_fire() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        for name, data in pictures().items():
            (Path(folder) / name).write_bytes(data)
        with _process("tests.bench.hostile_pictures", folder) as emulator:
            assert emulator.stdin is not None
            assert emulator.stdout is not None
            with _process("tests.bench._hostile_bot", emulator.stdout.readline().strip()) as bot:
                calm, fire, answered = (json.loads(emulator.stdout.readline()) for _ in range(3))
                assert bot.stdin is not None
                assert bot.stdout is not None
                bot.stdin.close()
                said = json.loads(bot.stdout.readline())
                bot.wait()
            emulator.stdin.close()
            emulator.wait()
    p99 = percentile(fire, 99) * 1e3
    return [
        at_most("hostile_pictures.commands.p99", p99, "ms", 250),
        told("hostile_pictures.commands.p50", percentile(fire, 50) * 1e3, "ms", percentile(calm, 50) * 1e3),
        told("hostile_pictures.commands.p99.calm", percentile(calm, 99) * 1e3, "ms"),
        told("hostile_pictures.commands.slowest", max(fire) * 1e3, "ms", max(calm) * 1e3),
        told("hostile_pictures.answered", answered / SECONDS, "pictures/s"),
        told("hostile_pictures.memory", said["own"], "MiB", said["first"]),
        told("hostile_pictures.memory.workers", said["workers"], "MiB"),
        told("hostile_pictures.stop", said["stop_s"], "s"),
    ]


# -- what is kept of answers --------------------------------------------------------------------------------


async def _kept() -> Figure:
    """Bytes kept of presses of Next, with their pictures in the answers as the baseline."""
    from sqlalchemy import func, select

    from bot.areas.conversations.tables import inbound
    from bot.areas.files.tables import shown
    from bot.schema import metadata
    from bot.storage.statements import Statement
    from bot.storage.store import Store
    from tests.clock import ManualClock
    from tests.scenes import founded, later, write_call
    from tests.stage import Stage

    clock = ManualClock()
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/muster.db", clock, metadata())
        stage = Stage(store, clock)
        ada, farm = await founded(stage, "values")
        drafted = await write_call(ada, "Best poster", "Draw one", contest="yes")
        await ada.presses(drafted, "Post today")
        await later(stage, timedelta(0))
        people = [stage.person(f"P{number}", "values") for number in range(4)]
        photo = hostile.encoded(_noise(1280, 1280), "JPEG", quality=90)
        for person in people:
            await person.runs("join", farm)
            await person.runs("call enter", farm, answer="Mine", photo=person.attaches(photo))
        measure = Statement(select(func.coalesce(func.sum(func.length(inbound.c.reply)), 0)))
        drawn = Statement(select(func.coalesce(func.sum(func.length(shown.c.data)), 0)))
        before = await store.read(lambda tx: tx.value(measure) + tx.value(drawn))
        shown_now = await people[0].runs("call entries", farm)
        whole = 0
        for _ in range(PRESSES):
            clock.advance(timedelta(seconds=2))
            shown_now = await people[0].presses(shown_now, "Next", farm)
            whole += len(msgspec.json.encode(shown_now.reply))
        after = await store.read(lambda tx: tx.value(measure) + tx.value(drawn))
        await store.close()
    return told("hostile_pictures.kept", (after - before) / 1e3, "kB", whole / 1e3)


async def hostile_pictures() -> list[Figure]:
    """Commands of others under fire, memory, the time of a stop, and what is kept of answers."""
    return [*await asyncio.to_thread(_under_fire), await _kept()]


FIGURES: dict[str, Bench] = {"hostile_pictures": hostile_pictures}


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), lambda line: print(line, flush=True)))

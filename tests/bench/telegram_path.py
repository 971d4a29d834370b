"""The whole path of a message: emulator → update → durable act → dispatch → answer back at the emulator.

50 members in private chats type at once, each again as soon as the answer is there. Ours is the whole of it: the
act kept and synced to disk, the person looked up, the command parsed and run in a transaction, the answer kept and
sent. The baseline is python-telegram-bot as it comes, an `Application` with one echo handler that keeps nothing.
Both run in a fresh process of their own, on the same emulator in another process; Telegram's sending limits are
off on both sides, since waiting for them would hide what is measured.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import commands
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.model import Reply, say
from bot.chat.params import Arg
from bot.domain.people import Permission
from tests.bench.figures import Bench, Figure, median, percentile, ratio_at_most, told

MEMBERS = 50
ROUNDS = 3
WARM_UP_TURNS = 4
TURNS = 20
WORDS = "/echo because it is right"

area = Area()


@area.command("echo", "Repeats", permission=Permission.ANYONE, needs_union=False, rate=Rate(10**9, 60))
def repeat(ctx: Context, text: Annotated[str, Arg("What", max_length=200)]) -> Reply:
    """Repeats."""
    return say(text)


# -- the emulator, in a process of its own ------------------------------------------------------------------


async def serve(tell: Callable[[str], None]) -> None:
    """Serve until told over standard input; measures from a message's queueing to its answer's arrival."""
    from tests.emulators.telegram import Person, TelegramEmulator

    async with TelegramEmulator(validate=False) as emu:
        emu.signal.patience = 60
        people = [emu.user(f"Member {number}", started=True) for number in range(MEMBERS)]
        tell(emu.server.origin)
        waiting: dict[int, asyncio.Future[None]] = {}
        acted = emu.acted

        def seen(act) -> None:  # type: ignore[no-untyped-def]  # an Act
            acted(act)
            future = waiting.get(act.chat.id)
            if act.kind == "sent" and future is not None and not future.done():
                assert act.message.text == WORDS.partition(" ")[2], act.message.text
                future.set_result(None)

        emu.acted = seen  # type: ignore[method-assign]  # told of every message sent
        taken: list[float] = []

        async def member(person: Person, turns: int) -> None:
            for _ in range(turns):
                future = waiting[person.chat.id] = asyncio.get_running_loop().create_future()
                began = time.perf_counter()
                person.types(WORDS)
                await future
                taken.append(time.perf_counter() - began)
                emu.log.clear()
                emu.requests.clear()

        await emu.polling()
        await asyncio.gather(*(member(person, WARM_UP_TURNS) for person in people))
        taken.clear()
        await asyncio.gather(*(member(person, TURNS) for person in people))
        tell(json.dumps(taken))
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


# -- the bots, each in a process of its own -----------------------------------------------------------------


async def ours(origin: str) -> None:
    """Muster with a command that says what it is told."""
    from pydantic import SecretStr

    import adapters.telegram.adapter
    from bot.app import App
    from bot.config import Settings
    from tests.adapters.telegram.unpaced import Unpaced
    from tests.emulators.telegram.emulator import TOKEN

    before = commands.areas()
    commands.areas = lambda: [*before, area]  # one more
    adapters.telegram.adapter.Pacer = Unpaced  # type: ignore[attr-defined]  # the limits are off
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        settings = Settings(
            data_dir=Path(folder),
            telegram_token=SecretStr(TOKEN),
            telegram_api=origin,
            playground=False,
            port=0,
        )
        app = await App.start(settings)
        try:
            await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        finally:
            await app.stop()


async def stock(origin: str) -> None:
    """python-telegram-bot's echo, as its documentation has it; only environment proxies are off."""
    from telegram import Update
    from telegram.ext import Application, CommandHandler, ContextTypes
    from telegram.request import HTTPXRequest

    from tests.emulators.telegram.emulator import TOKEN

    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(" ".join(context.args or []))

    # The builder's own sizes: 256 connections for sending, one for updates.
    application = (
        Application.builder()
        .token(TOKEN)
        .base_url(f"{origin}/bot")
        .request(HTTPXRequest(connection_pool_size=256, httpx_kwargs={"trust_env": False}))
        .get_updates_request(HTTPXRequest(httpx_kwargs={"trust_env": False}))
        .build()
    )
    application.add_handler(CommandHandler("echo", echo))
    async with application:
        assert application.updater is not None
        await application.updater.start_polling()
        await application.start()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await application.updater.stop()
        await application.stop()


# -- the measurement ----------------------------------------------------------------------------------------

PARTS: dict[str, Callable[[str], Awaitable[None]]] = {
    "serve": lambda _: serve(lambda line: print(line, flush=True)),
    "ours": ours,
    "stock": stock,
}


def part(name: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.bench.telegram_path", name, *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def measured(name: str) -> list[float]:
    """Seconds from every message to its answer."""
    with part("serve") as emulator:
        assert emulator.stdout
        with part(name, emulator.stdout.readline().strip()) as bot:
            taken: list[float] = json.loads(emulator.stdout.readline())
            for process in (bot, emulator):  # the bot first: it says goodbye to the server
                assert process.stdin
                process.stdin.close()
                process.wait()
    return taken


def telegram_path() -> list[Figure]:
    """Alternating rounds; the medians of their percentiles."""
    found: dict[str, list[list[float]]] = {"stock": [], "ours": []}
    for _ in range(ROUNDS):
        for name, rounds in found.items():
            rounds.append(measured(name))

    def of(name: str, percent: float) -> float:
        return median([percentile(taken, percent) for taken in found[name]]) * 1e3

    return [
        ratio_at_most("telegram_path.p50", of("ours", 50), "ms", of("stock", 50), 1.5),
        told("telegram_path.p99", of("ours", 99), "ms", of("stock", 99)),
        told(
            "telegram_path.rate",
            MEMBERS / median([sum(t) / len(t) for t in found["ours"]]),
            "answers/s",
            MEMBERS / median([sum(t) / len(t) for t in found["stock"]]),
        ),
    ]


FIGURES: dict[str, Bench] = {"telegram_path": telegram_path}


if __name__ == "__main__":
    asyncio.run(PARTS[sys.argv[1]](sys.argv[2] if len(sys.argv) > 2 else ""))  # type: ignore[arg-type]  # coroutines

"""`kill -9` of the real process, three times in the middle of a fan-out to both platforms, and a restart each time.

Everybody gets the message. On Discord nobody gets it twice, as a repeat is recognised; on Telegram only who is
counted: what was on its way when the process died is sent again, and noted.
"""

from __future__ import annotations

import asyncio
import re
import signal
import urllib.request
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest

from bot.areas.delivery.storage import outbox as outbox_storage
from bot.areas.delivery.storage.sending import REPEATED
from bot.chat.model import encode, say
from bot.chat.targets import Target
from bot.domain.clock import SystemClock
from bot.domain.messages import NewMessage
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.emulators.discord import DiscordEmulator
from tests.emulators.distance import Distance
from tests.emulators.telegram import TelegramEmulator
from tests.kill.process import PATIENCE_S, read, start

ON_TELEGRAM, ON_DISCORD = 240, 200
KILL_AFTER = (0.2, 0.5, 0.8)
"""Shares of all messages that have arrived when it is killed."""
COUNTED = re.compile(r'muster_outbox_sends_total\{outcome="uncertain",platform="telegram"\} (\d+)')


def post(tx: Tx, platform: str, people: list[str]) -> None:
    """One message for everybody, in bulk."""
    for person in people:
        target = msgspec.json.encode(Target(platform, person=person)).decode()
        outbox_storage.add(
            tx, NewMessage(platform, None, target, encode(say(f"Call for {person}")), person, bulk=True)
        )


def uncertain(url: str) -> int:
    """What the process has counted."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        found = COUNTED.search(answer.read().decode().replace(".0", ""))
    return int(found[1]) if found else 0


@pytest.mark.timeout(400)
async def test_three_kills_lose_nothing_and_double_only_what_is_counted(tmp_path: Path) -> None:
    database = tmp_path / "data" / "muster.db"
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramEmulator(SystemClock(), limits=True))
        discord = await stack.enter_async_context(DiscordEmulator(clock=ManualClock()))
        telegram.distance = discord.distance = Distance(0.04, 0.01)
        discord.patience = telegram.signal.patience = PATIENCE_S
        users = [telegram.user(f"T{number}", started=True) for number in range(ON_TELEGRAM)]
        guild = discord.guild("Farm")
        members = [guild.member(f"d{number}") for number in range(ON_DISCORD)]
        store = await Store.open(f"sqlite+aiosqlite:///{database}", SystemClock(), metadata())
        await store.write(post, "telegram", [str(user.id) for user in users])
        await store.write(post, "discord", [str(member.id) for member in members])
        await store.close()

        def on_telegram() -> Counter[int]:
            return +Counter({user.id: len(user.chat.from_bot) for user in users})

        def on_discord() -> Counter[int]:
            channels = [one for one in discord.world.channels.values() if one.recipient is not None]
            return +Counter({one.recipient.id: len(one.messages) for one in channels if one.recipient})

        def arrived() -> int:
            return len(on_telegram()) + len(on_discord())

        async def until(number: float) -> None:
            await telegram.signal.until(lambda: arrived() >= number, lambda: f"{arrived()} arrived")

        touch = discord.touch

        def touched() -> None:
            touch()
            telegram.signal.fire()

        discord.touch = touched  # type: ignore[method-assign]  # one signal for both
        variables = {
            **discord.environment(tmp_path),
            "MUSTER_TELEGRAM_TOKEN": telegram.token,
            "MUSTER_TELEGRAM_API": telegram.base_url.removesuffix("/bot"),
            "MUSTER_DATA_DIR": str(tmp_path / "data"),
        }
        everybody = ON_TELEGRAM + ON_DISCORD
        counted = 0
        for share in KILL_AFTER:
            bot = await start(stack, tmp_path, variables)
            await until(share * everybody)
            counted += await asyncio.to_thread(uncertain, bot.urls["public"])
            bot.process.send_signal(signal.SIGKILL)
            assert await asyncio.to_thread(bot.process.wait) == -signal.SIGKILL
        bot = await start(stack, tmp_path, variables)
        await until(everybody)
        counted += await asyncio.to_thread(uncertain, bot.urls["public"])
        assert await asyncio.to_thread(bot.stop) == 0

        assert set(on_discord().values()) == {1}
        assert discord.limits.refused == 0
        assert telegram.floods is not None
        assert telegram.floods.refused == 0

    doubled = {str(who): number - 1 for who, number in on_telegram().items() if number > 1}
    noted = Counter(
        row[0] for row in read(database, f"select person from outbox where last_error = '{REPEATED}'")
    )
    assert doubled.keys() <= noted.keys()
    assert sum(doubled.values()) <= counted
    assert counted <= 3 * 16  # no more than were on their way at once
    assert read(database, "select state, count(*) from outbox group by 1") == [("sent", everybody)]

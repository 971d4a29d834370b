"""`kill -9` between a call's opening and its post: after a restart it is in the channel once.

It is killed before Discord took the post, and after it did but before Muster heard of it.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot import membership
from bot.areas.calls.domain.texts import Texts
from bot.areas.calls.services import schedule, writing
from bot.domain.clock import SystemClock
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.emulators.discord import DiscordEmulator, Message
from tests.emulators.discord.model import Channel
from tests.kill.process import PATIENCE_S, read, start


def populate(tx: Tx, guild: str, channel: str) -> None:
    """A union in the server, and a call whose hour has come, in a zone where it is about noon."""
    places = (
        name
        for name in sorted(available_timezones())
        if name.startswith(("Africa", "America", "Asia", "Atlantic", "Pacific"))
    )
    zone = next(name for name in places if tx.now.astimezone(ZoneInfo(name)).hour == 12)
    founder = membership.Founder("discord", "1", "Founder", None)
    union, member, _ = membership.found(tx, "Farm", "Grow", zone, founder, guild, "Farm", channel)
    call = writing.draft(tx, union, member, Texts("Plant a tree", "Plant one", opens=0), None)
    schedule.plan(tx, union, member, call, schedule.today(tx, union))


def posts(channel: Channel) -> list[Message]:
    """What was posted there in answer to nobody."""
    return [each for each in channel.visible_messages() if each.interaction is None]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
async def test_a_call_is_posted_once(tmp_path: Path, fault: str) -> None:
    database = tmp_path / "data" / "muster.db"
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(DiscordEmulator(clock=ManualClock()))
        discord.patience = PATIENCE_S
        guild = discord.guild("Farm")
        channel = guild.channel("general")
        alice = guild.member("Alice")
        store = await Store.open(f"sqlite+aiosqlite:///{database}", SystemClock(), metadata())
        await store.write(populate, str(guild.id), str(channel.id))
        await store.close()
        variables = {**discord.environment(tmp_path), "MUSTER_DATA_DIR": str(tmp_path / "data")}
        planned = discord.fault("POST", "/channels/*/messages", fault, times=100)
        bot = await start(stack, tmp_path, variables)
        await discord.until(lambda: planned.fired, "the post", patience=PATIENCE_S)
        bot.process.send_signal(signal.SIGKILL)
        assert await asyncio.to_thread(bot.process.wait) == -signal.SIGKILL
        assert read(database, "select state from calls") == [("open",)]
        assert read(database, "select count(*) from outbox where state = 'sent'") == [(0,)]
        assert len(posts(channel)) == (fault == "drop-after")

        planned.left = 0
        bot = await start(stack, tmp_path, variables)
        await discord.ready()
        await channel.until(lambda: posts(channel), "the post", patience=PATIENCE_S)
        (post,) = posts(channel)
        assert "Welcome" in (await alice.slash(channel, "join")).text
        assert (await alice.press(post, "Done")).text == "Done. Day 1 in a row."
        # Which message it is Muster knows only once it was sent to the end.
        await discord.until(lambda: "1 person answered so far" in post.content, "count", patience=PATIENCE_S)
        assert posts(channel) == [post]
        assert await asyncio.to_thread(bot.stop) == 0
    assert read(database, "select count(*) from ledger where kind = 'call.opened'") == [(1,)]

"""A union in a Discord server and a Telegram group: one Muster, started as `make run` does, on both emulators."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.discord.gateway import Gateway
from adapters.telegram.adapter import TelegramAdapter
from bot.app import App
from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.chat.chores import Office
from bot.config import Settings
from tests.adapters.telegram.unpaced import Unpaced
from tests.clock import ManualClock
from tests.emulators.discord import MANAGE_GUILD, DiscordEmulator
from tests.emulators.discord import Person as Member
from tests.emulators.telegram import Person as User
from tests.emulators.telegram import TelegramEmulator
from tests.waiting import eventually

PNG = b"\x89PNG\r\n\x1a\n"


class Town:
    """The server and the group; Alice is an admin of the one, Tina the creator of the other."""

    def __init__(self, discord: DiscordEmulator, telegram: TelegramEmulator, clock: ManualClock) -> None:
        self.discord, self.telegram, self.clock = discord, telegram, clock
        self.guild = discord.guild("Farm")
        self.room = self.guild.channel("general")
        self.alice = self.guild.member("Alice", permissions=MANAGE_GUILD)
        self.tina = telegram.user("Tina", started=True)
        self.group = telegram.group("Barn", self.tina)
        self.app: App

    def settings(self, folder: Path) -> Settings:
        env = self.discord.environment(folder)
        return Settings(
            _env_file=None,
            data_dir=folder,
            discord_token=SecretStr(env["MUSTER_DISCORD_TOKEN"]),
            discord_api=env["MUSTER_DISCORD_API"],
            discord_api_ca=Path(env["MUSTER_DISCORD_API_CA"]),
            telegram_token=SecretStr(self.telegram.token),
            telegram_api=self.telegram.server.origin,
            playground=False,
            port=0,
        )

    async def founded(self) -> None:
        """Alice founds a union in the server and connects the group, where Tina joins."""
        await self.alice.slash(self.room, "union create", name="Farmers", purpose="Grow food")
        shown = await self.alice.slash(self.room, "union invite-space")
        code = re.search(r"/union connect ([A-Z2-9-]+)", shown.text)
        assert code is not None, shown.text
        asked = await self.tina.says(f"/union connect {code[1]}", self.group)
        assert "I asked the founder of Farmers" in asked.text, asked.text
        waiting = await self.alice.slash(self.room, "union requests")
        done = await self.alice.press(waiting, "Connect Barn")
        assert "now belongs to" in done.text, done.text
        await eventually(lambda: self.alice.dms)  # the same question; the journeys begin without it
        self.alice.dm.messages.clear()

    async def members(self, *names: str) -> list[Member]:
        """People in the server, who join."""
        people = [self.guild.member(name) for name in names]
        for each in people:
            assert "Welcome" in (await each.slash(self.room, "join")).text
        return people

    async def users(self, *names: str) -> list[User]:
        """People in the group, who join."""
        people = [self.telegram.user(name, started=True) for name in names]
        for each in people:
            self.group.has(each)
            assert "Welcome" in (await each.says("/join", self.group)).text
        return people

    async def prepares(self, title: str, when: str, **options: Any) -> None:
        """Alice writes a call and gives it a day."""
        asked = await self.alice.slash(self.room, "call new", **options)
        words = {"Title": title, "What should people do?": "Do it *well*", "Why?": "For shade"}
        shown = await self.alice.submit(asked, {**words})
        assert "(a draft)" in shown.text, shown.text
        planned = await self.alice.slash(self.room, "call schedule", call=title, when=when)
        assert "goes out" in planned.text, planned.text

    async def later(self, **by: float) -> None:
        """So much time passes, and what falls due then is done."""
        self.clock.advance(timedelta(**by))
        for _ in range(2):
            await self.chores()

    async def chores(self) -> None:
        """What is looked for every minute, once; what is told then has been sent."""
        for chore in self.app.core.registry.chores:
            await chore(Office(self.app.store, conversations, self.app))
        await self.sent()

    async def sent(self) -> None:
        """Until the outbox is empty."""
        async with asyncio.timeout(10):
            while any(state != "parked" for _, state, _ in await self.query(delivery.depths)):
                pass

    async def settled(self) -> None:
        """Every update of Telegram confirmed, and every act answered."""
        await self.telegram.drained()
        adapter = self.app.adapters["telegram"]
        assert isinstance(adapter, TelegramAdapter)
        await adapter.idle()

    async def query(self, fn: Any, *args: Any) -> Any:
        return await self.app.store.read(fn, *args)


@asynccontextmanager
async def open_town(clock: ManualClock, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    """Running; whatever a platform would refuse fails the test."""

    async def at_once(self: Gateway, shard_id: int | None, *, initial: bool = False) -> None:
        return None  # real Discord wants 5 s between identifications

    monkeypatch.setattr(Gateway, "before_identify_hook", at_once)
    monkeypatch.setattr("adapters.telegram.adapter.Pacer", Unpaced)
    folder.mkdir()
    async with (
        TelegramEmulator(clock) as telegram,
        DiscordEmulator(clock=clock, check_answers=True) as discord,
    ):
        town = Town(discord, telegram, clock)
        town.app = await App.start(town.settings(folder), clock)
        telegram.settle = town.settled
        try:
            await telegram.polling()
            await town.founded()
            yield town
        finally:
            telegram.settle = None
            await asyncio.wait_for(town.app.stop(), 20)
        discord.assert_clean()
        assert not discord.answer_errors, discord.answer_errors

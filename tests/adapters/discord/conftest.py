"""A real Muster on the Discord emulator: store, dispatch, outbox and adapter, started as `make run` does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.discord import limits
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.gateway import Gateway
from bot.app import App
from bot.config import Settings
from tests.adapters.discord.probe import Probe
from tests.clock import ManualClock
from tests.declared import declare
from tests.emulators.discord import EVERYONE, MANAGE_GUILD, Community, DiscordEmulator, Message, Person
from tests.storage.fixtures import Database

IN_THREADS = 1 << 38


class House:
    """One emulator, one database, and the Muster that runs on both now."""

    def __init__(
        self, emulator: DiscordEmulator, database: Database, clock: ManualClock, folder: Path
    ) -> None:
        self.emulator = emulator
        self.clock = clock
        self.probe = Probe()
        self._database = database
        self._folder = folder
        self.app: App | None = None
        self.guild: Community = emulator.guild("Farm", bot_permissions=EVERYONE | IN_THREADS)
        self.room = self.guild.channel("general")
        self.alice: Person = self.guild.member("Alice", permissions=MANAGE_GUILD)
        self.bob: Person = self.guild.member("Bob")

    @property
    def adapter(self) -> DiscordAdapter:
        assert self.app is not None
        adapter = self.app.adapters["discord"]
        assert isinstance(adapter, DiscordAdapter)
        return adapter

    def settings(self) -> Settings:
        self._folder.mkdir(exist_ok=True)
        env = self.emulator.environment(self._folder)
        return Settings(
            data_dir=self._folder,
            database_url=SecretStr(self._database.url),
            discord_token=SecretStr(env["MUSTER_DISCORD_TOKEN"]),
            discord_api=env["MUSTER_DISCORD_API"],
            discord_api_ca=Path(env["MUSTER_DISCORD_API_CA"]),
            playground=False,
            port=0,
        )

    async def start(self) -> None:
        """Start Muster and wait until it hears."""
        self.app = await App.start(self.settings(), self.clock)

    async def stop(self) -> None:
        if self.app is not None:
            app, self.app = self.app, None
            await asyncio.wait_for(app.stop(), 20)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def idle(self) -> None:
        """Wait until everything taken is finished."""
        while self.adapter._running:
            await asyncio.wait(self.adapter._running)

    async def founded(self) -> None:
        """Alice founds a union in the room."""
        await self.alice.slash(self.room, "union create", name="Farmers", purpose="Grow food")

    async def told(self) -> list[Message]:
        """What everybody sees in the room."""
        await self.idle()
        return self.room.visible_messages()

    async def query(self, fn: Any, *args: Any) -> Any:
        assert self.app is not None
        return await self.app.store.read(fn, *args)


@pytest.fixture
def shards() -> int:
    return 1


@pytest.fixture
async def emulator(clock: ManualClock, shards: int) -> AsyncIterator[DiscordEmulator]:
    """A running Discord; the test fails if anything that Discord would refuse was sent to it."""
    async with DiscordEmulator(clock=clock, check_answers=True, shards=shards) as emulator:
        yield emulator
        emulator.assert_clean()
        assert not emulator.answer_errors, emulator.answer_errors


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py waits 5 s before it identifies again; real Discord wants that, the emulator does not."""

    async def at_once(self: Gateway, shard_id: int | None, *, initial: bool = False) -> None:
        return None

    monkeypatch.setattr(Gateway, "before_identify_hook", at_once)
    monkeypatch.setattr("adapters.discord.supervise.FIRST_WAIT_S", 0.01)


@pytest.fixture
async def house(
    emulator: DiscordEmulator,
    sqlite_database: Database,
    clock: ManualClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    """Not started."""
    made = House(emulator, sqlite_database, clock, tmp_path / "house")
    declare(monkeypatch, made.probe.area)
    try:
        yield made
    finally:
        made.probe.gate.set()
        await made.stop()


@pytest.fixture
async def muster(house: House) -> House:
    """Started."""
    await house.start()
    return house


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is slow without a word of progress is deferred soon."""
    monkeypatch.setattr(limits, "DEFER_AFTER_S", 0.3)

"""A real Muster on the Telegram emulator: store, dispatch, outbox and adapter, started as `make run` does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.telegram.adapter import TelegramAdapter
from bot.app import App
from bot.config import Settings
from tests.adapters.telegram.unpaced import Unpaced
from tests.clock import ManualClock
from tests.emulators.telegram import Group, Person, TelegramEmulator
from tests.storage.fixtures import Database

FOUND = '/union create name:"Farmers" purpose:"Grow food" time_zone:Europe/Madrid'


class House:
    """One emulator, one database, and the Muster that runs on both now."""

    def __init__(self, emu: TelegramEmulator, database: Database, clock: ManualClock, folder: Path) -> None:
        self.emu = emu
        self.clock = clock
        self._database = database
        self._folder = folder
        self.app: App | None = None
        self.updates: list[dict[str, Any]] = []
        """Every update that the emulator has queued."""
        check = emu.queue.check
        emu.queue.check = lambda update: (self.updates.append(update), check and check(update))

    @property
    def adapter(self) -> TelegramAdapter:
        assert self.app is not None
        adapter = self.app.adapters["telegram"]
        assert isinstance(adapter, TelegramAdapter)
        return adapter

    def settings(self) -> Settings:
        return Settings(
            data_dir=self._folder,
            database_url=SecretStr(self._database.url),
            telegram_token=SecretStr(self.emu.token),
            telegram_api=self.emu.server.origin,
            playground=False,
            port=0,
        )

    async def start(self) -> None:
        """Start Muster and wait until it listens."""
        self.app = await App.start(self.settings(), self.clock)
        self.emu.settle = self.settled
        await self.emu.polling()

    async def stop(self) -> None:
        if self.app is not None:
            app, self.app = self.app, None
            self.emu.settle = None
            await app.stop()

    async def settled(self) -> None:
        """Every update confirmed, and every act answered."""
        await self.emu.drained()
        await self.adapter.idle()


@pytest.fixture
def paced() -> bool:
    """Whether Telegram's limits are kept, in real time; a test of them overrides this."""
    return False


@pytest.fixture(autouse=True)
def _at_once(paced: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not paced:
        monkeypatch.setattr("adapters.telegram.adapter.Pacer", Unpaced)
    monkeypatch.setattr("adapters.telegram.outgoing.FIRST_WAIT_S", 0.0)


@pytest.fixture
def options() -> dict[str, bool]:
    """How the emulator is set up; tests override it by `parametrize` or a fixture of their own."""
    return {}


@pytest.fixture
async def emu(clock: ManualClock, options: dict[str, bool]) -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(clock, **options) as emulator:
        yield emulator


@pytest.fixture
async def house(
    emu: TelegramEmulator, database: Database, clock: ManualClock, tmp_path: Path
) -> AsyncIterator[House]:
    """Not started."""
    made = House(emu, database, clock, tmp_path / "house")
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture
async def muster(house: House) -> House:
    """Started."""
    await house.start()
    return house


@pytest.fixture
def alice(muster: House) -> Person:
    return muster.emu.user("Alice", started=True)


@pytest.fixture
def bob(muster: House) -> Person:
    return muster.emu.user("Bob", started=True)


@pytest.fixture
def group(muster: House, alice: Person, bob: Person) -> Group:
    """Alice's group; she is its creator."""
    return muster.emu.group("Farm", alice, bob)


@pytest.fixture
async def union(group: Group, alice: Person) -> Group:
    """The group, with a union that Alice founded there."""
    await alice.says(FOUND, group)
    return group

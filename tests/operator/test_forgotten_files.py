"""A whole Muster: what is in its data folder after a member left, while it runs, after it stopped, and in the log."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot import upkeep as module
from bot.app import App
from bot.chat.incoming import Act, Actor, CommandCall, Incoming, Place, Press
from bot.chat.model import Button, Reply
from bot.config import Settings
from bot.storage.erasures import LAST_AFTER, waiting
from tests.clock import ManualClock
from tests.left_behind import NAME, USERNAME, emptied, found_in
from tests.waiting import eventually

NATIVE = "7777777777"


class Town:
    """People of a group who type to a running app, on a platform that it does not serve."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.acts = 0
        self.place = Place("playground", "garden", "garden", title="Garden")

    async def does(self, native: str, name: str, act: Act) -> Reply:
        self.acts += 1
        actor = Actor("playground", native, name, USERNAME if native == NATIVE else name.lower(), True)
        incoming = Incoming(f"act {self.acts}", actor, self.place, act)
        await self.app.core.accept([incoming])
        reply = await self.app.core.dispatch(incoming)
        await self.app.core.delivered(incoming.key)
        assert reply is not None
        return reply

    async def types(self, native: str, name: str, path: str, words: str = "") -> Reply:
        return await self.does(native, name, CommandCall(path, {}, words))

    async def presses(self, native: str, name: str, reply: Reply) -> Reply:
        button = reply.buttons[0][0]
        assert isinstance(button, Button)
        return await self.does(native, name, Press(button.token))


async def test_while_it_runs_and_after_it_stopped(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "UPKEEP_EVERY_S", 0.01)
    folder = tmp_path / "data"
    settings = Settings(_env_file=None, data_dir=folder, playground=True, playground_port=0)
    app = await App.start(settings, clock)
    try:
        town, words = Town(app), (NAME, USERNAME, NATIVE)
        await town.types("1", "Ada", "union create", 'name:"Farm" purpose:"Grow"')
        await town.types("2", "Bo", "join")
        await town.types(NATIVE, NAME, "join")
        await town.types("2", "Bo", "endorse", f"@{USERNAME}")
        await town.types(NATIVE, NAME, "endorse", "@ada")
        await town.types("1", "Ada", "union hand-over", f"@{USERNAME}")
        assert found_in(folder, words)
        await town.presses(NATIVE, NAME, await town.types(NATIVE, NAME, "leave"))
        clock.advance(LAST_AFTER + timedelta(seconds=1))
        await eventually(lambda: nothing_waits(app))
        await emptied(folder / "muster.db")
        assert found_in(folder, words) == set()
    finally:
        await app.stop()
    assert found_in(folder, words) == set()
    assert not [word for word in words if word in caplog.text]


async def nothing_waits(app: App) -> bool:
    return not await app.store.read(waiting, 1)

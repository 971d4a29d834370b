"""What people with bad intentions, and a server that errs, try: to make the bot deaf, to others or for good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from telegram import Update

from adapters.telegram import events, inbox
from bot.chat.incoming import Incoming
from tests.adapters.telegram.conftest import House
from tests.adapters.telegram.updates import ANONYMOUS, GROUP, ME, PRIVATE, message
from tests.clock import ManualClock
from tests.emulators.telegram import Group, Person


async def test_an_update_that_is_not_understood_holds_up_no_other(
    muster: House, alice: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read = events.read

    def broken(update: Update, me: events.Me) -> object:
        found = read(update, me)
        if "poison" in str(found):
            raise KeyError("unforeseen")
        return found

    monkeypatch.setattr(events, "read", broken)
    alice.types("/help poison")
    assert "do here" in (await alice.says("/help")).text
    assert "is not understood" in caplog.text


async def test_half_a_character_costs_no_updates(muster: House, alice: Person, group: Group) -> None:
    muster.emu.queue.check = muster.emu.spec = None
    alice.types("half a \ud83d", group)
    alice.types("/help \ud83d", group)
    assert "do here" in (await alice.says("/help")).text


class Slow:
    """Keeps what it hears, and answers nothing before the gate is open."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.kept: list[Incoming] = []
        self.hints = self.troubles = 0

    async def accept(self, acts: Sequence[Incoming]) -> None:
        self.kept += acts

    async def unfinished(self, platform: str) -> Sequence[Incoming]:
        return self.kept

    def trouble(self, platform: str, what: str) -> None:
        self.troubles += 1

    async def answer(self, heard: events.Heard, aside: object) -> None:
        await self.gate.wait()

    async def hint(self, unheard: events.Unheard) -> None:
        self.hints += 1
        await self.gate.wait()


@pytest.fixture
async def slow(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Slow, Any]]:
    monkeypatch.setattr(inbox, "CROWDED", 10)
    monkeypatch.setattr(inbox, "OF_ONE_CHAT", 5)
    monkeypatch.setattr(inbox, "FINISH_S", 0.0)
    slow = Slow()
    made: Any = inbox.Inbox(slow, slow, None, clock, by_webhook=False)
    yield slow, made
    await asyncio.wait_for(made.close(), 1)


def updates(count: int, **more: Any) -> list[Update]:
    raw = ({"update_id": number, "message": message("/help", **more)} for number in range(count))
    return [update for one in raw if (update := Update.de_json(one, None))]


async def test_a_flooded_chat_is_not_heard_and_others_are(slow: tuple[Slow, Any]) -> None:
    core, box = slow
    for update in updates(60):
        await box.take([update], ME)
    assert (len(core.kept), core.troubles) == (10, 50)
    (other,) = updates(1, chat=PRIVATE)
    await box.take([other], ME)
    assert core.kept[-1].place.chat == "5"
    core.gate.set()
    await box.idle()
    await box.take(updates(61)[60:], ME)
    assert len(core.kept) == 12


async def test_somebody_anonymous_is_told_once_at_a_time_and_holds_up_no_stop(slow: tuple[Slow, Any]) -> None:
    core, box = slow
    await box.take(updates(30, **{"from": ANONYMOUS, "sender_chat": GROUP}), ME)
    await asyncio.sleep(0)
    assert core.hints == 1


async def test_telegrams_errors_are_counted(muster: House, alice: Person, group: Group) -> None:
    muster.emu.fails("sendMessage", 502)
    muster.emu.fails("sendMessage", 429, retry_after=0)
    muster.emu.drops("sendMessage")
    await alice.says("/help")
    assert muster.app is not None
    count = muster.app.metrics.registry.get_sample_value
    for what in ("5xx", "429", "connection"):
        assert count("muster_platform_errors_total", {"platform": "telegram", "what": what}) == 1

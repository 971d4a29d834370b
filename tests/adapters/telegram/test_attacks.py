"""What people with bad intentions, and a server that errs, try: to make the bot deaf, to others or for good."""

from __future__ import annotations

import pytest

from adapters.telegram import events
from tests.adapters.telegram.conftest import House
from tests.emulators.telegram import Group, Person


async def test_an_update_that_is_not_understood_holds_up_no_other(
    muster: House, alice: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read = events.read

    def broken(update: object, me: events.Me) -> object:
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

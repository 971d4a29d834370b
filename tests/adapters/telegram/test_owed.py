"""An answer to a person stays owed: for an hour, over restarts, and in at most two copies."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.telegram import inbox
from bot.chat import text
from tests.adapters.contract import area, counted
from tests.adapters.telegram.conftest import House
from tests.declared import declare
from tests.emulators.telegram import Group, Person

FOR_EVER = 10**9
LOST = text.answers_lost("telegram")


@pytest.fixture(autouse=True)
def _commands(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, area)
    counted.clear()


@pytest.fixture
def alice(house: House) -> Person:
    return house.emu.user("Alice", started=True)


@pytest.fixture
def group(house: House, alice: Person) -> Group:
    return house.emu.group("Farm", alice)


def texts(group: Group) -> list[str]:
    return [message.text for message in group.from_bot]


async def test_a_long_outage_of_the_server(house: House, alice: Person, group: Group) -> None:
    await house.start()
    house.emu.fails("sendMessage", 502, times=40)
    await alice.says("/count", group)
    assert texts(group) == ["Counted 1."]


async def test_it_stays_owed_over_restarts(house: House, alice: Person, group: Group) -> None:
    house.emu.fails("sendMessage", 502, times=FOR_EVER)
    alice.types("/count", group)
    for tries in (8, 16, 24):
        await house.start()
        await house.emu.requested("sendMessage", tries)
        await house.stop()
    house.emu.faults.planned.clear()
    await house.start()
    await house.settled()
    assert texts(group) == ["Counted 1."]
    assert len(counted) == 1


async def test_every_answer_is_cut_after_it_counted(house: House, alice: Person, group: Group) -> None:
    await house.start()
    house.emu.drops("sendMessage", after=True, times=FOR_EVER)
    alice.types("/count", group)
    await house.emu.requested("sendMessage", 2)
    for _ in range(2):
        await house.stop()
        await house.start()
        await house.emu.requested("getMe", 1)
    house.emu.faults.planned.clear()
    house.clock.advance(timedelta(minutes=61))
    await house.settled()
    await house.emu.signal.until(lambda: LOST in texts(group), lambda: f"{texts(group)}")
    assert texts(group) == ["Counted 1.", "Counted 1.", LOST]


async def test_a_cut_connection_costs_one_copy_however_long_it_lasts(
    house: House, alice: Person, group: Group
) -> None:
    await house.start()
    house.emu.drops("sendMessage")
    house.emu.drops("getMe", times=30)
    await alice.says("/count", group)
    assert texts(group) == ["Counted 1."]


async def test_after_an_hour_the_place_is_told_once_and_without_a_name(
    house: House, alice: Person, group: Group
) -> None:
    await house.start()
    house.emu.fails("sendMessage", 502, times=FOR_EVER)
    alice.types("/count", group)
    alice.types("/count", group)
    await house.emu.requested("sendMessage", 20)
    house.clock.advance(timedelta(minutes=30))
    await house.stop()
    await house.start()
    await house.emu.requested("sendMessage", 40)
    house.clock.advance(timedelta(minutes=31))
    await house.settled()
    house.emu.faults.planned.clear()
    house.clock.advance(timedelta(minutes=1))  # the word was refused too, and is tried again
    assert house.app is not None
    house.app.posted("telegram")
    await house.emu.signal.until(lambda: bool(texts(group)), lambda: "nothing was told")
    assert texts(group) == [LOST]
    assert "Alice" not in LOST


async def test_an_answer_that_is_owed_does_not_hold_up_the_next(
    house: House, alice: Person, group: Group
) -> None:
    await house.start()
    fault = house.emu.fails("sendMessage", 502, times=FOR_EVER)
    alice.types("/count", group)
    alice.types("/count", group)
    await house.emu.signal.until(lambda: len(counted) == 2, lambda: "the second one waits")
    house.emu.faults.planned.remove(fault)
    await house.settled()
    assert sorted(texts(group)) == ["Counted 1.", "Counted 2."]


@pytest.mark.parametrize(
    "body",
    ["{}", "[]", "null", "", '{"ok": true, "result": true}', '{"ok": true, "result": {}}', '{"ok": false}'],
)
async def test_a_2xx_that_cannot_be_read_is_a_lost_answer(
    house: House, alice: Person, group: Group, body: str
) -> None:
    await house.start()
    house.emu.garbles("sendMessage", body)
    await alice.says("/count", group)
    assert texts(group) == ["Counted 1.", "Counted 1."]
    assert house.app is not None
    assert list(await house.app.core.unfinished("telegram")) == []


@pytest.mark.parametrize("status", [302, 400, 403, 404, 413, 503])
async def test_a_proxys_page_is_not_telegrams_refusal(
    house: House, alice: Person, group: Group, status: int
) -> None:
    await house.start()
    house.emu.garbles("sendMessage", "<html>No</html>", status=status, before=True, times=3)
    await alice.says("/count", group)
    assert texts(group) == ["Counted 1."]


@pytest.fixture(autouse=True)
def _quick_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "FINISH_S", 1.0)

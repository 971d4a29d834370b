"""The real pacer against a server that enforces Telegram's limits: not one 429, nothing lost."""

from __future__ import annotations

import pytest

from tests.adapters.contract import area, counted
from tests.adapters.telegram.conftest import House
from tests.declared import declare


@pytest.fixture
def paced() -> bool:
    return True


@pytest.fixture
def options() -> dict[str, bool]:
    return {"limits": True}


async def test_a_burst_of_many_people(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """45 people in private and a group at once: more than a second's worth."""
    declare(monkeypatch, area)
    counted.clear()
    people = [house.emu.user(f"Person {number}", started=True) for number in range(45)]
    group = house.emu.group("Farm", *people[:3])
    for person in people:
        person.types("/count")
    for person in people[:3]:
        person.types("/count", group)
    await house.start()
    house.emu.signal.patience = 20
    await house.settled()
    assert [request for request in house.emu.requests if request.outcome.startswith("429")] == []
    assert len(counted) == len(set(counted)) == 48
    assert [len(person.chat.from_bot) for person in people] == [1] * 45
    assert len(group.from_bot) == 3

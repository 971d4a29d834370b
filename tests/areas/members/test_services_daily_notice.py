"""At most one unasked message a union-day, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import membership
from bot.areas.members.services import daily_notice
from bot.areas.members.storage import daily_notice as daily_notice_storage
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.storage.store import Store
from tests.clock import START, ManualClock
from tests.scenes import join

HOUR = timedelta(hours=1)


def found(tx: Tx, zone: str) -> tuple[Union, Member, Member]:
    founder = membership.Founder("words", "ada", "Ada", None)
    union, ada, _ = membership.found(tx, "Farm", "Grow", zone, founder, "space", "Farm")
    return union, ada, join(tx, union, "Bo")


async def test_once_a_union_day_each(store: Store, clock: ManualClock) -> None:
    """It is noon in UTC: one in the morning of the next day in Auckland, so that day ends eleven hours earlier."""
    union, ada, bo = await store.write(found, "Pacific/Auckland")

    async def may_tell(member: Member) -> bool:
        return await store.write(daily_notice.claim, union, member.id)

    assert await may_tell(ada)
    assert not await may_tell(ada)
    assert await may_tell(bo)
    clock.advance(23 * HOUR - timedelta(seconds=1))
    assert not await may_tell(ada)
    clock.advance(timedelta(seconds=1))
    assert await may_tell(ada)
    assert await store.read(daily_notice.untold, union, [bo.id, ada.id]) == [bo.id]
    assert await store.read(daily_notice.untold, union, []) == []


async def test_what_is_undone_was_not_told(store: Store) -> None:
    union, ada, _ = await store.write(found, "UTC")

    def fails(tx: Tx) -> None:
        assert daily_notice.claim(tx, union, ada.id)
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(fails)
    assert await store.write(daily_notice.claim, union, ada.id)


@pytest.mark.parametrize("told", ["absorbed", "survivor", "neither"])
async def test_of_one_person_either_counts(store: Store, told: str) -> None:
    union, ada, bo = await store.write(found, "UTC")
    if told != "neither":
        assert await store.write(daily_notice.claim, union, (bo if told == "absorbed" else ada).id)
    await store.write(daily_notice_storage.merge, bo.id, ada.id)
    assert await store.write(daily_notice.claim, union, ada.id) is (told == "neither")


async def test_an_earlier_day_of_the_absorbed_does_not_undo_today(store: Store, clock: ManualClock) -> None:
    union, ada, bo = await store.write(found, "UTC")
    assert await store.write(daily_notice.claim, union, bo.id)
    clock.advance(24 * HOUR)
    assert await store.write(daily_notice.claim, union, ada.id)
    await store.write(daily_notice_storage.merge, bo.id, ada.id)
    assert not await store.write(daily_notice.claim, union, ada.id)


@pytest.mark.parametrize(
    ("zone", "utc", "awake"),
    [
        ("UTC", "08:59", False),
        ("UTC", "09:00", True),
        ("UTC", "23:59", True),
        ("UTC", "00:00", False),
        ("Europe/Berlin", "08:00", True),
        ("Europe/Berlin", "07:59", False),
        ("Australia/Lord_Howe", "21:59", False),
        ("Australia/Lord_Howe", "22:00", True),
    ],
)
def test_nothing_is_told_at_night(zone: str, utc: str, awake: bool) -> None:
    union = Union(1, "ref", "Farm", "Grow", zone, None, START)
    hour, minute = map(int, utc.split(":"))
    assert daily_notice.awake(union, datetime(2026, 3, 1, hour, minute, tzinfo=UTC)) is awake

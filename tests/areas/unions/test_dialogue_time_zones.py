"""A union moves to another time zone: its days may come twice, or be left out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.areas.calls.services import schedule
from bot.areas.tree.services import digest, endorsements, support
from bot.areas.unions import services as unions
from bot.domain.people import Union
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.scenes import found, join
from tests.stage import Stage


@pytest.mark.parametrize(
    ("east", "west"), [("Pacific/Kiritimati", "Pacific/Pago_Pago"), ("Asia/Tokyo", "America/New_York")]
)
async def test_growth_is_right_after_a_day_came_again(
    store: Store, clock: ManualClock, east: str, west: str
) -> None:
    """At 10:30 UTC it is the day after tomorrow on Kiritimati for who is in Pago Pago."""
    union, founder = await store.write(found, east)

    async def one_more(name: str, there: Union) -> None:
        follower = await store.write(join, there, name)
        await store.write(endorsements.endorse, there, follower, founder, "words")

    await one_more("Ann", union)
    await one_more("Bob", union)
    clock.advance(timedelta(hours=22, minutes=30))
    await one_more("Cat", union)
    moved = await store.write(unions.edit, union, founder, None, None, west, schedule.rezone)
    await one_more("Dan", moved)
    assert (await store.read(support.numbers, moved, founder)).week == 4
    clock.advance(timedelta(days=10))
    await one_more("Eve", moved)
    seen = await store.read(support.numbers, moved, founder)
    assert (seen.headcount, seen.week) == (5, 1)
    curve = await store.read(support.curve, moved, founder)
    assert [people for _, people in curve[-2:]] == [4, 5]
    assert [people for _, people in curve] == sorted(people for _, people in curve)


async def test_no_news_is_lost_when_nine_o_clock_comes_twice(stage: Stage) -> None:
    ada, place = stage.person("Ada", moderator=True), stage.group("Farm")
    await ada.says("/union create name:Farm purpose:Grow time_zone:UTC", place)

    async def one_more(name: str) -> None:
        person = stage.person(name)
        await person.says("/join", place)
        await person.says("/endorse @ada", place)

    await one_more("Bob")
    stage.clock.advance(timedelta(hours=21))  # 09:00 UTC
    await stage.chores()
    await one_more("Cat")
    await ada.says("/union edit time_zone:America/New_York", place)
    stage.clock.advance(timedelta(hours=5))  # 09:00 in New York, on the same day
    await stage.chores()
    assert len(await stage.told(ada)) == 1  # once a union-day
    stage.clock.advance(timedelta(hours=24))
    await stage.chores()
    told = [heard.text for heard in await stage.told(ada)]
    assert ["@Bob" in told[0], "@Cat" in told[1]] == [True, True]
    assert await stage.store.read(digest.due) == []

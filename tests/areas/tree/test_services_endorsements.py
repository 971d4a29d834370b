"""What endorsements add up to, on both databases: exact after anything that anybody does."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from bot import membership
from bot.areas.ledger import services as ledger
from bot.areas.tree.domain.endorsements import MAX_DEPTH, Base
from bot.areas.tree.services import endorsements
from bot.areas.tree.storage import endorsements as endorsements_storage
from bot.areas.tree.storage import releases as releases_storage
from bot.areas.tree.storage import support as support_storage
from bot.areas.tree.tables import support_days as support_days_table
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.areas.tree.crowd import Crowd, differences
from tests.clock import ManualClock
from tests.scenes import found, join

DAYS = Statement(select(support_days_table).order_by(support_days_table.c.day))


@pytest.mark.parametrize("seed", range(6))
async def test_any_sequence_of_acts_keeps_the_numbers_exact(
    store: Store, clock: ManualClock, seed: int
) -> None:
    union, founder = await store.write(found)
    crowd = Crowd(union, Random(seed), [founder])

    def some(tx: Tx) -> list[object]:
        for _ in range(40):
            crowd.act(tx)
            wrong = differences(tx, crowd.members)
            if wrong:
                return wrong
        return []

    for _ in range(5):
        assert await store.write(some) == []
        clock.advance(timedelta(hours=7))
    assert {
        "endorse",
        "endorse refused",
        "unendorse",
        "link",
        "unlink",
        "merge",
        "leave",
        "release",
        "expel",
        "return",
    } <= crowd.done.keys()
    _, broken = await store.read(ledger.verify, union)
    assert broken is None


def chain(tx: Tx, union: Union, length: int) -> list[Member]:
    """Members of whom each endorses the next."""
    members = [join(tx, union, f"c{number}") for number in range(length)]
    for member, leader in itertools.pairwise(members):
        endorsements.endorse(tx, union, member, leader, "words")
    return members


async def test_a_circle_is_refused_with_its_path(store: Store) -> None:
    def three(tx: Tx) -> None:
        union, _ = found(tx)
        ann, bob, cat = (join(tx, union, name) for name in ("Ann", "Bob", "Cat"))
        endorsements.endorse(tx, union, cat, bob, "words")
        endorsements.endorse(tx, union, bob, ann, "words")
        endorsements.endorse(tx, union, ann, cat, "words")

    with pytest.raises(BadInput, match="each endorses the next: Cat → Bob → you"):
        await store.write(three)


async def test_a_long_circle_is_told_in_short(store: Store) -> None:
    def close(tx: Tx) -> None:
        union, _ = found(tx)
        members = chain(tx, union, 40)
        endorsements.endorse(tx, union, members[-1], members[0], "words")

    with pytest.raises(BadInput, match=r"c0 → c1 → c2 → c3 → c4 → c5 → 30 more → c36 → c37 → c38 → you"):
        await store.write(close)


async def test_a_chain_has_a_greatest_length_however_it_is_made(store: Store) -> None:
    def longest(tx: Tx) -> None:
        union, _ = found(tx)
        members = chain(tx, union, MAX_DEPTH + 1)
        top, bottom = members[-1], members[0]
        one_more = join(tx, union, "more")
        for member, leader in ((one_more, bottom), (top, one_more)):
            with pytest.raises(BadInput, match="be 129 long, and 128 is the most"):
                endorsements.endorse(tx, union, member, leader, "words")
        endorsements.endorse(tx, union, one_more, members[1], "words")
        assert support_storage.of(tx, top.id).headcount == MAX_DEPTH + 1
        # two halves, too long together
        endorsements.unendorse(tx, union, members[100])
        upper = chain_above(tx, union, 100)
        endorsements.endorse(tx, union, join(tx, union, "beside"), upper[0], "words")
        with pytest.raises(BadInput, match="128 is the most"):
            endorsements.endorse(tx, union, members[100], upper[0], "words")
        # the long lower part goes, and then it fits
        endorsements.unendorse(tx, union, members[90])
        endorsements.endorse(tx, union, members[100], upper[0], "words")

    def chain_above(tx: Tx, union: Union, length: int) -> list[Member]:
        members = [join(tx, union, f"u{number}") for number in range(length)]
        for member, leader in itertools.pairwise(members):
            endorsements.endorse(tx, union, member, leader, "words")
        return members

    await store.write(longest)


async def test_choosing_again_takes_time_also_after_withdrawing(store: Store, clock: ManualClock) -> None:
    union, founder = await store.write(found, "UTC", 24)
    ann, bob = [await store.write(join, union, name) for name in ("Ann", "Bob")]
    await store.write(endorsements.endorse, union, ann, founder, "words")
    clock.advance(timedelta(hours=1))
    with pytest.raises(NotAllowed, match="again in 23 hours"):
        await store.write(endorsements.endorse, union, ann, bob, "words")
    await store.write(endorsements.unendorse, union, ann)
    with pytest.raises(NotAllowed, match="again in 23 hours"):
        await store.write(endorsements.endorse, union, ann, bob, "words")
    clock.advance(timedelta(hours=23))
    await store.write(endorsements.endorse, union, ann, bob, "words")


async def test_who_is_released_may_choose_at_once(store: Store) -> None:
    union, founder = await store.write(found, "UTC", 24)
    ann, bob = [await store.write(join, union, name) for name in ("Ann", "Bob")]
    await store.write(endorsements.endorse, union, bob, founder, "words")
    await store.write(endorsements.endorse, union, ann, bob, "words")
    await store.write(membership.leave, union, bob)
    assert (await store.read(releases_storage.untold, union.id, 10**6, 10)) == [
        releases_storage.Release(ann.id, founder.id)
    ]
    await store.write(endorsements.endorse, union, ann, founder, "words")
    assert await store.read(releases_storage.untold, union.id, 10**6, 10) == []
    assert await store.read(support_storage.of, founder.id) == Base(1, 1, 0, clock_day())


def clock_day() -> int:
    return ManualClock().now().date().toordinal()


Merge = Callable[[Tx, Union, Member, list[Member]], tuple[Member, Member, Member | None]]


def _both_followed(
    tx: Tx, union: Union, founder: Member, m: list[Member]
) -> tuple[Member, Member, Member | None]:
    endorsements.endorse(tx, union, m[0], m[2], "words")
    endorsements.endorse(tx, union, m[1], m[3], "words")
    endorsements.endorse(tx, union, m[4], m[1], "words")
    return m[0], m[1], None


def _followed_keeps(
    tx: Tx, union: Union, founder: Member, m: list[Member]
) -> tuple[Member, Member, Member | None]:
    endorsements.endorse(tx, union, m[0], m[2], "words")
    endorsements.endorse(tx, union, m[1], m[3], "words")
    return m[0], m[1], m[2]


def _followed_keeps_nobody(
    tx: Tx, union: Union, founder: Member, m: list[Member]
) -> tuple[Member, Member, Member | None]:
    endorsements.endorse(tx, union, m[1], m[3], "words")
    return m[0], m[1], None


def _takes_over(
    tx: Tx, union: Union, founder: Member, m: list[Member]
) -> tuple[Member, Member, Member | None]:
    endorsements.endorse(tx, union, m[0], m[2], "words")
    return m[0], m[1], m[2]


def _follows_the_absorbed(
    tx: Tx, union: Union, founder: Member, m: list[Member]
) -> tuple[Member, Member, Member | None]:
    # survivor → 2 → absorbed → 3: the survivor's own choice would lead back to themselves
    endorsements.endorse(tx, union, m[1], m[2], "words")
    endorsements.endorse(tx, union, m[2], m[0], "words")
    endorsements.endorse(tx, union, m[0], m[3], "words")
    return m[0], m[1], m[3]


def _followed_each_other(
    tx: Tx, union: Union, founder: Member, m: list[Member]
) -> tuple[Member, Member, Member | None]:
    endorsements.endorse(tx, union, m[0], m[1], "words")
    return m[0], m[1], None


@pytest.mark.parametrize(
    "arrange",
    [
        _both_followed,
        _followed_keeps,
        _followed_keeps_nobody,
        _takes_over,
        _follows_the_absorbed,
        _followed_each_other,
    ],
)
async def test_one_person_has_one_choice(store: Store, arrange: Merge) -> None:
    def merged(tx: Tx) -> None:
        union, founder = found(tx)
        members = [join(tx, union, f"m{number}") for number in range(6)]
        absorbed, survivor, leader = arrange(tx, union, founder, members)
        endorsements.endorse(tx, union, members[5], absorbed, "words")
        membership.merge(tx, union.id, absorbed, survivor)
        choice = endorsements_storage.of(tx, survivor.id)
        assert (choice.leader_id if choice else None) == (leader.id if leader else None)
        follower = endorsements_storage.of(tx, members[5].id)
        assert follower is not None
        assert follower.leader_id == survivor.id
        assert differences(tx, [founder, *(member for member in members if member != absorbed)]) == []

    await store.write(merged)


async def test_past_days_keep_their_last_value(store: Store, clock: ManualClock) -> None:
    """In the union's own time zone: 23:30 in Berlin is another day than 00:30."""
    clock.advance(timedelta(hours=10, minutes=30))  # 2026-03-01 22:30 UTC is 23:30 in Berlin
    union, founder = await store.write(found, "Europe/Berlin")
    members = [await store.write(join, union, f"m{number}") for number in range(4)]
    await store.write(endorsements.endorse, union, members[0], founder, "words")
    await store.write(endorsements.endorse, union, members[1], founder, "words")
    assert await store.read(lambda tx: tx.all(DAYS)) == []
    clock.advance(timedelta(hours=1))
    await store.write(endorsements.endorse, union, members[2], founder, "words")
    await store.write(endorsements.unendorse, union, members[0])
    clock.advance(timedelta(days=5))
    await store.write(endorsements.endorse, union, members[3], founder, "words")
    rows = await store.read(lambda tx: tx.all(DAYS))
    first = clock_day()
    assert [(row.member_id, row.day, row.headcount) for row in rows] == [
        (founder.id, first, 2),
        (founder.id, first + 1, 2),
    ]
    assert (await store.read(support_storage.of, founder.id)).headcount == 3

"""Rounds of trust on both databases: when they are due, what they keep, what they let go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import membership
from bot.areas.checkins.services import answers
from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.services import endorsements, trust
from bot.areas.unions import storage as unions_storage
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.scenes import found, join, link

NAMES = ("Ana", "Ben", "Cem", "Dea", "Eli")


def example(tx: Tx) -> tuple[Union, list[Member]]:
    """The tree of docs/support.md; wallets are linked by `age`."""
    union, fay = found(tx)
    everybody = [fay, *(join(tx, union, name) for name in NAMES)]
    for member, leader in ((1, 0), (2, 0), (3, 1), (4, 1), (5, 2)):
        endorsements.endorse(tx, union, everybody[member], everybody[leader], "words")
    return union, everybody


async def aged(store: Store, clock: ManualClock) -> tuple[Union, list[Member]]:
    """The example of the page, on its day: Ana 97 days linked, Ben 277, Cem 37, Dea 97."""
    union, everybody = await store.write(example)
    fay, ana, ben, cem, dea, _ = everybody
    for days, members in ((180, [ben]), (60, [fay, ana, dea]), (37, [cem])):
        for member in members:
            await store.write(link, member)
        clock.advance(timedelta(days=days))
    return union, everybody


async def work_out(store: Store, union: Union) -> int:
    """A round as the chore does it; how many scores changed."""
    data = await store.scan(trust.read, union, answers)
    changes = trust.compute(data)
    for chunk in trust.chunks(changes):
        await store.write(trust.keep, chunk)
    await store.write(trust.finish, union, data)
    return len(changes)


async def of(store: Store, members: list[Member]) -> list[float | None]:
    return [await store.read(trust.of, member.id) for member in members]


async def test_the_example_of_the_page(store: Store, clock: ManualClock) -> None:
    union, everybody = await aged(store, clock)
    assert await of(store, everybody) == [None] * 6
    assert await work_out(store, union) == 2
    fay, ana, *others = await of(store, everybody)
    assert fay == 0.85
    assert ana is not None
    assert round(ana * 1_000_000) == 405_270
    assert others == [0.0] * 4
    ranking = await store.read(trust.ranked, union, 10, None)
    assert ranking == [Ranked(everybody[0].id, 0.85), Ranked(everybody[1].id, ana)]
    assert await store.read(trust.ranked, union, 1, None) == ranking[:1]
    assert await store.read(trust.ranked, union, 10, ranking[0]) == ranking[1:]
    assert await work_out(store, union) == 0


async def test_a_round_follows_what_happened(store: Store, clock: ManualClock) -> None:
    union, everybody = await aged(store, clock)
    fay, _, ben, cem, dea, eli = everybody
    await work_out(store, union)
    await store.write(endorsements.unendorse, union, cem)
    await store.write(endorsements.unendorse, union, dea)
    await store.write(link, eli)
    clock.advance(timedelta(days=8))
    assert await work_out(store, union) == 2  # Ana's goes, Ben's comes
    assert [score is not None and score > 0 for score in await of(store, everybody)] == [
        True,
        False,
        True,
        False,
        False,
        False,
    ]
    assert {place.member_id for place in await store.read(trust.ranked, union, 9, None)} == {
        fay.id,
        ben.id,
    }


async def test_who_left_meanwhile_gets_no_score_back(store: Store, clock: ManualClock) -> None:
    union, everybody = await aged(store, clock)
    data = await store.scan(trust.read, union, answers)
    await store.write(membership.leave, union, everybody[1])
    for chunk in trust.chunks(trust.compute(data)):
        await store.write(trust.keep, chunk)
    assert [place.member_id for place in await store.read(trust.ranked, union, 9, None)] == [everybody[0].id]


async def test_who_left_since_the_round_is_in_no_ranking(store: Store, clock: ManualClock) -> None:
    union, everybody = await aged(store, clock)
    await work_out(store, union)
    await store.write(membership.leave, union, everybody[1])
    assert [place.member_id for place in await store.read(trust.ranked, union, 9, None)] == [everybody[0].id]
    await work_out(store, union)
    assert (await store.scan(trust.read, union, answers)).kept == {everybody[0].id: 0.85}


async def test_the_founder_who_hands_on_and_a_union_without_one(store: Store, clock: ManualClock) -> None:
    union, everybody = await aged(store, clock)
    await work_out(store, union)

    def crown(tx: Tx, heir: Member | None) -> None:
        unions_storage.set_founder(tx, union.id, heir.id if heir else None)

    await store.write(crown, everybody[1])
    await work_out(store, union)
    assert (await of(store, everybody))[:3] == [0.0, 0.85, 0.0]
    await store.write(crown, None)
    await work_out(store, union)
    assert await of(store, everybody) == [0.0] * 6


async def test_when_a_round_is_due(store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    union, founder = await store.write(found)

    async def is_due() -> bool:
        return [one.id for one in await store.read(trust.due)] == [union.id]

    assert not await is_due()  # nobody was ever followed
    member = await store.write(join, union, "Ana")
    await store.write(endorsements.endorse, union, member, founder, "words")
    assert await is_due()
    await work_out(store, union)
    assert not await is_due()
    await store.write(link, member)
    clock.advance(timedelta(minutes=9))
    assert not await is_due()
    clock.advance(timedelta(minutes=1))
    assert await is_due()
    monkeypatch.setattr(trust, "SMALL", 1)
    assert not await is_due()
    monkeypatch.setattr(trust, "SMALL", 2)
    await work_out(store, union)
    clock.advance(timedelta(minutes=30))
    assert not await is_due()  # nothing happened
    clock.advance(timedelta(days=1))
    assert await is_due()


async def test_when_the_last_leave_nothing_is_left(store: Store, clock: ManualClock) -> None:
    union, everybody = await aged(store, clock)
    await work_out(store, union)
    for member in reversed(everybody):
        await store.write(membership.leave, union, member)
    clock.advance(timedelta(days=1))
    assert await store.read(trust.due) == []
    assert (await store.scan(trust.read, union, answers)).kept == {}


async def test_unions_do_not_mix(store: Store, clock: ManualClock) -> None:
    union, everybody = await aged(store, clock)
    founder = membership.Founder("words", "other", "Other", "other")
    other, _, _ = await store.write(membership.found, "Other", "Test", "UTC", founder, "elsewhere", "Place")
    data = await store.scan(trust.read, other, answers)
    assert (len(data.edges), len(data.days)) == (0, 0)
    await work_out(store, other)
    assert await of(store, everybody) == [None] * 6
    await work_out(store, union)
    assert await store.read(trust.ranked, other, 9, None) == []


async def test_chunks_are_small(store: Store) -> None:
    changes = [(number, None) for number in range(1201)]
    portions = list(trust.chunks(changes))
    assert [len(portion) for portion in portions] == [500, 500, 201]
    assert [change for portion in portions for change in portion] == changes

"""Activation on both databases: who counts, what is kept, when it is worked out, and what trust makes of answers."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import numpy as np
import pytest

from bot import membership
from bot.areas.calls.domain.calls import CallState
from bot.areas.checkins.services import answers
from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.services import activation, endorsements, support, trust
from bot.areas.wallets.services import wallets
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.membership import LINKING
from bot.storage.store import Store
from tests import scenes
from tests.areas.calls import daily
from tests.areas.tree import crowd
from tests.clock import ManualClock

DAY = timedelta(days=1)


class Farm:
    """A union of members in a tree: 1 and 2 endorse the founder (0), the rest 1 but for the last, who endorses 2."""

    def __init__(self, store: Store, union: Union, members: list[Member]) -> None:
        self.store, self.union, self.members = store, union, members

    async def today(self) -> int:
        return await self.store.read(daily.today, self.union)

    async def closed(self, day: int, *answered: int, state: str = "done", leader: int | None = None) -> int:
        """A call of that day that is over, answered by these."""

        def put(tx: Tx) -> int:
            of = self.members[leader] if leader is not None else None
            call = daily.call(tx, self.union, self.members[0], day, CallState.CLOSED, of)
            for one in answered:
                daily.answer(tx, call, self.members[one], day, state=state)
            return call

        return await self.store.write(put)

    async def work_out(self) -> int:
        """A round as the chore does it; how many values changed."""
        data = await self.store.scan(activation.read, self.union, answers)
        assert data is not None
        changes = activation.compute(data)
        for chunk in activation.chunks(changes):
            await self.store.write(activation.keep, chunk)
        await self.store.write(activation.finish, self.union, data)
        return len(changes)

    async def counts(self) -> list[int | None]:
        return [await self.store.read(activation.of, member.id) for member in self.members]

    async def share(self, number: int) -> float | None:
        return (await self.store.read(support.numbers, self.union, self.members[number])).activation

    async def is_due(self) -> bool:
        return self.union in await self.store.read(activation.due, answers)


def grown(tx: Tx, size: int = 9) -> tuple[Union, list[Member]]:
    union, founder = scenes.found(tx)
    members = [founder, *(scenes.join(tx, union, f"m{number}") for number in range(1, size))]
    for number in range(1, size):
        leader = members[0 if number < 3 else 2 if number == size - 1 else 1]
        endorsements.endorse(tx, union, members[number], leader, "words")
    return union, members


@pytest.fixture
async def farm(store: Store) -> Farm:
    return Farm(store, *await store.write(grown))


async def test_who_answered_any_call_of_the_week_counts_once(farm: Farm) -> None:
    today = await farm.today()
    await farm.closed(today, 1, 3)
    await farm.closed(today - 3, 3, 4)
    await farm.closed(today - 6, 5)
    await farm.closed(today - 7, 6)
    await farm.work_out()
    assert await farm.counts() == [4, 3, 0, *[None] * 6]
    assert await farm.share(0) == 0.5
    assert await farm.share(1) == 0.6
    assert await farm.share(2) == 0.0
    assert await farm.share(3) is None


@pytest.mark.parametrize("state", ["waiting", "refused"])
async def test_an_answer_that_does_not_count_does_not(farm: Farm, state: str) -> None:
    await farm.closed(await farm.today(), 1, 3, state=state)
    await farm.work_out()
    assert await farm.counts() == [0, 0, 0, *[None] * 6]


async def test_calls_of_branches_are_not_counted(farm: Farm) -> None:
    today = await farm.today()
    await farm.closed(today, 3, leader=1)
    assert not await farm.is_due()
    assert await farm.store.scan(activation.read, farm.union, answers) is None
    await farm.closed(today, 4)
    await farm.work_out()
    assert await farm.counts() == [1, 1, 0, *[None] * 6]


async def test_it_is_worked_out_once_after_each_close(farm: Farm, clock: ManualClock) -> None:
    assert not await farm.is_due()
    today = await farm.today()
    call = await farm.store.write(daily.call, farm.union, farm.members[0], today)
    assert not await farm.is_due()
    await farm.store.write(daily.set_state, call, CallState.CLOSED)
    assert await farm.is_due()
    assert await farm.work_out() == 3
    assert not await farm.is_due()
    clock.advance(DAY)
    await farm.closed(today + 1)
    assert await farm.is_due()
    assert await farm.work_out() == 0
    assert not await farm.is_due()


async def test_a_late_answer_counts_at_the_next_close(farm: Farm, clock: ManualClock) -> None:
    today = await farm.today()
    call = await farm.closed(today)
    await farm.work_out()
    await farm.store.write(lambda tx: daily.answer(tx, call, farm.members[3], today, late=True))
    assert await farm.share(0) == 0.0
    clock.advance(DAY)
    await farm.closed(today + 1)
    await farm.work_out()
    assert await farm.counts() == [1, 1, 0, *[None] * 6]


async def test_the_ranking_is_of_bases_of_five_or_more(farm: Farm) -> None:
    """2's base is one person, who answered; 1's is five, of whom two did."""
    founder, one, *_ = farm.members
    await farm.closed(await farm.today(), 8, 3, 4)
    await farm.work_out()
    assert await farm.share(2) == 1.0
    expected = [Ranked(one.id, 0.4), Ranked(founder.id, 0.375)]
    assert await farm.store.read(support.ranked, farm.union, "activation", 9) == expected
    assert await farm.store.read(support.ranked, farm.union, "activation", 1) == expected[:1]
    assert await farm.store.read(support.ranked, farm.union, "activation", 9, expected[0]) == expected[1:]


async def test_who_left_meanwhile_gets_none_back_and_is_ranked_no_more(farm: Farm) -> None:
    await farm.closed(await farm.today(), 3)
    await farm.work_out()
    await farm.store.write(membership.leave, farm.union, farm.members[1])
    assert (await farm.counts())[1] is None
    data = await farm.store.scan(activation.read, farm.union, answers)
    assert data is not None
    await farm.store.write(membership.leave, farm.union, farm.members[2])
    await farm.store.write(activation.keep, activation.compute(data))
    assert await farm.counts() == [0, *[None] * 8]
    assert await farm.share(0) is None  # nobody is left in the base


async def test_who_has_no_base_any_more_has_none(farm: Farm) -> None:
    today = await farm.today()
    await farm.closed(today - 1, 8)
    await farm.work_out()
    await farm.store.write(endorsements.unendorse, farm.union, farm.members[8])
    await farm.closed(today)
    await farm.work_out()
    assert (await farm.counts())[:3] == [0, 0, None]


async def test_more_answered_than_are_left_is_all(farm: Farm) -> None:
    await farm.closed(await farm.today(), 3, 4, 5, 6, 7, 8)
    await farm.work_out()
    for number in (3, 4, 5, 6):
        await farm.store.write(endorsements.unendorse, farm.union, farm.members[number])
    assert await farm.share(1) == 1.0


async def test_unions_do_not_mix(farm: Farm) -> None:
    def other(tx: Tx) -> Union:

        founder = membership.Founder("words", "other", "Other", None)
        return membership.found(tx, "Other", "Test", "UTC", founder, "elsewhere", "Place")[0]

    elsewhere = await farm.store.write(other)
    await farm.closed(await farm.today(), 3)
    assert await farm.store.read(activation.due, answers) == [farm.union]
    assert await farm.store.scan(activation.read, elsewhere, answers) is None
    await farm.work_out()
    assert await farm.store.read(support.ranked, elsewhere, "activation", 9) == []


async def test_chunks_are_small() -> None:
    changes = np.arange(3603.0).reshape(1201, 3)
    portions = list(activation.chunks(changes))
    assert [len(portion) for portion in portions] == [500, 500, 201]
    assert np.array_equal(np.concatenate(portions), changes)


async def test_a_grown_crowd_is_counted_as_by_walking_up(store: Store) -> None:
    chance = Random(16)
    union, members = await store.write(grown, 40)
    farm = Farm(store, union, members)

    def shuffle(tx: Tx) -> None:
        some = crowd.Crowd(union, chance, members)
        for _ in range(200):
            some.act(tx)

    await store.write(shuffle)
    today = await farm.today()
    answered = [number for number in range(len(farm.members)) if chance.random() < 0.5]
    await farm.closed(today, *answered)
    await farm.work_out()
    done = {farm.members[number].id for number in answered}

    def walked(tx: Tx) -> dict[int, int]:
        found: dict[int, int] = {}
        for member in farm.members:
            for above in support.lineage(tx, member)[1:]:
                found[above] = found.get(above, 0) + (member.id in done)
        return found

    expected = await store.read(walked)
    assert len(expected) > 3
    assert await farm.counts() == [expected.get(member.id) for member in farm.members]


# -- trust -------------------------------------------------------------------------------------------------


async def worth(store: Store, union: Union, members: list[Member]) -> list[int]:
    """A round of trust; the trusted support of each in millionths."""
    data = await store.scan(trust.read, union, answers)
    for chunk in trust.chunks(trust.compute(data)):
        await store.write(trust.keep, chunk)
    await store.write(trust.finish, union, data)
    return [round(1e6 * (await store.read(trust.of, member.id) or 0)) for member in members]


async def test_answering_makes_a_wallet_show_more(farm: Farm, clock: ManualClock) -> None:
    """1 and 2 have followers alike; who answered both calls of the week draws twice what the other does."""
    _, one, two, three, *_, eight = farm.members
    for member in (one, two, three, eight):
        await farm.store.write(wallets.give, member, scenes.address(), "eoa", LINKING.holding_changed)
    clock.advance(97 * DAY)
    today = await farm.today()
    before = await worth(farm.store, farm.union, [one, two])
    assert before[0] == before[1] > 0
    await farm.closed(today - 2, 1, 3)
    await farm.closed(today - 1, 1, 3)
    after = await worth(farm.store, farm.union, [one, two])
    assert after[0] == pytest.approx(2 * after[1], abs=2)


async def test_a_crowd_that_answers_for_its_leader_moves_no_trust(farm: Farm, clock: ManualClock) -> None:
    """All of 1's followers are new, have no wallets, and answer every call."""
    _, one, two, *_ = farm.members
    for member in (one, two, farm.members[8]):
        await farm.store.write(wallets.give, member, scenes.address(), "eoa", LINKING.holding_changed)
    clock.advance(97 * DAY)
    before = await worth(farm.store, farm.union, farm.members)
    today = await farm.today()
    await farm.closed(today - 1, 3, 4, 5, 6, 7)
    await farm.work_out()
    assert await farm.share(1) == 1.0
    assert await worth(farm.store, farm.union, farm.members) == before


async def test_old_answers_show_nothing(farm: Farm, clock: ManualClock) -> None:
    _, one, two, three, *_, eight = farm.members
    for member in (one, two, three, eight):
        await farm.store.write(wallets.give, member, scenes.address(), "eoa", LINKING.holding_changed)
    await farm.closed(await farm.today(), 1, 3)
    clock.advance(97 * DAY)
    both = await worth(farm.store, farm.union, [one, two])
    assert both[0] == both[1] > 0

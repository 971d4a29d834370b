"""A leader releases somebody who follows them."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import pytest

from bot import membership
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.tree.domain.endorsements import MAX_DEPTH
from bot.areas.tree.services import endorsements, recount, support
from bot.areas.unions import services as unions
from bot.chat.incoming import Place, Who
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed
from bot.storage.store import Store
from tests.scenes import DAY, HOUR, endorse, entries, found, founded, join, joined, leaves, member_of
from tests.stage import Heard, Persona, Stage


class Farm(NamedTuple):
    stage: Stage
    place: Place
    ada: Persona
    bob: Persona
    cat: Persona

    async def releases(self, leader: Persona, follower: Persona) -> Heard:
        asked = await self.asks(leader, follower)
        return await leader.presses(asked, "Release", self.place)

    async def asks(self, leader: Persona, follower: Persona) -> Heard:
        if leader.actor.platform == "words":
            return await leader.says(f"/release @{follower.actor.username}", self.place)
        who = Who(follower.actor.native_id, follower.actor.name)
        return await leader.runs("release", self.place, person=who)

    async def headcount(self, of: Persona) -> int:
        member, _ = await self.stage.store.read(member_of, of)
        return await self.stage.store.read(support.headcount, member.id)


@pytest.fixture(params=["words", "values"])
async def farm(stage: Stage, request: pytest.FixtureRequest) -> Farm:
    """Cat endorses Bob, who endorses Ada."""
    ada, place = await founded(stage, request.param)
    bob, cat = await joined(stage, place, "Bob", "Cat")
    await endorse(bob, ada, place)
    await endorse(cat, bob, place)
    return Farm(stage, place, ada, bob, cat)


async def test_a_follower_is_released_with_their_branch_and_is_told(farm: Farm) -> None:
    asked = await farm.asks(farm.ada, farm.bob)
    assert asked.private
    assert f"Release @Bob ({farm.bob.actor.platform.title()})?" in asked.text
    assert "1 person who endorses them goes with them" in asked.text
    assert await farm.headcount(farm.ada) == 2
    done = await farm.ada.presses(asked, "Release", farm.place)
    assert "You no longer lead @Bob" in done.text
    assert (await farm.headcount(farm.ada), await farm.headcount(farm.bob)) == (0, 1)
    told = (await farm.stage.told(farm.bob))[-1].text
    assert "@Ada no longer wants to lead you in Farm" in told
    assert "Everyone who endorses you stays with you" in told
    [payload] = await entries(farm.stage, "endorsement.released")
    bob, _ = await farm.stage.store.read(member_of, farm.bob)
    assert bob.ref in payload
    union = await farm.stage.store.read(unions.by_id, 1)
    assert union is not None
    assert (await farm.stage.store.read(recount.compare, union)).well


async def test_they_are_offered_the_leader_of_their_leader(farm: Farm) -> None:
    await farm.releases(farm.bob, farm.cat)
    told = (await farm.stage.told(farm.cat))[-1]
    assert "They endorse @Ada. Do you want to follow @Ada directly?" in told.text
    farm.stage.clock.advance(25 * HOUR)
    assert "@Cat endorses @Ada now" in (await farm.cat.presses(told, "Endorse Ada")).text


async def test_only_the_leader_of_the_one_who_is_meant(farm: Farm) -> None:
    for leader, follower in ((farm.ada, farm.cat), (farm.cat, farm.bob), (farm.bob, farm.bob)):
        assert "does not endorse you" in (await farm.asks(leader, follower)).text
    asked = await farm.asks(farm.ada, farm.bob)
    await farm.bob.runs("unendorse", farm.place)
    assert "They do not endorse you" in (await farm.ada.presses(asked, "Release", farm.place)).text


async def test_the_same_leader_only_after_a_week_and_any_other_after_the_usual_wait(farm: Farm) -> None:
    """Attack: endorse again at once, so that releasing helps nobody; or use the release to choose sooner."""
    await farm.releases(farm.ada, farm.bob)
    [dan] = await joined(farm.stage, farm.place, "Dan")
    assert "You can choose again in" in (await endorse(farm.bob, dan, farm.place)).text
    farm.stage.clock.advance(25 * HOUR)
    refused = await endorse(farm.bob, farm.ada, farm.place)
    assert "You can endorse them again in 5 days 23 hours" in refused.text
    farm.stage.clock.advance(6 * DAY)
    assert "@Bob endorses @Ada now" in (await endorse(farm.bob, farm.ada, farm.place)).text


async def test_leaving_and_joining_anew_does_not_shorten_it(farm: Farm) -> None:
    await farm.releases(farm.ada, farm.bob)
    await leaves(farm.bob, farm.place)
    await farm.bob.runs("join", farm.place)
    farm.stage.clock.advance(25 * HOUR)
    assert "they released you a short while ago" in (await endorse(farm.bob, farm.ada, farm.place)).text
    farm.stage.clock.advance(7 * DAY)
    assert "@Bob endorses @Ada now" in (await endorse(farm.bob, farm.ada, farm.place)).text


async def test_a_long_chain_below_keeps_nobody_from_choosing(store: Store) -> None:
    """Attack: so many people line up below a leader that the leader can endorse nobody any more."""

    def chained(tx: Tx) -> tuple[Union, Member, Member, Member]:
        union, founder = found(tx)
        victim = join(tx, union, "Victim")
        line = [victim]
        for number in range(MAX_DEPTH):
            line.append(join(tx, union, f"Below {number}"))
            endorsements.endorse(tx, union, line[-1], line[-2], "words")
        return union, founder, victim, line[1]

    union, founder, victim, first = await store.write(chained)
    with pytest.raises(BadInput, match="long, and 128 is the most"):
        await store.write(endorsements.endorse, union, victim, founder, "words")
    assert await store.write(endorsements.release, union, victim, first) is None
    await store.write(endorsements.endorse, union, victim, founder, "words")
    assert (await store.scan(recount.compare, union)).well


async def test_a_release_is_one_persons_on_both_sides_after_a_merge(store: Store) -> None:
    def merged(tx: Tx) -> None:
        union, founder = found(tx)
        bo, other, ally = (join(tx, union, name) for name in ("Bo", "Other", "Ally"))
        endorsements.endorse(tx, union, bo, founder, "words")
        endorsements.release(tx, union, founder, bo)
        membership.merge(tx, union.id, bo, other)
        with pytest.raises(NotAllowed, match="released you"):
            # the row of a member who chose before says when; the survivor has it
            endorsements.endorse(tx, union, other, founder, "words")
        membership.merge(tx, union.id, ally, founder)
        with pytest.raises(NotAllowed, match="released you"):
            endorsements.endorse(tx, union, other, founder, "words")

    await store.write(merged)


async def test_an_account_that_waits_releases_nobody(farm: Farm) -> None:
    def waits(tx: Tx) -> None:
        accounts_storage.set_wait(tx, member_of(tx, farm.ada)[1].id, tx.now + timedelta(hours=1))

    asked = await farm.asks(farm.ada, farm.bob)
    await farm.stage.store.write(waits)
    assert "cannot do this before" in (await farm.ada.presses(asked, "Release", farm.place)).text
    assert await farm.headcount(farm.ada) == 2

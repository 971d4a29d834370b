"""Two members turn out to be one person: what is not won, told or kept by that."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import membership
from bot.areas.tree.domain.endorsements import Endorsement
from bot.areas.tree.services import digest, endorsements, recount, support
from bot.areas.tree.storage import endorsements as endorsements_storage
from bot.areas.tree.storage import support as support_storage
from bot.domain.people import Member, Union
from bot.errors import NotAllowed
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.scenes import found, join

SOON = timedelta(days=2)


async def people_of(store: Store, *names: str) -> tuple[Union, list[Member]]:
    union, founder = await store.write(found, "UTC", 24)
    return union, [founder, *[await store.write(join, union, name) for name in names]]


@pytest.mark.parametrize("withdrawn", [False, True], ids=["never chose", "withdrew long ago"])
async def test_a_fresh_account_does_not_shorten_the_wait(
    store: Store, clock: ManualClock, withdrawn: bool
) -> None:
    """Choose, withdraw, become one with an account that may choose: the choice of an hour ago still counts."""
    union, (founder, ann, fresh, bob) = await people_of(store, "Ann", "Fresh", "Bob")
    if withdrawn:
        await store.write(endorsements.endorse, union, fresh, bob, "words")
        await store.write(endorsements.unendorse, union, fresh)
        clock.advance(SOON)
    await store.write(endorsements.endorse, union, ann, founder, "words")
    clock.advance(timedelta(hours=1))
    await store.write(endorsements.unendorse, union, ann)
    await store.write(membership.merge, union.id, ann, fresh)
    with pytest.raises(NotAllowed, match="again in 23 hours"):
        await store.write(endorsements.endorse, union, fresh, bob, "words")
    report = await store.scan(recount.compare, union)
    assert report.well, report.first


async def test_an_old_choice_taken_over_does_not_shorten_the_wait(store: Store, clock: ManualClock) -> None:
    union, (founder, ann, aged, bob) = await people_of(store, "Ann", "Aged", "Bob")
    await store.write(endorsements.endorse, union, aged, bob, "words")
    clock.advance(SOON)
    await store.write(endorsements.endorse, union, ann, founder, "words")
    chosen = clock.now()
    clock.advance(timedelta(hours=1))
    await store.write(membership.merge, union.id, ann, aged)
    assert await store.read(endorsements_storage.of, aged.id) == Endorsement(aged.id, bob.id, chosen)
    with pytest.raises(NotAllowed, match="again in 23 hours"):
        await store.write(endorsements.endorse, union, aged, founder, "words")


async def test_nobody_is_told_of_their_own_other_account(store: Store, clock: ManualClock) -> None:
    union, (_, ann, also_ann, bob) = await people_of(store, "Ann", "Anna", "Bob")
    await store.write(endorsements.endorse, union, also_ann, ann, "words")
    await store.write(endorsements.endorse, union, bob, ann, "words")
    await store.write(membership.merge, union.id, ann, also_ann)
    clock.advance(SOON)
    change = await store.write(digest.take, union, also_ann.id, clock.now())
    assert (change.gained, change.lost, change.headcount) == ([bob.id], [], 1)


@pytest.mark.parametrize("both", [False, True], ids=["one of them", "both"])
async def test_a_leader_hears_of_the_person_once(store: Store, clock: ManualClock, both: bool) -> None:
    """By the name they have now, though the account that endorsed is another's since."""
    union, (founder, ann, also_ann) = await people_of(store, "Ann", "Anna")
    await store.write(endorsements.endorse, union, ann, founder, "words")
    if both:
        await store.write(endorsements.endorse, union, also_ann, founder, "words")
    await store.write(membership.merge, union.id, ann, also_ann)
    clock.advance(SOON)
    shown = await store.read(support.branch, union, founder, 8)
    assert {one.member_id for one in shown.joined} == {also_ann.id}
    change = await store.write(digest.take, union, founder.id, clock.now())
    assert (change.gained, change.lost, change.headcount) == ([also_ann.id], [], 1)


async def test_whom_both_leave_behind_hears_of_it(store: Store, clock: ManualClock) -> None:
    union, (founder, ann, also_ann, bob) = await people_of(store, "Ann", "Anna", "Bob")
    await store.write(endorsements.endorse, union, ann, bob, "words")
    clock.advance(SOON)
    await store.write(digest.take, union, bob.id, clock.now())
    await store.write(endorsements.endorse, union, also_ann, founder, "words")
    await store.write(membership.merge, union.id, ann, also_ann)
    clock.advance(SOON)
    change = await store.write(digest.take, union, bob.id, clock.now())
    assert (change.gained, change.lost) == ([], [also_ann.id])
    assert (await store.read(support_storage.of, bob.id)).headcount == 0


async def test_who_comes_in_leads_no_branch_away(store: Store, clock: ManualClock) -> None:
    """A root with followers, as founders are, became one with an account that endorses somebody."""
    union, (founder, thief, friend, bob) = await people_of(store, "Thief", "Friend", "Bob")
    await store.write(endorsements.endorse, union, bob, founder, "words")
    await store.write(endorsements.endorse, union, thief, friend, "words")
    await store.write(membership.merge, union.id, thief, founder)
    choice = await store.read(endorsements_storage.of, founder.id)
    assert choice is not None
    assert choice.leader_id is None
    assert (await store.read(support_storage.of, friend.id)).headcount == 0
    clock.advance(SOON)
    change = await store.write(digest.take, union, friend.id, clock.now())
    assert (change.gained, change.lost) == ([], [])
    assert (await store.scan(recount.compare, union)).well


async def test_followers_who_come_in_keep_their_way_up(store: Store) -> None:
    union, (founder, ann, also_ann, bob) = await people_of(store, "Ann", "Anna", "Bob")
    await store.write(endorsements.endorse, union, ann, founder, "words")
    await store.write(endorsements.endorse, union, bob, ann, "words")
    await store.write(membership.merge, union.id, ann, also_ann)
    assert (await store.read(support_storage.of, founder.id)).headcount == 2

"""Leaving and joining anew resets nothing that protects others."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot import membership
from bot.areas.flags import services as flags
from bot.areas.flags import storage as flags_storage
from bot.areas.flags.domain import Evidence, FlagKind, NewFlag
from bot.areas.flags.services import Look
from bot.areas.invites import services as invites
from bot.areas.members.services import members
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.tree.services import endorsements
from bot.areas.wallets.services import wallets
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx
from bot.errors import NotAllowed
from bot.membership import LINKING
from bot.storage.store import Store
from tests import scenes
from tests.clock import ManualClock
from tests.scenes import DAY, HOUR


def begun(tx: Tx) -> tuple[Union, Member, Member]:
    """A union with its founder and Bo; a choice stands for a day."""
    union, founder = scenes.found(tx, switch_hours=24)
    return union, founder, scenes.join(tx, union, "Bo")


def comes_and_goes(tx: Tx, union: Union, member: Member) -> Member:
    """Leaves and joins again with the same account."""
    (account,) = members.accounts_of(tx, member.id)
    membership.leave(tx, union, member)
    return membership.join(tx, union, account.platform, account.native_id, account.name, account.username)[0]


def account_of(tx: Tx, member: Member) -> Account:
    return members.accounts_of(tx, member.id)[0]


async def test_the_wait_of_an_account_goes_on(store: Store, clock: ManualClock) -> None:
    def waits(tx: Tx) -> Account:
        union, _, bo = begun(tx)
        accounts_storage.set_wait(tx, account_of(tx, bo).id, tx.now + DAY)
        return account_of(tx, comes_and_goes(tx, union, bo))

    ends = clock.now() + DAY
    account = await store.write(waits)
    assert account.waits_until == ends
    with pytest.raises(NotAllowed):
        await store.read(members.require_settled, account)


async def test_a_wait_that_is_over_is_forgotten(store: Store) -> None:
    def waited(tx: Tx) -> Account:
        union, _, bo = begun(tx)
        accounts_storage.set_wait(tx, account_of(tx, bo).id, tx.now)
        return account_of(tx, comes_and_goes(tx, union, bo))

    assert (await store.write(waited)).waits_until is None


async def test_the_wait_of_a_wallet_goes_on_for_whoever_links_it(store: Store, clock: ManualClock) -> None:
    def linked(tx: Tx) -> datetime | None:
        union, _, bo = begun(tx)
        address = scenes.address()
        wallets.give(tx, bo, address, "eoa", LINKING.holding_changed, tx.now + 9 * DAY)
        membership.leave(tx, union, bo)
        other = scenes.join(tx, union, "Other")
        wallets.give(tx, other, address.upper().replace("X", "x", 1), "eoa", LINKING.holding_changed)
        return wallets.of_member(tx, other)[0].waits_until

    assert await store.write(linked) == clock.now() + 9 * DAY


async def test_a_choice_stands_as_long_as_without_leaving(store: Store, clock: ManualClock) -> None:
    def chosen(tx: Tx) -> tuple[Union, Member, Member]:
        union, founder, bo = begun(tx)
        endorsements.endorse(tx, union, bo, founder, "words")
        return union, scenes.join(tx, union, "Cy"), comes_and_goes(tx, union, bo)

    union, cy, bo = await store.write(chosen)
    clock.advance(23 * HOUR)
    with pytest.raises(NotAllowed, match="again in 1 hour"):
        await store.write(endorsements.endorse, union, bo, cy, "words")
    clock.advance(HOUR)
    assert await store.write(endorsements.endorse, union, bo, cy, "words") is not None


async def test_coming_and_going_again_and_again_keeps_it(store: Store) -> None:
    def chosen(tx: Tx) -> tuple[Union, Member, Member]:
        union, founder, bo = begun(tx)
        endorsements.endorse(tx, union, bo, founder, "words")
        for _ in range(3):
            bo = comes_and_goes(tx, union, bo)
        return union, founder, bo

    union, founder, bo = await store.write(chosen)
    with pytest.raises(NotAllowed, match="your last choice was a short while ago"):
        await store.write(endorsements.endorse, union, bo, founder, "words")


async def test_codes_of_the_day_are_counted_on(store: Store, clock: ManualClock) -> None:
    def made(tx: Tx) -> tuple[Union, Member]:
        union, _, bo = begun(tx)
        for _ in range(3):
            invites.renew(tx, union, bo, invites.own(tx, union, bo).code)
        return union, comes_and_goes(tx, union, comes_and_goes(tx, union, bo))

    union, bo = await store.write(made)

    def one_more(tx: Tx) -> None:
        mine = invites.own(tx, union, bo)
        invites.renew(tx, union, bo, mine.code)

    with pytest.raises(NotAllowed, match="you made 5 within a day"):
        await store.write(one_more)
    clock.advance(DAY)
    await store.write(one_more)


async def test_a_recruit_who_comes_and_goes_counts_once(store: Store) -> None:
    """Attack: one friend joins with a code, leaves and joins again, all day."""

    def came(tx: Tx) -> tuple[list[object], list[int]]:
        union, founder, bo = begun(tx)
        cy = scenes.join(tx, union, "Cy")
        codes = {one.id: invites.own(tx, union, one) for one in (founder, bo, cy)}
        counts: list[object] = []
        for code_of in (bo, bo, cy, None):
            invite = codes[code_of.id] if code_of else None
            friend, _ = membership.join(tx, union, "words", "friend", "Friend", None, invite)
            counts.append((invites.recruited(tx, bo.id), invites.recruited(tx, cy.id)))
            membership.leave(tx, union, friend)
        uses = [invites.find(tx, codes[one.id].code, union, "words").invite.uses for one in (bo, cy)]
        return counts, uses

    assert await store.write(came) == ([((1, 1), (0, 0))] * 4, [1, 0])


async def test_a_code_that_is_not_good_lets_nobody_back_either(store: Store) -> None:
    def came(tx: Tx) -> None:
        union, _, bo = begun(tx)
        mine = invites.own(tx, union, bo)
        friend, _ = membership.join(tx, union, "words", "friend", "Friend", None, mine)
        membership.leave(tx, union, friend)
        invites.revoke(tx, bo, mine.code)
        with pytest.raises(NotAllowed, match="revoked"):
            membership.join(tx, union, "words", "friend", "Friend", None, mine)

    await store.write(came)


async def test_a_flag_is_open_again_and_names_the_one_who_came_back(store: Store) -> None:
    """Attack: the leader of a made-up crowd leaves, which closes the flag, and comes back."""

    def flagged(tx: Tx) -> None:
        union, founder, bo = begun(tx)
        cy = scenes.join(tx, union, "Cy")
        evidence = Evidence(
            12, tx.now, tx.now, 12, {"words": 12}, 9, [(cy.id, 9)], 12, [(bo.id, 12)], headcount=12
        )
        look = Look(union, 1, heavy=False, again=False)
        flags.raise_flags(tx, look, [NewFlag(FlagKind.RING, bo.id, f"ring {bo.id}", evidence)])
        cy = comes_and_goes(tx, union, cy)
        membership.leave(tx, union, bo)
        assert flags.open_flags(tx, union, 0, 9) == ([], 0)
        bo, _ = membership.join(tx, union, "words", "bo", "Bo", "bo")
        ((flag,), _) = flags.open_flags(tx, union, 0, 9)
        assert flag.member_id == bo.id
        assert flag.evidence.endorsing == [(bo.id, 12)]
        assert flag.evidence.invited_by == [(cy.id, 9)]
        flags.close(tx, union, founder, flag.id)
        comes_and_goes(tx, union, bo)
        assert flags.open_flags(tx, union, 0, 9) == ([], 0), "a moderator looked at it"

    await store.write(flagged)


async def test_a_flag_that_a_moderator_closed_stays_closed(store: Store, clock: ManualClock) -> None:
    """Also if that moderator is no member, whom the flag does not name."""

    def flagged(tx: Tx) -> tuple[Union, Member]:
        union, _, bo = begun(tx)
        evidence = Evidence(12, tx.now, tx.now, 12, {}, 0, [], 12, [(bo.id, 12)])
        look = Look(union, 1, heavy=False, again=False)
        for key in ("one", "two"):
            flags.raise_flags(tx, look, [NewFlag(FlagKind.RING, bo.id, key, evidence)])
        flags.close(tx, union, None, flags_storage.page(tx, union.id, 0, 9)[0].id)
        return union, bo

    union, bo = await store.write(flagged)
    clock.advance(HOUR)
    await store.write(comes_and_goes, union, bo)
    assert await store.read(flags_storage.count, union.id) == 1

"""What somebody gave up a short while before they were expelled is kept out with them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import membership
from bot.areas.expulsions.services import expulsions, former
from bot.areas.members.services import members
from bot.areas.wallets.services import claims, wallets
from bot.chat.incoming import Who
from bot.domain.people import Account, Member, Person, Union
from bot.domain.transaction import Tx
from bot.errors import NotAllowed
from bot.membership import LINKING
from bot.storage.store import Store
from tests import scenes
from tests.clock import ManualClock
from tests.scenes import DAY
from tests.stage import Stage

CHANGED = LINKING.holding_changed


def begun(tx: Tx) -> tuple[Union, Member, Member, str]:
    """A union with its founder, and Bo, who has a wallet."""
    union, founder = scenes.found(tx)
    bo, wallet = scenes.join(tx, union, "Bo"), scenes.address()
    wallets.give(tx, bo, wallet, "eoa", CHANGED)
    return union, founder, bo, wallet


def account_of(tx: Tx, member: Member) -> Account:
    return members.accounts_of(tx, member.id)[0]


def back(tx: Tx, union: Union, account: Account) -> Member:
    return membership.join(tx, union, account.platform, account.native_id, account.name, None)[0]


def expel(tx: Tx, union: Union, founder: Member, account: Account) -> int:
    """Expels whoever this account is now, or was; returns the number of the expulsion."""
    now = members.account_in(tx, union.id, account.platform, account.native_id)
    member = members.by_id(tx, now.member_id) if now else None
    who = Person(account.name, account.platform, account.native_id, now, member)
    return membership.expel(tx, union, founder, who, None, "Spam")[0].id


def require_kept_out(tx: Tx, union: Union, wallet: str) -> None:
    with pytest.raises(NotAllowed, match="someone who is expelled"):
        wallets.give(tx, scenes.join(tx, union, f"Fresh {wallet}"), wallet, "eoa", CHANGED)


def two_accounts(tx: Tx, union: Union, bo: Member) -> tuple[Account, Account]:
    """Bo's older account, and a newer one that became theirs."""
    older, newer = account_of(tx, bo), account_of(tx, scenes.join(tx, union, "Bob"))
    absorbed = members.by_id(tx, newer.member_id)
    assert absorbed is not None
    membership.merge(tx, union.id, absorbed, bo, first=bo)
    return fresh(tx, older), fresh(tx, newer)


def fresh(tx: Tx, account: Account) -> Account:
    found = members.account(tx, account.id)
    assert found is not None
    return found


async def test_leaving_first_saves_neither_wallets_nor_other_accounts(store: Store) -> None:
    """Attack: leave with everything, and come back with another account or the same wallet."""

    def attack(tx: Tx) -> None:
        union, founder, bo, wallet = begun(tx)
        older, newer = two_accounts(tx, union, bo)
        membership.leave(tx, union, bo)
        number = expel(tx, union, founder, older)
        for account in (older, newer):
            with pytest.raises(NotAllowed, match="You are expelled"):
                back(tx, union, account)
        require_kept_out(tx, union, wallet)
        (shown,), _ = expulsions.page(tx, union, 0, 9)
        assert shown.wallets == 1
        expulsions.readmit(tx, union, founder, number)
        wallets.give(tx, back(tx, union, newer), wallet, "eoa", CHANGED)

    await store.write(attack)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("inside", [True, False], ids=["a member again", "left again"])
async def test_coming_and_going_saves_no_wallet_of_earlier(store: Store, times: int, inside: bool) -> None:
    def attack(tx: Tx) -> None:
        union, founder, bo, wallet = begun(tx)
        account = account_of(tx, bo)
        for _ in range(times):
            membership.leave(tx, union, bo)
            bo = back(tx, union, account)
        if not inside:
            membership.leave(tx, union, bo)
        expel(tx, union, founder, account)
        require_kept_out(tx, union, wallet)

    await store.write(attack)


async def test_unlinking_first_saves_no_wallet(store: Store) -> None:
    def attack(tx: Tx) -> None:
        union, founder, bo, wallet = begun(tx)
        claims.unlink(tx, account_of(tx, bo), wallet, CHANGED)
        expel(tx, union, founder, account_of(tx, bo))
        require_kept_out(tx, union, wallet)

    await store.write(attack)


async def test_what_was_unlinked_is_the_one_persons_after_two_became_one(store: Store) -> None:
    def attack(tx: Tx) -> None:
        union, founder, bo, wallet = begun(tx)
        claims.unlink(tx, account_of(tx, bo), wallet, CHANGED)
        other = scenes.join(tx, union, "Other")
        membership.merge(tx, union.id, bo, other)
        expel(tx, union, founder, account_of(tx, other))
        require_kept_out(tx, union, wallet)

    await store.write(attack)


async def test_removing_an_account_first_does_not_save_it(store: Store) -> None:
    def attack(tx: Tx) -> None:
        union, founder, bo, _ = begun(tx)
        older, newer = two_accounts(tx, union, bo)
        membership.remove_account(tx, union, older, newer)
        expel(tx, union, founder, older)
        with pytest.raises(NotAllowed, match="You are expelled"):
            back(tx, union, newer)

    await store.write(attack)


async def test_an_account_that_was_removed_and_joined_on_its_own_is_somebody_else(store: Store) -> None:
    """A victim whose account a thief removed is not expelled with the thief."""

    def removed(tx: Tx) -> None:
        union, founder, bo, _ = begun(tx)
        older, newer = two_accounts(tx, union, bo)
        membership.remove_account(tx, union, older, newer)
        victim = back(tx, union, newer)
        expel(tx, union, founder, older)
        membership.leave(tx, union, victim)
        back(tx, union, newer)

    await store.write(removed)


async def test_expelling_an_account_that_was_removed_takes_nothing_from_its_person(store: Store) -> None:
    """Attack: a stranger gets into a person, is removed, and misbehaves, so that the person is kept out."""

    def attack(tx: Tx) -> None:
        union, founder, bo, wallet = begun(tx)
        older, newer = two_accounts(tx, union, bo)
        membership.remove_account(tx, union, older, newer)
        wallets.take(tx, bo, wallet, CHANGED)
        expel(tx, union, founder, newer)
        with pytest.raises(NotAllowed, match="You are expelled"):
            back(tx, union, newer)
        wallets.give(tx, bo, wallet, "eoa", CHANGED)

    await store.write(attack)


async def test_giving_up_what_an_expulsion_keeps_out_does_not_free_it(store: Store) -> None:
    """Attack: a friend links the wallet before the expulsion, and unlinks it, or leaves, after it."""

    def attack(tx: Tx) -> None:
        union, founder, bo, wallet = begun(tx)
        account = account_of(tx, bo)
        membership.leave(tx, union, bo)
        friend = scenes.join(tx, union, "Friend")
        wallets.give(tx, friend, wallet, "eoa", CHANGED)
        expel(tx, union, founder, account)
        membership.leave(tx, union, friend)
        require_kept_out(tx, union, wallet)

    await store.write(attack)


async def test_contract_wallets_are_not_kept_out(store: Store) -> None:
    def left(tx: Tx) -> None:
        union, founder, bo, _ = begun(tx)
        account, shared = account_of(tx, bo), scenes.address()
        wallets.give(tx, bo, shared, "contract", CHANGED)
        membership.leave(tx, union, bo)
        expel(tx, union, founder, account)
        wallets.give(tx, scenes.join(tx, union, "Fresh"), shared, "contract", CHANGED)

    await store.write(left)


async def test_nobody_is_kept_out_who_was_not_expelled_and_it_is_forgotten_in_time(
    store: Store, clock: ManualClock
) -> None:
    def left(tx: Tx) -> tuple[Union, Member, Account, str]:
        union, founder, bo, wallet = begun(tx)
        account = account_of(tx, bo)
        membership.leave(tx, union, bo)
        wallets.give(tx, back(tx, union, account), wallet, "eoa", CHANGED)
        membership.leave(tx, union, members.by_id(tx, account_in(tx, union, account)) or bo)
        return union, founder, account, wallet

    def account_in(tx: Tx, union: Union, account: Account) -> int:
        found = members.account_in(tx, union.id, account.platform, account.native_id)
        assert found is not None
        return found.member_id

    def expelled_late(tx: Tx, union: Union, founder: Member, account: Account, wallet: str) -> None:
        assert not former.has_left(tx, union, account.platform, account.native_id)
        expel(tx, union, founder, account)
        wallets.give(tx, scenes.join(tx, union, "Fresh"), wallet, "eoa", CHANGED)

    union, founder, account, wallet = await store.write(left)
    clock.advance(former.LASTS - timedelta(microseconds=1))
    assert await store.read(former.has_left, union, account.platform, account.native_id)
    clock.advance(timedelta(microseconds=1))
    await store.write(expelled_late, union, founder, account, wallet)


@pytest.mark.parametrize("on", ["words", "values"])
async def test_the_question_says_what_is_meant(stage: Stage, on: str) -> None:
    ada, farm = await scenes.founded(stage, on)
    (bo,) = await scenes.joined(stage, farm, "Bo")
    await scenes.leaves(bo, farm)
    person = Who(bo.actor.native_id, "Bo")
    asked = await ada.runs("expel", person=person, until="30d", reason="Spam")
    assert (
        "They left recently. This covers all accounts and wallets that they had within the last 30 days"
        in asked.text
    )
    stage.clock.advance(30 * DAY)
    asked = await ada.runs("expel", person=person, until="30d", reason="Spam")
    assert "They are not a member" in asked.text
    assert "They left recently" not in asked.text

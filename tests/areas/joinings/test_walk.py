"""Joinings, waits and removals in any order: what is promised holds after each step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from bot import membership
from bot.areas.joinings.services import codes, joinings, waiting
from bot.areas.joinings.services.joinings import Joined, Proposal
from bot.areas.ledger import services as ledger
from bot.areas.members.services import members
from bot.areas.tree.services import recount
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.domain.people import Account, Union
from bot.domain.transaction import Tx
from bot.errors import MusterError, NotAllowed
from bot.storage.store import Store
from tests import scenes
from tests.areas.joinings.village import signed
from tests.clock import ManualClock
from tests.web.people import Wallet

DAY = timedelta(days=1)


@dataclass
class Walk:
    """What ought to be: groups of accounts, the oldest first, and how long each account waits."""

    union: Union
    random: Random
    groups: list[list[int]] = field(default_factory=list)
    joined_at: dict[int, datetime] = field(default_factory=dict)
    waits: dict[int, datetime] = field(default_factory=dict)
    agreed: dict[int, set[str]] = field(default_factory=dict)
    asked: dict[int, tuple[int, int]] = field(default_factory=dict)
    slow: dict[int, datetime] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    people: int = 0

    def step(self, tx: Tx) -> None:
        acts = (
            self.join, self.join, self.ask, self.ask, self.answer, self.answer, self.answer, self.answer,
            self.answer, self.answer, self.begin_slow, self.remove, self.leave, self.go_on,
        )  # fmt: skip
        self.random.choice(acts)(tx)
        self.check(tx)

    # -- acts --------------------------------------------------------------------------------------------------

    def join(self, tx: Tx) -> None:
        if len(self.joined_at) < 9:
            self.people += 1
            member = scenes.join(tx, self.union, f"P{self.people}")
            account = members.accounts_of(tx, member.id)[0]
            self.groups.append([account.id])
            self.joined_at[account.id] = tx.now
            wallet = Wallet(1000 + self.people)
            wallets_storage.add(tx, member, wallet.address, "eoa", account.id, None)

    def ask(self, tx: Tx) -> None:
        one, other = self.two(tx)
        if one is None or other is None:
            return
        try:
            code, _ = codes.make(tx, self.union, other)
        except NotAllowed:
            self.done["refused code"] += 1
            return
        assert not self.is_waiting(other, tx)
        try:
            made = codes.use(tx, self.union, one, code)
        except NotAllowed:
            self.done["refused question"] += 1
            return
        assert not self.is_waiting(one, tx)
        assert isinstance(made, Proposal)
        self.agreed[made.joining.id] = set()
        self.asked[made.joining.id] = (one.id, other.id)
        self.done["asked"] += 1

    def begin_slow(self, tx: Tx) -> None:
        one, other = self.two(tx)
        if one is None or other is None:
            return
        held = wallets_storage.of_member(tx, other.member_id)
        known = [Wallet(1000 + number) for number in range(1, self.people + 1)]
        wallet = next((key for key in known if held and key.address == held[0].address), None)
        if wallet is None:
            return
        try:
            made, new = waiting.begin(tx, self.union, one, signed(tx, one, wallet, "eoa"))
        except NotAllowed:
            self.done["refused slow"] += 1
            return
        assert not self.is_waiting(one, tx)
        if new:
            self.slow[made.joining.id] = tx.now
            self.done["slow"] += 1

    def answer(self, tx: Tx) -> None:
        """Mostly one of those who were asked, lately; sometimes anybody."""
        open_ = [*self.slow, *self.agreed][-3:]
        if not open_:
            return
        number = self.random.choice(open_)
        asked = [one for one in self.asked.get(number, ()) if one in self.joined_at]
        anybody = not asked or self.random.random() < 0.2
        account = self.account(tx, self.random.choice(list(self.joined_at) if anybody else asked))
        if self.random.random() < 0.05:
            try:
                joinings.refuse(tx, self.union, account, number)
            except MusterError:
                return
            self.agreed.pop(number, None)
            self.slow.pop(number, None)
            self.done["no"] += 1
            return
        try:
            done = joinings.agree(tx, self.union, account, number, membership.merge)
        except MusterError:
            return
        assert not self.is_waiting(account, tx)
        sides = self.agreed[number]
        if isinstance(done, Proposal):
            sides.add("asking" if account.member_id == done.joining.asking_id else "asked")
            return
        assert len(sides) == 1, "one side alone has joined two members"
        self.became_one(tx, done)

    def remove(self, tx: Tx) -> None:
        pairs = [(a, b) for group in self.groups for a in group for b in group if a != b]
        if not pairs:
            return
        by, other = (self.account(tx, one) for one in self.random.choice(pairs))
        group = self.group(by.id)
        may = group.index(by.id) < group.index(other.id) or not self.is_waiting(by, tx)
        if not may:
            with pytest.raises(NotAllowed):
                membership.remove_account(tx, self.union, by, other)
            self.done["refused removal"] += 1
            return
        kept = {one.id for one in wallets_storage.of_member(tx, by.member_id) if one.account_id != other.id}
        membership.remove_account(tx, self.union, by, other)
        assert members.account(tx, other.id) is None
        assert {one.id for one in wallets_storage.of_member(tx, by.member_id)} == kept
        self.forget(other.id)
        self.done["removed"] += 1

    def leave(self, tx: Tx) -> None:
        if self.random.random() < 0.8 or len(self.groups) < 3:
            return
        group = self.random.choice(self.groups[1:])
        member = members.by_id(tx, self.account(tx, group[0]).member_id)
        assert member is not None
        if self.union.founder_id != member.id:
            membership.leave(tx, self.union, member)
            for one in list(group):
                self.forget(one)

    def go_on(self, tx: Tx) -> None:
        for union, number in waiting.due(tx):
            done = waiting.step(tx, union, number, membership.merge)
            if isinstance(done, Joined):
                assert tx.now - self.slow[number] >= 7 * DAY
                self.became_one(tx, done)
                self.done["joined slowly"] += 1

    # -- what ought to be -------------------------------------------------------------------------------------

    def became_one(self, tx: Tx, done: Joined) -> None:
        self.done["joined"] += 1
        first, second = self.group(done.asking[0].id), self.group(done.asked[0].id)
        order = sorted((self.account(tx, one) for one in (*first, *second)), key=lambda one: one.age_key)
        together = [one.id for one in order]
        for side in (first, second):
            assert [one for one in together if one in side] == side, "a side lost the order of its accounts"
        assert together in ([*first, *second], [*second, *first]), "the sides are mixed"
        self.groups = [group for group in self.groups if group not in (first, second)]
        self.groups.append(together)
        for one in together:
            self.waits[one] = max(self.waits.get(one, tx.now), tx.now + DAY)

    def check(self, tx: Tx) -> None:
        for group in self.groups:
            accounts = [self.account(tx, one) for one in group]
            assert len({one.member_id for one in accounts}) == 1
            found = sorted(members.accounts_of(tx, accounts[0].member_id), key=lambda one: one.age_key)
            assert [one.id for one in found] == group
            for one in accounts:
                assert one.waits_until == self.waits.get(one.id), "a wait was lost or shortened"
        assert len({self.account(tx, group[0]).member_id for group in self.groups}) == len(self.groups)

    def two(self, tx: Tx) -> tuple[Account | None, Account | None]:
        """Two accounts of different people."""
        if len(self.groups) < 2:
            return None, None
        one, other = self.random.sample(self.groups, 2)
        return self.account(tx, self.random.choice(one)), self.account(tx, self.random.choice(other))

    def account(self, tx: Tx, account_id: int) -> Account:
        found = members.account(tx, account_id)
        assert found is not None
        return found

    def group(self, account_id: int) -> list[int]:
        return next(group for group in self.groups if account_id in group)

    def is_waiting(self, account: Account, tx: Tx) -> bool:
        return account.id in self.waits and tx.now < self.waits[account.id]

    def forget(self, account_id: int) -> None:
        group = self.group(account_id)
        group.remove(account_id)
        self.groups = [one for one in self.groups if one]
        del self.joined_at[account_id]
        self.waits.pop(account_id, None)


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_of_joinings_waits_and_removals(store: Store, clock: ManualClock, seed: int) -> None:
    union, founder = await store.write(scenes.found)
    walk = Walk(union, Random(seed))
    (account,) = await store.read(members.accounts_of, founder.id)
    walk.groups.append([account.id])
    walk.joined_at[account.id] = account.joined_at
    for _ in range(3):
        await store.write(walk.join)
    for _ in range(300):
        await store.write(walk.step)
        clock.advance(timedelta(minutes=walk.random.choice((0, 0, 0, 1, 10, 60, 240, 1500))))
    report = await store.scan(recount.compare, union)
    assert report.well, report.first
    assert (await store.read(ledger.verify, union))[1] is None
    assert walk.done["joined"] > 3, walk.done
    assert walk.done["removed"] > 1, walk.done
    assert walk.done["refused code"] + walk.done["refused question"] > 0, walk.done

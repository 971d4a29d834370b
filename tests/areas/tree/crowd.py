"""A union whose members can do everything that changes support, and what support must be then, worked out anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import select

from bot import membership
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.members.storage import members as members_storage
from bot.areas.tree.domain.endorsements import Base
from bot.areas.tree.services import endorsements
from bot.areas.tree.tables import endorsements as endorsements_table
from bot.areas.tree.tables import support as support_table
from bot.areas.unions import storage as unions_storage
from bot.areas.wallets.services import wallets
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.domain.people import Member, Person, Union
from bot.domain.transaction import Tx
from bot.errors import MusterError
from bot.membership import LINKING
from bot.storage.statements import Statement
from tests.scenes import address, join

EDGES = Statement(select(endorsements_table))
SUPPORT = Statement(select(support_table))


@dataclass
class Crowd:
    """Members doing things at random; `done` counts what worked."""

    union: Union
    random: Random
    members: list[Member]
    done: dict[str, int] = field(default_factory=dict)
    joined: int = 0
    gone: list[str] = field(default_factory=list)
    """The names of members who left."""

    def act(self, tx: Tx) -> None:
        """One thing that somebody does, which may be refused."""
        names = [
            "join",
            "join",
            "endorse",
            "endorse",
            "endorse",
            "endorse",
            "unendorse",
            "link",
            "unlink",
            "merge",
            "leave",
            "release",
            "expel",
            "return",
        ]
        name = self.random.choice(names)
        try:
            getattr(self, f"_{name}")(tx)
        except MusterError:
            name = f"{name} refused"
        self.done[name] = self.done.get(name, 0) + 1

    def _anybody(self) -> Member:
        return self.random.choice(self.members)

    def _join(self, tx: Tx) -> None:
        if len(self.members) < 16:
            self.joined += 1
            self.members.append(join(tx, self.union, f"m{self.joined}"))

    def _endorse(self, tx: Tx) -> None:
        endorsements.endorse(tx, self.union, self._anybody(), self._anybody(), "words")

    def _unendorse(self, tx: Tx) -> None:
        endorsements.unendorse(tx, self.union, self._anybody())

    def _link(self, tx: Tx) -> None:
        wallets.give(tx, self._anybody(), address(), "eoa", LINKING.holding_changed)

    def _unlink(self, tx: Tx) -> None:
        member = self._anybody()
        for wallet in wallets_storage.of_member(tx, member.id)[:1]:
            assert wallets.take(tx, member, wallet.address, LINKING.holding_changed)

    def _merge(self, tx: Tx) -> None:
        if len(self.members) < 5:
            return
        absorbed, survivor = self.random.sample(self.members, 2)
        membership.merge(tx, self.union.id, absorbed, survivor)
        self.members.remove(absorbed)

    def _leave(self, tx: Tx) -> None:
        if len(self.members) < 5:
            return
        member = self._anybody()
        union, accounts = self._union(tx), accounts_storage.of_member(tx, member.id)
        membership.leave(tx, union, member)
        self.members.remove(member)
        self.gone += [account.name for account in accounts]

    def _return(self, tx: Tx) -> None:
        """Somebody who left comes back, who may have been waiting."""
        if self.gone and len(self.members) < 16:
            self.members.append(join(tx, self.union, self.gone.pop()))

    def _expel(self, tx: Tx) -> None:
        if len(self.members) < 5:
            return
        member, by = self.random.sample(self.members, 2)
        account = accounts_storage.of_member(tx, member.id)[0]
        person = Person(account.name, account.platform, account.native_id, account, member)
        membership.expel(tx, self._union(tx), by, person, None, "Spam")
        self.members.remove(member)

    def _release(self, tx: Tx) -> None:
        """A leader releases one of those who follow them, or somebody else, which is refused."""
        member = self._anybody()
        choice = endorsements.of(tx, member)
        leader = members_storage.by_id(tx, choice.leader_id) if choice and choice.leader_id else None
        endorsements.release(tx, self.union, leader or self._anybody(), member)

    def _union(self, tx: Tx) -> Union:
        union = unions_storage.by_id(tx, self.union.id)
        assert union is not None
        return union


def expected(tx: Tx, living: list[Member]) -> tuple[dict[int, Base], dict[int, int]]:
    """Bases and heights, worked out from the endorsements alone by walking up from everybody."""
    leader = {row.member_id: row.leader_id for row in tx.all(EDGES) if row.leader_id is not None}
    counts: dict[int, list[int]] = {member.id: [0, 0, 0] for member in living}
    heights = {member.id: 0 for member in living}
    for member in living:
        held = bool(wallets_storage.of_member(tx, member.id))
        for distance, above in enumerate(_above(leader, member.id), start=1):
            direct, headcount, linked = counts[above]
            counts[above] = [direct + (distance == 1), headcount + 1, linked + held]
            heights[above] = max(heights[above], distance)
    bases = {one: Base(*numbers) for one, numbers in counts.items()}
    return bases, {one: heights[one] for one in leader}


def _above(leader: dict[int, int], member_id: int) -> Iterator[int]:
    seen = {member_id}
    while (member_id := leader.get(member_id, 0)) != 0:
        assert member_id not in seen, "a circle"
        seen.add(member_id)
        yield member_id


def kept(tx: Tx) -> tuple[dict[int, Base], dict[int, int]]:
    """Bases and heights as the tables have them."""
    bases = {row.member_id: Base(row.direct, row.headcount, row.linked) for row in tx.all(SUPPORT)}
    return bases, {row.member_id: row.height for row in tx.all(EDGES) if row.leader_id is not None}


def differences(tx: Tx, living: list[Member]) -> list[Any]:
    """Where tables and truth differ; nothing, if all is well."""
    (bases, heights), (kept_bases, kept_heights) = expected(tx, living), kept(tx)
    strangers = kept_bases.keys() - bases.keys()
    wrong = [
        (one, base, kept_bases.get(one, Base()))
        for one, base in bases.items()
        if kept_bases.get(one, Base()) != base
    ]
    gone = [row for row in tx.all(EDGES) if members_storage.by_id(tx, row.member_id).left_at is not None]
    return [*strangers, *wrong, *gone, *((heights, kept_heights) if heights != kept_heights else ())]

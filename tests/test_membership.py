"""What becomes of everything that names a member who leaves, or who turns out to be another."""

from __future__ import annotations

import itertools
import pkgutil
import sys
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from sqlalchemy import Boolean, Column, LargeBinary, Numeric, Table, Text, func, select

from bot import areas, erasing, keepers, membership
from bot.areas.flags.domain import Evidence
from bot.areas.ledger import services as ledger
from bot.areas.members.services import members
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.columns import Fate, Fates
from bot.storage.erasures import LAST_AFTER
from bot.storage.statements import Statement, insert
from bot.storage.store import Store
from bot.storage.types import Id, UtcDateTime
from tests.clock import START, ManualClock

SECRET = "Vera-of-the-Hills"
"""Stands in every text of every row that the member has."""
NOT_PEOPLE = {
    "calls.rule_id",
    "checkins.space_id",
    "outbox.share",
    "outbox.union_id",
    "tokens.union_id",
    "erasures.union_id",
    "waiting_notes.item",
}
"""Numbers without a foreign key that name no member and no account."""
KEYS_OF_PEOPLE = ("actor", "native_id", "person", "presser", "user_id")
"""Names of columns in which a person's own id on a platform may stand."""
NOT_KEYS_OF_PEOPLE = {
    "spaces.native_id",
    "space_requests.native_id",
    "ledger.actor",
    "erasures.native_id",
}
ONE_OF: dict[str, object] = {
    "calls.state": "closed", "calls.proof": "word", "checkins.state": "waiting", "flags.kind": "burst",
    "tickets.state": "open", "wallets.kind": "eoa", "flags.closed_at": None, "entries.votes": 0,
    "dialogues.platform": "words", "private_unions.platform": "words", "outbox.platform": "words",
    "flags.evidence": msgspec.json.encode(Evidence(1, START, START, 0, {}, 0, [], 0, [])).decode(),
    "outbox.state": "sent", "unreached.platform": "words", "accounts.platform": "words",
}  # fmt: skip
"""Columns in which not any value will do."""
STAYS_WITH_THE_UNION = {
    "calls.title", "calls.what", "calls.why", "calls.link", "calls.token",
    "flags.dedupe_key", "space_codes.code_hash", "members.ref", "inbound.key",
    "expulsions.name", "expulsions.platform", "expulsions.reason",  # as long as the expulsion runs
}  # fmt: skip
"""What a member made for the union outlives their membership, and so does the
platform's number of an act, by which a repeat is known."""


def columns() -> list[Column[Any]]:
    return [column for table in metadata().sorted_tables for column in table.c]


def with_fates() -> list[Column[Any]]:
    """Every column that names a member or an account, but for the founder: a founder leaves last."""
    return [column for column in columns() if "fates" in column.info and str(column) != "unions.founder_id"]


def fates_of(column: Column[Any]) -> Fates:
    found = column.info["fates"]
    assert isinstance(found, Fates)
    return found


def test_whatever_names_a_member_or_an_account_declares_a_fate() -> None:
    people = {"members.id", "accounts.id"}
    for column in columns():
        if people & {key.target_fullname for key in column.foreign_keys}:
            assert "fates" in column.info, (
                f"{column}: declare what becomes of the row, with `member(…, fates)`"
            )
        elif column.type is Id and not column.foreign_keys and column.name != "id":
            assert "fates" in column.info or str(column) in NOT_PEOPLE, f"{column}: does it name a member?"


def test_areas_forget_and_merge_in_an_order_that_holds_its_reasons() -> None:
    for before in keepers.CONSTRAINTS:
        assert keepers.ORDER.index(before.first) < keepers.ORDER.index(before.then), before.why


def test_every_area_that_keeps_something_of_people_is_asked() -> None:
    keeping = {area_of(column.table) for column in with_fates()}
    asked = {area.__name__.split(".")[2] for area in keepers.ORDER}
    # Codes of places name who made them, and nobody is found by it.
    assert keeping - asked == {"spaces"}


def area_of(table: Table) -> str:
    """The area that declares a table."""
    names = [area.name for area in pkgutil.iter_modules(areas.__path__)]
    found = [
        name
        for name in names
        if getattr(sys.modules.get(f"bot.areas.{name}.tables"), table.name, None) is table
    ]
    return found[0]


@dataclass
class World:
    """A union in which one member has a row of every kind, by every column that can name them."""

    tx: Tx
    union: Union
    member: Member
    account: Account
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))

    def fill(self) -> None:
        self.fill_columns(SECRET)
        for table, name in by_key():
            key = f"words:{SECRET}" if name in ("actor", "presser") else SECRET
            self.add(table, SECRET, **{name: key})

    def fill_columns(self, words: str) -> None:
        """A row for each column that can name the member, with these words in texts of their own."""
        for column in with_fates():
            if not self.naming(column):  # what names an account is in the row of its member
                own = fates_of(column).leaving is not Fate.HANDED_ON
                self.add(column.table, words if own else "words", **{column.name: self.key_of(column)})

    def key_of(self, column: Column[Any]) -> int:
        return self.account.id if "account" in column.name else self.member.id

    def add(self, table: Table, words: str, **given: Any) -> None:
        """A row with what is given, and something in every other column: in texts, these words."""
        values = {
            column.name: given.get(column.name, self.value(column, words))
            for column in table.c
            if column.name in given or column.name != "id"
        }
        self.tx.run(Statement(insert(table).values(**values)))
        if table.name == "entries":  # an entry is one of a contest
            self.add(metadata().tables["contests"], "nobody's", call_id=values["call_id"])

    def value(self, column: Column[Any], words: str) -> Any:
        if str(column) in ONE_OF:
            return ONE_OF[str(column)]
        for key in column.foreign_keys:
            return self.row_of(key.column.table, column)
        if "fates" in column.info:
            if "account" in column.name:
                return self.account.id
            return None if column.nullable else self.another().id
        if column.name == "union_id":
            return self.union.id
        number = next(self.numbers)
        if isinstance(column.type, UtcDateTime):
            return self.tx.now
        if isinstance(column.type, Text):
            return f"{words} {number}"
        if isinstance(column.type, LargeBinary):
            return f"{words} {number}".encode()
        if isinstance(column.type, Boolean):
            return False
        return 0.5 if isinstance(column.type, Numeric) and column.type.asdecimal is False else number

    def row_of(self, table: Table, column: Column[Any]) -> int | None:
        """A row for a foreign key to point at, which is nobody's."""
        if table.name == "unions":
            return self.union.id
        if table.name == "members":
            return self.another().id
        if table.name == "accounts":
            return self.account.id
        if column.nullable:
            return None
        self.add(table, "nobody's")
        found: int = self.tx.value(Statement(select(func.max(table.c.id))))
        return found

    def another(self) -> Member:
        return self.person()[0]

    def person(self) -> tuple[Member, Account]:
        """Somebody who joins."""
        name = f"Somebody {next(self.numbers)}"
        return membership.join(self.tx, self.union, "words", name, name, None)

    def naming(self, column: Column[Any]) -> int:
        """How many rows name the member, or their account, by this column."""
        count = select(func.count()).where(column == self.key_of(column))
        return int(self.tx.value(Statement(count)))

    def places_of(self, words: str) -> set[str]:
        """The columns of all tables in which these words stand."""
        return {
            f"{table.name}.{name}"
            for table in metadata().sorted_tables
            for row in self.tx.all(Statement(select(table)))
            for name, value in row._asdict().items()
            if words in (value.decode(errors="replace") if isinstance(value, bytes) else str(value))
        }


def by_key() -> list[tuple[Table, str]]:
    """Tables in which a person stands by the platform's own id, and the column."""
    found = [column for column in columns() if column.name in KEYS_OF_PEOPLE]
    others = [column for column in found if str(column) not in NOT_KEYS_OF_PEOPLE]
    return [(column.table, column.name) for column in others if column.table.name != "accounts"]


def somebody(tx: Tx) -> World:
    """A union with a founder and one more member, who has nothing yet."""
    founder = membership.Founder("words", "ada", "Ada", "ada")
    union, _, _ = membership.found(tx, "Farm", "Grow", "UTC", founder, "space", "Space")
    member, account = membership.join(tx, union, "words", SECRET, SECRET, SECRET)
    return World(tx, union, member, account)


def everything(tx: Tx) -> World:
    made = somebody(tx)
    made.fill()
    for column in with_fates():
        assert made.naming(column), f"nothing names the member by {column}"
    return made


async def test_a_member_who_did_everything_leaves_nothing(store: Store, clock: ManualClock) -> None:
    def leave(tx: Tx) -> World:
        farm = everything(tx)
        membership.leave(tx, farm.union, farm.member)
        for column in with_fates():
            if fates_of(column).leaving is not Fate.KEPT:
                assert not farm.naming(column), f"{column} still names a member who left"
        return farm

    def left(tx: Tx, farm: World) -> None:
        farm.tx = tx
        left = farm.places_of(SECRET) | farm.places_of(SECRET.lower())
        assert left <= STAYS_WITH_THE_UNION, left - STAYS_WITH_THE_UNION
        assert ledger.verify(tx, farm.union)[1] is None

    farm = await store.write(leave)
    await erasing.erase(store)
    clock.advance(LAST_AFTER)
    await erasing.erase(store)
    await store.read(left, farm)


async def test_an_account_that_is_removed_leaves_nothing(store: Store) -> None:
    """Its person stays, with all that is theirs and not the account's."""

    def remove(tx: Tx) -> None:
        farm = somebody(tx)
        other, elder = farm.person()
        membership.merge(tx, farm.union.id, other, farm.member, first=other)
        farm.fill()
        membership.remove_account(tx, farm.union, fresh(tx, elder), fresh(tx, farm.account))
        for column in with_fates():
            if "account" in column.name:
                assert not farm.naming(column), f"{column} still names an account that was removed"
        keys = {f"{table.name}.{name}" for table, name in by_key()} | {"accounts.native_id", "accounts.name"}
        assert not keys & farm.places_of(SECRET)
        assert [account.id for account in members.accounts_of(tx, farm.member.id)] == [elder.id]
        assert ledger.verify(tx, farm.union)[1] is None

    await store.write(remove)


def fresh(tx: Tx, account: Account) -> Account:
    found = members.account(tx, account.id)
    assert found is not None
    return found


def test_every_area_that_keeps_something_of_accounts_is_asked() -> None:
    keeping = {area_of(column.table) for column in with_fates() if "account" in column.name}
    keeping |= {area_of(table) for table, _ in by_key()} - {"unions"}  # asked by members
    asked = {area.__name__.split(".")[2] for area in keepers.OF_ACCOUNTS}
    assert keeping | {"members"} == asked


@pytest.mark.parametrize("both", [False, True], ids=["only one has rows", "both have rows"])
async def test_everything_of_a_member_who_is_merged_is_the_survivors(store: Store, both: bool) -> None:
    """Also where a member can have one row only, and both have it."""

    def merge(tx: Tx) -> None:
        farm = everything(tx)
        survivor = World(tx, farm.union, *farm.person(), numbers=farm.numbers)
        if both:
            survivor.fill_columns("words")
        membership.merge(tx, farm.union.id, farm.member, survivor.member)
        for column in with_fates():
            fate = fates_of(column).merging
            if fate is not Fate.KEPT:
                assert not farm.naming(column), f"{column} still names a member who was merged"
            if fate is Fate.HANDED_ON:
                assert survivor.naming(column), f"{column} does not name the survivor: the row was lost"
        assert ledger.verify(tx, farm.union)[1] is None

    await store.write(merge)

"""The ledger tells every setting of a union with its value, and a recount notices a setting that it did not tell."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Column, Table, delete, insert, update

from bot import membership, operate, union_settings
from bot.areas.calls.services import approvals, schedule
from bot.areas.flags import services as flags
from bot.areas.ledger import services as ledger
from bot.areas.ledger.domain import digest_of
from bot.areas.ledger.storage import entries
from bot.areas.moderators import services as moderators
from bot.areas.spaces import services as spaces
from bot.areas.tree.domain.leadership import Lead, RuleChanges
from bot.areas.tree.services import leadership
from bot.areas.unions import services as unions
from bot.config import Settings
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.scenes import found, join
from tests.storage.fixtures import Database

Change = Callable[[Tx, Union, Member], object]

NEVER = "it never changes"
NOT_SET = "nobody sets it: it follows from what else the ledger tells"
PRIVATE = "what somebody's private chat is about is nobody else's business"
PLATFORMS = "the platform says it, and where chats are does not belong in the ledger"
DISPOSABLE = "a code is dead after a day; its making and its use are told"

REASONS: dict[str, str] = {
    "unions.by_host_at": "the entry of the founder says by whom, and when",
    "unions.id": NEVER, "unions.ref": NEVER, "unions.created_at": NEVER,
    "rules.union_id": NEVER, "call_settings.union_id": NEVER, "link_hosts.union_id": NEVER,
    "spaces.id": NEVER, "spaces.union_id": NEVER, "spaces.platform": NEVER, "spaces.connected_at": NEVER,
    "spaces.native_id": PLATFORMS, "spaces.title": PLATFORMS, "spaces.thread": PLATFORMS,
    "call_settings.laid_day": NOT_SET,
}  # fmt: skip
"""Columns of settings whose change is not told with its value, and why."""
NO_SETTINGS: dict[str, str] = {
    "ledger": "it is the ledger", "ledger_heads": "it is the ledger", "score_rounds": NOT_SET, "traces": NOT_SET,
    "space_requests": "the founder's answer is told", "uses": NOT_SET, "erasures": NOT_SET,
    "unreached": NOT_SET, "private_unions": PRIVATE, "space_codes": DISPOSABLE,
    "call_rules": "a repeat is a call, and calls are told by their numbers",
}  # fmt: skip
"""Tables of unions, with no row of a member, that hold no settings, and why."""


def heir_of(tx: Tx, union: Union) -> Member:
    return join(tx, union, "Heir")


def ignored(_tx: Tx, _union: Union) -> None:
    """Nothing else follows from a new time zone here."""


def edit(**new: str) -> Change:
    given = {"name": None, "purpose": None, "time_zone": None} | new
    return lambda tx, union, founder: unions.edit(tx, union, founder, **given, zone_changed=ignored)


def rule(**new: Any) -> Change:
    return lambda tx, union, founder: leadership.change_rules(tx, union, founder, RuleChanges(**new))


def another_space(tx: Tx, union: Union, founder: Member) -> None:
    spaces.add(tx, union, founder, "words", "another", "Another")


def lose(tx: Tx, union: Union, founder: Member) -> None:
    spaces.lose(tx, "words", "space")


def moderate(tx: Tx, union: Union, founder: Member) -> None:
    [space] = spaces.of_union(tx, union)
    moderators.set_place(tx, union, founder, space, True)


def post_calls(tx: Tx, union: Union, founder: Member) -> None:
    [space] = spaces.of_union(tx, union)
    spaces.post_calls_in(tx, union, founder, space, "a chat", None)


CHANGES: dict[str, tuple[Change, str, dict[str, Any]]] = {
    "unions.name": (edit(name="Other"), "union.edited", {"name": digest_of("Other")}),
    "unions.purpose": (edit(purpose="Other"), "union.edited", {"purpose": digest_of("Other")}),
    "unions.time_zone": (edit(time_zone="Asia/Tokyo"), "union.edited", {"time_zone": "Asia/Tokyo"}),
    "unions.language": (edit(language="de"), "union.edited", {"language": "de"}),
    "unions.founder_id": (
        lambda tx, union, founder: unions.hand_over(tx, union, founder, heir_of(tx, union)), "union.founder", {}
    ),
    "rules.leaders": (rule(leaders=Lead.TOP), "union.rules", {"leaders": "top"}),
    "rules.leaders_n": (rule(leaders=Lead.TOP, n=4), "union.rules", {"leaders": "top", "n": 4}),
    "rules.linked_only": (rule(linked_only=False), "union.rules", {"linked_only": False}),
    "rules.grace_days": (rule(grace_days=3), "union.rules", {"grace_days": 3}),
    "rules.switch_hours": (rule(switch_hours=48), "union.rules", {"switch_hours": 48}),
    "rules.alerts": (
        lambda tx, union, founder: flags.set_alerts(tx, union, founder, "a chat"), "union.alerts", {"on": True}
    ),
    "call_settings.opens": (
        lambda tx, union, founder: schedule.set_hour(tx, union, founder, 77), "call.hour", {"minutes": 77}
    ),
    "link_hosts.host": (
        lambda tx, union, founder: approvals.allow(tx, union, founder, "example.org"),
        "call.host-allowed",
        {"host": "example.org"},
    ),
    "spaces.disconnected_at": (lose, "space.lost", {"platform": "words"}),
    "spaces.chat": (post_calls, "space.chat", {}),
    "spaces.moderates_union": (moderate, "moderators.place-given", {}),
}  # fmt: skip
"""For each column of settings: a change of it, and the entry that tells it."""
SILENT = {
    "unions.name": "name", "unions.purpose": "purpose", "unions.time_zone": "time_zone",
    "unions.language": "language",
    "unions.founder_id": "founder", "rules.leaders": "rules", "rules.leaders_n": "rules",
    "rules.linked_only": "rules", "rules.grace_days": "rules", "rules.switch_hours": "rules", "rules.alerts": "rules",
    "call_settings.opens": "opens", "link_hosts.host": "hosts", "spaces.disconnected_at": "spaces",
    "spaces.moderates_union": "moderating",
}  # fmt: skip
"""Columns that a recount compares, and the setting that differs when somebody changes one by hand."""


def columns() -> list[Column[Any]]:
    """The columns of all tables of unions that have no row of a member."""
    return [
        column
        for table in metadata().sorted_tables
        if table.name not in NO_SETTINGS and of_unions(table)
        for column in table.c
    ]


def of_unions(table: Table) -> bool:
    points = {key.target_fullname for column in table.c for key in column.foreign_keys}
    people = any("fates" in column.info for column in table.c)
    return table.name == "unions" or ("unions.id" in points and not people)


def test_every_column_of_settings_is_told_or_has_a_reason() -> None:
    known = CHANGES.keys() | REASONS.keys()
    for column in columns():
        assert str(column) in known, (
            f"{column}: an entry tells its new value (CHANGES), or why not (REASONS)?"
        )
    assert known == {str(column) for column in columns()}
    assert not CHANGES.keys() & REASONS.keys()


@pytest.mark.parametrize("column", CHANGES)
async def test_a_change_is_told_with_its_value(store: Store, column: str) -> None:
    change, kind, told = CHANGES[column]
    union, founder = await store.write(found)
    assert await store.read(union_settings.differences, union) == []
    await store.write(change, union, founder)
    changed = await store.read(lambda tx: unions.every(tx)[0])
    [entry] = [one for one in await store.read(entries, union.id) if one.kind == kind][-1:]
    assert json.loads(entry.payload).items() >= told.items()
    assert await store.read(union_settings.differences, changed) == []


@pytest.mark.parametrize("column", SILENT)
async def test_a_recount_notices_what_the_ledger_does_not_tell(
    store: Store, database: Database, column: str, tmp_path: Any, capsys: Any
) -> None:
    union, _ = await store.write(found)
    await store.write(by_hand, union, column)
    settings = Settings(_env_file=None, database_url=database.url, data_dir=tmp_path)
    assert await operate.recount(settings, None) == 1
    said = capsys.readouterr().out
    assert "DIFFERENCES: 1 in settings" in said
    assert f"  {SILENT[column]}: " in said
    assert " by the ledger, " in said
    assert "Settings are never repaired" in said


def by_hand(tx: Tx, union: Union, column: str) -> None:
    """Changes one column behind the ledger's back."""
    table, name = metadata().tables[column.split(".")[0]], column.split(".")[1]
    values: dict[str, Any] = {
        "founder_id": None, "leaders": "top", "leaders_n": 4, "linked_only": False, "grace_days": 3,
        "switch_hours": 48, "alerts": "{}", "opens": 77, "moderates_union": True,
        "disconnected_at": tx.now, "time_zone": "Asia/Tokyo",
    }  # fmt: skip
    if table.name == "link_hosts":
        tx.run(Statement(insert(table).values(union_id=union.id, host="scam.example")))
    elif table.name == "call_settings":
        tx.run(Statement(delete(table)))
        tx.run(Statement(insert(table).values(union_id=union.id, opens=77)))
    else:
        tx.run(Statement(update(table).values({name: values.get(name, "Other")})))


async def test_a_founder_who_was_set_by_hand_is_not_repaired(
    store: Store, database: Database, tmp_path: Any, capsys: Any
) -> None:
    union, founder = await store.write(found)
    thief = await store.write(join, union, "Thief")
    await store.write(set_founder, thief)
    await store.close()
    settings = Settings(_env_file=None, database_url=database.url, data_dir=tmp_path)
    for repair in (False, True):
        assert await operate.recount(settings, None, repair=repair) == 1
        assert f"  founder: {founder.ref} by the ledger, {thief.ref} by the tables" in capsys.readouterr().out


def set_founder(tx: Tx, member: Member) -> None:
    table = metadata().tables["unions"]
    tx.run(Statement(update(table).values(founder_id=member.id)))


async def test_a_founder_who_was_merged_is_the_survivor(store: Store) -> None:
    union, founder = await store.write(found)
    other = await store.write(join, union, "Other account")
    await store.write(membership.merge, union.id, founder, other)
    merged = await store.read(lambda tx: unions.every(tx)[0])
    assert merged.founder_id == other.id
    assert await store.read(union_settings.differences, merged) == []
    assert (await store.read(ledger.verify, merged))[1] is None


async def test_named_moderators_are_told_and_followed(store: Store) -> None:
    union, founder = await store.write(found)
    one, other, third = [await store.write(join, union, name) for name in ("One", "Other", "Third")]
    for member in (one, third):
        await store.write(moderators.add, union, founder, member)
    await store.write(membership.merge, union.id, one, other)
    await store.write(membership.leave, union, third)
    named = await store.read(union_settings.by_tables, union)
    assert named["moderators"] == [other.ref]
    assert await store.read(union_settings.differences, union) == []
    await store.write(moderators.remove, union, founder, other)
    assert await store.read(union_settings.differences, union) == []


async def test_a_union_that_ended_has_no_founder_and_no_places(store: Store) -> None:
    union, founder = await store.write(found)
    await store.write(another_space, union, founder)
    await store.write(membership.leave, union, founder)
    ended = await store.read(lambda tx: unions.every(tx)[0])
    assert ended.founder_id is None
    assert await store.read(union_settings.differences, ended) == []


async def test_the_first_entry_tells_all_settings(store: Store) -> None:
    union, _ = await store.write(found, "Europe/Berlin")
    [first] = await store.read(entries, union.id, 0, 1)
    assert json.loads(first.payload) == {
        "format": 2,
        "name": digest_of("Crowd"),
        "purpose": digest_of("Test"),
        "time_zone": "Europe/Berlin",
        "language": "en",
        "founder": None,
        "rules": {
            "leaders": "founder", "n": 10, "linked_only": True, "grace_days": 7, "switch_hours": 24, "alerts": False
        },
        "opens": 540,
        "hosts": [],
        "spaces": [],
        "moderators": [],
        "moderating": [],
    }  # fmt: skip

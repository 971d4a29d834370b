"""Everything that a union has, in pages, for a copy that others can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, bindparam, select

from bot.areas.calls.tables import calls
from bot.areas.checkins.tables import checkins, streaks
from bot.areas.invites.tables import recruits
from bot.areas.members.tables import accounts, members
from bot.areas.spaces.tables import spaces
from bot.areas.tree.tables import endorsements, support_days
from bot.areas.wallets.tables import wallets
from bot.domain.transaction import Tx
from bot.storage.statements import Statement

PAGE = 1000

_into = members.alias("into_member")
_MEMBERS = Statement(
    select(
        members.c.id, members.c.ref, members.c.joined_at, members.c.left_at, _into.c.ref.label("merged_into")
    )
    .select_from(members.outerjoin(_into, _into.c.id == members.c.merged_into))
    .where(members.c.union_id == bindparam("union"), members.c.id > bindparam("after"))
    .order_by(members.c.id)
    .limit(bindparam("most"))
)
_other = members.alias("other_member")


def _theirs(table: Table, *columns: Any, other: str | None = None, then: str | None = None) -> Statement:
    """What members have in a table, by ranges of members, for which there are indexes.

    `other` is a column that names another member (`_other`), `then` what a member's rows are ordered by.
    """
    source: Any = table.join(members, members.c.id == table.c.member_id)
    if other is not None:
        source = source.outerjoin(_other, _other.c.id == table.c[other])
    return Statement(
        select(members.c.ref.label("member"), *columns)
        .select_from(source)
        .where(
            members.c.union_id == bindparam("union"),
            table.c.member_id > bindparam("after"),
            table.c.member_id <= bindparam("upto"),
        )
        .order_by(table.c.member_id, *([table.c[then]] if then else []))
    )


def _named(table: Table, *names: str) -> list[Any]:
    return [table.c[name] for name in names]


_author = members.alias("author_member")
_CALLS = Statement(
    select(
        calls.c.id.label("call"),
        _author.c.ref.label("author"),
        _other.c.ref.label("branch_of"),
        *(calls.c[name] for name in ("state", "title", "what", "why", "link", "proof", "contest")),
        *(calls.c[name] for name in ("day", "opens_at", "closes_at", "answered", "created_at")),
    )
    .select_from(
        calls.join(_author, _author.c.id == calls.c.author_id).outerjoin(
            _other, _other.c.id == calls.c.leader_id
        )
    )
    .where(calls.c.union_id == bindparam("union"), calls.c.id > bindparam("after"))
    .order_by(calls.c.id)
    .limit(bindparam("most"))
)
_OF_PEOPLE = {
    "accounts": _theirs(
        accounts,
        *_named(accounts, "platform", "native_id", "name", "username", "joined_at"),
        *_named(accounts, "unreachable_at", "money_after"),
        then="id",
    ),
    "wallets": _theirs(wallets, *_named(wallets, "address", "kind", "linked_at"), then="id"),
    "endorsements": _theirs(
        endorsements,
        _other.c.ref.label("leader"),
        endorsements.c.since.label("chosen_at"),
        other="leader_id",
    ),
    "recruits": _theirs(recruits, _other.c.ref.label("recruiter"), recruits.c.at, other="recruiter_id"),
    "support_days": _theirs(support_days, *_named(support_days, "day", "headcount", "linked"), then="day"),
    "checkins": _theirs(
        checkins,
        checkins.c.call_id.label("call"),
        *_named(checkins, "day", "at", "state", "late", "proof"),
        then="call_id",
    ),
    "streaks": _theirs(
        streaks, *_named(streaks, "current", "best"), streaks.c.last_day.label("day"), streaks.c.freezes
    ),
}
PEOPLE = ("members", *_OF_PEOPLE)
"""What there is of everybody."""
_SPACES = Statement(
    select(
        spaces.c.id.label("space"),
        spaces.c.platform,
        spaces.c.native_id,
        spaces.c.title,
        spaces.c.connected_at,
        spaces.c.disconnected_at,
    )
    .where(spaces.c.union_id == bindparam("union"))
    .order_by(spaces.c.id)
)


def people(tx: Tx, union_id: int) -> Iterator[tuple[str, Any]]:
    """(one of `PEOPLE`, row) of everybody, those who left among them."""
    after = 0
    while page := tx.all(_MEMBERS, union=union_id, after=after, most=PAGE):
        upto = page[-1].id
        yield from (("members", row) for row in page)
        for name, statement in _OF_PEOPLE.items():
            yield from ((name, row) for row in tx.all(statement, union=union_id, after=after, upto=upto))
        after = upto


def spaces_of(tx: Tx, union_id: int) -> list[Any]:
    """All spaces that the union ever had."""
    return tx.all(_SPACES, union=union_id)


def calls_of(tx: Tx, union_id: int) -> Iterator[Any]:
    """All calls of the union, by their number."""
    after = 0
    while page := tx.all(_CALLS, union=union_id, after=after, most=PAGE):
        yield from page
        after = page[-1].call

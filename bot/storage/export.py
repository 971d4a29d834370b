"""Everything that a union has, in pages, for a copy that others can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import bindparam, select

from bot.storage.statements import Statement
from bot.storage.tables import (
    accounts,
    calls,
    checkins,
    endorsements,
    ledger_heads,
    members,
    recruits,
    spaces,
    streaks,
    support_days,
    wallets,
)
from bot.storage.transaction import Tx

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
# What members have is found by ranges of members, for which there are indexes.
_ACCOUNTS = Statement(
    select(
        members.c.ref.label("member"),
        accounts.c.platform,
        accounts.c.native_id,
        accounts.c.name,
        accounts.c.username,
        accounts.c.joined_at,
        accounts.c.unreachable_at,
        accounts.c.money_after,
    )
    .select_from(accounts.join(members, members.c.id == accounts.c.member_id))
    .where(
        accounts.c.union_id == bindparam("union"),
        accounts.c.member_id > bindparam("after"),
        accounts.c.member_id <= bindparam("upto"),
    )
    .order_by(accounts.c.member_id, accounts.c.id)
)
_WALLETS = Statement(
    select(members.c.ref.label("member"), wallets.c.address, wallets.c.kind, wallets.c.linked_at)
    .select_from(wallets.join(members, members.c.id == wallets.c.member_id))
    .where(
        wallets.c.union_id == bindparam("union"),
        wallets.c.member_id > bindparam("after"),
        wallets.c.member_id <= bindparam("upto"),
    )
    .order_by(wallets.c.member_id, wallets.c.id)
)
_leader = members.alias("leader_member")
_ENDORSEMENTS = Statement(
    select(
        members.c.ref.label("member"), _leader.c.ref.label("leader"), endorsements.c.since.label("chosen_at")
    )
    .select_from(
        endorsements.join(members, members.c.id == endorsements.c.member_id).outerjoin(
            _leader, _leader.c.id == endorsements.c.leader_id
        )
    )
    .where(
        members.c.union_id == bindparam("union"),
        endorsements.c.member_id > bindparam("after"),
        endorsements.c.member_id <= bindparam("upto"),
    )
    .order_by(endorsements.c.member_id)
)
_RECRUITS = Statement(
    select(members.c.ref.label("member"), _leader.c.ref.label("recruiter"), recruits.c.at)
    .select_from(
        recruits.join(members, members.c.id == recruits.c.member_id).join(
            _leader, _leader.c.id == recruits.c.recruiter_id
        )
    )
    .where(
        members.c.union_id == bindparam("union"),
        recruits.c.member_id > bindparam("after"),
        recruits.c.member_id <= bindparam("upto"),
    )
    .order_by(recruits.c.member_id)
)
_DAYS = Statement(
    select(members.c.ref.label("member"), support_days.c.day, support_days.c.headcount, support_days.c.linked)
    .select_from(support_days.join(members, members.c.id == support_days.c.member_id))
    .where(
        members.c.union_id == bindparam("union"),
        support_days.c.member_id > bindparam("after"),
        support_days.c.member_id <= bindparam("upto"),
    )
    .order_by(support_days.c.member_id, support_days.c.day)
)
_CHECKINS = Statement(
    select(
        members.c.ref.label("member"),
        checkins.c.call_id.label("call"),
        checkins.c.day,
        checkins.c.at,
        checkins.c.state,
        checkins.c.late,
        checkins.c.proof,
    )
    .select_from(checkins.join(members, members.c.id == checkins.c.member_id))
    .where(
        members.c.union_id == bindparam("union"),
        checkins.c.member_id > bindparam("after"),
        checkins.c.member_id <= bindparam("upto"),
    )
    .order_by(checkins.c.member_id, checkins.c.call_id)
)
_STREAKS = Statement(
    select(
        members.c.ref.label("member"),
        streaks.c.current,
        streaks.c.best,
        streaks.c.last_day.label("day"),
        streaks.c.freezes,
    )
    .select_from(streaks.join(members, members.c.id == streaks.c.member_id))
    .where(
        members.c.union_id == bindparam("union"),
        streaks.c.member_id > bindparam("after"),
        streaks.c.member_id <= bindparam("upto"),
    )
    .order_by(streaks.c.member_id)
)
_author = members.alias("author_member")
_CALLS = Statement(
    select(
        calls.c.id.label("call"),
        _author.c.ref.label("author"),
        _leader.c.ref.label("branch_of"),
        *(calls.c[name] for name in ("state", "title", "what", "why", "link", "proof", "contest")),
        *(calls.c[name] for name in ("day", "opens_at", "closes_at", "answered", "created_at")),
    )
    .select_from(
        calls.join(_author, _author.c.id == calls.c.author_id).outerjoin(
            _leader, _leader.c.id == calls.c.leader_id
        )
    )
    .where(calls.c.union_id == bindparam("union"), calls.c.id > bindparam("after"))
    .order_by(calls.c.id)
    .limit(bindparam("most"))
)
_OF_PEOPLE = {
    "accounts": _ACCOUNTS,
    "wallets": _WALLETS,
    "endorsements": _ENDORSEMENTS,
    "recruits": _RECRUITS,
    "support_days": _DAYS,
    "checkins": _CHECKINS,
    "streaks": _STREAKS,
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
_HEAD = Statement(
    select(ledger_heads.c.seq, ledger_heads.c.hash).where(ledger_heads.c.union_id == bindparam("union"))
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


def head(tx: Tx, union_id: int) -> tuple[int, bytes]:
    """The number and hash of the ledger's last entry."""
    row = tx.one(_HEAD, union=union_id)
    assert row is not None, "every union has a ledger head from its creation on"
    return row.seq, row.hash

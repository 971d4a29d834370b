"""Reading support: rankings, past days, the biggest branches, who is silent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Select,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from bot.areas.members.tables import accounts
from bot.areas.tree.domain.endorsements import Base, Ranked
from bot.areas.tree.tables import endorsements, support, support_days
from bot.domain.transaction import Tx
from bot.storage.statements import Statement

DIRECT_LOOKED_AT = 10_000
"""Of so many who endorse a member it is looked up who is silent."""


def _ranking(column: ColumnElement[int]) -> Statement:
    beyond = or_(column < bindparam("number"), support.c.member_id > bindparam("member"))
    return Statement(
        select(support.c.member_id, column)
        .where(support.c.union_id == bindparam("union"), column > 0, column <= bindparam("number"), beyond)
        .order_by(column.desc(), support.c.member_id)
        .limit(bindparam("most"))
    )


_RANKINGS = {name: _ranking(support.c[name]) for name in ("headcount", "linked")}
_VALUE_AT = Statement(
    select(support_days.c.headcount, support_days.c.linked)
    .where(support_days.c.member_id == bindparam("member"), support_days.c.day <= bindparam("on"))
    .order_by(support_days.c.day.desc())
    .limit(1)
)
_CURVE = Statement(
    select(support_days.c.day, support_days.c.headcount)
    .where(support_days.c.member_id == bindparam("member"), support_days.c.day > bindparam("after"))
    .order_by(support_days.c.day)
)
_BRANCHES = Statement(
    select(endorsements.c.member_id, func.coalesce(support.c.headcount, 0).label("headcount"))
    .select_from(endorsements.outerjoin(support, support.c.member_id == endorsements.c.member_id))
    .where(endorsements.c.leader_id == bindparam("leader"), endorsements.c.height >= bindparam("tall"))
    .order_by(func.coalesce(support.c.headcount, 0).desc(), endorsements.c.member_id)
    .limit(bindparam("most"))
)


def _silent() -> Select[tuple[int, datetime]]:
    some = (
        select(endorsements.c.member_id)
        .where(endorsements.c.leader_id == bindparam("leader"))
        .limit(DIRECT_LOOKED_AT)
        .subquery()
    )
    seen = func.max(func.coalesce(accounts.c.seen_at, accounts.c.joined_at))
    return (
        select(some.c.member_id, seen.label("seen_at"))
        .select_from(some.join(accounts, accounts.c.member_id == some.c.member_id))
        .group_by(some.c.member_id)
        .having(seen < bindparam("before"))
    )


_SILENT = Statement(_silent().order_by("seen_at").limit(bindparam("most")))
_SILENT_COUNT = Statement(select(func.count()).select_from(_silent().subquery()))

_later = support_days.alias("later")


_LATER = exists().where(
    _later.c.member_id == support_days.c.member_id,
    _later.c.day > support_days.c.day,
    _later.c.day <= bindparam("end"),
)
_THIN = Statement(
    delete(support_days).where(
        support_days.c.day == bindparam("on"),
        support_days.c.member_id.in_(
            select(support_days.c.member_id)
            .where(support_days.c.day == bindparam("on"), _LATER)
            .limit(bindparam("most"))
        ),
    )
)


def ranked(tx: Tx, union_id: int, by: str, most: int, after: Ranked | None) -> list[Ranked]:
    """Up to `most` members by "headcount" or "linked", the highest first; of equals who joined earlier."""
    start = after or Ranked(0, 2**31 - 1)
    rows = tx.all(_RANKINGS[by], union=union_id, number=int(start.number), member=start.member_id, most=most)
    return [Ranked(row[0], row[1]) for row in rows]


def value_at(tx: Tx, member_id: int, day: int) -> Base:
    """The kept numbers of the end of a past union-day; zeros where nothing was kept by then."""
    row = tx.one(_VALUE_AT, member=member_id, on=day)
    return Base(0, row.headcount, row.linked) if row else Base()


def curve(tx: Tx, member_id: int, after: int) -> list[tuple[int, int]]:
    """(union-day, headcount) of the kept days after that one."""
    return [(row.day, row.headcount) for row in tx.all(_CURVE, member=member_id, after=after)]


def branches(tx: Tx, leader_id: int, most: int, *, leaves: bool) -> list[tuple[int, int]]:
    """(member, headcount) of up to `most` who endorse this one, the most endorsed first; `leaves`: also those
    whom nobody endorses."""
    rows = tx.all(_BRANCHES, leader=leader_id, tall=0 if leaves else 1, most=most)
    return [(row.member_id, row.headcount) for row in rows]


def silent(tx: Tx, leader_id: int, before: datetime, most: int) -> tuple[int, list[tuple[int, datetime]]]:
    """Who endorse this member and did nothing since: how many, and (member, last act) of the longest silent."""
    count = int(tx.value(_SILENT_COUNT, leader=leader_id, before=before))
    rows = tx.all(_SILENT, leader=leader_id, before=before, most=most) if count else []
    return count, [(row.member_id, row.seen_at) for row in rows]


def thin(tx: Tx, day: int, block_end: int, most: int) -> int:
    """Forget up to `most` values of `day` that a later day up to `block_end` stands for; how many."""
    return tx.run(_THIN, on=day, end=block_end, most=most)

"""Queries about support: rankings, past union-days, the biggest branches, followers who are silent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, bindparam, func, select

from bot.areas.members.tables import accounts
from bot.areas.tree.domain.endorsements import Base, Ranked
from bot.areas.tree.storage import rankings
from bot.areas.tree.tables import endorsements, support, support_days
from bot.domain.transaction import Tx
from bot.storage.paging import ranking
from bot.storage.statements import Statement

MOST_CHECKED = 10_000
"""Checks at most this many direct followers for silence."""

_ABOVE_ALL = Ranked(0, 2**31 - 1)
_RANKINGS = {
    name: ranking(
        support.c.member_id,
        support.c[name],
        support.c.union_id == bindparam("union"),
        support.c[name] > 0,
    )
    for name in ("headcount", "linked")
}
_BASE_AT = Statement(
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
    """The followers of :leader whose accounts did nothing since :before, of the first MOST_CHECKED."""
    checked = (
        select(endorsements.c.member_id)
        .where(endorsements.c.leader_id == bindparam("leader"))
        .limit(MOST_CHECKED)
        .subquery()
    )
    seen = func.max(func.coalesce(accounts.c.seen_at, accounts.c.joined_at))
    return (
        select(checked.c.member_id, seen.label("seen_at"))
        .select_from(checked.join(accounts, accounts.c.member_id == checked.c.member_id))
        .group_by(checked.c.member_id)
        .having(seen < bindparam("before"))
    )


_SILENT = Statement(_silent().order_by("seen_at").limit(bindparam("most")))
_SILENT_COUNT = Statement(select(func.count()).select_from(_silent().subquery()))


def ranked(tx: Tx, union_id: int, by: str, most: int, after: Ranked | None) -> list[Ranked]:
    """Returns up to `most` members by "headcount" or "linked", the highest first, then the one who joined earlier."""
    start = Ranked(after.member_id, int(after.number)) if after is not None else _ABOVE_ALL
    return rankings.page(tx, _RANKINGS[by], union_id, most, start)


def base_at(tx: Tx, member_id: int, day: int) -> Base:
    """Returns the kept base at the end of a past union-day, without `direct`; zeros if none is kept by then."""
    row = tx.one(_BASE_AT, member=member_id, on=day)
    return Base(0, row.headcount, row.linked) if row else Base()


def curve(tx: Tx, member_id: int, after: int) -> list[tuple[int, int]]:
    """Returns (union-day, headcount at its end) of the kept days after that one."""
    return [(row.day, row.headcount) for row in tx.all(_CURVE, member=member_id, after=after)]


def branches(tx: Tx, leader_id: int, most: int, *, leaves: bool) -> list[tuple[int, int]]:
    """Returns (member, headcount) of up to `most` direct followers, the largest base first.

    Followers whom nobody endorses are left out unless `leaves`.
    """
    rows = tx.all(_BRANCHES, leader=leader_id, tall=0 if leaves else 1, most=most)
    return [(row.member_id, row.headcount) for row in rows]


def silent(tx: Tx, leader_id: int, before: datetime, most: int) -> tuple[int, list[tuple[int, datetime]]]:
    """Returns how many direct followers did nothing since then, and (member, last act) of up to `most`.

    The one who is silent for the longest time comes first.
    """
    count = int(tx.value(_SILENT_COUNT, leader=leader_id, before=before))
    rows = tx.all(_SILENT, leader=leader_id, before=before, most=most) if count else []
    return count, [(row.member_id, row.seen_at) for row in rows]

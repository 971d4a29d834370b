"""What became of a call: answers by place and branch, day by day, and who has not answered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    CTE,
    ColumnElement,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.tables import call_posts, calls
from bot.areas.checkins.tables import checkins
from bot.areas.reminders.tables import nudges
from bot.areas.tree.domain.endorsements import MAX_DEPTH
from bot.areas.tree.tables import endorsements
from bot.domain.transaction import Tx
from bot.storage.statements import Statement

_DONE = checkins.c.state == literal_column("'done'")
_BEGUN = calls.c.state.in_([CallState.OPEN, CallState.CLOSED])


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the call was posted, who asked for reminders and got one, and whom how many leaders reminded."""

    posts: int
    reminded: int
    nudges: int
    nudged: int


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """So many answers were given in a space (None: in private), all alike."""

    space_id: int | None
    state: str
    late: bool
    number: int


def _below() -> CTE:
    """Everybody in the base of :leader, with the one of the leader's own supporters whom they are behind."""
    depth: ColumnElement[int] = literal_column("1")
    first = select(endorsements.c.member_id, endorsements.c.member_id.label("branch"), depth.label("depth"))
    base = first.where(endorsements.c.leader_id == bindparam("leader")).cte("base", recursive=True)
    further = select(endorsements.c.member_id, base.c.branch, base.c.depth + literal_column("1")).where(
        endorsements.c.leader_id == base.c.member_id, base.c.depth <= literal_column(str(MAX_DEPTH))
    )
    return base.union_all(further)


_BELOW = _below()
_NEAREST = select(_BELOW.c.member_id, _BELOW.c.depth).limit(bindparam("most")).subquery()
_LATEST = Statement(
    select(calls.c.day)
    .where(
        calls.c.union_id == bindparam("union"),
        _BEGUN,
        or_(calls.c.leader_id.is_(None), calls.c.leader_id == bindparam("leader")),
        calls.c.day <= bindparam("last"),
    )
    .order_by(calls.c.day.desc())
    .limit(1)
)
_REACH = Statement(
    select(
        select(func.count()).where(call_posts.c.call_id == calls.c.id).scalar_subquery().label("posts"),
        calls.c.reminded,
        select(func.count()).where(nudges.c.call_id == calls.c.id).scalar_subquery().label("nudges"),
        select(func.coalesce(func.sum(nudges.c.reached), literal_column("0")))
        .where(nudges.c.call_id == calls.c.id)
        .scalar_subquery()
        .label("nudged"),
    ).where(calls.c.id == bindparam("call"))
)
_KIND = (checkins.c.space_id, checkins.c.state, checkins.c.late)
_PARTS = Statement(
    select(*_KIND, func.count().label("number"))
    .where(checkins.c.call_id == bindparam("call"))
    .group_by(*_KIND)
)
_PARTS_BELOW = Statement(
    select(*_KIND, func.count().label("number"))
    .join_from(
        _BELOW,
        checkins,
        (checkins.c.call_id == bindparam("call")) & (checkins.c.member_id == _BELOW.c.member_id),
    )
    .group_by(*_KIND)
)
_PEOPLE = func.count()
_BRANCHES = Statement(
    select(
        _BELOW.c.branch,
        func.count(checkins.c.member_id).label("answered"),
        _PEOPLE.label("people"),
    )
    .select_from(
        _BELOW.outerjoin(
            checkins,
            (checkins.c.call_id == bindparam("call")) & (checkins.c.member_id == _BELOW.c.member_id) & _DONE,
        )
    )
    .group_by(_BELOW.c.branch)
    .order_by(_PEOPLE.desc(), _BELOW.c.branch)
    .limit(bindparam("most"))
)
_DAYS = Statement(
    select(calls.c.id, calls.c.day, calls.c.answered).where(
        calls.c.union_id == bindparam("union"),
        _BEGUN,
        calls.c.day >= bindparam("first"),
        calls.c.day <= bindparam("last"),
        func.coalesce(calls.c.leader_id, literal_column("0")) == bindparam("whose"),
    )
)
_DAYS_BELOW = Statement(
    select(checkins.c.day, func.count().label("answered"))
    .join_from(_BELOW, checkins, checkins.c.member_id == _BELOW.c.member_id)
    .where(
        checkins.c.day >= bindparam("first"),
        checkins.c.day <= bindparam("last"),
        checkins.c.call_id.in_(bindparam("calls", expanding=True)),
        _DONE,
    )
    .group_by(checkins.c.day)
)
_SILENT = Statement(
    select(_NEAREST.c.member_id)
    .where(
        ~exists().where(
            checkins.c.call_id == bindparam("call"),
            checkins.c.member_id == _NEAREST.c.member_id,
            checkins.c.state != "refused",
        )
    )
    .order_by(_NEAREST.c.depth, _NEAREST.c.member_id)
)


def latest(tx: Tx, union_id: int, leader_id: int, last: int) -> int | None:
    """The last union-day up to that one with a call, of the union or of this leader's branch, that has opened."""
    found: int | None = tx.value(_LATEST, union=union_id, leader=leader_id, last=last)
    return found


def reach(tx: Tx, call_id: int) -> Reach:
    row = tx.one(_REACH, call=call_id)
    return Reach(*map(int, row)) if row else Reach(0, 0, 0, 0)


def parts(tx: Tx, call_id: int, leader_id: int | None) -> list[AnswerPart]:
    """All answers to a call, or those from the base of that leader, those alike together."""
    below = None if leader_id is None else tx.all(_PARTS_BELOW, call=call_id, leader=leader_id)
    rows = tx.all(_PARTS, call=call_id) if below is None else below
    return [AnswerPart(row.space_id, row.state, row.late, row.number) for row in rows]


def branches(tx: Tx, call_id: int, leader_id: int, most: int) -> list[tuple[int, int, int]]:
    """(member, how many of theirs and they themselves answered, of how many) of the leader's biggest branches."""
    rows = tx.all(_BRANCHES, call=call_id, leader=leader_id, most=most)
    return [(row.branch, row.answered, row.people) for row in rows]


def days(
    tx: Tx, union_id: int, of_branch: int | None, first: int, last: int, leader_id: int | None
) -> dict[int, int]:
    """By union-day: how many answered its call (the union's, or that of a branch), of all or of a leader's base."""
    rows = tx.all(_DAYS, union=union_id, first=first, last=last, whose=of_branch or 0)
    if leader_id is None or not rows:
        return {row.day: row.answered for row in rows}
    ids = [row.id for row in rows]
    below = tx.all(_DAYS_BELOW, leader=leader_id, first=first, last=last, calls=ids)
    return {row.day: 0 for row in rows} | {row.day: row.answered for row in below}


def silent(tx: Tx, call_id: int, leader_id: int, most: int) -> list[int]:
    """Of the `most` nearest in the leader's base: those who have not answered, the nearest first."""
    return [row.member_id for row in tx.all(_SILENT, call=call_id, leader=leader_id, most=most)]

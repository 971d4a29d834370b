"""The numbers of reports: answers to a call by space, by branch and by day, and members without an answer."""

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

from bot.areas.calls.tables import HAS_BEGUN, call_posts, calls
from bot.areas.checkins.tables import IS_DONE, checkins
from bot.areas.reminders.tables import nudges
from bot.areas.tree.domain.endorsements import MAX_DEPTH
from bot.areas.tree.tables import endorsements
from bot.domain.transaction import Tx
from bot.storage.statements import Statement


@dataclass(frozen=True, slots=True)
class Reach:
    """The numbers of a call's posts, of members reminded as they asked, of nudges, and of members nudged."""

    posts: int
    reminded: int
    nudges: int
    nudged: int


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """The number of answers of one state that were given in one space (None: in private), all late or all in time."""

    space_id: int | None
    state: str
    late: bool
    number: int


@dataclass(frozen=True, slots=True)
class BranchAnswers:
    """The answers of a branch directly below a leader. `people` and `answered` include its head, `member_id`."""

    member_id: int
    answered: int
    people: int


def _below() -> CTE:
    """The base of :leader. `branch` is the head of the member's branch: a direct follower of the leader."""
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
        HAS_BEGUN,
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
            (checkins.c.call_id == bindparam("call"))
            & (checkins.c.member_id == _BELOW.c.member_id)
            & IS_DONE,
        )
    )
    .group_by(_BELOW.c.branch)
    .order_by(_PEOPLE.desc(), _BELOW.c.branch)
    .limit(bindparam("most"))
)
_DAYS = Statement(
    select(calls.c.id, calls.c.day, calls.c.answered).where(
        calls.c.union_id == bindparam("union"),
        HAS_BEGUN,
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
        IS_DONE,
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
    """Returns the last union-day until `last` with a call of the union or of that leader's branch that has opened."""
    found: int | None = tx.value(_LATEST, union=union_id, leader=leader_id, last=last)
    return found


def reach(tx: Tx, call_id: int) -> Reach:
    """Returns the numbers of posts, reminders and nudges of a call."""
    row = tx.one(_REACH, call=call_id)
    return Reach(*map(int, row)) if row else Reach(0, 0, 0, 0)


def parts(tx: Tx, call_id: int, leader_id: int | None) -> list[AnswerPart]:
    """Counts the answers to a call, or only those from the base of that leader."""
    below = None if leader_id is None else tx.all(_PARTS_BELOW, call=call_id, leader=leader_id)
    rows = tx.all(_PARTS, call=call_id) if below is None else below
    return [AnswerPart(row.space_id, row.state, row.late, row.number) for row in rows]


def branches(tx: Tx, call_id: int, leader_id: int, most: int) -> list[BranchAnswers]:
    """Returns the answers of up to `most` branches directly below the leader, the biggest first."""
    rows = tx.all(_BRANCHES, call=call_id, leader=leader_id, most=most)
    return [BranchAnswers(row.branch, row.answered, row.people) for row in rows]


def days(
    tx: Tx, union_id: int, of_branch: int | None, first: int, last: int, leader_id: int | None
) -> dict[int, int]:
    """Counts answers by union-day, to the union's calls or those `of_branch`; of all members, or a leader's base."""
    rows = tx.all(_DAYS, union=union_id, first=first, last=last, whose=of_branch or 0)
    if leader_id is None or not rows:
        return {row.day: row.answered for row in rows}
    ids = [row.id for row in rows]
    below = tx.all(_DAYS_BELOW, leader=leader_id, first=first, last=last, calls=ids)
    return {row.day: 0 for row in rows} | {row.day: row.answered for row in below}


def silent(tx: Tx, call_id: int, leader_id: int, most: int) -> list[int]:
    """Returns the members without an answer among the `most` nearest of the leader's base, the nearest first."""
    return [row.member_id for row in tx.all(_SILENT, call=call_id, leader=leader_id, most=most)]

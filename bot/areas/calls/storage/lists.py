"""Calls by whose they are: drafts, queues, what waits for approval, what a rule made, what a branch has."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, func, literal_column, or_, select, update

from bot.areas.calls.domain.calls import Call, CallState, read_call
from bot.areas.calls.tables import CALL_COLUMNS, call_rules, calls
from bot.domain.transaction import Tx
from bot.storage.statements import Statement

_IN_UNION = calls.c.union_id == bindparam("union")
_SAME_BRANCH = or_(
    calls.c.leader_id == bindparam("leader"),
    calls.c.leader_id.is_(None) & bindparam("leader", type_=calls.c.leader_id.type).is_(None),
)
_OF_BRANCH = Statement(
    select(*CALL_COLUMNS)
    .where(_IN_UNION, calls.c.state == bindparam("at"), _SAME_BRANCH)
    .order_by(calls.c.day, calls.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_COUNT_BRANCH = Statement(
    select(func.count()).select_from(calls).where(_IN_UNION, calls.c.state == bindparam("at"), _SAME_BRANCH)
)
_DRAFTS = Statement(
    select(*CALL_COLUMNS)
    .where(_IN_UNION, calls.c.state == CallState.DRAFT, calls.c.author_id == bindparam("author"))
    .order_by(calls.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_COUNT_DRAFTS = Statement(
    select(func.count())
    .select_from(calls)
    .where(_IN_UNION, calls.c.state == CallState.DRAFT, calls.c.author_id == bindparam("author"))
)
_NEXT_QUEUED = Statement(
    select(*CALL_COLUMNS)
    .where(
        _IN_UNION,
        calls.c.state == literal_column("'queued'"),  # as the partial index has it
        calls.c.approved.is_(True),
        _SAME_BRANCH,
    )
    .order_by(calls.c.id)
    .limit(1)
)
_QUEUING = Statement(
    select(calls.c.leader_id)
    .distinct()
    .where(_IN_UNION, calls.c.state == literal_column("'queued'"), calls.c.approved.is_(True))
)
_UNAPPROVED = Statement(
    select(*CALL_COLUMNS)
    .where(
        _IN_UNION,
        calls.c.state.in_([CallState.TEMPLATE, CallState.QUEUED, CallState.PLANNED]),
        calls.c.approved.is_(False),
    )
    .order_by(calls.c.opens_at, calls.c.id)
    .limit(bindparam("most"))
)
_OF_RULE = Statement(
    select(*CALL_COLUMNS).where(
        _IN_UNION, calls.c.state == CallState.PLANNED, calls.c.rule_id == bindparam("rule")
    )
)
_OF_RULES = Statement(
    select(*CALL_COLUMNS)
    .join_from(call_rules, calls, calls.c.id == call_rules.c.call_id)
    .where(call_rules.c.union_id == bindparam("union"), call_rules.c.ended_at.is_(None))
)
_PLANNED = Statement(select(*CALL_COLUMNS).where(_IN_UNION, calls.c.state == CallState.PLANNED))
_LED_BY = Statement(
    select(*CALL_COLUMNS).where(calls.c.leader_id == bindparam("leader")).order_by(calls.c.id)
)
_APPROVE = Statement(
    update(calls).where(calls.c.id == bindparam("call")).values(approved=bindparam("as_approved"))
)
_SET_AUTHOR = Statement(
    update(calls).where(calls.c.id == bindparam("call")).values(author_id=bindparam("author"))
)
_SET_LEADER = Statement(
    update(calls).where(calls.c.id == bindparam("call")).values(leader_id=bindparam("leader"))
)
_MOVE_AUTHOR = Statement(
    update(calls)
    .where(_IN_UNION, calls.c.author_id == bindparam("before"))
    .values(author_id=bindparam("after"))
)
_DELETE = Statement(delete(calls).where(calls.c.id == bindparam("call"), calls.c.state == CallState.DRAFT))

_LAST_CLOSED = Statement(
    select(calls.c.id, calls.c.day)
    .where(
        calls.c.union_id == bindparam("union"),
        calls.c.state == CallState.CLOSED,
        calls.c.leader_id.is_(None),
    )
    .order_by(calls.c.day.desc())
    .limit(1)
)
_CLOSED = Statement(
    select(calls.c.id).where(
        calls.c.union_id == bindparam("union"),
        calls.c.state == CallState.CLOSED,
        calls.c.leader_id.is_(None),
        calls.c.day >= bindparam("first"),
        calls.c.day <= bindparam("last"),
    )
)


def _some(rows: list[Any]) -> list[Call]:
    return [read_call(row._asdict()) for row in rows]


def of_branch(
    tx: Tx, union_id: int, leader_id: int | None, state: CallState, most: int, skip: int = 0
) -> list[Call]:
    """The union's calls (or that branch's) in a state, by day and age."""
    return _some(tx.all(_OF_BRANCH, union=union_id, leader=leader_id, at=state, most=most, skip=skip))


def count_branch(tx: Tx, union_id: int, leader_id: int | None, state: CallState) -> int:
    found: int = tx.value(_COUNT_BRANCH, union=union_id, leader=leader_id, at=state)
    return found


def drafts(tx: Tx, union_id: int, author_id: int, most: int, skip: int = 0) -> list[Call]:
    """What this member has begun to write."""
    return _some(tx.all(_DRAFTS, union=union_id, author=author_id, most=most, skip=skip))


def count_drafts(tx: Tx, union_id: int, author_id: int) -> int:
    found: int = tx.value(_COUNT_DRAFTS, union=union_id, author=author_id)
    return found


def next_queued(tx: Tx, union_id: int, leader_id: int | None) -> Call | None:
    """Of the approved calls in the queue the oldest."""
    row = tx.one(_NEXT_QUEUED, union=union_id, leader=leader_id)
    return read_call(row._asdict()) if row else None


def queuing(tx: Tx, union_id: int) -> list[int | None]:
    """Whose queues (None: the union's own) hold approved calls."""
    return [row.leader_id for row in tx.all(_QUEUING, union=union_id)]


def unapproved(tx: Tx, union_id: int, most: int) -> list[Call]:
    """What is to be posted, once somebody has looked at its links."""
    return _some(tx.all(_UNAPPROVED, union=union_id, most=most))


def of_rule(tx: Tx, union_id: int, rule_id: int) -> list[Call]:
    """The planned calls that a rule made."""
    return _some(tx.all(_OF_RULE, union=union_id, rule=rule_id))


def of_rules(tx: Tx, union_id: int) -> dict[int, Call]:
    """The texts of the union's rules that go on, by id."""
    return {call.id: call for call in _some(tx.all(_OF_RULES, union=union_id))}


def planned(tx: Tx, union_id: int) -> list[Call]:
    """All planned calls, of branches too."""
    return _some(tx.all(_PLANNED, union=union_id))


def led_by(tx: Tx, leader_id: int) -> list[Call]:
    """All calls for that leader's branch."""
    return _some(tx.all(_LED_BY, leader=leader_id))


def set_approved(tx: Tx, call_id: int, approved: bool) -> None:
    tx.run(_APPROVE, call=call_id, as_approved=approved)


def set_author(tx: Tx, call_id: int, author_id: int) -> None:
    tx.run(_SET_AUTHOR, call=call_id, author=author_id)


def set_leader(tx: Tx, call_id: int, leader_id: int) -> None:
    """It is for that member's branch. The database refuses a second one of the same day and branch."""
    tx.run(_SET_LEADER, call=call_id, leader=leader_id)


def move_author(tx: Tx, union_id: int, before_id: int, after_id: int) -> None:
    """What one member wrote is another's."""
    tx.run(_MOVE_AUTHOR, union=union_id, before=before_id, after=after_id)


def delete_draft(tx: Tx, call_id: int) -> bool:
    """Whether there was such a draft, which is gone now."""
    return tx.run(_DELETE, call=call_id) > 0


def last_closed(tx: Tx, union_id: int) -> tuple[int, int] | None:
    """(id, union-day) of the union's latest call that is over; branches' calls are not looked at."""
    row = tx.one(_LAST_CLOSED, union=union_id)
    return (row.id, row.day) if row else None


def closed(tx: Tx, union_id: int, first: int, last: int) -> list[int]:
    """The union's own calls of those union-days that are over."""
    return [row.id for row in tx.all(_CLOSED, union=union_id, first=first, last=last)]

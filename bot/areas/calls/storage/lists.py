"""Lists of calls: of a branch, of an author, of a repeat, queued, waiting for approval, closed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from bot.areas.calls.domain.calls import Call, CallState, read_call
from bot.areas.calls.storage.conditions import IN_UNION, SAME_BRANCH
from bot.areas.calls.tables import CALL_COLUMNS, IS_QUEUED, IS_UNAPPROVED, call_rules, calls
from bot.domain.transaction import Tx
from bot.storage.statements import Statement

_OF_BRANCH = Statement(
    select(*CALL_COLUMNS)
    .where(IN_UNION, calls.c.state == bindparam("at"), SAME_BRANCH)
    .order_by(calls.c.day, calls.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_COUNT_BRANCH = Statement(
    select(func.count()).select_from(calls).where(IN_UNION, calls.c.state == bindparam("at"), SAME_BRANCH)
)
_DRAFTS = Statement(
    select(*CALL_COLUMNS)
    .where(IN_UNION, calls.c.state == CallState.DRAFT, calls.c.author_id == bindparam("author"))
    .order_by(calls.c.id)
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)
_COUNT_DRAFTS = Statement(
    select(func.count())
    .select_from(calls)
    .where(IN_UNION, calls.c.state == CallState.DRAFT, calls.c.author_id == bindparam("author"))
)
_NEXT_QUEUED = Statement(
    select(*CALL_COLUMNS)
    .where(IN_UNION, IS_QUEUED, calls.c.approved.is_(True), SAME_BRANCH)
    .order_by(calls.c.id)
    .limit(1)
)
_QUEUING = Statement(
    select(calls.c.leader_id).distinct().where(IN_UNION, IS_QUEUED, calls.c.approved.is_(True))
)
_UNAPPROVED = Statement(
    select(*CALL_COLUMNS)
    .where(IN_UNION, IS_UNAPPROVED)
    .order_by(calls.c.opens_at, calls.c.id)
    .limit(bindparam("most"))
)
_UNIONS_WITH_UNAPPROVED = Statement(select(calls.c.union_id).distinct().where(IS_UNAPPROVED))
_UNAPPROVED_BY = Statement(
    select(*CALL_COLUMNS)
    .where(IN_UNION, IS_UNAPPROVED, calls.c.author_id == bindparam("author"))
    .order_by(calls.c.id)
)
_OF_REPEAT = Statement(
    select(*CALL_COLUMNS).where(
        IN_UNION, calls.c.state == CallState.PLANNED, calls.c.rule_id == bindparam("repeat")
    )
)
_REPEAT_TEXTS = Statement(
    select(*CALL_COLUMNS)
    .join_from(call_rules, calls, calls.c.id == call_rules.c.call_id)
    .where(call_rules.c.union_id == bindparam("union"), call_rules.c.ended_at.is_(None))
)
_PLANNED = Statement(select(*CALL_COLUMNS).where(IN_UNION, calls.c.state == CallState.PLANNED))
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
    .where(IN_UNION, calls.c.author_id == bindparam("before"))
    .values(author_id=bindparam("after"))
)
_DELETE = Statement(delete(calls).where(calls.c.id == bindparam("call"), calls.c.state == CallState.DRAFT))

_UNIONS_CLOSED = (IN_UNION, calls.c.state == CallState.CLOSED, calls.c.leader_id.is_(None))
_LAST_CLOSED = Statement(
    select(calls.c.id, calls.c.day).where(*_UNIONS_CLOSED).order_by(calls.c.day.desc()).limit(1)
)
_CLOSED = Statement(
    select(calls.c.id).where(
        *_UNIONS_CLOSED, calls.c.day >= bindparam("first"), calls.c.day <= bindparam("last")
    )
)


def _calls(rows: list[Any]) -> list[Call]:
    return [read_call(row._asdict()) for row in rows]


def of_branch(
    tx: Tx, union_id: int, leader_id: int | None, state: CallState, most: int, skip: int = 0
) -> list[Call]:
    """Returns the union's calls (or that branch's) in a state, by day and age."""
    return _calls(tx.all(_OF_BRANCH, union=union_id, leader=leader_id, at=state, most=most, skip=skip))


def count_branch(tx: Tx, union_id: int, leader_id: int | None, state: CallState) -> int:
    """Counts the union's calls (or that branch's) in a state."""
    found: int = tx.value(_COUNT_BRANCH, union=union_id, leader=leader_id, at=state)
    return found


def drafts(tx: Tx, union_id: int, author_id: int, most: int, skip: int = 0) -> list[Call]:
    """Returns the drafts of an author, the oldest first."""
    return _calls(tx.all(_DRAFTS, union=union_id, author=author_id, most=most, skip=skip))


def count_drafts(tx: Tx, union_id: int, author_id: int) -> int:
    """Counts the drafts of an author."""
    found: int = tx.value(_COUNT_DRAFTS, union=union_id, author=author_id)
    return found


def next_queued(tx: Tx, union_id: int, leader_id: int | None) -> Call | None:
    """Returns the oldest approved call in the queue of the union (or of that branch)."""
    row = tx.one(_NEXT_QUEUED, union=union_id, leader=leader_id)
    return read_call(row._asdict()) if row else None


def queuing(tx: Tx, union_id: int) -> list[int | None]:
    """Returns the leaders (None: the union itself) whose queues hold approved calls."""
    return [row.leader_id for row in tx.all(_QUEUING, union=union_id)]


def unapproved(tx: Tx, union_id: int, most: int) -> list[Call]:
    """Returns up to `most` calls that wait for approval of their links, the earliest hour first."""
    return _calls(tx.all(_UNAPPROVED, union=union_id, most=most))


def unions_with_unapproved(tx: Tx) -> list[int]:
    """Returns the unions with a call that waits for approval."""
    return [row.union_id for row in tx.all(_UNIONS_WITH_UNAPPROVED)]


def unapproved_by(tx: Tx, union_id: int, author_id: int) -> list[Call]:
    """Returns the calls of an author that wait for approval of their links, the oldest first."""
    return _calls(tx.all(_UNAPPROVED_BY, union=union_id, author=author_id))


def of_repeat(tx: Tx, union_id: int, repeat_id: int) -> list[Call]:
    """Returns the planned calls that a repeat made."""
    return _calls(tx.all(_OF_REPEAT, union=union_id, repeat=repeat_id))


def repeat_texts(tx: Tx, union_id: int) -> dict[int, Call]:
    """Returns the texts of the union's repeats that go on, by the id of the text."""
    return {call.id: call for call in _calls(tx.all(_REPEAT_TEXTS, union=union_id))}


def planned(tx: Tx, union_id: int) -> list[Call]:
    """Returns all planned calls, of branches too."""
    return _calls(tx.all(_PLANNED, union=union_id))


def led_by(tx: Tx, leader_id: int) -> list[Call]:
    """Returns all calls for that leader's branch."""
    return _calls(tx.all(_LED_BY, leader=leader_id))


def set_approved(tx: Tx, call_id: int, approved: bool) -> None:
    """Notes whether the links and the picture of the call are approved."""
    tx.run(_APPROVE, call=call_id, as_approved=approved)


def set_author(tx: Tx, call_id: int, author_id: int) -> None:
    """Makes that member the author of the call."""
    tx.run(_SET_AUTHOR, call=call_id, author=author_id)


def set_leader(tx: Tx, call_id: int, leader_id: int) -> None:
    """Makes it a call for that member's branch. The database refuses a second one of the same day and branch."""
    tx.run(_SET_LEADER, call=call_id, leader=leader_id)


def move_author(tx: Tx, union_id: int, before_id: int, after_id: int) -> None:
    """Gives all calls that one member wrote to another author."""
    tx.run(_MOVE_AUTHOR, union=union_id, before=before_id, after=after_id)


def delete_draft(tx: Tx, call_id: int) -> None:
    """Erases a draft. Does nothing to a call that is no draft."""
    tx.run(_DELETE, call=call_id)


def last_closed(tx: Tx, union_id: int) -> tuple[int, int] | None:
    """Returns (id, union-day) of the union's latest closed call, without the calls of branches."""
    row = tx.one(_LAST_CLOSED, union=union_id)
    return (row.id, row.day) if row else None


def closed(tx: Tx, union_id: int, first: int, last: int) -> list[int]:
    """Returns the ids of the union's closed calls of those union-days, without the calls of branches."""
    return [row.id for row in tx.all(_CLOSED, union=union_id, first=first, last=last)]

"""Calls: prepared, queued, planned, open, closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, literal_column, or_, select, update

from bot.areas.calls.domain.calls import Call, CallState, read_call
from bot.areas.calls.tables import CALL_COLUMNS, calls
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_NAMES = (
    "union_id", "leader_id", "author_id", "rule_id", "state", "title", "what", "why", "link", "file_id", "proof",
    "contest", "opens", "closes", "day", "opens_at", "closes_at", "approved", "late", "answered", "created_at",
)  # fmt: skip
TEXTS = ("title", "what", "why", "link", "file_id", "proof", "contest", "opens", "closes", "approved")
"""What a call says and asks, which can be edited and copied."""

_AHEAD = calls.c.state.in_(
    [literal_column("'planned'"), literal_column("'open'")]
)  # as the partial index has it
_IN_UNION = calls.c.union_id == bindparam("union")
_SAME_BRANCH = or_(
    calls.c.leader_id == bindparam("leader"),
    calls.c.leader_id.is_(None) & bindparam("leader", type_=calls.c.leader_id.type).is_(None),
)
_BY_ID = Statement(select(*CALL_COLUMNS).where(calls.c.id == bindparam("call")))
_INSERT = Statement(
    insert(calls).values(**{name: bindparam(name) for name in _NAMES}).returning(*CALL_COLUMNS)
)
_OF_DAY = Statement(select(*CALL_COLUMNS).where(_IN_UNION, calls.c.day == bindparam("on"), _SAME_BRANCH))
_OF_STATE = Statement(
    select(*CALL_COLUMNS)
    .where(_IN_UNION, calls.c.state == bindparam("at"), calls.c.id > bindparam("after"))
    .order_by(calls.c.id)
    .limit(bindparam("most"))
)
_OF_DAYS = Statement(
    select(*CALL_COLUMNS)
    .where(
        _IN_UNION,
        calls.c.state.in_(
            [literal_column("'planned'"), literal_column("'open'"), literal_column("'closed'")]
        ),
        calls.c.day >= bindparam("first"),
        calls.c.day <= bindparam("last"),
    )
    .order_by(calls.c.day, calls.c.leader_id, calls.c.id)
)
_TO_OPEN = Statement(
    select(*CALL_COLUMNS)
    .where(
        _AHEAD,
        calls.c.state == CallState.PLANNED,
        calls.c.opens_at <= bindparam("at"),
        or_(calls.c.approved.is_(True), calls.c.closes_at <= bindparam("at")),
    )
    .order_by(calls.c.opens_at)
    .limit(bindparam("most"))
)
_TO_CLOSE = Statement(
    select(*CALL_COLUMNS)
    .where(_AHEAD, calls.c.state == CallState.OPEN, calls.c.closes_at <= bindparam("at"))
    .order_by(calls.c.closes_at)
    .limit(bindparam("most"))
)
_EDIT = Statement(
    update(calls)
    .where(calls.c.id == bindparam("call"))
    .values(**{name: bindparam(f"new_{name}") for name in TEXTS})
)
_SET_STATE = Statement(
    update(calls)
    .where(calls.c.id == bindparam("call"), calls.c.state == bindparam("before"))
    .values(state=bindparam("after"))
)
_OPEN = Statement(
    update(calls)
    .where(calls.c.id == bindparam("call"), calls.c.state == CallState.PLANNED)
    .values(state=CallState.OPEN, late=bindparam("is_late"), token=bindparam("new_token"))
)
_PLAN = Statement(
    update(calls)
    .where(calls.c.id == bindparam("call"))
    .values(
        state=CallState.PLANNED,
        day=bindparam("on"),
        opens_at=bindparam("from_moment"),
        closes_at=bindparam("until_moment"),
    )
)
_UNPLAN = Statement(
    update(calls)
    .where(calls.c.id == bindparam("call"))
    .values(state=bindparam("after"), day=None, opens_at=None, closes_at=None)
)
_ANSWERED = Statement(
    update(calls).where(calls.c.id == bindparam("call")).values(answered=calls.c.answered + bindparam("more"))
)


def by_id(tx: Tx, call_id: int) -> Call | None:
    row = tx.one(_BY_ID, call=call_id)
    return read_call(row._asdict()) if row else None


def add(tx: Tx, **values: Any) -> Call:
    """A new call of these columns (all but the id, `answered` and `created_at`)."""
    row = tx.one(_INSERT, **values, answered=0, created_at=tx.now)
    assert row is not None
    return read_call(row._asdict())


def of_day(tx: Tx, union_id: int, day: int, leader_id: int | None = None) -> Call | None:
    """The union's call (or that branch's) of a union-day: planned, open or closed."""
    row = tx.one(_OF_DAY, union=union_id, on=day, leader=leader_id)
    return read_call(row._asdict()) if row else None


def of_state(tx: Tx, union_id: int, state: CallState, after: int = 0, most: int = 100) -> list[Call]:
    """Up to `most` calls in that state with ids above `after`, in the order made."""
    return [
        read_call(row._asdict())
        for row in tx.all(_OF_STATE, union=union_id, at=state, after=after, most=most)
    ]


def of_days(tx: Tx, union_id: int, first: int, last: int) -> list[Call]:
    """All calls, of branches too, that are planned, open or closed on those union-days, by day."""
    return [read_call(row._asdict()) for row in tx.all(_OF_DAYS, union=union_id, first=first, last=last)]


def to_open(tx: Tx, most: int) -> list[Call]:
    """Up to `most` planned calls of all unions whose hour has come, the longest due first.

    Those that wait for approval are among them only once they are over.
    """
    return [read_call(row._asdict()) for row in tx.all(_TO_OPEN, at=tx.now, most=most)]


def to_close(tx: Tx, most: int) -> list[Call]:
    """Up to `most` open calls of all unions that are over."""
    return [read_call(row._asdict()) for row in tx.all(_TO_CLOSE, at=tx.now, most=most)]


def edit(tx: Tx, call_id: int, **texts: Any) -> None:
    """What the call says and asks from now on: all of `TEXTS`."""
    tx.run(_EDIT, call=call_id, **{f"new_{name}": texts[name] for name in TEXTS})


def set_state(tx: Tx, call_id: int, before: CallState, after: CallState) -> bool:
    """From one state to another; False if it is not in that state (any more)."""
    return tx.run(_SET_STATE, call=call_id, before=before, after=after) > 0


def open_(tx: Tx, call_id: int, token: str, late: bool) -> bool:
    """It is open from now on, `token` being its button's; False if it is not planned (any more)."""
    return tx.run(_OPEN, call=call_id, new_token=token, is_late=late) > 0


def plan(tx: Tx, call_id: int, day: int, opens_at: datetime, closes_at: datetime) -> None:
    """For that union-day. The database refuses a second one of the same day and branch."""
    tx.run(_PLAN, call=call_id, on=day, from_moment=opens_at, until_moment=closes_at)


def unplan(tx: Tx, call_id: int, after: CallState) -> None:
    """Its day is free again; it is a draft, queued or cancelled from now on."""
    tx.run(_UNPLAN, call=call_id, after=after)


def count_answers(tx: Tx, call_id: int, more: int) -> None:
    """So many more members answered it; fewer, if negative."""
    tx.run(_ANSWERED, call=call_id, more=more)

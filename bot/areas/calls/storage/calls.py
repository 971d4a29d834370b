"""Calls: prepared, queued, planned, open, closed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from sqlalchemy import bindparam, or_, select, update

from bot.areas.calls.domain.calls import Call, CallState, Window, read_call
from bot.areas.calls.domain.texts import Texts
from bot.areas.calls.storage.conditions import IN_UNION, SAME_BRANCH
from bot.areas.calls.tables import CALL_COLUMNS, HAS_DAY, IS_AHEAD, calls
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_TEXTS = tuple(field.name for field in fields(Texts))
_NEW = (
    "union_id", "leader_id", "author_id", "rule_id", "state", *_TEXTS, "day", "opens_at", "closes_at", "approved",
    "late", "answered", "created_at",
)  # fmt: skip

_BY_ID = Statement(select(*CALL_COLUMNS).where(calls.c.id == bindparam("call")))
_INSERT = Statement(insert(calls).values(**{name: bindparam(name) for name in _NEW}).returning(*CALL_COLUMNS))
_OF_DAY = Statement(select(*CALL_COLUMNS).where(IN_UNION, calls.c.day == bindparam("on"), SAME_BRANCH))
_OF_DAYS = Statement(
    select(*CALL_COLUMNS)
    .where(IN_UNION, HAS_DAY, calls.c.day >= bindparam("first"), calls.c.day <= bindparam("last"))
    .order_by(calls.c.day, calls.c.leader_id, calls.c.id)
)
_TO_OPEN = Statement(
    select(*CALL_COLUMNS)
    .where(
        IS_AHEAD,
        calls.c.state == CallState.PLANNED,
        calls.c.opens_at <= bindparam("at"),
        or_(calls.c.approved.is_(True), calls.c.closes_at <= bindparam("at")),
    )
    .order_by(calls.c.opens_at)
    .limit(bindparam("most"))
)
_TO_CLOSE = Statement(
    select(*CALL_COLUMNS)
    .where(IS_AHEAD, calls.c.state == CallState.OPEN, calls.c.closes_at <= bindparam("at"))
    .order_by(calls.c.closes_at)
    .limit(bindparam("most"))
)
_HOURS_AHEAD = Statement(
    select(calls.c.opens_at, calls.c.closes_at)
    .where(IS_AHEAD, calls.c.closes_at > bindparam("at"))
    .order_by(calls.c.opens_at)
    .limit(bindparam("most"))
)
_EDIT = Statement(
    update(calls)
    .where(calls.c.id == bindparam("call"))
    .values(**{name: bindparam(f"new_{name}") for name in (*_TEXTS, "approved")})
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


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to be added. `day` and `window` are None unless it is planned from the start."""

    union_id: int
    leader_id: int | None
    author_id: int
    texts: Texts
    state: CallState
    approved: bool
    repeat_id: int | None = None
    day: int | None = None
    window: Window | None = None


def by_id(tx: Tx, call_id: int) -> Call | None:
    """Returns the call with that id, of any union."""
    row = tx.one(_BY_ID, call=call_id)
    return read_call(row._asdict()) if row else None


def add(tx: Tx, new: NewCall) -> Call:
    """Adds a call, which nobody has answered yet."""
    row = tx.one(
        _INSERT,
        union_id=new.union_id,
        leader_id=new.leader_id,
        author_id=new.author_id,
        rule_id=new.repeat_id,
        state=new.state,
        **asdict(new.texts),
        day=new.day,
        opens_at=new.window.opens_at if new.window else None,
        closes_at=new.window.closes_at if new.window else None,
        approved=new.approved,
        late=False,
        answered=0,
        created_at=tx.now,
    )
    assert row is not None
    return read_call(row._asdict())


def of_day(tx: Tx, union_id: int, day: int, leader_id: int | None = None) -> Call | None:
    """Returns the union's call (or that branch's) of a union-day: planned, open or closed."""
    row = tx.one(_OF_DAY, union=union_id, on=day, leader=leader_id)
    return read_call(row._asdict()) if row else None


def of_days(tx: Tx, union_id: int, first: int, last: int) -> list[Call]:
    """Returns all calls, of branches too, that are planned, open or closed on those union-days, by day."""
    return [read_call(row._asdict()) for row in tx.all(_OF_DAYS, union=union_id, first=first, last=last)]


def to_open(tx: Tx, most: int) -> list[Call]:
    """Returns up to `most` planned calls of all unions whose hour has come, the earliest hour first.

    Leaves out calls that wait for approval until they are over.
    """
    return [read_call(row._asdict()) for row in tx.all(_TO_OPEN, at=tx.now, most=most)]


def to_close(tx: Tx, most: int) -> list[Call]:
    """Returns up to `most` open calls of all unions that are over."""
    return [read_call(row._asdict()) for row in tx.all(_TO_CLOSE, at=tx.now, most=most)]


def hours_ahead(tx: Tx, most: int) -> list[Window]:
    """Returns the hours of up to `most` planned and open calls of all unions, the earliest first."""
    return [Window(row.opens_at, row.closes_at) for row in tx.all(_HOURS_AHEAD, at=tx.now, most=most)]


def edit(tx: Tx, call_id: int, texts: Texts, *, approved: bool) -> None:
    """Replaces the texts of a call."""
    changed = {f"new_{name}": value for name, value in asdict(texts).items()}
    tx.run(_EDIT, call=call_id, new_approved=approved, **changed)


def set_state(tx: Tx, call_id: int, before: CallState, after: CallState) -> bool:
    """Changes the state from `before` to `after`; False if the call is not in the state `before`."""
    return tx.run(_SET_STATE, call=call_id, before=before, after=after) > 0


def open_(tx: Tx, call_id: int, token: str, late: bool) -> bool:
    """Opens a planned call, with the token of its button; False if it is not planned."""
    return tx.run(_OPEN, call=call_id, new_token=token, is_late=late) > 0


def plan(tx: Tx, call_id: int, day: int, window: Window) -> None:
    """Plans the call for a union-day. The database refuses a second call of the same day and branch."""
    tx.run(_PLAN, call=call_id, on=day, from_moment=window.opens_at, until_moment=window.closes_at)


def unplan(tx: Tx, call_id: int, after: CallState) -> None:
    """Frees the day of a call, and gives the call the state `after`."""
    tx.run(_UNPLAN, call=call_id, after=after)


def count_answers(tx: Tx, call_id: int, more: int) -> None:
    """Adds `more` to the number of answers of a call; `more` may be negative."""
    tx.run(_ANSWERED, call=call_id, more=more)

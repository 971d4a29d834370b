"""Calls and answers put straight into the tables, for tests of what is made of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update

from bot.areas.calls.domain.calls import WHOLE_DAY, CallState, Proof
from bot.areas.calls.tables import calls as calls_table
from bot.areas.checkins.tables import checkins as checkins_table
from bot.domain.people import Member, Union
from bot.domain.times import moment, union_day
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_CALL = Statement(
    insert(calls_table)
    .values(
        union_id=bindparam("union"),
        leader_id=bindparam("leader"),
        author_id=bindparam("author"),
        state=bindparam("at"),
        title="Plant a tree",
        what="Plant one.",
        why="For shade.",
        proof=Proof.WORD,
        contest=False,
        opens=bindparam("first_minute"),
        closes=bindparam("last_minute"),
        day=bindparam("on"),
        opens_at=bindparam("from_moment"),
        closes_at=bindparam("until_moment"),
        approved=True,
        late=False,
        answered=0,
        created_at=bindparam("now"),
    )
    .returning(calls_table.c.id)
)
_STATE = Statement(
    update(calls_table).where(calls_table.c.id == bindparam("call")).values(state=bindparam("after"))
)
_ANSWER = Statement(
    insert(checkins_table).values(
        call_id=bindparam("call"),
        member_id=bindparam("member"),
        day=bindparam("on"),
        at=bindparam("now"),
        state=bindparam("to"),
        late=bindparam("is_late"),
        space_id=bindparam("space"),
    )
)
_COUNT = Statement(
    update(calls_table)
    .where(calls_table.c.id == bindparam("call"))
    .values(answered=calls_table.c.answered + 1)
)
_REMINDED = Statement(select(calls_table.c.reminded).where(calls_table.c.id == bindparam("call")))


def today(tx: Tx, union: Union) -> int:
    return union_day(union.time_zone, tx.now)


def call(
    tx: Tx,
    union: Union,
    author: Member,
    day: int,
    state: CallState = CallState.OPEN,
    leader: Member | None = None,
    opens: int = 9 * 60,
    closes: int = WHOLE_DAY,
) -> int:
    """A call of that union-day; its id."""
    found: int = tx.value(
        _CALL,
        union=union.id,
        leader=leader.id if leader else None,
        author=author.id,
        at=state,
        first_minute=opens,
        last_minute=closes,
        on=day,
        from_moment=moment(day, opens, union.time_zone),
        until_moment=moment(day, closes, union.time_zone),
        now=tx.now,
    )
    return found


def set_state(tx: Tx, call_id: int, state: CallState) -> None:
    tx.run(_STATE, call=call_id, after=state)


def answer(
    tx: Tx,
    call_id: int,
    member: Member,
    day: int,
    *,
    state: str = "done",
    late: bool = False,
    space: int | None = None,
    at: datetime | None = None,
) -> None:
    tx.run(
        _ANSWER, call=call_id, member=member.id, on=day, now=at or tx.now, to=state, is_late=late, space=space
    )
    if state == "done":
        tx.run(_COUNT, call=call_id)


def reminded(tx: Tx, call_id: int) -> int:
    """How many who asked for it were reminded of the call."""
    found: int = tx.value(_REMINDED, call=call_id)
    return found

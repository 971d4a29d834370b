"""Answers to calls, one row for each member and call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, literal_column, or_, select, update

from bot.areas.calls.domain.calls import Call, read_call
from bot.areas.calls.tables import CALL_COLUMNS, HAS_DAY, calls, in_states
from bot.areas.checkins.domain.checkins import Checkin, CheckinState
from bot.areas.checkins.storage.conditions import CHECKIN_COLUMNS, FOR_BRANCHES, OF_MEMBER, read_checkin
from bot.areas.checkins.tables import IS_DONE, checkins
from bot.domain.transaction import Tx
from bot.storage.paging import PAGE
from bot.storage.statements import Statement, insert

_OF = Statement(select(*CHECKIN_COLUMNS).where(OF_MEMBER))
_OF_DAYS = Statement(
    select(*CHECKIN_COLUMNS).where(
        checkins.c.member_id == bindparam("member"),
        checkins.c.day >= bindparam("first"),
    )
)
_VALUES: dict[str, BindParameter[Any]] = {
    "call_id": bindparam("call"),
    "member_id": bindparam("member"),
    "day": bindparam("on"),
    "at": bindparam("moment"),
    "state": bindparam("to"),
    "late": bindparam("is_late"),
    "proof": bindparam("shown"),
    "file_id": bindparam("file"),
    "space_id": bindparam("space"),
    "judged_by": bindparam("judge"),
}
_AGAIN = {name: value for name, value in _VALUES.items() if name not in ("call_id", "member_id", "day")}
_GIVE = Statement(
    insert(checkins)
    .values(**_VALUES)
    .on_conflict_do_update(
        index_elements=["call_id", "member_id"],
        set_={**_AGAIN, "judged_at": None},
        where=checkins.c.state.in_([literal_column("'refused'"), literal_column("'repaired'")]),
    )
)
_REPAIR = Statement(
    insert(checkins)
    .values(
        call_id=bindparam("call"),
        member_id=bindparam("member"),
        day=bindparam("on"),
        at=bindparam("moment"),
        state=CheckinState.REPAIRED,
        late=True,
        judged_by=bindparam("judge"),
        judged_at=bindparam("moment"),
    )
    .on_conflict_do_update(
        index_elements=["call_id", "member_id"],
        set_={
            "state": CheckinState.REPAIRED,
            "judged_by": bindparam("judge"),
            "judged_at": bindparam("moment"),
        },
        where=checkins.c.state.in_([literal_column("'refused'"), literal_column("'waiting'")]),
    )
)
_REMOVE = Statement(delete(checkins).where(OF_MEMBER))
_CONCERNING = Statement(
    select(*CALL_COLUMNS)
    .where(
        calls.c.union_id == bindparam("union"),
        FOR_BRANCHES,
        calls.c.day.in_(bindparam("days", expanding=True)),
        HAS_DAY,
    )
    .order_by(calls.c.day.desc(), calls.c.leader_id.is_not(None), calls.c.id)
)
_theirs = checkins.alias("theirs")
_BOTH = Statement(
    select(checkins.c.call_id, checkins.c.state, _theirs.c.state.label("other"))
    .join_from(checkins, _theirs, checkins.c.call_id == _theirs.c.call_id)
    .where(checkins.c.member_id == bindparam("member"), _theirs.c.member_id == bindparam("another"))
)
_MOVE = Statement(
    update(checkins).where(checkins.c.member_id == bindparam("old")).values(member_id=bindparam("new"))
)
_COUNTED = Statement(
    select(checkins.c.call_id)
    .join_from(checkins, calls, calls.c.id == checkins.c.call_id)
    .where(
        checkins.c.member_id == bindparam("member"),
        IS_DONE,
        or_(
            in_states("open"),
            in_states("closed") & (calls.c.day >= bindparam("first")),
        ),
    )
)
_DELETE_OF = Statement(delete(checkins).where(checkins.c.member_id == bindparam("member")))

_WHO_ANSWERED = Statement(
    select(checkins.c.member_id)
    .where(
        checkins.c.call_id == bindparam("call"),
        checkins.c.member_id > bindparam("after"),
        IS_DONE,
    )
    .order_by(checkins.c.member_id)
    .limit(bindparam("most"))
)


def of(tx: Tx, call_id: int, member_id: int) -> Checkin | None:
    """Returns the member's answer to a call."""
    row = tx.one(_OF, call=call_id, member=member_id)
    return read_checkin(row) if row else None


def since(tx: Tx, member_id: int, first: int) -> dict[int, Checkin]:
    """Returns the member's answers to calls of that union-day and later, by call."""
    return {row.call_id: read_checkin(row) for row in tx.all(_OF_DAYS, member=member_id, first=first)}


def give(
    tx: Tx,
    call: Call,
    member_id: int,
    state: CheckinState,
    *,
    late: bool,
    proof: str | None,
    file_id: int | None,
    space_id: int | None,
    judge_id: int | None,
) -> bool:
    """Adds an answer, also in the place of a refused or repaired one; False if there is another already."""
    given = tx.run(
        _GIVE,
        call=call.id,
        member=member_id,
        on=call.day,
        moment=tx.now,
        to=state,
        is_late=late,
        shown=proof,
        file=file_id,
        space=space_id,
        judge=judge_id,
    )
    return given > 0


def repair(tx: Tx, call_id: int, member_id: int, day: int, judge_id: int) -> bool:
    """Lets the day count though the member did not answer the call; False if the day counts already."""
    return tx.run(_REPAIR, call=call_id, member=member_id, on=day, moment=tx.now, judge=judge_id) > 0


def remove(tx: Tx, call_id: int, member_id: int) -> None:
    """Erases the member's answer to a call."""
    tx.run(_REMOVE, call=call_id, member=member_id)


def concerning(tx: Tx, union_id: int, leader_ids: Sequence[int], days: Sequence[int]) -> list[Call]:
    """Returns the calls of those union-days for the whole union and for the branches of those leaders.

    The latest day comes first; of each day the union's call.
    """
    rows = tx.all(_CONCERNING, union=union_id, leaders=list(leader_ids), days=list(days))
    return [read_call(row._asdict()) for row in rows]


def both(tx: Tx, member_id: int, another_id: int) -> list[tuple[int, CheckinState, CheckinState]]:
    """Returns (call, state, state of the other's) of the calls to which both members have an answer."""
    rows = tx.all(_BOTH, member=member_id, another=another_id)
    return [(row.call_id, CheckinState(row.state), CheckinState(row.other)) for row in rows]


def move(tx: Tx, old_id: int, new_id: int) -> None:
    """Gives all answers of one member to another, who has none to the same calls."""
    tx.run(_MOVE, old=old_id, new=new_id)


def counted_in(tx: Tx, member_id: int, first: int) -> list[int]:
    """Returns the calls whose numbers include the member's answer: open ones, and those from that union-day on."""
    return [row[0] for row in tx.all(_COUNTED, member=member_id, first=first)]


def delete_of(tx: Tx, member_id: int) -> None:
    """Erases all answers of a member."""
    tx.run(_DELETE_OF, member=member_id)


def who_answered(tx: Tx, call_id: int) -> Iterator[list[int]]:
    """Returns the members who answered a call, in pages."""
    after = 0
    while rows := tx.plain(_WHO_ANSWERED, call=call_id, after=after, most=PAGE):
        yield [row[0] for row in rows]
        after = rows[-1][0]

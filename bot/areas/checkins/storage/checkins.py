"""Answers to calls, one row for each member and call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, literal_column, or_, select, update

from bot.areas.calls.domain.calls import Call, read_call
from bot.areas.calls.tables import CALL_COLUMNS, HAS_BEGUN, HAS_DAY, calls, in_states
from bot.areas.checkins.domain.checkins import Checkin, CheckinState
from bot.areas.checkins.tables import IS_DONE, IS_WAITING, checkins
from bot.domain.transaction import Tx
from bot.storage.paging import PAGE
from bot.storage.statements import Statement, insert

_COLUMNS = (
    checkins.c.call_id,
    checkins.c.member_id,
    checkins.c.day,
    checkins.c.at,
    checkins.c.state,
    checkins.c.late,
    checkins.c.proof,
    checkins.c.file_id,
    checkins.c.judged_by,
)
_MINE = (checkins.c.call_id == bindparam("call")) & (checkins.c.member_id == bindparam("member"))
_OF = Statement(select(*_COLUMNS).where(_MINE))
_OF_DAYS = Statement(
    select(*_COLUMNS).where(
        checkins.c.member_id == bindparam("member"),
        checkins.c.day >= bindparam("first"),
    )
)
_VALUES: dict[str, Any] = {
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
_REMOVE = Statement(delete(checkins).where(_MINE))
_JUDGE = Statement(
    update(checkins)
    .where(_MINE, IS_WAITING)
    .values(state=bindparam("to"), judged_by=bindparam("judge"), judged_at=bindparam("moment"))
)
_FOR_JUDGE = Statement(
    select(*_COLUMNS)
    .where(
        IS_WAITING,
        checkins.c.judged_by == bindparam("judge"),
        checkins.c.member_id != bindparam("judge"),
        checkins.c.day >= bindparam("since"),
    )
    .order_by(checkins.c.call_id, checkins.c.member_id)
    .limit(bindparam("most"))
)
_FOR_WITNESS = Statement(
    select(*_COLUMNS)
    .where(
        IS_WAITING,
        checkins.c.judged_by.is_(None),
        checkins.c.call_id == bindparam("call"),
        checkins.c.member_id > bindparam("after"),
        checkins.c.member_id < bindparam("before"),
    )
    .order_by(checkins.c.member_id)
    .limit(bindparam("most"))
)
_HAND_ON = Statement(
    update(checkins)
    .where(IS_WAITING, checkins.c.judged_by == bindparam("old"))
    .values(judged_by=bindparam("new"))
)
_HAND_ON_OWN = Statement(
    update(checkins)
    .where(IS_WAITING, checkins.c.judged_by == bindparam("old"), checkins.c.member_id == bindparam("old"))
    .values(judged_by=bindparam("new"))
)
_CONCERNS = or_(calls.c.leader_id.is_(None), calls.c.leader_id.in_(bindparam("leaders", expanding=True)))
_CONCERNING = Statement(
    select(*CALL_COLUMNS)
    .where(
        calls.c.union_id == bindparam("union"),
        _CONCERNS,
        calls.c.day.in_(bindparam("days", expanding=True)),
        HAS_DAY,
    )
    .order_by(calls.c.day.desc(), calls.c.leader_id.is_not(None), calls.c.id)
)
_WITNESSED = Statement(
    select(calls.c.id)
    .where(
        calls.c.union_id == bindparam("union"),
        HAS_BEGUN,
        calls.c.day >= bindparam("since"),
        calls.c.proof == "witness",
        _CONCERNS,
    )
    .order_by(calls.c.id.desc())
    .limit(bindparam("most"))
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


def _checkin(row: Any) -> Checkin:
    return Checkin(**{**row._asdict(), "state": CheckinState(row.state)})


def of(tx: Tx, call_id: int, member_id: int) -> Checkin | None:
    """Returns the member's answer to a call."""
    row = tx.one(_OF, call=call_id, member=member_id)
    return _checkin(row) if row else None


def since(tx: Tx, member_id: int, first: int) -> dict[int, Checkin]:
    """Returns the member's answers to calls of that union-day and later, by call."""
    return {row.call_id: _checkin(row) for row in tx.all(_OF_DAYS, member=member_id, first=first)}


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


def judge(tx: Tx, call_id: int, member_id: int, state: CheckinState, judge_id: int) -> bool:
    """Gives a waiting answer the state done or refused; False if it does not wait."""
    return tx.run(_JUDGE, call=call_id, member=member_id, to=state, judge=judge_id, moment=tx.now) > 0


def for_judge(tx: Tx, judge_id: int, since: int, most: int) -> list[Checkin]:
    """Returns up to `most` answers of that union-day and later that wait for this member's word."""
    return [_checkin(row) for row in tx.all(_FOR_JUDGE, judge=judge_id, since=since, most=most)]


def for_witness(tx: Tx, call_ids: Sequence[int], witness_id: int, most: int) -> list[Checkin]:
    """Returns up to `most` answers to those calls that wait for a witness; never the witness's own.

    The list of each call begins with the members after the witness, so that witnesses see different answers.
    """
    found: list[Checkin] = []
    for call_id in call_ids:
        for after, before in ((witness_id, 2**62), (0, witness_id)):
            left = most - len(found)
            if left:
                rows = tx.all(_FOR_WITNESS, call=call_id, after=after, before=before, most=left)
                found += [_checkin(row) for row in rows]
    return found


def hand_on(tx: Tx, old_id: int, new_id: int | None) -> None:
    """Makes all answers that wait for the word of `old_id` wait for that of `new_id` (None: of any witness)."""
    tx.run(_HAND_ON, old=old_id, new=new_id)


def hand_on_own(tx: Tx, member_id: int, new_id: int | None) -> None:
    """Makes answers that wait for the word of their own member wait for that of `new_id` (None: of any witness)."""
    tx.run(_HAND_ON_OWN, old=member_id, new=new_id)


def concerning(tx: Tx, union_id: int, leader_ids: Sequence[int], days: Sequence[int]) -> list[Call]:
    """Returns the calls of those union-days for the whole union and for the branches of those leaders.

    The latest day comes first; of each day the union's call.
    """
    rows = tx.all(_CONCERNING, union=union_id, leaders=list(leader_ids), days=list(days))
    return [read_call(row._asdict()) for row in rows]


def witnessed(tx: Tx, union_id: int, leader_ids: Sequence[int], since: int, most: int) -> list[int]:
    """Returns the ids of calls of that union-day and later whose answers need a witness, the newest first.

    They are for the whole union, or for the branches of those leaders.
    """
    rows = tx.all(_WITNESSED, union=union_id, leaders=list(leader_ids), since=since, most=most)
    return [row[0] for row in rows]


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

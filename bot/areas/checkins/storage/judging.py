"""Answers that wait for somebody's word: those of a leader's followers, and those that any witness may confirm."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, func, select, update

from bot.areas.calls.tables import HAS_BEGUN, calls
from bot.areas.checkins.domain.checkins import Checkin, CheckinState
from bot.areas.checkins.storage.conditions import CHECKIN_COLUMNS, FOR_BRANCHES, OF_MEMBER, read_checkin
from bot.areas.checkins.tables import IS_WAITING, checkins
from bot.areas.unions.tables import unions
from bot.domain.transaction import Tx
from bot.storage.statements import Statement

_JUDGE = Statement(
    update(checkins)
    .where(OF_MEMBER, IS_WAITING)
    .values(state=bindparam("to"), judged_by=bindparam("judge"), judged_at=bindparam("moment"))
)
_FOR_JUDGE = Statement(
    select(*CHECKIN_COLUMNS)
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
    select(*CHECKIN_COLUMNS)
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
_WITNESSED = Statement(
    select(calls.c.id)
    .where(
        calls.c.union_id == bindparam("union"),
        HAS_BEGUN,
        calls.c.day >= bindparam("since"),
        calls.c.proof == "witness",
        FOR_BRANCHES,
    )
    .order_by(calls.c.id.desc())
    .limit(bindparam("most"))
)
_ASKS_LEADERS = (HAS_BEGUN, calls.c.proof == "leader", calls.c.day >= bindparam("since"))
_UNIONS_WITH_WAITING = Statement(
    select(unions.c.id).where(exists().where(calls.c.union_id == unions.c.id, *_ASKS_LEADERS))
)
_JUDGES = Statement(
    select(checkins.c.judged_by, func.max(checkins.c.call_id))
    .where(
        IS_WAITING,
        checkins.c.judged_by.is_not(None),
        checkins.c.judged_by != checkins.c.member_id,
        checkins.c.call_id.in_(
            select(calls.c.id).where(calls.c.union_id == bindparam("union"), *_ASKS_LEADERS)
        ),
    )
    .group_by(checkins.c.judged_by)
    .order_by(checkins.c.judged_by)
)


def judge(tx: Tx, call_id: int, member_id: int, state: CheckinState, judge_id: int) -> bool:
    """Gives a waiting answer the state done or refused; False if it does not wait."""
    return tx.run(_JUDGE, call=call_id, member=member_id, to=state, judge=judge_id, moment=tx.now) > 0


def for_judge(tx: Tx, judge_id: int, since: int, most: int) -> list[Checkin]:
    """Returns up to `most` answers of that union-day and later that wait for this member's word."""
    return [read_checkin(row) for row in tx.all(_FOR_JUDGE, judge=judge_id, since=since, most=most)]


def unions_with_waiting(tx: Tx, since: int) -> list[int]:
    """Returns the unions with a call of that union-day or later that asks for the leader's word."""
    return [row.id for row in tx.all(_UNIONS_WITH_WAITING, since=since)]


def judges(tx: Tx, union_id: int, since: int) -> list[tuple[int, int]]:
    """Returns the members for whose word an answer waits, each with the newest call that it belongs to."""
    return [(row[0], row[1]) for row in tx.all(_JUDGES, union=union_id, since=since)]


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
                found += [read_checkin(row) for row in rows]
    return found


def hand_on(tx: Tx, old_id: int, new_id: int | None) -> None:
    """Makes all answers that wait for the word of `old_id` wait for that of `new_id` (None: of any witness)."""
    tx.run(_HAND_ON, old=old_id, new=new_id)


def hand_on_own(tx: Tx, member_id: int, new_id: int | None) -> None:
    """Makes answers that wait for the word of their own member wait for that of `new_id` (None: of any witness)."""
    tx.run(_HAND_ON_OWN, old=member_id, new=new_id)


def witnessed(tx: Tx, union_id: int, leader_ids: Sequence[int], since: int, most: int) -> list[int]:
    """Returns the ids of calls of that union-day and later whose answers need a witness, the newest first.

    They are for the whole union, or for the branches of those leaders.
    """
    rows = tx.all(_WITNESSED, union=union_id, leaders=list(leader_ids), since=since, most=most)
    return [row[0] for row in rows]

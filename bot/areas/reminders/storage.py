"""Members' wishes for reminders of the day's call, and leaders' nudges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, bindparam, delete, exists, or_, select, update

from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.tables import IS_AHEAD, calls
from bot.areas.checkins.tables import checkins
from bot.areas.members.tables import ACCOUNT_COLUMNS, accounts
from bot.areas.reminders.tables import nudges, reminders
from bot.domain.people import Account
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert


@dataclass(frozen=True, slots=True)
class KeptWish:
    """A member's wish: the account to remind, and the hour in minutes of the local day."""

    account_id: int
    minutes: int


_NOT_YET = or_(reminders.c.reminded_day.is_(None), reminders.c.reminded_day < bindparam("today"))
_OF = Statement(
    select(reminders.c.account_id, reminders.c.minutes).where(reminders.c.member_id == bindparam("member"))
)
_WISH: dict[str, BindParameter[int]] = {
    "account_id": bindparam("account"),
    "minutes": bindparam("at_minutes"),
    "reminded_day": bindparam("done_day"),
}
_PUT = Statement(
    insert(reminders)
    .values(member_id=bindparam("member"), union_id=bindparam("union"), **_WISH)
    .on_conflict_do_update(index_elements=["member_id"], set_=_WISH)
)
_REMOVE = Statement(delete(reminders).where(reminders.c.member_id == bindparam("member")))
_REMOVE_TO = Statement(
    delete(reminders).where(
        reminders.c.member_id == bindparam("member"), reminders.c.account_id == bindparam("account")
    )
)
_survivors = reminders.alias("survivors")
_MOVE = Statement(
    update(reminders)
    .where(
        reminders.c.member_id == bindparam("absorbed"),
        ~exists().where(_survivors.c.member_id == bindparam("survivor")),
    )
    .values(member_id=bindparam("survivor"))
)
_OPEN_UNIONS = Statement(select(calls.c.union_id).where(IS_AHEAD, calls.c.state == CallState.OPEN).distinct())
_WAITING = Statement(
    select(reminders.c.member_id)
    .where(
        reminders.c.union_id == bindparam("union"),
        reminders.c.minutes.between(bindparam("first_minute"), bindparam("last_minute")),
        _NOT_YET,
    )
    .order_by(reminders.c.minutes)
    .limit(bindparam("most"))
)
_CHOSEN = Statement(
    select(reminders.c.member_id.label("whose"), *ACCOUNT_COLUMNS)
    .outerjoin_from(reminders, accounts, accounts.c.id == reminders.c.account_id)
    .where(reminders.c.member_id.in_(bindparam("members", expanding=True)), _NOT_YET)
)
_MARK = Statement(
    update(reminders)
    .where(reminders.c.member_id.in_(bindparam("members", expanding=True)))
    .values(reminded_day=bindparam("today"))
)
_ANSWERED = Statement(
    select(checkins.c.call_id, checkins.c.member_id).where(
        checkins.c.call_id.in_(bindparam("calls", expanding=True)),
        checkins.c.member_id.in_(bindparam("members", expanding=True)),
        checkins.c.state != "refused",
    )
)
_COUNT = Statement(
    update(calls).where(calls.c.id == bindparam("call")).values(reminded=calls.c.reminded + bindparam("more"))
)
_NUDGED = Statement(
    select(nudges.c.at).where(
        nudges.c.call_id == bindparam("call"), nudges.c.leader_id == bindparam("leader")
    )
)
_NUDGE = Statement(
    insert(nudges).values(
        call_id=bindparam("call"),
        leader_id=bindparam("leader"),
        at=bindparam("now"),
        reached=bindparam("people"),
    )
)
_others = nudges.alias("others")
_MOVE_NUDGES = Statement(
    update(nudges)
    .where(
        nudges.c.leader_id == bindparam("absorbed"),
        ~exists().where(_others.c.call_id == nudges.c.call_id, _others.c.leader_id == bindparam("survivor")),
    )
    .values(leader_id=bindparam("survivor"))
)


def of(tx: Tx, member_id: int) -> KeptWish | None:
    """Returns the member's wish; None if they did not ask for reminders."""
    row = tx.one(_OF, member=member_id)
    return KeptWish(*row) if row else None


def put(tx: Tx, union_id: int, member_id: int, wish: KeptWish, reminded_day: int | None) -> None:
    """Sets the member's wish. `reminded_day` is the last union-day that needs no reminder any more."""
    tx.run(
        _PUT,
        member=member_id,
        union=union_id,
        account=wish.account_id,
        at_minutes=wish.minutes,
        done_day=reminded_day,
    )


def remove(tx: Tx, member_id: int) -> None:
    """Erases the member's wish."""
    tx.run(_REMOVE, member=member_id)


def remove_to(tx: Tx, member_id: int, account_id: int) -> None:
    """Erases the member's wish if it names this account."""
    tx.run(_REMOVE_TO, member=member_id, account=account_id)


def merge(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """Gives the absorbed member's wish and nudges to the survivor, where the survivor has none."""
    tx.run(_MOVE, absorbed=absorbed_id, survivor=survivor_id)
    remove(tx, absorbed_id)
    tx.run(_MOVE_NUDGES, absorbed=absorbed_id, survivor=survivor_id)


def unions_with_open_calls(tx: Tx) -> list[int]:
    """Returns the ids of unions with an open call, of the union or of a branch."""
    return [row.union_id for row in tx.all(_OPEN_UNIONS)]


def waiting(tx: Tx, union_id: int, first: int, last: int, today: int, most: int) -> list[int]:
    """Returns up to `most` members who were not reminded today, the earliest hour first.

    Their hours are from `first` to `last`, in minutes of the local day.
    """
    rows = tx.plain(_WAITING, union=union_id, first_minute=first, last_minute=last, today=today, most=most)
    return [row[0] for row in rows]


def chosen(tx: Tx, member_ids: Sequence[int], today: int) -> list[tuple[int, Account | None]]:
    """Returns (member, account to remind, None if it is gone) of those who were not reminded today."""
    rows = tx.all(_CHOSEN, members=list(member_ids), today=today)
    return [(row[0], Account(*row[1:]) if row[1] is not None else None) for row in rows]


def mark(tx: Tx, member_ids: Sequence[int], today: int) -> None:
    """Marks members as reminded today."""
    tx.run(_MARK, members=list(member_ids), today=today)


def answered(tx: Tx, call_ids: Sequence[int], member_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Returns (call, member) of all answers, without refused ones, which the member can give again."""
    return {(row[0], row[1]) for row in tx.all(_ANSWERED, calls=list(call_ids), members=list(member_ids))}


def count(tx: Tx, call_id: int, more: int) -> None:
    """Adds `more` to the number of members who were reminded of a call."""
    tx.run(_COUNT, call=call_id, more=more)


def nudged(tx: Tx, call_id: int, leader_id: int) -> datetime | None:
    """Returns the moment at which this leader had members reminded of the call."""
    found: datetime | None = tx.value(_NUDGED, call=call_id, leader=leader_id)
    return found


def nudge(tx: Tx, call_id: int, leader_id: int, reached: int) -> None:
    """Notes a leader's nudge, which reached so many members."""
    tx.run(_NUDGE, call=call_id, leader=leader_id, now=tx.now, people=reached)

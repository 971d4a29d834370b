"""Streaks as they were on the last day that counted. The days since are worked out when a streak is read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, delete, exists, func, literal_column, select

from bot.areas.calls.tables import HAS_BEGUN, calls
from bot.areas.checkins.domain.streaks import MOST_FREEZES, PlacedStreak, Streak
from bot.areas.checkins.tables import IS_WAITING, checkins, streaks
from bot.domain.transaction import Tx
from bot.storage.paging import ranking
from bot.storage.statements import Statement, insert

_UNION_CALL = calls.c.leader_id.is_(None)
_WAITING = exists().where(
    checkins.c.member_id == bindparam("member"),
    checkins.c.day >= bindparam("since"),
    IS_WAITING,
)
_OF = Statement(
    select(
        streaks.c.current,
        streaks.c.best,
        streaks.c.last_day,
        streaks.c.freezes,
        streaks.c.run,
        _WAITING.label("waiting"),
    ).where(streaks.c.member_id == bindparam("member"))
)
_VALUES: dict[str, BindParameter[int]] = {
    "current": bindparam("now"),
    "best": bindparam("ever"),
    "last_day": bindparam("on"),
    "freezes": bindparam("kept"),
    "run": bindparam("towards"),
}
_PUT = Statement(
    insert(streaks)
    .values(member_id=bindparam("member"), union_id=bindparam("union"), **_VALUES)
    .on_conflict_do_update(index_elements=["member_id"], set_=_VALUES)
)
_DELETE = Statement(delete(streaks).where(streaks.c.member_id == bindparam("member")))
_CALL_DAYS = Statement(
    select(calls.c.day)
    .where(
        calls.c.union_id == bindparam("union"),
        _UNION_CALL,
        calls.c.day >= bindparam("first"),
        calls.c.day <= bindparam("last"),
        HAS_BEGUN,
    )
    .order_by(calls.c.day)
)
_LAST_CALL_DAYS = Statement(
    select(calls.c.day)
    .where(
        calls.c.union_id == bindparam("union"),
        _UNION_CALL,
        calls.c.day < bindparam("before"),
        HAS_BEGUN,
    )
    .order_by(calls.c.day.desc())
    .limit(bindparam("most"))
)
# A cancelled call has no day any more, but the days of its answers still count. So the day is read from the answer.
_ANSWERED_DAYS = Statement(
    select(checkins.c.day)
    .join_from(checkins, calls, calls.c.id == checkins.c.call_id)
    .where(
        checkins.c.member_id == bindparam("member"),
        checkins.c.state.in_([literal_column("'done'"), literal_column("'repaired'")]),
        _UNION_CALL,
    )
    .order_by(checkins.c.day)
)
_WAITING_DAYS = Statement(
    select(checkins.c.day)
    .join_from(checkins, calls, calls.c.id == checkins.c.call_id)
    .where(
        checkins.c.member_id == bindparam("member"),
        checkins.c.day >= bindparam("since"),
        IS_WAITING,
        _UNION_CALL,
    )
)
_NEXT_DAY = Statement(
    select(func.max(streaks.c.last_day)).where(
        streaks.c.union_id == bindparam("union"), streaks.c.last_day < bindparam("before")
    )
)
_LONGEST = ranking(
    streaks.c.member_id,
    streaks.c.current,
    streaks.c.union_id == bindparam("union"),
    streaks.c.last_day == bindparam("on"),
    streaks.c.freezes == bindparam("kept"),
)


def of(tx: Tx, member_id: int, since: int) -> tuple[Streak, bool] | None:
    """Returns the streak as of its last day, and whether an answer since that union-day waits for somebody's word."""
    row = tx.one(_OF, member=member_id, since=since)
    return (Streak(*row[:5]), bool(row[5])) if row else None


def put(tx: Tx, union_id: int, member_id: int, streak: Streak) -> None:
    """Sets the member's streak."""
    tx.run(
        _PUT,
        member=member_id,
        union=union_id,
        now=streak.current,
        ever=streak.best,
        on=streak.last_day,
        kept=streak.freezes,
        towards=streak.run,
    )


def remove(tx: Tx, member_id: int) -> None:
    """Erases the member's streak."""
    tx.run(_DELETE, member=member_id)


def call_days(tx: Tx, union_id: int, first: int, last: int) -> list[int]:
    """Returns the union-days from `first` to `last` on which the union had a call, in order."""
    return [row[0] for row in tx.plain(_CALL_DAYS, union=union_id, first=first, last=last)]


def answered_days(tx: Tx, member_id: int) -> list[int]:
    """Returns all days that count for the member's streak, in order."""
    return list(dict.fromkeys(row[0] for row in tx.plain(_ANSWERED_DAYS, member=member_id)))


def waiting_days(tx: Tx, member_id: int, since: int) -> set[int]:
    """Returns the days since that union-day on which the member's answer waits for somebody's word."""
    return {row[0] for row in tx.plain(_WAITING_DAYS, member=member_id, since=since)}


def longest(tx: Tx, union_id: int, first_open: int, most: int, after: PlacedStreak) -> list[PlacedStreak]:
    """Returns up to `most` running streaks after the place `after`: the longest first, of equals the lowest id.

    Days before `first_open` are over. A streak runs as long as its freezes bridge the days missed since its last one.
    So there are few groups of one last day and number of freezes, and only the longest of each group are read.
    """
    over = [
        row[0] for row in tx.plain(_LAST_CALL_DAYS, union=union_id, before=first_open, most=MOST_FREEZES + 1)
    ]
    found: list[PlacedStreak] = []
    last: int | None = 2**31 - 1
    while (last := tx.value(_NEXT_DAY, union=union_id, before=last)) is not None:
        needed = sum(day > last for day in over)
        if needed > MOST_FREEZES:
            break
        for freezes in range(needed, MOST_FREEZES + 1):
            found += _group(tx, union_id, last, freezes, most, after)
    return sorted(found, key=lambda one: (-one.current, one.member_id))[:most]


def _group(
    tx: Tx, union_id: int, last_day: int, freezes: int, most: int, after: PlacedStreak
) -> Sequence[PlacedStreak]:
    rows = tx.plain(
        _LONGEST,
        union=union_id,
        on=last_day,
        kept=freezes,
        number=after.current,
        after=after.member_id,
        most=most,
    )
    return [PlacedStreak(*row) for row in rows]

"""Repeats, the union's hour, and the last union-day that was laid out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy import union as union_of

from bot.areas.calls.domain.calls import USUAL_HOUR
from bot.areas.calls.domain.schedule import Frequency, Repeat, RepeatPattern, from_codes, to_codes
from bot.areas.calls.tables import IS_QUEUED, call_rules, call_settings, calls
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_COLUMNS = (
    call_rules.c.id,
    call_rules.c.union_id,
    call_rules.c.call_id,
    call_rules.c.repeats,
    call_rules.c.weekdays,
    call_rules.c.first_day,
    call_rules.c.last_day,
    call_rules.c.ended_at,
)
_GOING = call_rules.c.ended_at.is_(None)
_ADD = Statement(
    insert(call_rules)
    .values(
        union_id=bindparam("union"),
        call_id=bindparam("call"),
        repeats=bindparam("frequency"),
        weekdays=bindparam("weekdays"),
        first_day=bindparam("first"),
        last_day=bindparam("last"),
    )
    .returning(*_COLUMNS)
)
_BY_ID = Statement(select(*_COLUMNS).where(call_rules.c.id == bindparam("repeat")))
_OF_CALL = Statement(select(*_COLUMNS).where(call_rules.c.call_id == bindparam("call")))
_OF_UNION = Statement(
    select(*_COLUMNS).where(call_rules.c.union_id == bindparam("union"), _GOING).order_by(call_rules.c.id)
)
_END = Statement(
    update(call_rules).where(call_rules.c.id == bindparam("repeat"), _GOING).values(ended_at=bindparam("at"))
)
_OPENS = Statement(select(call_settings.c.opens).where(call_settings.c.union_id == bindparam("union")))
_SET_OPENS = Statement(
    insert(call_settings)
    .values(union_id=bindparam("union"), opens=bindparam("minutes"))
    .on_conflict_do_update(index_elements=["union_id"], set_={"opens": bindparam("minutes")})
)
_LAID = Statement(select(call_settings.c.laid_day).where(call_settings.c.union_id == bindparam("union")))
_SET_LAID = Statement(
    insert(call_settings)
    .values(union_id=bindparam("union"), opens=USUAL_HOUR, laid_day=bindparam("on"))
    .on_conflict_do_update(index_elements=["union_id"], set_={"laid_day": bindparam("on")})
)
_TO_LAY = union_of(
    select(call_rules.c.union_id).where(_GOING), select(calls.c.union_id).where(IS_QUEUED)
).subquery("to_lay")
_LAID_DAYS = Statement(
    select(_TO_LAY.c.union_id, call_settings.c.laid_day)
    .outerjoin_from(_TO_LAY, call_settings, call_settings.c.union_id == _TO_LAY.c.union_id)
    .order_by(_TO_LAY.c.union_id)
)


def _repeat(row: Any) -> Repeat:
    pattern = RepeatPattern(Frequency(row.repeats), from_codes(row.weekdays))
    return Repeat(row.id, row.union_id, row.call_id, pattern, row.first_day, row.last_day, row.ended_at)


def add(tx: Tx, union_id: int, call_id: int, pattern: RepeatPattern, first: int, last: int | None) -> Repeat:
    """Adds a repeat from the union-day `first` to `last` (None: for ever), with that call as its text."""
    row = tx.one(
        _ADD,
        union=union_id,
        call=call_id,
        frequency=pattern.frequency,
        weekdays=to_codes(pattern.weekdays),
        first=first,
        last=last,
    )
    assert row is not None
    return _repeat(row)


def by_id(tx: Tx, repeat_id: int) -> Repeat | None:
    """Returns the repeat with that id, ended or not."""
    row = tx.one(_BY_ID, repeat=repeat_id)
    return _repeat(row) if row else None


def of_call(tx: Tx, call_id: int) -> Repeat | None:
    """Returns the repeat whose text that call is."""
    row = tx.one(_OF_CALL, call=call_id)
    return _repeat(row) if row else None


def of_union(tx: Tx, union_id: int) -> list[Repeat]:
    """Returns the union's repeats that go on, the oldest first."""
    return [_repeat(row) for row in tx.all(_OF_UNION, union=union_id)]


def end(tx: Tx, repeat_id: int) -> None:
    """Ends a repeat. Does nothing to one that ended before."""
    tx.run(_END, repeat=repeat_id, at=tx.now)


def opens(tx: Tx, union_id: int) -> int:
    """Returns the union's hour, in minutes of the local day."""
    found: int | None = tx.value(_OPENS, union=union_id)
    return USUAL_HOUR if found is None else found


def set_opens(tx: Tx, union_id: int, minutes: int) -> None:
    """Sets the union's hour, in minutes of the local day."""
    tx.run(_SET_OPENS, union=union_id, minutes=minutes)


def laid_day(tx: Tx, union_id: int) -> int | None:
    """Returns the last union-day that was laid out."""
    found: int | None = tx.value(_LAID, union=union_id)
    return found


def set_laid(tx: Tx, union_id: int, day: int) -> None:
    """Notes the last union-day that is laid out."""
    tx.run(_SET_LAID, union=union_id, on=day)


def laid_days(tx: Tx) -> list[tuple[int, int | None]]:
    """Returns (union, last union-day that was laid out) of the unions that have repeats or a queue."""
    return [(row.union_id, row.laid_day) for row in tx.all(_LAID_DAYS)]

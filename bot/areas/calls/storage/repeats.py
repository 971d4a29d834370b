"""Rules that repeat calls, the union's hour, and how far rules and queue were laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy import union as union_of

from bot.areas.calls.domain.calls import USUAL_HOUR
from bot.areas.calls.domain.schedule import Repeats, Repetition, Rule, from_codes, to_codes
from bot.areas.calls.tables import call_rules, call_settings, calls
from bot.areas.unions.tables import UNION_COLUMNS, unions
from bot.domain.people import Union
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
        repeats=bindparam("repeats"),
        weekdays=bindparam("weekdays"),
        first_day=bindparam("first"),
        last_day=bindparam("last"),
    )
    .returning(*_COLUMNS)
)
_BY_ID = Statement(select(*_COLUMNS).where(call_rules.c.id == bindparam("rule")))
_OF_CALL = Statement(select(*_COLUMNS).where(call_rules.c.call_id == bindparam("call")))
_OF_UNION = Statement(
    select(*_COLUMNS).where(call_rules.c.union_id == bindparam("union"), _GOING).order_by(call_rules.c.id)
)
_END = Statement(
    update(call_rules).where(call_rules.c.id == bindparam("rule"), _GOING).values(ended_at=bindparam("at"))
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
_WITH_WORK = union_of(
    select(call_rules.c.union_id).where(_GOING),
    select(calls.c.union_id).where(
        calls.c.state == literal_column("'queued'")
    ),  # as the partial index has it
).subquery("working")
_AT_WORK = Statement(
    select(*UNION_COLUMNS, call_settings.c.laid_day)
    .select_from(unions)
    .join(_WITH_WORK, _WITH_WORK.c.union_id == unions.c.id)
    .outerjoin(call_settings, call_settings.c.union_id == unions.c.id)
    .order_by(unions.c.id)
)


@dataclass(frozen=True, slots=True)
class AtWork:
    """A union with rules or a queue, and up to which union-day they were laid out."""

    union: Union
    laid_day: int | None


def _rule(row: Any) -> Rule:
    repetition = Repetition(Repeats(row.repeats), from_codes(row.weekdays))
    return Rule(row.id, row.union_id, row.call_id, repetition, row.first_day, row.last_day, row.ended_at)


def add(tx: Tx, union_id: int, call_id: int, repetition: Repetition, first: int, last: int | None) -> Rule:
    codes = to_codes(repetition.weekdays)
    row = tx.one(
        _ADD, union=union_id, call=call_id, repeats=repetition.repeats, weekdays=codes, first=first, last=last
    )
    assert row is not None
    return _rule(row)


def by_id(tx: Tx, rule_id: int) -> Rule | None:
    row = tx.one(_BY_ID, rule=rule_id)
    return _rule(row) if row else None


def of_call(tx: Tx, call_id: int) -> Rule | None:
    """The rule whose text that call is."""
    row = tx.one(_OF_CALL, call=call_id)
    return _rule(row) if row else None


def of_union(tx: Tx, union_id: int) -> list[Rule]:
    """The rules that were not ended, the oldest first."""
    return [_rule(row) for row in tx.all(_OF_UNION, union=union_id)]


def end(tx: Tx, rule_id: int) -> bool:
    """Whether it was going on until now."""
    return tx.run(_END, rule=rule_id, at=tx.now) > 0


def opens(tx: Tx, union_id: int) -> int:
    """The union's hour, in minutes of the local day."""
    found: int | None = tx.value(_OPENS, union=union_id)
    return USUAL_HOUR if found is None else found


def set_opens(tx: Tx, union_id: int, minutes: int) -> None:
    tx.run(_SET_OPENS, union=union_id, minutes=minutes)


def laid_day(tx: Tx, union_id: int) -> int | None:
    """Up to which union-day rules and the queue made their calls."""
    found: int | None = tx.value(_LAID, union=union_id)
    return found


def set_laid(tx: Tx, union_id: int, day: int) -> None:
    tx.run(_SET_LAID, union=union_id, on=day)


def at_work(tx: Tx) -> list[AtWork]:
    """The unions that have rules or a queue."""
    return [AtWork(Union(*row[:-1]), row.laid_day) for row in tx.all(_AT_WORK)]

"""Contests: begun with the first entry, and closed with a ranking."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, or_, select, update

from bot.areas.calls.tables import calls, in_states
from bot.areas.contests.tables import IS_RUNNING, contests
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_BEGIN = Statement(insert(contests).values(call_id=bindparam("call")).on_conflict_do_nothing())
_CLOSED = Statement(select(contests.c.closed_at).where(contests.c.call_id == bindparam("call")))
_CLOSE = Statement(
    update(contests)
    .where(contests.c.call_id == bindparam("call"), IS_RUNNING)
    .values(closed_at=bindparam("moment"))
)
_DUE = Statement(
    select(calls.c.union_id, contests.c.call_id)
    .join_from(contests, calls, calls.c.id == contests.c.call_id)
    .where(IS_RUNNING, or_(in_states("closed", "cancelled"), calls.c.closes_at <= bindparam("moment")))
    .order_by(contests.c.call_id)
    .limit(bindparam("most"))
)
_LAST = Statement(
    select(contests.c.call_id)
    .join_from(contests, calls, calls.c.id == contests.c.call_id)
    .where(
        calls.c.union_id == bindparam("union"), calls.c.leader_id.is_(None), contests.c.closed_at.is_not(None)
    )
    .order_by(contests.c.closed_at.desc())
    .limit(1)
)


def begin(tx: Tx, call_id: int) -> None:
    """Begins the contest, if nobody took part in it before. From now on it will have a ranking."""
    tx.run(_BEGIN, call=call_id)


def closed_at(tx: Tx, call_id: int) -> datetime | None:
    """Returns the moment at which the contest was closed; None if it was not, or nobody took part."""
    found: datetime | None = tx.value(_CLOSED, call=call_id)
    return found


def close(tx: Tx, call_id: int) -> bool:
    """Closes the contest; False if it is closed already, or nobody took part."""
    return tx.run(_CLOSE, call=call_id, moment=tx.now) > 0


def due(tx: Tx, most: int) -> list[tuple[int, int]]:
    """Returns (union, call) of contests of all unions that are over and not closed yet."""
    return [(row.union_id, row.call_id) for row in tx.all(_DUE, moment=tx.now, most=most)]


def last_closed(tx: Tx, union_id: int) -> int | None:
    """Returns the call of the union's contest that was closed last, without contests of branches."""
    found: int | None = tx.value(_LAST, union=union_id)
    return found

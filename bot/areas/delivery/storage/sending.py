"""The steps of sending: rows of the outbox are claimed before they are sent, and settled afterwards.

A chain has the rows of one union for one chat in one lane. Only the oldest row of a chain is due; the others are
behind it. So all rows that are due can be sent side by side, and claiming reads no more rows than it takes.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, case, func, literal_column, select, update

from bot.areas.delivery.storage.outbox import BEHIND, DUE, IS_DUE, IS_OPEN, PARKED, SENDING, SENT, UNCERTAIN
from bot.areas.delivery.tables import outbox
from bot.domain.messages import OutboxRow
from bot.domain.transaction import Tx
from bot.storage import meta
from bot.storage.statements import Statement
from bot.storage.types import UtcDateTime

REPEATED = "it may have come twice"
"""The note at rows that were sent again, because a process could not know whether they had been sent."""


_COLUMNS = [outbox.c[name] for name in OutboxRow.__dataclass_fields__]
_LANE = (outbox.c.platform == bindparam("on"), outbox.c.lane == bindparam("in_lane"), IS_DUE)


def _next_share(after: ColumnElement[int]) -> ScalarSelect[int]:
    return select(func.min(outbox.c.share)).where(*_LANE, outbox.c.share > after).scalar_subquery()


# A loose index scan: one step for each share, no matter how many rows it has.
_FIRST = select(_next_share(bindparam("after")).label("share")).cte("shares", recursive=True)
_SHARED = _FIRST.union_all(select(_next_share(_FIRST.c.share)).where(_FIRST.c.share.is_not(None)))
_SHARES = Statement(
    select(
        _SHARED.c.share,
        select(func.min(outbox.c.due_at))
        .where(*_LANE, outbox.c.share == _SHARED.c.share)
        .scalar_subquery()
        .label("due_at"),
    )
    .where(_SHARED.c.share.is_not(None))
    .limit(bindparam("most"))
)
_TAKE = Statement(
    update(outbox)
    .where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(*_LANE, outbox.c.share == bindparam("of"), outbox.c.due_at <= bindparam("at"))
            .order_by(outbox.c.due_at, outbox.c.id)
            .limit(bindparam("most"))
        )
    )
    .values(state=SENDING, attempts=outbox.c.attempts + 1)
    .returning(*_COLUMNS)
)
_REPEATED = outbox.c.last_error == REPEATED
_FINISH = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state=bindparam("as_state"),
        sent_id=bindparam("sent"),
        last_error=case((_REPEATED, outbox.c.last_error), else_=bindparam("error")),
        body=b"",
    )
)
_RETRY = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state=DUE,
        due_at=bindparam("at"),
        attempts=outbox.c.attempts - bindparam("untried"),
        last_error=case((_REPEATED, outbox.c.last_error), else_=bindparam("error")),
        chain=bindparam("as_chain"),
    )
)
_OLDEST = (
    select(func.min(outbox.c.id))
    .where(outbox.c.platform == bindparam("on"), outbox.c.chain == bindparam("of"), IS_OPEN)
    .scalar_subquery()
)
_AT = bindparam("at", type_=UtcDateTime)
_NEXT = Statement(
    update(outbox)
    .where(outbox.c.id == _OLDEST, outbox.c.state == BEHIND)
    .values(state=DUE, due_at=case((outbox.c.due_at < _AT, _AT), else_=outbox.c.due_at))
)
_PARK = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state=PARKED, last_error=bindparam("error"), body=b"")
)
_LEFT = Statement(
    select(outbox.c.id).where(
        outbox.c.platform == bindparam("on"),
        outbox.c.state == SENDING,
        outbox.c.state != literal_column("'sent'"),
    )
)
_RECOVER = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state=DUE, last_error=func.coalesce(bindparam("error"), outbox.c.last_error))
)


def shares(tx: Tx, platform: str, lane: int, after: int, most: int) -> list[tuple[int, datetime]]:
    """Returns (union, when its first row is due) of the next unions after this one with due rows in the lane.

    Rows without a union come as union 0.
    """
    rows = tx.all(_SHARES, on=platform, in_lane=lane, after=after, most=most)
    return [(row.share, row.due_at) for row in rows]


def take(tx: Tx, platform: str, lane: int, share: int, most: int) -> list[OutboxRow]:
    """Claims up to `most` due rows of a union to send now, oldest first."""
    found = tx.all(_TAKE, on=platform, in_lane=lane, of=share, at=tx.now, most=most)
    return sorted((OutboxRow(*row) for row in found), key=lambda row: row.id)


def finish(tx: Tx, row: OutboxRow, sent_id: str, open_at: datetime) -> None:
    """Settles a row that was sent, and erases its text. The next row of its chain is due from `open_at` on."""
    tx.run(_FINISH, row=row.id, as_state=SENT, sent=sent_id, error=None)
    _let_next(tx, row, open_at)


def uncertain(tx: Tx, row: OutboxRow, error: str, open_at: datetime) -> None:
    """Settles a row that may have been sent, and is not sent again."""
    tx.run(_FINISH, row=row.id, as_state=UNCERTAIN, sent=None, error=error)
    _let_next(tx, row, open_at)


def retry(tx: Tx, row: OutboxRow, at: datetime, error: str, *, aside: bool = False) -> None:
    """Makes a row due again at that time. The others of its chain wait, unless the row steps `aside`."""
    chain = f"{row.chain}#{row.id}" if aside and "#" not in row.chain else row.chain
    tx.run(_RETRY, row=row.id, at=at, error=error, untried=0, as_chain=chain)
    if chain != row.chain:
        _let_next(tx, row, tx.now)


def defer(tx: Tx, row: OutboxRow, at: datetime) -> None:
    """Makes a row that was not tried due at that time, because its chat is closed until then."""
    tx.run(_RETRY, row=row.id, at=at, error=None, untried=1, as_chain=row.chain)


def park(tx: Tx, row: OutboxRow, error: str) -> None:
    """Gives a row up, and erases its text. It is not tried again, and the operator is told."""
    tx.run(_PARK, row=row.id, error=error)
    _let_next(tx, row, tx.now)


def recover(tx: Tx, platform: str, but: Collection[int] = (), note: str | None = None) -> int:
    """Makes claimed rows due again, except those in `but`, and keeps `note` at them; returns how many."""
    left = [row.id for row in tx.all(_LEFT, on=platform) if row.id not in but]
    for row in left:
        tx.run(_RECOVER, row=row, error=note)
    return len(left)


def spend(tx: Tx, what: str, day: date, most: int, limit: int) -> int:
    """Takes up to `most` from the budget of that day, which is `limit` in all. A negative `most` gives back.

    Returns how much was taken. If the clock was set back over midnight, this takes from the later day.
    """
    known, _, number = (meta.get(tx, what) or "").partition(" ")
    if most > 0 and known == str(day + timedelta(days=1)):
        day += timedelta(days=1)
    spent = int(number) if known == str(day) else 0
    taken = max(min(most, limit - spent), -spent if most < 0 else 0)
    if taken:
        meta.put(tx, what, f"{day} {spent + taken}")
    return taken


def _let_next(tx: Tx, row: OutboxRow, open_at: datetime) -> None:
    tx.run(_NEXT, on=row.platform, of=row.chain, at=open_at)

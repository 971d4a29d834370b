"""Rows of the outbox on their way: claimed before they are sent, settled afterwards.

Of the rows of a chain (what one union has for one chat in one lane) only the oldest is due; the others stand
behind it. So all that is due may be sent side by side, and claiming reads no more rows than it takes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, literal_column, select, update

from bot.areas.delivery.storage.outbox import BEHIND, DUE, IS_DUE, IS_OPEN, PARKED, SENDING, SENT, UNCERTAIN
from bot.areas.delivery.tables import outbox
from bot.domain.transaction import Tx
from bot.storage import meta
from bot.storage.statements import Statement
from bot.storage.types import UtcDateTime

REPEATED = "it may have come twice"
"""What stands at rows that were sent again by a process which does not know whether they had been sent."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message to send. `target` and `body` are JSON of the chat language."""

    id: int
    platform: str
    union_id: int | None
    target: str
    person: str | None
    body: bytes
    attempts: int
    created_at: datetime
    lane: int
    chain: str


_COLUMNS = [outbox.c[name] for name in OutboxRow.__dataclass_fields__]
_LANE = (outbox.c.platform == bindparam("on"), outbox.c.lane == bindparam("in_lane"), IS_DUE)


def _next_share(after: Any) -> Any:
    return select(func.min(outbox.c.share)).where(*_LANE, outbox.c.share > after).scalar_subquery()


# A loose scan: one step in the index for each share, however many rows it has.
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
    update(outbox).where(outbox.c.id == bindparam("row")).values(state=PARKED, last_error=bindparam("error"))
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
    """The next unions (0: none's) after this one with rows in the lane, and when their first is due."""
    rows = tx.all(_SHARES, on=platform, in_lane=lane, after=after, most=most)
    return [(row.share, row.due_at) for row in rows]


def take(tx: Tx, platform: str, lane: int, share: int, most: int) -> list[OutboxRow]:
    """Claim up to `most` due rows of a union to send now, oldest first."""
    found = tx.all(_TAKE, on=platform, in_lane=lane, of=share, at=tx.now, most=most)
    return sorted((OutboxRow(*row) for row in found), key=lambda row: row.id)


def finish(tx: Tx, row: OutboxRow, sent_id: str, open_at: datetime) -> None:
    """Sent; the next of its chain is due, not before `open_at`. The text is dropped: only the id is kept."""
    tx.run(_FINISH, row=row.id, as_state=SENT, sent=sent_id, error=None)
    _let_next(tx, row, open_at)


def uncertain(tx: Tx, row: OutboxRow, error: str, open_at: datetime) -> None:
    """It may have been sent, and is not sent again."""
    tx.run(_FINISH, row=row.id, as_state=UNCERTAIN, sent=None, error=error)
    _let_next(tx, row, open_at)


def retry(tx: Tx, row: OutboxRow, at: datetime, error: str, *, aside: bool = False) -> None:
    """Try again then; others of its chain wait, unless it steps `aside`."""
    chain = f"{row.chain}#{row.id}" if aside and "#" not in row.chain else row.chain
    tx.run(_RETRY, row=row.id, at=at, error=error, untried=0, as_chain=chain)
    if chain != row.chain:
        _let_next(tx, row, tx.now)


def defer(tx: Tx, row: OutboxRow, at: datetime) -> None:
    """It was not tried: its chat may not be written to before then."""
    tx.run(_RETRY, row=row.id, at=at, error=None, untried=1, as_chain=row.chain)


def park(tx: Tx, row: OutboxRow, error: str) -> None:
    """Never try again by itself; the operator is told."""
    tx.run(_PARK, row=row.id, error=error)
    _let_next(tx, row, tx.now)


def recover(tx: Tx, platform: str, but: Collection[int] = (), note: str | None = None) -> int:
    """Make due again what is claimed and not known to be on its way; how many rows. `note` is kept at them."""
    left = [row.id for row in tx.all(_LEFT, on=platform) if row.id not in but]
    for row in left:
        tx.run(_RECOVER, row=row, error=note)
    return len(left)


def spend(tx: Tx, what: str, day: date, most: int, limit: int) -> int:
    """Take up to `most` of what may be spent on that day, `limit` in all (give back with a negative `most`).

    A clock that is set back over midnight takes from the day that has begun already.
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

"""Everything that goes out: rows written with the change that caused them, sent afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, func, select, update

from bot.storage.statements import Statement, insert
from bot.storage.tables import accounts, outbox
from bot.storage.transaction import Tx

DUE, SENDING, SENT, PARKED = "due", "sending", "sent", "parked"


@dataclass(frozen=True, slots=True)
class Row:
    """One message to send. `target` and `body` are JSON of the chat language."""

    id: int
    platform: str
    target: str
    body: bytes
    attempts: int
    created_at: datetime


_COLUMNS = (
    outbox.c.id,
    outbox.c.platform,
    outbox.c.target,
    outbox.c.body,
    outbox.c.attempts,
    outbox.c.created_at,
)
_ADD = Statement(
    insert(outbox)
    .values(
        platform=bindparam("platform"),
        union_id=bindparam("union_id"),
        target=bindparam("target"),
        person=bindparam("person"),
        body=bindparam("body"),
        state=DUE,
        due_at=bindparam("due_at"),
        attempts=0,
        dedupe_key=bindparam("dedupe_key"),
        created_at=bindparam("created_at"),
    )
    .on_conflict_do_nothing()
)
_DUE_IDS = (
    select(outbox.c.id)
    .where(outbox.c.platform == bindparam("on"), outbox.c.state == DUE, outbox.c.due_at <= bindparam("at"))
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
)
_CLAIM = Statement(
    update(outbox)
    .where(outbox.c.id.in_(_DUE_IDS), outbox.c.state == DUE)
    .values(state=SENDING, attempts=outbox.c.attempts + 1)
    .returning(*_COLUMNS)
)
_FINISH = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state=SENT, sent_id=bindparam("sent"), last_error=None, body=b"")
)
_RETRY = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state=DUE, due_at=bindparam("at"), last_error=bindparam("error"))
)
_PARK = Statement(
    update(outbox).where(outbox.c.id == bindparam("row")).values(state=PARKED, last_error=bindparam("error"))
)
_RECOVER = Statement(
    update(outbox).where(outbox.c.platform == bindparam("on"), outbox.c.state == SENDING).values(state=DUE)
)
_NEXT_DUE = Statement(
    select(func.min(outbox.c.due_at)).where(outbox.c.platform == bindparam("on"), outbox.c.state == DUE)
)
_DEPTHS = Statement(
    select(outbox.c.platform, outbox.c.state, func.count().label("rows"))
    .where(outbox.c.state != SENT)
    .group_by(outbox.c.platform, outbox.c.state)
)
_PARKED = Statement(
    select(outbox.c.platform, outbox.c.last_error, func.count().label("rows"))
    .where(
        outbox.c.state == PARKED,
        outbox.c.created_at >= bindparam("since"),
        ~exists().where(
            accounts.c.platform == outbox.c.platform,
            accounts.c.native_id == outbox.c.person,
            accounts.c.unreachable_at.is_not(None),
        ),
    )
    .group_by(outbox.c.platform, outbox.c.last_error)
    .order_by(func.count().desc())
    .limit(bindparam("most"))
)
_PRUNE = Statement(
    delete(outbox).where(outbox.c.state.in_([SENT, PARKED]), outbox.c.created_at < bindparam("before"))
)
_ERASE_PERSON = Statement(
    delete(outbox).where(
        outbox.c.union_id == bindparam("union"),
        outbox.c.platform == bindparam("on"),
        outbox.c.person == bindparam("native"),
    )
)


def add(
    tx: Tx,
    platform: str,
    union_id: int | None,
    target: str,
    body: bytes,
    person: str | None = None,
    dedupe_key: str | None = None,
) -> None:
    """Queue a message, to `person`'s private chat if given; a second one with a `dedupe_key` is dropped."""
    tx.run(
        _ADD,
        platform=platform,
        union_id=union_id,
        target=target,
        person=person,
        body=body,
        due_at=tx.now,
        dedupe_key=dedupe_key,
        created_at=tx.now,
    )


def claim(tx: Tx, platform: str, most: int) -> list[Row]:
    """Take up to `most` due rows to send now, oldest first."""
    rows = [Row(*row) for row in tx.all(_CLAIM, on=platform, at=tx.now, most=most)]
    return sorted(rows, key=lambda row: row.id)


def finish(tx: Tx, row_id: int, sent_id: str) -> None:
    """Sent. The text is dropped: only the message's id is kept."""
    tx.run(_FINISH, row=row_id, sent=sent_id)


def retry(tx: Tx, row_id: int, at: datetime, error: str) -> None:
    tx.run(_RETRY, row=row_id, at=at, error=error)


def park(tx: Tx, row_id: int, error: str) -> None:
    """Never try again by itself; the operator is told."""
    tx.run(_PARK, row=row_id, error=error)


def recover(tx: Tx, platform: str) -> int:
    """Make due again what a stopped process left half sent; how many rows that was."""
    return tx.run(_RECOVER, on=platform)


def next_due(tx: Tx, platform: str) -> datetime | None:
    """When the earliest waiting row is due."""
    found: datetime | None = tx.value(_NEXT_DUE, on=platform)
    return found


def depths(tx: Tx) -> list[tuple[str, str, int]]:
    """(platform, state, rows) of everything not sent."""
    return [(row.platform, row.state, row.rows) for row in tx.all(_DEPTHS)]


def parked(tx: Tx, since: datetime, most: int) -> list[tuple[str, str, int]]:
    """(platform, last error, rows) given up, the most first; not for people who cannot be reached anyhow."""
    return [(row.platform, row.last_error or "", row.rows) for row in tx.all(_PARKED, since=since, most=most)]


def prune(tx: Tx, before: datetime) -> int:
    """Forget what was sent or given up, of which the text names people; how many rows."""
    return tx.run(_PRUNE, before=before)


def erase_person(tx: Tx, union_id: int, platform: str, native_id: str) -> int:
    """Forget what this union had for this person's private chat."""
    return tx.run(_ERASE_PERSON, union=union_id, on=platform, native=native_id)

"""Writing to the union's record. People stand in it by their random ref only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.areas.ledger import storage
from bot.areas.ledger.domain import GENESIS, LedgerEntry, LedgerPage, canonical
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx


def begin(tx: Tx, union: Union) -> None:
    """The first entry of a new union's ledger."""
    storage.begin(tx, union.id)
    record(tx, union.id, "union.founded", None, time_zone=union.time_zone)


def record(tx: Tx, union_id: int, kind: str, actor: Member | None, **payload: Any) -> None:
    """Append what changed. `payload` holds JSON values: refs, never names, chat ids or addresses."""
    storage.append(tx, union_id, kind, actor.ref if actor else None, canonical(payload))


def verify(tx: Tx, union_id: int) -> tuple[int, int | None]:
    """(entries read, number of the first that does not follow from the ones before, or None)."""
    read, previous = 0, GENESIS
    for page in storage.pages(tx, union_id):
        broken = page.first_broken(previous, read + 1)
        if broken is not None:
            return read, broken
        read, previous = page.last
    return read, None


def head(tx: Tx, union: Union) -> tuple[int, bytes]:
    """The number and hash of the last entry."""
    return storage.head(tx, union.id)


def entries(tx: Tx, union: Union, after: int = 0) -> list[LedgerEntry]:
    """The next entries after number `after`, some at a time."""
    return storage.entries(tx, union.id, after)


def pages(tx: Tx, union: Union) -> Iterator[LedgerPage]:
    """All entries in order, many at a time."""
    return storage.pages(tx, union.id)

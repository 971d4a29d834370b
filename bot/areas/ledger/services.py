"""Writing and reading the union's ledger. It names people only by their random refs."""

from __future__ import annotations

from collections.abc import Iterator

from bot.areas.ledger import storage
from bot.areas.ledger.domain import GENESIS, Json, LedgerPage, canonical
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx


def begin(tx: Tx, union: Union) -> None:
    """Starts the ledger of a new union with its first entry."""
    storage.begin(tx, union.id)
    record(tx, union.id, "union.founded", None, time_zone=union.time_zone)


def record(tx: Tx, union_id: int, kind: str, actor: Member | None, **payload: Json) -> None:
    """Appends an entry about a change. `payload` has refs of people, never names, chat ids or addresses."""
    storage.append(tx, union_id, kind, actor.ref if actor else None, canonical(payload))


def verify(tx: Tx, union_id: int) -> tuple[int, int | None]:
    """Verifies a ledger. Returns how many entries are good, and the number of the first that is not, or None.

    An entry is good if it follows from the entries before it; those after the first bad one are not read.
    """
    read, previous = 0, GENESIS
    for page in storage.pages(tx, union_id):
        broken = page.first_broken(previous, read + 1)
        if broken is not None:
            return read, broken
        read, previous = page.last
    return read, None


def head(tx: Tx, union: Union) -> tuple[int, bytes]:
    """Returns the number and hash of the last entry."""
    return storage.head(tx, union.id)


def pages(tx: Tx, union: Union) -> Iterator[LedgerPage]:
    """Reads all entries in order, in pages."""
    return storage.pages(tx, union.id)

"""Writing and reading the union's ledger. It names people only by their random refs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from bot.areas.ledger import storage
from bot.areas.ledger.domain import FORMAT, Chain, Head, Json, LedgerEntry, LedgerPage, canonical
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.storage import meta

CARRIED = "ledgers carried to format 2"
"""The fact in `meta` that says when this database's ledgers were carried over. A newer database does not have it."""

Reader = Callable[[LedgerPage], int | None]
"""Reads a page that verifies. Returns the number of the first entry that contradicts those before it, or None."""


def begin(tx: Tx, union: Union, **settings: Json) -> None:
    """Starts the ledger of a new union with its first entry, which tells all of its settings."""
    storage.begin(tx, union.id, union.ref)
    record(tx, union.id, "union.founded", None, format=FORMAT, **settings)


def record(tx: Tx, union_id: int, kind: str, actor: Member | None, **payload: Json) -> None:
    """Appends an entry about a change. `payload` has refs of people, never names, chat ids or addresses.

    A change of a setting tells the new value. Words that people wrote are told by `digest_of` them.
    """
    storage.append(tx, union_id, kind, actor.ref if actor else None, canonical(payload))


def verify(tx: Tx, union: Union, read: Reader = lambda page: None) -> tuple[int, int | None]:
    """Verifies a ledger, and lets `read` see it. Returns how many entries are good, and the first bad one or None.

    An entry is good if it follows from the entries before it; those after the first bad one are not read. A missing
    entry is the first bad one, and so is the first of a ledger that claims to be older than it can be.
    """
    head = storage.head(tx, union.id)
    if head.bound_from != 1 and not _carried(tx, union):
        return 0, 1
    chain = Chain(union.ref, head.bound_from)
    for page in storage.pages(tx, union.id):
        broken = chain.follow(page)
        if broken is None:
            broken = read(page)
        if broken is not None:
            return broken - 1, broken
    return chain.seq, chain.missing(head)


def head(tx: Tx, union: Union) -> Head:
    """Returns the end of the ledger."""
    return storage.head(tx, union.id)


def of_kinds(tx: Tx, union: Union, kinds: Sequence[str]) -> Iterator[LedgerEntry]:
    """Reads the entries of these kinds, in order. They are not verified."""
    return storage.of_kinds(tx, union.id, kinds)


def _carried(tx: Tx, union: Union) -> bool:
    """Whether the union existed when the ledgers of this database were carried over from format 1."""
    at = meta.get(tx, CARRIED)
    return at is not None and union.created_at <= datetime.fromisoformat(at)

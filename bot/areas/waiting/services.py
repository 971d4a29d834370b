"""The private notes about things that wait: each member is told of each thing once, unless they want no notes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.areas.waiting import storage
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx

KEPT_FOR = timedelta(days=400)
"""For so long it is known who was told of what. Nearly everything that waits is over long before."""


def untold(tx: Tx, union: Union, kind: str, wanted: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Returns those pairs (member, thing) of a queue of which the member was not told and may be told."""
    pairs = list(wanted)
    told = storage.told(tx, union.id, kind, sorted({item for _, item in pairs}))
    without = storage.without(tx, union.id)
    return [pair for pair in pairs if pair not in told and pair[0] not in without]


def tell(tx: Tx, union: Union, member_id: int, kind: str, item: int) -> None:
    """Notes that the member was told of this thing, by a note or in another way."""
    storage.tell(tx, union.id, member_id, kind, item)


def wants_notes(tx: Tx, member: Member) -> bool:
    """Whether the member is told of things that wait for them."""
    return member.id not in storage.without(tx, member.union_id)


def set_notes(tx: Tx, union: Union, member: Member, on: bool) -> None:
    """Begins or ends the notes to a member."""
    if on:
        storage.start(tx, member.id)
    else:
        storage.stop(tx, union.id, member.id)


def prune(tx: Tx, now: datetime) -> None:
    """Erases what is known of notes that were sent very long ago."""
    storage.prune(tx, now - KEPT_FOR)


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases which things a member who leaves was told of."""
    storage.forget(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Tells the one person of nothing again, and sends no notes if one of the two wanted none."""
    if not wants_notes(tx, absorbed):
        storage.stop(tx, union.id, survivor.id)
    storage.merge(tx, absorbed.id, survivor.id)

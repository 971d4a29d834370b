"""Unions: finding them, changing them, handing them over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from bot.areas.ledger.domain import Json, digest_of
from bot.areas.ledger.services import record
from bot.areas.unions import storage
from bot.domain.people import Member, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.domain.zones import zone
from bot.errors import BadInput

Found = TypeVar("Found")
log = logging.getLogger(__name__)

ZoneChanged = Callable[[Tx, Union], None]
"""Another area's reaction to a union's new time zone."""


def by_id(tx: Tx, union_id: int) -> Union | None:
    """Returns the union with that id."""
    return storage.by_id(tx, union_id)


def by_ref(tx: Tx, ref: str) -> Union | None:
    """Returns the union with that public id."""
    return storage.by_ref(tx, ref)


def by_ids(tx: Tx, union_ids: Iterable[int]) -> list[Union]:
    """Returns the unions with these ids, in the same order. Leaves out ids without a union."""
    found = (storage.by_id(tx, union_id) for union_id in union_ids)
    return [union for union in found if union is not None]


def every(tx: Tx) -> list[Union]:
    """Returns all unions, the oldest first."""
    return storage.every(tx)


def with_their_unions(tx: Tx, found: Iterable[tuple[int, Found]]) -> list[tuple[Union, Found]]:
    """Replaces the id in each pair by its union. Leaves out pairs whose union does not exist."""
    known: dict[int, Union | None] = {}
    pairs = []
    for union_id, one in found:
        if union_id not in known:
            known[union_id] = storage.by_id(tx, union_id)
        if (union := known[union_id]) is not None:
            pairs.append((union, one))
    return pairs


def each(found: Iterable[Union], work: Callable[[Union], Found]) -> list[tuple[Union, Found]]:
    """Returns the unions for which `work` finds something, each with what it found.

    Passes over a union that cannot be worked out, like one with a time zone that is not known here, and logs it: one
    bad row stops none of the others. An error of the database goes on, because nothing more can be read then.
    """
    pairs = []
    for union in found:
        try:
            one = work(union)
        except (ValueError, TypeError, LookupError, ArithmeticError, OSError):  # OSError: a zone's file
            log.exception("a union is passed over", extra={"action": "passed-over", "union": union.ref})
            continue
        if one:
            pairs.append((union, one))
    return pairs


def add(tx: Tx, ref: str, name: str, purpose: str, time_zone: str, language: str) -> Union:
    """Makes a new union, which has no founder yet. Raises BadInput for an unknown time zone."""
    return storage.add(tx, ref, name, purpose, zone(time_zone, tx.now).key, language)


def set_founder(tx: Tx, union: Union, founder: Member) -> None:
    """Makes a member the founder of a new union."""
    storage.set_founder(tx, union.id, founder.id)
    record(tx, union.id, "union.founder", founder)


def edit(
    tx: Tx,
    union: Union,
    actor: Member,
    name: str | None,
    purpose: str | None,
    time_zone: str | None,
    zone_changed: ZoneChanged,
    language: str | None = None,
) -> Union:
    """Changes the values that are given; returns the changed union. Calls `zone_changed` after a change of time zone.

    Raises BadInput for an unknown time zone, or when nothing is given.
    """
    given = {"name": name, "purpose": purpose, "time_zone": time_zone, "language": language}
    if not any(value is not None for value in given.values()):
        raise BadInput(
            phrase(
                "Say what to change, for example `/union edit name:Free farmers` or `/union edit language:Deutsch`."
            )
        )
    key = zone(time_zone, tx.now).key if time_zone else union.time_zone
    storage.edit(tx, union.id, name or union.name, purpose or union.purpose, key, language or union.language)
    edited = storage.by_id(tx, union.id) or union
    changed = {field: value for field, value in settings(edited).items() if given[field]}
    record(tx, union.id, "union.edited", actor, **changed)
    if edited.time_zone != union.time_zone:
        zone_changed(tx, edited)
    return edited


def settings(union: Union) -> dict[str, Json]:
    """Returns the union's settings as the ledger tells them. Name and purpose are words of people: their digests."""
    return {
        "name": digest_of(union.name),
        "purpose": digest_of(union.purpose),
        "time_zone": union.time_zone,
        "language": union.language,
    }


def hand_over(tx: Tx, union: Union, actor: Member | None, heir: Member) -> Union:
    """Makes another member the founder, and returns the changed union. `actor` is None for the host of this bot.

    Raises BadInput if that member is the founder already, or has left.
    """
    if heir.left_at is not None or heir.union_id != union.id:
        raise BadInput(
            phrase("They are not a member of {union}. Ask them to `/join` first.", union=union.name)
        )
    if heir.id == union.founder_id:
        raise BadInput(phrase("They are already the founder."))
    storage.set_founder(tx, union.id, heir.id, by_host_at=tx.now if actor is None else None)
    by: dict[str, Json] = {"by": "operator"} if actor is None else {}
    record(tx, union.id, "union.founder", actor, heir=heir.ref, **by)
    return storage.by_id(tx, union.id) or union


def chosen_in_private(tx: Tx, platform: str, native_id: str) -> int | None:
    """Returns the id of the union that this person chose for their private chat, if any."""
    return storage.chosen_in_private(tx, platform, native_id)


def choose_in_private(tx: Tx, platform: str, native_id: str, union_id: int) -> None:
    """Chooses that union for this person's private chat."""
    storage.choose_in_private(tx, platform, native_id, union_id)


def forget_choice(tx: Tx, platform: str, native_id: str, union_id: int) -> None:
    """Forgets that this person chose that union for their private chat."""
    storage.forget_choice(tx, platform, native_id, union_id)


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Leaves the union without a founder, if the founder leaves. They are its last member."""
    if union.founder_id == member.id:
        storage.set_founder(tx, union.id, None)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Makes the survivor the founder, if the absorbed member is it."""
    if union.founder_id == absorbed.id:
        storage.replace_founder(tx, union.id, absorbed.id, survivor.id)

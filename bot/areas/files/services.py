"""Pictures that members gave: of calls, of answers as their proof, of entries into contests.

A call's picture stays with the call, whoever leaves. All others are erased with the person who gave them; proofs
after some time too, as nobody needs them once an answer was judged.
"""

from __future__ import annotations

from bot.areas.files import storage
from bot.domain.people import Member, Union
from bot.domain.photos import PROOFS_KEPT, Photo
from bot.domain.transaction import Tx

AT_ONCE = 200


def keep(tx: Tx, union: Union, member: Member, photo: Photo) -> int:
    """Keep a picture of this member; its id."""
    return storage.add(tx, union.id, member.id, photo)


def picture(tx: Tx, union: Union, file_id: int | None) -> Photo | None:
    """A picture of this union; None if it is not kept (any more)."""
    return storage.get(tx, union.id, file_id) if file_id is not None else None


def drop(tx: Tx, file_id: int | None) -> None:
    """Erase a picture that something else was given in place of."""
    storage.remove(tx, [file_id] if file_id is not None else [])


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erase the pictures of a member who leaves, but for those of calls."""
    while ids := storage.of_member(tx, member.id, AT_ONCE):
        storage.remove(tx, ids)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Give the pictures of one member to the other."""
    storage.move(tx, absorbed.id, survivor.id)


def prune(tx: Tx) -> None:
    """Erase proofs that are old, some at a time."""
    storage.remove(tx, storage.old(tx, tx.now - PROOFS_KEPT, AT_ONCE))

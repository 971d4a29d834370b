"""Pictures that members gave: of calls, of answers as their proof, of entries into contests.

A call's picture stays with the call, whoever leaves. All others are erased with the person who gave them; proofs
after some time too, as nobody needs them once an answer was judged.
"""

from __future__ import annotations

from bot.domain.people import Member, Union
from bot.domain.photos import PROOFS_KEPT, Photo
from bot.storage import files
from bot.storage.transaction import Tx

AT_ONCE = 200


def keep(tx: Tx, union: Union, member: Member, photo: Photo) -> int:
    """Keep a picture of this member; its id."""
    return files.add(tx, union.id, member.id, photo)


def picture(tx: Tx, union: Union, file_id: int | None) -> Photo | None:
    """A picture of this union; None if it is not kept (any more)."""
    return files.get(tx, union.id, file_id) if file_id is not None else None


def drop(tx: Tx, file_id: int | None) -> None:
    """Erase a picture that something else was given in place of."""
    files.remove(tx, [file_id] if file_id is not None else [])


def forget(tx: Tx, member_id: int) -> None:
    """Erase what somebody gave who leaves, but for the pictures of calls."""
    while ids := files.of_member(tx, member_id, AT_ONCE):
        files.remove(tx, ids)


def merge(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """What one member gave is the other's from now on."""
    files.move(tx, absorbed_id, survivor_id)


def prune(tx: Tx) -> None:
    """Erase proofs that are old, some at a time."""
    files.remove(tx, files.old(tx, tx.now - PROOFS_KEPT, AT_ONCE))

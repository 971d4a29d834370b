"""Pictures that members gave: for calls, as proofs of answers, for entries into contests.

A call's picture stays as long as the call. All other pictures are erased when the member who gave them leaves. Proofs
are also erased after some time, because nobody needs them once the answer is judged.
"""

from __future__ import annotations

from bot.areas.files import storage
from bot.domain.people import Member, Union
from bot.domain.photos import PROOFS_KEPT, Photo
from bot.domain.transaction import Tx

AT_ONCE = 200


def keep(tx: Tx, union: Union, member: Member, photo: Photo) -> int:
    """Keeps a picture that this member gave. Returns its id."""
    return storage.add(tx, union.id, member.id, photo)


def picture(tx: Tx, union: Union, file_id: int | None) -> Photo | None:
    """Returns a picture of this union; None if it is not kept any more."""
    return storage.get(tx, union.id, file_id) if file_id is not None else None


def drop(tx: Tx, file_id: int | None) -> None:
    """Erases a picture. Rows that showed it show none from now on."""
    storage.remove(tx, [file_id] if file_id is not None else [])


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the pictures of a member who leaves, except those of calls."""
    while ids := storage.of_member(tx, member.id, AT_ONCE):
        storage.remove(tx, ids)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the pictures of the absorbed member to the survivor."""
    storage.move(tx, absorbed.id, survivor.id)


def prune(tx: Tx) -> None:
    """Erases old proofs, up to `AT_ONCE` of them."""
    storage.remove(tx, storage.old(tx, tx.now - PROOFS_KEPT, AT_ONCE))

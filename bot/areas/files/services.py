"""Pictures that members gave (for calls, as proofs, for entries into contests), and pictures that were shown.

A call's picture stays as long as the call. All other pictures are erased when the member who gave them leaves. Proofs
are also erased after some time, because nobody needs them once the answer is judged.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from bot.areas.files.storage import given
from bot.areas.files.storage import shown as pictures
from bot.domain.people import Member, Union
from bot.domain.photos import PROOFS_KEPT, Photo
from bot.domain.transaction import Tx

AT_ONCE = 200
MOST_UNUSED = 10
MOST_SHOWN = 4 * 1024**2
SHOWN_KEPT = timedelta(hours=48)
"""An act is repeated within 25 hours; a message waits about a day at most before it is given up."""


def keep(tx: Tx, union: Union, member: Member, photo: Photo) -> int:
    """Keeps a picture that this member gave. Returns its id.

    Of pictures that nothing shows, a member has `MOST_UNUSED`: those of forms that were not sent yet. For a new one
    the oldest goes.
    """
    given.remove(tx, given.unused(tx, member.id, MOST_UNUSED - 1, AT_ONCE))
    return given.add(tx, union.id, member.id, photo)


def picture(tx: Tx, union: Union, file_id: int | None) -> Photo | None:
    """Returns a picture of this union; None if it is not kept any more."""
    return given.get(tx, union.id, file_id) if file_id is not None else None


def drop(tx: Tx, file_id: int | None) -> None:
    """Erases a picture. Rows that showed it show none from now on."""
    given.remove(tx, [file_id] if file_id is not None else [])


def keep_shown(tx: Tx, owner: str, data: bytes) -> int:
    """Keeps a picture that is no member's for `SHOWN_KEPT`; returns its number.

    `owner` is the account that sees it, or the union whose message has it. Each has room for `MOST_SHOWN` bytes: for
    a new picture the oldest ones go.
    """
    kept = pictures.put(tx, owner, hashlib.sha256(data).digest(), data)
    pictures.trim(tx, owner, MOST_SHOWN)
    return kept


def shown(tx: Tx, file_id: int | None, kept_id: int | None) -> bytes | None:
    """Returns a member's picture, or one of `keep_shown`; None if it is gone. For answers that were given before."""
    if file_id is not None:
        return pictures.of_file(tx, file_id)
    return pictures.get(tx, kept_id) if kept_id is not None else None


def forget_shown(tx: Tx, owner: str) -> None:
    """Erases all pictures that were kept for an account."""
    pictures.trim(tx, owner, 0)


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the pictures of a member who leaves, except those of calls."""
    while ids := given.of_member(tx, member.id, AT_ONCE):
        given.remove(tx, ids)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the pictures of the absorbed member to the survivor."""
    given.move(tx, absorbed.id, survivor.id)


def prune(tx: Tx, now: datetime) -> None:
    """Erases old proofs, up to `AT_ONCE` of them, and pictures that were shown long ago.

    `now` is the latest moment that has surely passed.
    """
    given.remove(tx, given.old(tx, now - PROOFS_KEPT, AT_ONCE))
    pictures.prune(tx, now - SHOWN_KEPT, AT_ONCE)

"""Pictures that members gave."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, exists, select, update

from bot.domain.photos import Photo
from bot.storage.statements import Statement, insert
from bot.storage.tables import calls, checkins, entries, files
from bot.storage.transaction import Tx

_ADD = Statement(
    insert(files)
    .values(
        union_id=bindparam("union"),
        member_id=bindparam("member"),
        mime=bindparam("mime"),
        width=bindparam("width"),
        height=bindparam("height"),
        data=bindparam("data"),
        at=bindparam("now"),
    )
    .returning(files.c.id)
)
_GET = Statement(
    select(files.c.data, files.c.mime, files.c.width, files.c.height).where(
        files.c.id == bindparam("file"), files.c.union_id == bindparam("union")
    )
)
_MOVE = Statement(
    update(files).where(files.c.member_id == bindparam("absorbed")).values(member_id=bindparam("survivor"))
)
_SHOWN = exists().where(calls.c.file_id == files.c.id)
_ENTERED = exists().where(entries.c.file_id == files.c.id)
_OF_MEMBER = Statement(
    select(files.c.id)
    .where(files.c.member_id == bindparam("member"), ~_SHOWN)
    .order_by(files.c.id)
    .limit(bindparam("most"))
)
_OLD = Statement(
    select(files.c.id)
    .where(files.c.at < bindparam("before"), ~_SHOWN, ~_ENTERED)
    .order_by(files.c.at)
    .limit(bindparam("most"))
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_NO_PROOF = Statement(update(checkins).where(checkins.c.file_id.in_(_IDS)).values(file_id=None))
_NO_ENTRY = Statement(update(entries).where(entries.c.file_id.in_(_IDS)).values(file_id=None))
_DELETE = Statement(delete(files).where(files.c.id.in_(_IDS)))


def add(tx: Tx, union_id: int, member_id: int, photo: Photo) -> int:
    """Keep a picture; its id."""
    added: int = tx.value(
        _ADD,
        union=union_id,
        member=member_id,
        mime=photo.mime,
        width=photo.width,
        height=photo.height,
        data=photo.data,
        now=tx.now,
    )
    return added


def get(tx: Tx, union_id: int, file_id: int) -> Photo | None:
    """A picture of this union."""
    row = tx.one(_GET, file=file_id, union=union_id)
    return Photo(bytes(row.data), row.mime, row.width, row.height) if row else None


def move(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """What one member gave is the other's from now on."""
    tx.run(_MOVE, absorbed=absorbed_id, survivor=survivor_id)


def of_member(tx: Tx, member_id: int, most: int) -> list[int]:
    """Up to `most` pictures that a member gave, those of calls left out."""
    return [row.id for row in tx.all(_OF_MEMBER, member=member_id, most=most)]


def old(tx: Tx, before: datetime, most: int) -> list[int]:
    """Up to `most` pictures given before that moment which belong to no call and no contest, oldest first."""
    return [row.id for row in tx.all(_OLD, before=before, most=most)]


def remove(tx: Tx, ids: list[int]) -> None:
    """Erase these pictures, wherever they are shown."""
    if ids:
        for statement in (_NO_PROOF, _NO_ENTRY, _DELETE):
            tx.run(statement, ids=ids)

"""Pictures that members gave, and the rows of other areas that show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Column, ColumnElement, bindparam, delete, exists, select, update

from bot.areas.files.tables import Kept, files
from bot.domain.photos import Photo
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

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
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_DELETE = Statement(delete(files).where(files.c.id.in_(_IDS)))


def _showing(*kept: Kept) -> list[Column[Any]]:
    """Returns the columns of all areas that show pictures which are kept in one of these ways."""
    tables = files.metadata.sorted_tables
    return [column for table in tables for column in table.c if column.info.get("kept") in kept]


def _not_shown(*kept: Kept) -> list[ColumnElement[bool]]:
    return [~exists().where(column == files.c.id) for column in _showing(*kept)]


# These statements need the tables of all areas, which are known only when the schema is complete. So each is made at
# its first use.
@cache
def _of_member() -> Statement:
    return Statement(
        select(files.c.id)
        .where(files.c.member_id == bindparam("member"), *_not_shown(Kept.WITH_ROW))
        .order_by(files.c.id)
        .limit(bindparam("most"))
    )


@cache
def _unused() -> Statement:
    return Statement(
        select(files.c.id)
        .where(files.c.member_id == bindparam("member"), *_not_shown(*Kept))
        .order_by(files.c.id.desc())
        .limit(bindparam("most"))
        .offset(bindparam("newest"))
    )


@cache
def _old() -> Statement:
    return Statement(
        select(files.c.id)
        .where(files.c.at < bindparam("before"), *_not_shown(Kept.WITH_ROW, Kept.WITH_MEMBER))
        .order_by(files.c.at)
        .limit(bindparam("most"))
    )


@cache
def _unshow() -> Sequence[Statement]:
    return [
        Statement(update(column.table).where(column.in_(_IDS)).values(file_id=None))
        for column in _showing(Kept.WITH_MEMBER, Kept.AS_PROOF)
    ]


def add(tx: Tx, union_id: int, member_id: int, photo: Photo) -> int:
    """Adds a picture. Returns its id."""
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
    """Returns a picture of this union."""
    row = tx.one(_GET, file=file_id, union=union_id)
    return Photo(bytes(row.data), row.mime, row.width, row.height) if row else None


def move(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """Gives one member's pictures to another."""
    tx.run(_MOVE, absorbed=absorbed_id, survivor=survivor_id)


def of_member(tx: Tx, member_id: int, most: int) -> list[int]:
    """Returns up to `most` pictures that a member gave and that have to go with the member."""
    return [row.id for row in tx.all(_of_member(), member=member_id, most=most)]


def unused(tx: Tx, member_id: int, newest: int, most: int) -> list[int]:
    """Returns up to `most` pictures of a member that nothing shows, without the `newest` of these."""
    return [row.id for row in tx.all(_unused(), member=member_id, newest=newest, most=most)]


def old(tx: Tx, before: datetime, most: int) -> list[int]:
    """Returns up to `most` pictures from before that moment that nothing but proofs shows, the oldest first."""
    return [row.id for row in tx.all(_old(), before=before, most=most)]


def remove(tx: Tx, ids: list[int]) -> None:
    """Erases these pictures. Rows that showed them show none from now on."""
    if ids:
        for statement in (*_unshow(), _DELETE):
            tx.run(statement, ids=ids)

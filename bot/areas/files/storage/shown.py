"""Pictures that were shown, for answers that may be repeated and messages that wait."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, func, select

from bot.areas.files.tables import files, shown
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_PUT = Statement(
    insert(shown)
    .values(owner=bindparam("owner"), digest=bindparam("digest"), data=bindparam("data"), at=bindparam("now"))
    .on_conflict_do_update(index_elements=["owner", "digest"], set_={"at": bindparam("now")})
    .returning(shown.c.id)
)
_GET = Statement(select(shown.c.data).where(shown.c.id == bindparam("kept")))
_OF_FILE = Statement(select(files.c.data).where(files.c.id == bindparam("file")))
_LENGTHS = Statement(
    select(shown.c.id, func.length(shown.c.data).label("bytes"))
    .where(shown.c.owner == bindparam("who"))
    .order_by(shown.c.at.desc(), shown.c.id.desc())
)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_DELETE = Statement(delete(shown).where(shown.c.id.in_(_IDS)))
_OLD = Statement(
    select(shown.c.id).where(shown.c.at < bindparam("before")).order_by(shown.c.at).limit(bindparam("most"))
)


def put(tx: Tx, owner: str, digest: bytes, data: bytes) -> int:
    """Keeps a picture, or notes that it was shown again. Returns its number."""
    kept: int = tx.value(_PUT, owner=owner, digest=digest, data=data, now=tx.now)
    return kept


def get(tx: Tx, kept_id: int) -> bytes | None:
    """Returns the picture with this number."""
    found = tx.value(_GET, kept=kept_id)
    return bytes(found) if found is not None else None


def of_file(tx: Tx, file_id: int) -> bytes | None:
    """Returns a picture that a member gave."""
    found = tx.value(_OF_FILE, file=file_id)
    return bytes(found) if found is not None else None


def trim(tx: Tx, owner: str, most: int) -> None:
    """Erases an owner's oldest pictures, so that the newest `most` bytes are left."""
    old: list[int] = []
    for row in tx.all(_LENGTHS, who=owner):
        most -= row.bytes
        if most < 0:
            old.append(row.id)
    if old:
        tx.run(_DELETE, ids=old)


def prune(tx: Tx, before: datetime, most: int) -> None:
    """Erases up to `most` of the pictures that were last shown before that moment."""
    old = [row.id for row in tx.all(_OLD, before=before, most=most)]
    if old:
        tx.run(_DELETE, ids=old)

"""Single facts that are kept for the database as a whole, each under a key."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from bot.domain.transaction import Tx
from bot.storage.columns import table, words
from bot.storage.statements import Statement, insert

meta = table("meta", words("key", primary_key=True), words("value"))

_GET = Statement(select(meta.c.value).where(meta.c.key == bindparam("wanted")))
_PUT = Statement(
    insert(meta)
    .values(key=bindparam("key"), value=bindparam("value"))
    .on_conflict_do_update(index_elements=["key"], set_={"value": bindparam("value")})
)


def get(tx: Tx, key: str) -> str | None:
    """Returns the fact with this key; None if there is none."""
    found: str | None = tx.value(_GET, wanted=key)
    return found


def put(tx: Tx, key: str, value: str) -> None:
    """Keeps a fact, in the place of an earlier one with this key."""
    tx.run(_PUT, key=key, value=value)

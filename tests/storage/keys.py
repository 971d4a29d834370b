"""Keys and values in the table `meta`, for tests of the store itself."""

from sqlalchemy import bindparam, func, select, update

from bot.domain.transaction import Tx
from bot.storage.meta import meta
from bot.storage.statements import Statement, insert

PUT = Statement(insert(meta).values(key=bindparam("key"), value=bindparam("value")))
GET = Statement(select(meta.c.value).where(meta.c.key == bindparam("key")))
SET = Statement(update(meta).where(meta.c.key == bindparam("key")).values(value=bindparam("value")))
COUNT = Statement(select(func.count().label("n")).select_from(meta))


def put(tx: Tx, key: str, value: str = "") -> str:
    assert tx.run(PUT, key=key, value=value) == 1
    return key


def get(tx: Tx, key: str) -> str | None:
    return tx.value(GET, key=key)


def count(tx: Tx) -> int:
    return tx.value(COUNT)


class Refusal(Exception):
    """A function's own error."""

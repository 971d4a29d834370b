"""Statements with very many rows, which are read a page at a time."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, or_, select

from bot.domain.transaction import Tx
from bot.storage.statements import Statement

PAGE = 10_000


def pages(tx: Tx, statement: Statement, union_id: int) -> Iterator[Sequence[Any]]:
    """Reads all rows of a statement, as the driver gives them.

    The statement takes :union, :after and :most. Its rows are ordered by the first column and follow :after.
    """
    after = 0
    while rows := tx.plain(statement, union=union_id, after=after, most=PAGE):
        yield rows
        after = rows[-1][0]


def ranking(key: Column[int], number: Column[Any], *where: ColumnElement[bool]) -> Statement:
    """A page of a ranking: rows of (key, number), the highest number first, of equal numbers the lowest key.

    The page takes up to :most rows of those for which `where` holds. They follow the row with :number and key :after.
    """
    following = or_(number < bindparam("number"), key > bindparam("after"))
    return Statement(
        select(key, number)
        .where(*where, number <= bindparam("number"), following)
        .order_by(number.desc(), key)
        .limit(bindparam("most"))
    )

"""Whole tables of a union, many rows at a time."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.domain.transaction import Tx
from bot.storage.statements import Statement

PAGE = 10_000


def pages(tx: Tx, statement: Statement, union_id: int) -> Iterator[Sequence[Any]]:
    """The driver's plain rows of a statement with :union, :after (of the first column, its order) and :most."""
    after = 0
    while rows := tx.plain(statement, union=union_id, after=after, most=PAGE):
        yield rows
        after = rows[-1][0]

"""How an area declares its files of `muster export`.

A module of the area's `storage` has `EXPORTS`, a tuple of `OfMembers` and `OfUnion`. `bot.exports` finds all of them.
In a record, a moment is a datetime, and a field with the name `day` is a union-day (an ordinal). `bot.exports` writes
both as texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, bindparam, select

from bot.domain.transaction import Tx
from bot.storage.statements import Statement

PAGE = 1000
"""Rows, or members, that are read at a time."""

Value: TypeAlias = str | int | float | datetime | None
Record: TypeAlias = dict[str, Value]


@dataclass(frozen=True)
class OfMembers:
    """A file with the rows of a table that belong to members, for whom the table needs an index.

    `about` completes the sentence "This file has …" in the operator's guide. `by` is the column with the member's id.
    The rows are in the order of the members, and then of the table's key.
    """

    file: str
    about: str
    by: Column[int]
    fields: tuple[ColumnElement[Any], ...]

    def records(self, tx: Tx, union_id: int, after: int, upto: int) -> Iterator[Record]:
        """Reads the rows of the members with the ids `after` < id <= `upto`."""
        for row in tx.all(self._statement, union=union_id, after=after, upto=upto):
            yield row._asdict()

    @cached_property
    def _statement(self) -> Statement:
        table = self.by.table
        members = next((key.column.table for key in self.by.foreign_keys), table).alias("of_member")
        key = (column for column in table.primary_key if column is not self.by)
        return Statement(
            select(*self.fields)
            .select_from(table.join(members, members.c.id == self.by))
            .where(
                members.c.union_id == bindparam("union"),
                self.by > bindparam("after"),
                self.by <= bindparam("upto"),
            )
            .order_by(self.by, *key)
        )


@dataclass(frozen=True, slots=True)
class OfUnion:
    """A file that the area reads for a whole union: `records(tx, union_id)`, a page at a time. `about` as above."""

    file: str
    about: str
    records: Callable[[Tx, int], Iterable[Record]]


Export: TypeAlias = OfMembers | OfUnion


def paged(statement: Statement, most: int = PAGE) -> Callable[[Tx, int], Iterator[Record]]:
    """Returns a function that reads all rows of a statement, `most` at a time, for `OfUnion.records`.

    The statement takes :union, :after and :most. Its rows are ordered by the first column and follow :after.
    """

    def records(tx: Tx, union_id: int) -> Iterator[Record]:
        after = 0
        while rows := tx.all(statement, union=union_id, after=after, most=most):
            yield from (row._asdict() for row in rows)
            after = rows[-1][0]

    return records

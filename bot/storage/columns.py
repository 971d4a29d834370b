"""What all tables are made of."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from bot.storage.types import Id, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Fate(StrEnum):
    """What becomes of a row that names a member who leaves, or who is merged into another."""

    ERASED = "erased"
    HANDED_ON = "handed on"
    """The row stays, and names somebody else or nobody."""
    KEPT = "kept"
    """The row stays as it is: a member's own row says nothing of a person once they left."""


@dataclass(frozen=True, slots=True)
class Fates:
    """`leaving` is what becomes of a row when the member leaves, `merging` when they turn out to be another."""

    leaving: Fate
    merging: Fate


GOES = Fates(Fate.ERASED, Fate.HANDED_ON)
"""The row is the member's own: it is erased with them, and the survivor's after a merge."""
WORKED_OUT = Fates(Fate.ERASED, Fate.ERASED)
"""The row is worked out from others: it is erased, and the survivor's is worked out anew."""
STAYS = Fates(Fate.KEPT, Fate.KEPT)
HISTORY = Fates(Fate.KEPT, Fate.HANDED_ON)
"""The row tells what happened: it outlives the member, and is the survivor's after a merge."""


def table(name: str, *items: Column[Any] | Index | UniqueConstraint) -> Table:
    # An id is never given out twice, not even after its row is erased: outbox ids are keys on the platforms.
    autoincrement = any(isinstance(item, Column) and item.name == "id" for item in items)
    return Table(name, metadata, *items, sqlite_autoincrement=autoincrement, implicit_returning=False)


def partial_index(
    name: str, *columns: Column[Any], where: ColumnElement[bool], unique: bool = False
) -> Index:
    """An index of the rows for which `where` holds, on both databases.

    A query uses it only if its own condition has the same constant written as a literal: `literal_column("2")`.
    """
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


def own_id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def of_union() -> Column[int]:
    return Column("union_id", Id, ForeignKey("unions.id"), nullable=False)


def of_member(fates: Fates = GOES) -> Column[int]:
    """The key of a table with at most one row for a member."""
    return member("member_id", fates, primary_key=True)


def member(name: str, fates: Fates, *, nullable: bool = False, primary_key: bool = False) -> Column[int]:
    """The member that a row belongs to, or names; `fates` say what becomes of the row without them."""
    key = ForeignKey("members.id")
    return Column(
        name, Id, key, nullable=nullable, primary_key=primary_key, autoincrement=False, info={"fates": fates}
    )


def named_member(name: str, fates: Fates, *, nullable: bool = True) -> Column[int]:
    """A member (or account) that a row names without a foreign key."""
    return Column(name, Id, nullable=nullable, info={"fates": fates})


def words(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, **options)


def words_or_null(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=True, **options)


def moment(name: str) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=False)


def moment_or_null(name: str) -> Column[Any]:
    return Column(name, UtcDateTime, nullable=True)


def data(name: str, **options: Any) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False, **options)

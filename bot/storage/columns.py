"""The columns and indexes that all tables are built from."""

from dataclasses import dataclass
from datetime import datetime
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
    TextClause,
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
    """The fate of a row that names a member, when the member leaves or is merged into another."""

    ERASED = "erased"
    HANDED_ON = "handed on"
    """The row stays, and names another member or nobody."""
    KEPT = "kept"
    """The row stays as it is. It identifies nobody: the row of a member who left has no personal data."""


@dataclass(frozen=True, slots=True)
class Fates:
    """A row's fate when its member leaves (`leaving`), and when they are merged into another (`merging`)."""

    leaving: Fate
    merging: Fate


GOES = Fates(Fate.ERASED, Fate.HANDED_ON)
"""The row is the member's own. It is erased when they leave; after a merge it is the survivor's."""
WORKED_OUT = Fates(Fate.ERASED, Fate.ERASED)
"""The row is computed from others. It is erased, and after a merge the survivor's is computed anew."""
STAYS = Fates(Fate.KEPT, Fate.KEPT)
HISTORY = Fates(Fate.KEPT, Fate.HANDED_ON)
"""The row tells an event of the past. It stays when the member leaves; after a merge it is the survivor's."""


def table(name: str, *items: Column[Any] | Index | UniqueConstraint) -> Table:
    """Declares a table in `metadata`."""
    # An id is never used twice, not even after its row is erased: platforms know messages by their outbox id.
    autoincrement = any(isinstance(item, Column) and item.name == "id" for item in items)
    return Table(name, metadata, *items, sqlite_autoincrement=autoincrement, implicit_returning=False)


def partial_index(
    name: str, *columns: Column[Any], where: ColumnElement[bool], unique: bool = False
) -> Index:
    """Declares an index of the rows for which `where` holds, on both databases.

    A query uses the index only if its own condition has the same constant as a literal: `literal_column("2")`.
    """
    # `postgresql_where=` would load PostgreSQL's part of SQLAlchemy, wherever the tables are imported
    return Index(name, *columns, unique=unique, info={"where": where})


def own_id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def of_union() -> Column[int]:
    return Column("union_id", Id, ForeignKey("unions.id"), nullable=False)


def of_member(fates: Fates = GOES) -> Column[int]:
    """The key of a table with at most one row for a member."""
    return member("member_id", fates, primary_key=True)


def member(name: str, fates: Fates, *, nullable: bool = False, primary_key: bool = False) -> Column[int]:
    """The member that a row belongs to, or names. `fates` says what becomes of the row when they leave or merge."""
    key = ForeignKey("members.id")
    return Column(
        name, Id, key, nullable=nullable, primary_key=primary_key, autoincrement=False, info={"fates": fates}
    )


def named_member(name: str, fates: Fates, *, nullable: bool = True) -> Column[int]:
    """A member (or account) that a row names without a foreign key."""
    return Column(name, Id, nullable=nullable, info={"fates": fates})


def words(
    name: str,
    *,
    primary_key: bool = False,
    unique: bool | None = None,
    server_default: TextClause | None = None,
) -> Column[str]:
    return Column(
        name, Text, nullable=False, primary_key=primary_key, unique=unique, server_default=server_default
    )


def words_or_null(name: str, *, unique: bool | None = None) -> Column[str]:
    return Column(name, Text, nullable=True, unique=unique)


def moment(name: str) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=False)


def moment_or_null(name: str) -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=True)


def data(name: str, *, primary_key: bool = False, unique: bool | None = None) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False, primary_key=primary_key, unique=unique)

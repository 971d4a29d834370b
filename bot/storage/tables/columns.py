"""What all tables are made of."""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, MetaData, Table, Text, UniqueConstraint

from bot.storage.types import Id, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *items: Column[Any] | Index | UniqueConstraint) -> Table:
    # An id is never given out twice, not even after its row is erased: outbox ids are keys on the platforms.
    autoincrement = any(isinstance(item, Column) and item.name == "id" for item in items)
    return Table(name, metadata, *items, sqlite_autoincrement=autoincrement, implicit_returning=False)


def own_id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def of_union() -> Column[int]:
    return Column("union_id", Id, ForeignKey("unions.id"), nullable=False)


def of_member() -> Column[int]:
    return Column("member_id", Id, ForeignKey("members.id"), primary_key=True, autoincrement=False)


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

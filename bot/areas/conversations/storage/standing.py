"""The lookup of a person and a place in one statement, as every act begins with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, select

from bot.areas.members.tables import ACCOUNT_COLUMNS, MEMBER_COLUMNS, accounts, members
from bot.areas.spaces.tables import SPACE_COLUMNS, spaces
from bot.areas.unions.tables import UNION_COLUMNS, unions
from bot.domain.people import Account, Member, Space, Standing, Union
from bot.domain.transaction import Tx
from bot.storage.statements import Statement

_PARTS = (UNION_COLUMNS, SPACE_COLUMNS, ACCOUNT_COLUMNS, MEMBER_COLUMNS)
_UNION, _SPACE, _ACCOUNT = (sum(map(len, _PARTS[:number])) for number in (1, 2, 3))


def _labelled(columns: Iterable[Column[Any]]) -> Iterable[ColumnElement[Any]]:
    return (column.label(f"{column.table.name}_{column.name}") for column in columns)


_HERE = Statement(
    select(*(column for part in _PARTS for column in _labelled(part)))
    .select_from(spaces)
    .join(unions, unions.c.id == spaces.c.union_id)
    .outerjoin(
        accounts,
        (accounts.c.union_id == spaces.c.union_id)
        & (accounts.c.platform == bindparam("on"))
        & (accounts.c.native_id == bindparam("person")),
    )
    .outerjoin(members, members.c.id == accounts.c.member_id)
    .where(
        spaces.c.platform == bindparam("on"),
        spaces.c.native_id == bindparam("native"),
        spaces.c.disconnected_at.is_(None),
    )
)


def here(tx: Tx, platform: str, native_id: str, space: str) -> Standing:
    """Finds the account and member of a platform's user, in the union of the connected space with that native id."""
    row: Sequence[Any] | None = tx.one(_HERE, on=platform, native=space, person=native_id)
    if row is None:
        return Standing()
    known = row[_SPACE] is not None
    return Standing(
        Union(*row[:_UNION]),
        Space(*row[_UNION:_SPACE]),
        Account(*row[_SPACE:_ACCOUNT]) if known else None,
        Member(*row[_ACCOUNT:]) if known else None,
    )

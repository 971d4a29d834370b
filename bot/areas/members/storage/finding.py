"""Accounts by their names, for completions. Each query reads a bounded number of rows, however large the union is."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from bot.areas.members.tables import ACCOUNT_COLUMNS, accounts, members
from bot.domain.people import Account
from bot.domain.transaction import Tx
from bot.storage.statements import Statement

_NEWEST = Statement(
    select(*ACCOUNT_COLUMNS)
    .where(
        accounts.c.member_id.in_(
            select(members.c.id)
            .where(members.c.union_id == bindparam("union"), members.c.left_at.is_(None))
            .order_by(members.c.id.desc())
            .limit(bindparam("most"))
        )
    )
    .order_by(accounts.c.member_id.desc(), accounts.c.id)
)
_STARTING = Statement(
    select(*ACCOUNT_COLUMNS)
    .where(accounts.c.union_id == bindparam("union"), accounts.c.username >= bindparam("low"))
    .order_by(accounts.c.username)
    .limit(bindparam("most"))
)


def newest(tx: Tx, union_id: int, most: int) -> list[Account]:
    """Returns the accounts of the `most` newest members, the newest member first."""
    return [Account(*row) for row in tx.all(_NEWEST, union=union_id, most=most)]


def starting(tx: Tx, union_id: int, username: str, most: int) -> list[Account]:
    """Returns up to `most` accounts whose usernames come after these letters (lower case), in order.

    Those that begin with the letters come first.
    """
    return [Account(*row) for row in tx.all(_STARTING, union=union_id, low=username, most=most)]

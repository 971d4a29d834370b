"""The spaces that accounts of members are gone from, as far as platforms tell."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from bot.areas.expulsions.tables import departures
from bot.areas.members.tables import accounts
from bot.areas.spaces.tables import spaces
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_ADD = Statement(
    insert(departures)
    .values(account_id=bindparam("account_id"), space_id=bindparam("space_id"), at=bindparam("at"))
    .on_conflict_do_nothing()
)
_ANY = Statement(select(departures.c.id).where(departures.c.account_id == bindparam("account")).limit(1))
_GONE_FROM = Statement(select(departures.c.space_id).where(departures.c.account_id == bindparam("account")))
_ERASE = Statement(
    delete(departures).where(
        departures.c.account_id.in_(select(accounts.c.id).where(accounts.c.member_id == bindparam("member")))
    )
)
_ERASE_ACCOUNT = Statement(delete(departures).where(departures.c.account_id == bindparam("account")))
_PLACES = Statement(
    select(spaces.c.id, spaces.c.native_id).where(
        spaces.c.union_id == bindparam("union"),
        spaces.c.platform == bindparam("on"),
        spaces.c.disconnected_at.is_(None),
    )
)


def add(tx: Tx, account_id: int, space_id: int) -> None:
    """Notes that the account is gone from the space."""
    tx.run(_ADD, account_id=account_id, space_id=space_id, at=tx.now)


def any_of(tx: Tx, account_id: int) -> bool:
    """Whether the account is gone from any space."""
    return tx.value(_ANY, account=account_id) is not None


def gone_from(tx: Tx, account_id: int) -> set[int]:
    """Returns the ids of the spaces that the account is gone from."""
    return {row.space_id for row in tx.all(_GONE_FROM, account=account_id)}


def places(tx: Tx, union_id: int, platform: str) -> dict[int, str]:
    """Returns the native ids of the union's connected spaces on a platform, by id."""
    return {row.id: row.native_id for row in tx.all(_PLACES, union=union_id, on=platform)}


def erase_account(tx: Tx, account_id: int) -> None:
    """Erases the notes about one account."""
    tx.run(_ERASE_ACCOUNT, account=account_id)


def erase(tx: Tx, member_id: int) -> None:
    """Erases the notes about all accounts of a member."""
    tx.run(_ERASE, member=member_id)

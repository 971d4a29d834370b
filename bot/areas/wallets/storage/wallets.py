"""Wallets: the addresses that members proved to hold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, case, delete, or_, select, update

from bot.areas.members.tables import accounts
from bot.areas.wallets.tables import wallets
from bot.domain.people import Member, Wallet
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert
from bot.storage.types import UtcDateTime

_COLUMNS = (
    wallets.c.id,
    wallets.c.union_id,
    wallets.c.member_id,
    wallets.c.address,
    wallets.c.kind,
    wallets.c.linked_at,
    wallets.c.waits_until,
    wallets.c.account_id,
)
_OF_MEMBER = Statement(
    select(*_COLUMNS).where(wallets.c.member_id == bindparam("member")).order_by(wallets.c.id)
)
_LINKED_BY = Statement(
    select(*_COLUMNS)
    .join(accounts, accounts.c.member_id == wallets.c.member_id)
    .where(accounts.c.id == bindparam("account"), wallets.c.account_id == bindparam("account"))
    .order_by(wallets.c.id)
)
_HELD = Statement(select(wallets.c.id).where(wallets.c.member_id == bindparam("member")).limit(1))
_BY_ADDRESS = Statement(
    select(*_COLUMNS).where(
        wallets.c.union_id == bindparam("union"), wallets.c.address == bindparam("wanted")
    )
)
_COUNTS = Statement(
    select(wallets.c.id)
    .where(
        wallets.c.member_id == bindparam("member"),
        or_(wallets.c.waits_until.is_(None), wallets.c.waits_until <= bindparam("now")),
    )
    .limit(1)
)
_INSERT = Statement(
    insert(wallets)
    .values(
        union_id=bindparam("union_id"),
        member_id=bindparam("member_id"),
        address=bindparam("address"),
        kind=bindparam("kind"),
        linked_at=bindparam("linked_at"),
        waits_until=bindparam("waits_until"),
        account_id=bindparam("account_id"),
    )
    .returning(*_COLUMNS)
)
_DELETE = Statement(
    delete(wallets).where(
        wallets.c.member_id == bindparam("member"), wallets.c.address == bindparam("wanted")
    )
)
_DELETE_OF = Statement(delete(wallets).where(wallets.c.member_id == bindparam("member")))
_MOVE = Statement(
    update(wallets)
    .where(wallets.c.member_id == bindparam("absorbed"))
    .values(member_id=bindparam("survivor"))
)
_until = bindparam("until", type_=UtcDateTime())
_shorter = or_(wallets.c.waits_until.is_(None), wallets.c.waits_until < _until)
_WAIT = Statement(
    update(wallets)
    .where(wallets.c.member_id == bindparam("member"))
    .values(waits_until=case((_shorter, _until), else_=wallets.c.waits_until))
)


def of_member(tx: Tx, member_id: int) -> list[Wallet]:
    return [Wallet(*row) for row in tx.all(_OF_MEMBER, member=member_id)]


def held(tx: Tx, member_id: int) -> bool:
    """Whether the member holds a wallet."""
    return tx.value(_HELD, member=member_id) is not None


def counts(tx: Tx, member_id: int) -> bool:
    """Whether the member holds a wallet that does not wait."""
    return tx.value(_COUNTS, member=member_id, now=tx.now) is not None


def by_address(tx: Tx, union_id: int, address: str) -> Wallet | None:
    row = tx.one(_BY_ADDRESS, union=union_id, wanted=address)
    return Wallet(*row) if row else None


def linked_by(tx: Tx, account_id: int) -> list[Wallet]:
    """Returns the wallets that an account linked to its member."""
    return [Wallet(*row) for row in tx.all(_LINKED_BY, account=account_id)]


def add(
    tx: Tx, member: Member, address: str, kind: str, account_id: int | None, waits_until: datetime | None
) -> Wallet:
    """Gives a wallet to a member; `account_id` is the account that linked it, if that is known."""
    row = tx.one(
        _INSERT,
        union_id=member.union_id,
        member_id=member.id,
        account_id=account_id,
        address=address,
        kind=kind,
        linked_at=tx.now,
        waits_until=waits_until,
    )
    assert row is not None
    return Wallet(*row)


def remove(tx: Tx, member_id: int, address: str) -> bool:
    """Erases a wallet of the member; returns False if they do not hold it."""
    tx.erased()
    return tx.run(_DELETE, member=member_id, wanted=address) > 0


def delete_of(tx: Tx, member_id: int) -> int:
    return tx.run(_DELETE_OF, member=member_id)


def move(tx: Tx, absorbed_id: int, survivor_id: int) -> int:
    return tx.run(_MOVE, absorbed=absorbed_id, survivor=survivor_id)


def wait(tx: Tx, member_id: int, until: datetime) -> int:
    """Makes all wallets of a member wait until then, or longer if they did before."""
    return tx.run(_WAIT, member=member_id, until=until)

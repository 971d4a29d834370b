"""Claims on wallets that a member holds. A row stays until its outcome was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update

from bot.areas.members.tables import accounts
from bot.areas.wallets.domain.claims import Claim, ClaimEnd
from bot.areas.wallets.tables import IS_OPEN, claims, wallets
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_COLUMNS = (
    claims.c.id,
    claims.c.union_id,
    claims.c.address,
    claims.c.account_id,
    claims.c.opened_at,
    claims.c.moves_at,
    claims.c.next_at,
    claims.c.told,
    claims.c.ended,
)
_ADD = Statement(
    insert(claims)
    .values(
        union_id=bindparam("union_id"),
        address=bindparam("address"),
        account_id=bindparam("account_id"),
        opened_at=bindparam("opened_at"),
        moves_at=bindparam("moves_at"),
        next_at=bindparam("next_at"),
        told=1,
    )
    .returning(*_COLUMNS)
)
_BY_ID = Statement(select(*_COLUMNS).where(claims.c.id == bindparam("claim")))
_ON = Statement(
    select(*_COLUMNS).where(
        claims.c.union_id == bindparam("union"), claims.c.address == bindparam("wanted"), IS_OPEN
    )
)
_AGAINST = Statement(
    select(*_COLUMNS)
    .join(wallets, (wallets.c.union_id == claims.c.union_id) & (wallets.c.address == claims.c.address))
    .where(wallets.c.member_id == bindparam("member"), IS_OPEN)
    .order_by(claims.c.id)
)
_BY_MEMBER = Statement(
    select(*_COLUMNS)
    .join(accounts, accounts.c.id == claims.c.account_id)
    .where(accounts.c.member_id == bindparam("member"), IS_OPEN)
    .order_by(claims.c.id)
)
_DUE = Statement(
    select(claims.c.id, claims.c.union_id)
    .where(IS_OPEN, claims.c.next_at <= bindparam("now"))
    .order_by(claims.c.next_at, claims.c.id)
    .limit(bindparam("most"))
)
_UNTOLD = Statement(
    select(claims.c.id, claims.c.union_id)
    .where(claims.c.ended.is_not(None))
    .order_by(claims.c.id)
    .limit(bindparam("most"))
)
_TELL = Statement(
    update(claims)
    .where(claims.c.id == bindparam("claim"), claims.c.told == bindparam("before"), IS_OPEN)
    .values(told=claims.c.told + 1, next_at=bindparam("next"), moves_at=bindparam("moves"))
)
_END = Statement(
    update(claims)
    .where(claims.c.id == bindparam("claim"), IS_OPEN)
    .values(ended=bindparam("outcome"), next_at=bindparam("now"))
)
_AHEAD = Statement(
    select(*_COLUMNS).where(
        IS_OPEN, or_(claims.c.next_at > bindparam("latest"), claims.c.opened_at > bindparam("now"))
    )
)
_RESTART = Statement(
    update(claims)
    .where(claims.c.id == bindparam("claim"))
    .values(opened_at=bindparam("opened"), moves_at=bindparam("moves"), next_at=bindparam("next"))
)
_WITHOUT_ACCOUNT = Statement(
    update(claims).where(claims.c.account_id == bindparam("account")).values(account_id=None)
)
_OF_ACCOUNT = Statement(select(*_COLUMNS).where(claims.c.account_id == bindparam("account")))
_DELETE = Statement(delete(claims).where(claims.c.id == bindparam("claim")))
_BETWEEN = Statement(
    delete(claims).where(
        or_(claims.c.account_id.in_(select(accounts.c.id).where(accounts.c.member_id == bindparam("one"))),
            claims.c.account_id.in_(select(accounts.c.id).where(accounts.c.member_id == bindparam("other")))),
        claims.c.union_id == bindparam("union"),
        claims.c.address.in_(
            select(wallets.c.address).where(
                wallets.c.union_id == bindparam("union"),
                or_(wallets.c.member_id == bindparam("one"), wallets.c.member_id == bindparam("other")),
            )
        ),
        IS_OPEN,
    )
)  # fmt: skip


def add(tx: Tx, union_id: int, address: str, account_id: int, moves_at: datetime, next_at: datetime) -> Claim:
    """Opens a claim, of which the holder is told at once."""
    row = tx.one(
        _ADD,
        union_id=union_id,
        address=address,
        account_id=account_id,
        opened_at=tx.now,
        moves_at=moves_at,
        next_at=next_at,
    )
    assert row is not None
    return Claim(*row)


def by_id(tx: Tx, claim_id: int) -> Claim | None:
    row = tx.one(_BY_ID, claim=claim_id)
    return Claim(*row) if row else None


def on(tx: Tx, union_id: int, address: str) -> Claim | None:
    """Returns the open claim on a wallet."""
    row = tx.one(_ON, union=union_id, wanted=address)
    return Claim(*row) if row else None


def against(tx: Tx, member_id: int) -> list[Claim]:
    """Returns the open claims on the wallets that a member holds."""
    return [Claim(*row) for row in tx.all(_AGAINST, member=member_id)]


def by_member(tx: Tx, member_id: int) -> list[Claim]:
    """Returns the open claims that a member's accounts made."""
    return [Claim(*row) for row in tx.all(_BY_MEMBER, member=member_id)]


def of_account(tx: Tx, account_id: int) -> list[Claim]:
    """Returns the claims of an account, also those whose outcome was not told yet."""
    return [Claim(*row) for row in tx.all(_OF_ACCOUNT, account=account_id)]


def due(tx: Tx, most: int) -> list[tuple[int, int]]:
    """Returns up to `most` open claims (id, union) whose next telling, or move, is due."""
    return [(row.id, row.union_id) for row in tx.all(_DUE, now=tx.now, most=most)]


def untold(tx: Tx, most: int) -> list[tuple[int, int]]:
    """Returns up to `most` ended claims (id, union) whose outcome was not told yet."""
    return [(row.id, row.union_id) for row in tx.all(_UNTOLD, most=most)]


def tell(tx: Tx, claim: Claim, next_at: datetime, moves_at: datetime) -> bool:
    """Counts one more telling of the holder; returns False if it was counted before, or if the claim ended."""
    return tx.run(_TELL, claim=claim.id, before=claim.told, next=next_at, moves=moves_at) == 1


def end(tx: Tx, claim_id: int, outcome: ClaimEnd) -> bool:
    """Ends an open claim; returns False if it ended before."""
    return tx.run(_END, claim=claim_id, outcome=outcome.value, now=tx.now) == 1


def ahead(tx: Tx, latest: datetime) -> list[Claim]:
    """Returns the open claims for which nothing is due before that moment, or that were made in the future."""
    return [Claim(*row) for row in tx.all(_AHEAD, latest=latest, now=tx.now)]


def restart(tx: Tx, claim_id: int, opened_at: datetime, moves_at: datetime, next_at: datetime) -> None:
    """Sets when a claim was opened, when the wallet moves, and when the next thing is due."""
    tx.run(_RESTART, claim=claim_id, opened=opened_at, moves=moves_at, next=next_at)


def take_account(tx: Tx, account_id: int) -> int:
    """Takes the claimant's account out of its claims."""
    return tx.run(_WITHOUT_ACCOUNT, account=account_id)


def delete_between(tx: Tx, union_id: int, one_id: int, other_id: int) -> int:
    """Erases the open claims that two members made on each other's wallets."""
    return tx.run(_BETWEEN, union=union_id, one=one_id, other=other_id)


def remove(tx: Tx, claim_id: int) -> bool:
    """Erases a claim whose outcome was told; returns False if that was done before."""
    return tx.run(_DELETE, claim=claim_id) == 1

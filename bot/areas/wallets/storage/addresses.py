"""Further addresses of a ticket's page: one-time aliases, and the pages that these were spent for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bot.areas.members.tables import accounts
from bot.areas.wallets.tables import ticket_addresses as addresses
from bot.areas.wallets.tables import tickets
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

ALIAS, PAGE = "alias", "page"

_ADD = Statement(
    insert(addresses).values(
        token_hash=bindparam("token_hash"),
        ticket_id=bindparam("ticket_id"),
        kind=bindparam("kind"),
        created_at=bindparam("created_at"),
    )
)
_TICKET_OF = Statement(
    select(addresses.c.ticket_id).where(
        addresses.c.token_hash == bindparam("hash"), addresses.c.kind == bindparam("wanted")
    )
)
_SPEND = Statement(
    delete(addresses).where(addresses.c.token_hash == bindparam("hash"), addresses.c.kind == ALIAS)
)
_newest = (
    select(addresses.c.token_hash)
    .where(addresses.c.ticket_id == bindparam("ticket"), addresses.c.kind == bindparam("wanted"))
    .order_by(addresses.c.created_at.desc(), addresses.c.token_hash)
    .limit(bindparam("most"))
)
_KEEP_NEWEST = Statement(
    delete(addresses).where(
        addresses.c.ticket_id == bindparam("ticket"),
        addresses.c.kind == bindparam("wanted"),
        addresses.c.token_hash.not_in(_newest),
    )
)
_DELETE_OF_ACCOUNT = Statement(
    delete(addresses).where(
        addresses.c.ticket_id.in_(select(tickets.c.id).where(tickets.c.account_id == bindparam("account")))
    )
)
_DELETE_OF = Statement(
    delete(addresses).where(
        addresses.c.ticket_id.in_(
            select(tickets.c.id)
            .join(accounts, accounts.c.id == tickets.c.account_id)
            .where(accounts.c.member_id == bindparam("member"))
        )
    )
)
_PRUNE = Statement(
    delete(addresses).where(
        addresses.c.ticket_id.in_(select(tickets.c.id).where(tickets.c.expires_at < bindparam("before")))
    )
)


def add(tx: Tx, ticket_id: int, hashed: bytes, kind: str) -> None:
    tx.run(_ADD, token_hash=hashed, ticket_id=ticket_id, kind=kind, created_at=tx.now)


def ticket_of(tx: Tx, hashed: bytes, kind: str) -> int | None:
    """Returns the ticket of an alias or a page."""
    found: int | None = tx.value(_TICKET_OF, hash=hashed, wanted=kind)
    return found


def spend(tx: Tx, hashed: bytes) -> bool:
    """Erases an alias, so that it is used once; returns False if there is none."""
    return tx.run(_SPEND, hash=hashed) == 1


def keep_newest(tx: Tx, ticket_id: int, kind: str, most: int) -> int:
    """Erases all but the newest aliases or pages of a ticket; returns how many."""
    return tx.run(_KEEP_NEWEST, ticket=ticket_id, wanted=kind, most=most)


def delete_of(tx: Tx, member_id: int) -> int:
    """Erases the addresses of the tickets of a member's accounts. This comes before the tickets are erased."""
    return tx.run(_DELETE_OF, member=member_id)


def delete_of_account(tx: Tx, account_id: int) -> int:
    """Erases the addresses of an account's tickets. This comes before the tickets are erased."""
    return tx.run(_DELETE_OF_ACCOUNT, account=account_id)


def prune(tx: Tx, before: datetime) -> int:
    """Erases the addresses of tickets that expired before then. This comes before the tickets are erased."""
    return tx.run(_PRUNE, before=before)

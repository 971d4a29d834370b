"""One-time codes. Only their hashes are stored, one for each account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bot.areas.joinings.tables import joining_codes
from bot.areas.members.tables import accounts
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert
from bot.storage.trusted_time import shortening

_PUT = Statement(
    insert(joining_codes)
    .values(account_id=bindparam("account"), code_hash=bindparam("hash"), expires_at=bindparam("at"))
    .on_conflict_do_update(
        index_elements=["account_id"], set_={"code_hash": bindparam("hash"), "expires_at": bindparam("at")}
    )
)
_OWNER = Statement(
    select(joining_codes.c.account_id).where(
        joining_codes.c.code_hash == bindparam("hash"), joining_codes.c.expires_at > bindparam("now")
    )
)
_REMOVE = Statement(delete(joining_codes).where(joining_codes.c.account_id == bindparam("account")))
_REMOVE_OF = Statement(
    delete(joining_codes).where(
        joining_codes.c.account_id.in_(
            select(accounts.c.id).where(accounts.c.member_id == bindparam("member"))
        )
    )
)
_PRUNE = Statement(delete(joining_codes).where(joining_codes.c.expires_at < bindparam("before")))
_SHORTEN = shortening(joining_codes)


def put(tx: Tx, account_id: int, hashed: bytes, expires_at: datetime) -> None:
    """Keeps the account's code, in the place of an earlier one."""
    tx.run(_PUT, account=account_id, hash=hashed, at=expires_at)


def owner(tx: Tx, hashed: bytes) -> int | None:
    """Returns the account whose code has this hash, unless the code expired."""
    found: int | None = tx.value(_OWNER, hash=hashed, now=tx.now)
    return found


def remove(tx: Tx, account_id: int) -> None:
    """Erases the account's code."""
    tx.run(_REMOVE, account=account_id)


def remove_of(tx: Tx, member_id: int) -> None:
    """Erases the codes of all accounts of a member."""
    tx.run(_REMOVE_OF, member=member_id)


def prune(tx: Tx, before: datetime) -> int:
    """Erases codes that expired before that moment; returns how many."""
    return tx.run(_PRUNE, before=before)


def shorten(tx: Tx, latest: datetime) -> None:
    """Lets codes expire at that moment that would expire later."""
    tx.run(_SHORTEN, latest=latest)

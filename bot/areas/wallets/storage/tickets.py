"""Tickets of links in progress. Only hashes of their tokens and codes are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from bot.areas.members.tables import accounts
from bot.areas.wallets.domain.links import Ticket, TicketState
from bot.areas.wallets.tables import tickets
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert
from bot.storage.trusted_time import shortening

_COLUMNS = (
    tickets.c.id,
    tickets.c.token_hash,
    tickets.c.union_id,
    tickets.c.account_id,
    tickets.c.state,
    tickets.c.nonce,
    tickets.c.message,
    tickets.c.address,
    tickets.c.wallet_kind,
    tickets.c.code_hash,
    tickets.c.code_attempts,
    tickets.c.created_at,
    tickets.c.expires_at,
)
_ADD = Statement(
    insert(tickets).values(
        token_hash=bindparam("token_hash"),
        union_id=bindparam("union_id"),
        account_id=bindparam("account_id"),
        state=TicketState.OPEN.value,
        code_attempts=0,
        created_at=bindparam("created_at"),
        expires_at=bindparam("expires_at"),
    )
)
_BY_TOKEN = Statement(select(*_COLUMNS).where(tickets.c.token_hash == bindparam("hash")))
_BY_ID = Statement(select(*_COLUMNS).where(tickets.c.id == bindparam("ticket")))
_LATEST = Statement(
    select(*_COLUMNS)
    .where(tickets.c.account_id == bindparam("account"))
    .order_by(tickets.c.id.desc())
    .limit(1)
)
_CANCEL_OF = Statement(
    update(tickets)
    .where(
        tickets.c.account_id == bindparam("account"),
        tickets.c.state.in_([TicketState.OPEN.value, TicketState.SIGNED.value, TicketState.RETURNED.value]),
    )
    .values(state=TicketState.CANCELLED.value, nonce=None, message=None, code_hash=None)
)
_ISSUE = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"), tickets.c.state == TicketState.OPEN.value)
    .values(nonce=bindparam("new_nonce"), message=bindparam("new_message"), address=bindparam("new_address"))
)
_SPEND = Statement(
    update(tickets)
    .where(
        tickets.c.id == bindparam("ticket"),
        tickets.c.state == TicketState.OPEN.value,
        tickets.c.nonce == bindparam("issued"),
    )
    .values(nonce=None, message=None)
)
_SIGN = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"), tickets.c.state == TicketState.OPEN.value)
    .values(
        state=TicketState.SIGNED.value,
        nonce=None,
        message=None,
        address=bindparam("signer"),
        wallet_kind=bindparam("kind"),
        code_hash=bindparam("hash"),
    )
)
_COUNT_ATTEMPT = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"))
    .values(code_attempts=tickets.c.code_attempts + 1, state=bindparam("new_state"))
)
_RETURN = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"), tickets.c.state == TicketState.SIGNED.value)
    .values(state=TicketState.RETURNED.value)
)
_CLOSE = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket"), tickets.c.state == TicketState.RETURNED.value)
    .values(state=bindparam("final"), code_hash=None)
)
_DELETE_OF = Statement(
    delete(tickets).where(
        tickets.c.account_id.in_(select(accounts.c.id).where(accounts.c.member_id == bindparam("member")))
    )
)
_FORGET_ADDRESS = Statement(
    update(tickets)
    .where(
        tickets.c.account_id.in_(select(accounts.c.id).where(accounts.c.member_id == bindparam("member"))),
        tickets.c.address == bindparam("wanted"),
        tickets.c.state.in_([TicketState.DONE.value, TicketState.CANCELLED.value]),
    )
    .values(address=None, message=None)
)
_DELETE_OF_ACCOUNT = Statement(delete(tickets).where(tickets.c.account_id == bindparam("account")))
_PRUNE = Statement(delete(tickets).where(tickets.c.expires_at < bindparam("before")))
_SHORTEN = shortening(tickets)


def add(tx: Tx, hashed: bytes, union_id: int, account_id: int, expires_at: datetime) -> None:
    tx.run(
        _ADD,
        token_hash=hashed,
        union_id=union_id,
        account_id=account_id,
        created_at=tx.now,
        expires_at=expires_at,
    )


def by_token(tx: Tx, hashed: bytes) -> Ticket | None:
    row = tx.one(_BY_TOKEN, hash=hashed)
    return Ticket(*row) if row else None


def by_id(tx: Tx, ticket_id: int) -> Ticket | None:
    row = tx.one(_BY_ID, ticket=ticket_id)
    return Ticket(*row) if row else None


def latest(tx: Tx, account_id: int) -> Ticket | None:
    """Returns the account's newest ticket. All earlier ones are done or cancelled."""
    row = tx.one(_LATEST, account=account_id)
    return Ticket(*row) if row else None


def cancel_of(tx: Tx, account_id: int) -> int:
    """Cancels the account's open and signed tickets; returns how many."""
    return tx.run(_CANCEL_OF, account=account_id)


def issue(tx: Tx, ticket_id: int, nonce: str, message: str, address: str) -> bool:
    """Keeps the text to sign, in the place of an earlier one; returns False if the ticket is not open."""
    return tx.run(_ISSUE, ticket=ticket_id, new_nonce=nonce, new_message=message, new_address=address) == 1


def spend(tx: Tx, ticket_id: int, nonce: str) -> bool:
    """Forgets the text with this nonce, so that it is tried once; returns False if it is not the text to sign."""
    return tx.run(_SPEND, ticket=ticket_id, issued=nonce) == 1


def sign(tx: Tx, ticket_id: int, address: str, kind: str, hashed_code: bytes) -> bool:
    """Notes the valid signature, after which the ticket waits for its code; returns False if it is not open."""
    return tx.run(_SIGN, ticket=ticket_id, signer=address, kind=kind, hash=hashed_code) == 1


def count_attempt(tx: Tx, ticket_id: int, state: TicketState) -> None:
    """Counts a wrong code, and sets the state of the ticket."""
    tx.run(_COUNT_ATTEMPT, ticket=ticket_id, new_state=state.value)


def bring_back(tx: Tx, ticket_id: int) -> bool:
    """Notes that the code came back; returns False if the ticket is not signed."""
    return tx.run(_RETURN, ticket=ticket_id) == 1


def close(tx: Tx, ticket_id: int, final: TicketState = TicketState.DONE) -> bool:
    """Ends a ticket whose code came back; returns False if it does not wait for the person's word."""
    return tx.run(_CLOSE, ticket=ticket_id, final=final.value) == 1


def delete_of_account(tx: Tx, account_id: int) -> int:
    """Erases the tickets of one account."""
    return tx.run(_DELETE_OF_ACCOUNT, account=account_id)


def delete_of(tx: Tx, member_id: int) -> int:
    """Erases the tickets of a member's accounts. This comes before the accounts are erased."""
    return tx.run(_DELETE_OF, member=member_id)


def forget_address(tx: Tx, member_id: int, address: str) -> None:
    """Erases an address from the member's tickets that are done or cancelled."""
    tx.run(_FORGET_ADDRESS, member=member_id, wanted=address)


def prune(tx: Tx, before: datetime) -> int:
    """Erases tickets that expired before then; returns how many."""
    return tx.run(_PRUNE, before=before)


def shorten(tx: Tx, latest: datetime) -> None:
    """Lets tickets expire at that moment that would expire later."""
    tx.run(_SHORTEN, latest=latest)

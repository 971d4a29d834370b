"""The link ceremony up to the code: a ticket, its page, the text to sign, the signature, and what it proves.

A text is spent in a transaction of its own, before its signature is checked: an error would undo that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.areas.members.services import members
from bot.areas.unions import services as unions
from bot.areas.wallets.domain import links, siwe_text
from bot.areas.wallets.domain.links import Proof, Ticket, TicketState
from bot.areas.wallets.storage import addresses, tickets, wallets
from bot.domain.people import Account, Union
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound

MAX_WALLETS = 20
TOO_MANY = phrase(
    "You already have {most_wallets} wallets, which is the most. Unlink one first: `/wallets`.",
    most_wallets=MAX_WALLETS,
)

GONE = phrase(
    "This link does not work. Links last ten minutes, work once, and end when you ask for a newer one. "
    "Type `/link` in chat to get a new one."
)
SIGNED_BEFORE = phrase(
    "This link was already signed, so nothing more can be signed with it. "
    "If that was not you, type `/link` in chat to get a new one."
)
PROOF_GONE = phrase(
    "This was already answered, or took longer than ten minutes. Nothing was linked by it. "
    "Type `/link` to start again."
)
TEXT_REPLACED = phrase(
    "This text can no longer be signed: it was already tried, or the link was opened in another window, which got "
    "a newer text. Choose your wallet again to get a new one."
)


@dataclass(frozen=True, slots=True)
class Site:
    """The site that asks for the signature: host (and port), page address without the token, EIP-155 chain id."""

    domain: str
    uri: str
    chain_id: int


@dataclass(frozen=True, slots=True)
class LinkPage:
    """The contents of the link page. `union_ref`, `founder` and `founded_at` tell unions of one name apart.

    `language`: of the account, if it is known.
    """

    account: str
    platform: str
    union: str
    union_ref: str
    founder: str | None
    founded_at: datetime
    signed: bool
    expires_at: datetime
    language: str | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A text to sign, and its nonce."""

    text: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """The address and text that a signature has to match. The text is spent: it can be tried only this once."""

    address: str
    message: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The code, which is shown once, and the platform to bring it back to."""

    code: str
    platform: str


def open_ticket(tx: Tx, account: Account, *, keeping: bool = False) -> str:
    """Makes a ticket in the place of earlier ones; returns its token.

    `keeping`: it is for a fresh signature of a wallet that the member holds already, so it gives nobody anything.
    Raises NotAllowed past `MAX_WALLETS`, and for an account that waits, unless it is for `keeping`.
    """
    if not keeping:
        members.require_settled(tx, account)
        if len(wallets.of_member(tx, account.member_id)) >= MAX_WALLETS:
            raise NotAllowed(TOO_MANY)
    tickets.cancel_of(tx, account.id)
    token = links.new_token()
    tickets.add(tx, links.token_hash(token), account.union_id, account.id, tx.now + links.LIFETIME)
    return token


def page(tx: Tx, token: str) -> LinkPage:
    """Returns the link page of a token. Raises NotFound if there is no such ticket or it does not work any more."""
    ticket, account, union = working(tx, token)
    founder = members.founder(tx, union)
    return LinkPage(
        account.name,
        account.platform,
        union.name,
        union.ref,
        founder.name if founder else None,
        union.created_at,
        ticket.state == TicketState.SIGNED,
        ticket.expires_at,
        account.language,
    )


def issue_text(tx: Tx, token: str, address: str, site: Site) -> Issued:
    """Makes the EIP-4361 text to sign with `address` (EIP-55), in the place of an earlier text.

    Raises NotFound, or BadInput if the ticket is signed already.
    """
    ticket, account, union = _open(tx, token)
    nonce = links.new_nonce()
    text = siwe_text.render(
        domain=site.domain,
        address=address,
        statement=siwe_text.statement(
            platform=account.platform.title(),
            account=account.name,
            account_id=account.native_id,
            union=union.name,
            union_ref=union.ref,
        ),
        uri=site.uri,
        chain_id=site.chain_id,
        nonce=nonce,
        issued_at=tx.now,
        expires_at=ticket.expires_at,
    )
    if not tickets.issue(tx, ticket.id, nonce, text, address):
        raise BadInput(SIGNED_BEFORE)
    return Issued(text, nonce)


def take_text(tx: Tx, token: str, nonce: str) -> Attempt:
    """Spends the text with this nonce, for comparing it with a signature. Raises NotFound or BadInput."""
    ticket, _, _ = _open(tx, token)
    if ticket.address is None or ticket.message is None or not tickets.spend(tx, ticket.id, nonce):
        raise BadInput(TEXT_REPLACED)
    return Attempt(ticket.address, ticket.message)


def sign(tx: Tx, token: str, attempt: Attempt, kind: str) -> Signed:
    """Notes that the attempt's signature is valid; returns the code that finishes the link.

    `kind` is "eoa" or "contract". Raises NotFound if the ticket ended meanwhile, BadInput if another signature was
    faster.
    """
    ticket, account, _ = _open(tx, token)
    code = links.new_code()
    if not tickets.sign(tx, ticket.id, attempt.address, kind, links.code_hash(ticket.token_hash, code)):
        raise BadInput(SIGNED_BEFORE)
    return Signed(code, account.platform)


def proof(tx: Tx, account: Account, ticket_id: int) -> Proof | None:
    """Returns what this account proved with a ticket; None if it proved nothing, or too long ago."""
    ticket = returned(tx, account, ticket_id)
    if ticket is None or ticket.address is None or ticket.wallet_kind is None:
        return None
    held = wallets.by_address(tx, ticket.union_id, ticket.address)
    return Proof(ticket.address, ticket.wallet_kind, held.member_id if held else None)


def returned(tx: Tx, account: Account, ticket_id: int) -> Ticket | None:
    """Returns a ticket of this account whose code came back and that waits for the person's word."""
    ticket = tickets.by_id(tx, ticket_id)
    if ticket is None or ticket.account_id != account.id or ticket.state != TicketState.RETURNED:
        return None
    return ticket if tx.now < ticket.expires_at else None


def close(tx: Tx, account: Account, ticket_id: int) -> bool:
    """Uses up what the account proved with a ticket; returns False if it is used up, or was never proved."""
    return returned(tx, account, ticket_id) is not None and tickets.close(tx, ticket_id)


def refuse(tx: Tx, account: Account, ticket_id: int) -> bool:
    """Ends a ticket whose wallet is not the person's; returns False if it ended before."""
    if returned(tx, account, ticket_id) is None:
        return False
    return tickets.close(tx, ticket_id, TicketState.CANCELLED)


def prune(tx: Tx, before: datetime) -> None:
    """Erases tickets that expired before that moment, with all their addresses."""
    addresses.prune(tx, before)
    tickets.prune(tx, before)


def shorten(tx: Tx) -> None:
    """Ends tickets in time that were made while the clock was ahead."""
    tickets.shorten(tx, tx.now + links.LIFETIME)


def working(tx: Tx, token: str) -> tuple[Ticket, Account, Union]:
    """Returns the ticket of a token, if it still works. Raises NotFound."""
    hashed = links.token_hash(token)
    ticket = tickets.by_token(tx, hashed)
    if ticket is None and (found := addresses.ticket_of(tx, hashed, addresses.PAGE)) is not None:
        ticket = tickets.by_id(tx, found)
    account = members.account(tx, ticket.account_id) if ticket and ticket.works(tx.now) else None
    union = unions.by_id(tx, account.union_id) if account else None
    if ticket is None or account is None or union is None:
        raise NotFound(GONE)
    return ticket, account, union


def _open(tx: Tx, token: str) -> tuple[Ticket, Account, Union]:
    """The ticket of a token, if it is not signed yet. Raises NotFound or BadInput."""
    found = working(tx, token)
    if found[0].state != TicketState.OPEN:
        raise BadInput(SIGNED_BEFORE)
    return found

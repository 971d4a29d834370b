"""The link ceremony: ticket, text, signature, code, and what follows from them.

What must be remembered (a spent text, a wrong code) is returned, never raised: an error undoes the change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.areas.members.services import members
from bot.areas.unions import services as unions
from bot.areas.wallets.domain import links, siwe_text
from bot.areas.wallets.domain.links import Ticket, TicketState
from bot.areas.wallets.services.wallets import HoldingChanged, give, take
from bot.areas.wallets.storage import tickets, wallets
from bot.domain.people import Account, Member, Union, Wallet
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed, NotFound

MAX_WALLETS = 20

GONE = (
    "This link does not work. Links last ten minutes, work once, and end when a newer one is asked for. "
    "Send /link in chat to get a new one."
)
SIGNED_BEFORE = (
    "This link was signed already; nothing more can be signed with it. "
    "If that was not you, send /link in chat to get a new one."
)
TEXT_REPLACED = (
    "This is not the text to sign any more: it was tried already, or the link was opened in another "
    "window, which got a newer one. Choose your wallet again to get a fresh text."
)


@dataclass(frozen=True, slots=True)
class Site:
    """Who asks for the signature: host (and port), the page's address without the token, EIP-155 chain id."""

    domain: str
    uri: str
    chain_id: int


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What the page says before anything is signed."""

    account: str
    platform: str
    union: str
    signed: bool
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """A text to sign, and the nonce it is known by."""

    text: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a signature has to match: the text is spent, and can be tried this once."""

    address: str
    message: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The code to bring back, shown once, and the platform to bring it back to."""

    code: str
    platform: str


@dataclass(frozen=True, slots=True)
class Reactions:
    """What linking does in areas that this one does not know: see `bot.membership.LINKING`.

    `merge(tx, union_id, absorbed, survivor)` makes two members one, and returns that one.
    """

    holding_changed: HoldingChanged
    merge: Callable[[Tx, int, Member, Member], Member]


class LinkOutcome(StrEnum):
    """What became of a code."""

    LINKED = "linked"
    ALREADY = "already"
    MERGED = "merged"
    TAKEN = "taken"
    HELD = "held"  # by another member; nothing is done yet: the person says first what to do
    WRONG = "wrong"
    STOPPED = "stopped"
    EXPIRED = "expired"
    UNSIGNED = "unsigned"
    NOTHING = "nothing"


class Held(StrEnum):
    """What to do about a wallet that another member holds."""

    MERGE = "merge"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class Completed:
    """The outcome; if a ticket was found, its account; and the person's other accounts, which are to be told."""

    outcome: LinkOutcome
    account: Account | None = None
    address: str = ""
    tries_left: int = 0
    others: tuple[Account, ...] = ()


def open_ticket(tx: Tx, account: Account) -> str:
    """A new ticket's token; the account's earlier ones are cancelled. Raises NotAllowed past `MAX_WALLETS`."""
    if len(wallets.of_member(tx, account.member_id)) >= MAX_WALLETS:
        raise NotAllowed(f"You have {MAX_WALLETS} wallets, which is the most. Unlink one first: /wallets.")
    tickets.cancel_of(tx, account.id)
    token = links.new_token()
    tickets.add(tx, links.token_hash(token), account.union_id, account.id, tx.now + links.LIFETIME)
    return token


def page(tx: Tx, token: str) -> LinkPage:
    """What to show for a token. Raises NotFound for one that never was or does not work any more."""
    ticket, account, union = _ticket(tx, token)
    return LinkPage(
        account.name, account.platform, union.name, ticket.state == TicketState.SIGNED, ticket.expires_at
    )


def issue_text(tx: Tx, token: str, address: str, site: Site) -> Issued:
    """The EIP-4361 text to sign with `address` (EIP-55); it takes the place of any text issued before.

    Raises NotFound, or BadInput when the ticket is signed already.
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
    """Spend the text with this nonce, to hold a signature against it. Raises NotFound or BadInput."""
    ticket, _, _ = _open(tx, token)
    if ticket.address is None or ticket.message is None or not tickets.spend(tx, ticket.id, nonce):
        raise BadInput(TEXT_REPLACED)
    return Attempt(ticket.address, ticket.message)


def sign(tx: Tx, token: str, attempt: Attempt, kind: str) -> Signed:
    """The attempt's signature held (`kind` "eoa" or "contract"): the code that finishes the link.

    Raises NotFound if the ticket ended meanwhile, BadInput if another signature was faster.
    """
    ticket, account, _ = _open(tx, token)
    code = links.new_code()
    if not tickets.sign(tx, ticket.id, attempt.address, kind, links.code_hash(ticket.token_hash, code)):
        raise BadInput(SIGNED_BEFORE)
    return Signed(code, account.platform)


def complete(
    tx: Tx, platform: str, native_id: str, code: str, reactions: Reactions, held: Held | None = None
) -> Completed:
    """Finish a link of this account with the code that its page showed.

    If another member holds the wallet, nothing is changed before the person says what to do (`held`):
    somebody may have been talked into bringing the code of a stranger's wallet, and would become that
    stranger; or a stranger got a signature out of the wallet's owner, who now takes the wallet back.

    Tickets of all unions are looked at: a private chat may be talking to another one than the link is for.
    """
    waiting = [
        (account, ticket)
        for account in members.accounts_everywhere(tx, platform, native_id)
        if (ticket := tickets.latest(tx, account.id))
        and ticket.state in (TicketState.OPEN, TicketState.SIGNED)
    ]
    live = [(account, ticket) for account, ticket in waiting if tx.now < ticket.expires_at]
    signed = [(account, ticket) for account, ticket in live if ticket.state == TicketState.SIGNED]
    if not signed:
        return Completed(
            LinkOutcome.UNSIGNED if live else LinkOutcome.EXPIRED if waiting else LinkOutcome.NOTHING
        )
    typed = links.read_code(code)
    for account, ticket in signed:
        if (
            typed
            and ticket.code_hash
            and links.same(ticket.code_hash, links.code_hash(ticket.token_hash, typed))
        ):
            if held is None and (holder := _other_holder(tx, account, ticket)):
                return Completed(LinkOutcome.HELD, account, ticket.address or "", others=holder)
            # False if another process was faster: the code was used there.
            return (
                _attach(tx, account, ticket, held, reactions)
                if tickets.close(tx, ticket.id)
                else Completed(LinkOutcome.NOTHING)
            )
    left = max(_wrong(tx, ticket) for _, ticket in signed)
    return Completed(LinkOutcome.WRONG if left else LinkOutcome.STOPPED, tries_left=left)


def prune(tx: Tx, before: datetime) -> None:
    """Forget tickets that expired before that moment."""
    tickets.prune(tx, before)


def _ticket(tx: Tx, token: str) -> tuple[Ticket, Account, Union]:
    ticket = tickets.by_token(tx, links.token_hash(token))
    account = members.account(tx, ticket.account_id) if ticket and ticket.works(tx.now) else None
    union = unions.by_id(tx, account.union_id) if account else None
    if ticket is None or account is None or union is None:
        raise NotFound(GONE)
    return ticket, account, union


def _open(tx: Tx, token: str) -> tuple[Ticket, Account, Union]:
    found = _ticket(tx, token)
    if found[0].state != TicketState.OPEN:
        raise BadInput(SIGNED_BEFORE)
    return found


def _wrong(tx: Tx, ticket: Ticket) -> int:
    left = links.CODE_ATTEMPTS - ticket.code_attempts - 1
    tickets.count_attempt(tx, ticket.id, TicketState.SIGNED if left > 0 else TicketState.CANCELLED)
    return left


def _attach(tx: Tx, account: Account, ticket: Ticket, choice: Held | None, reactions: Reactions) -> Completed:
    member = members.by_id(tx, account.member_id)
    if member is None or ticket.address is None or ticket.wallet_kind is None:
        raise RuntimeError("a signed ticket has a member, an address and its kind")
    held = wallets.by_address(tx, ticket.union_id, ticket.address)
    if held is None:
        give(tx, member, ticket.address, ticket.wallet_kind, reactions.holding_changed)
        told = members.other_accounts(tx, member.id, account)
        return Completed(LinkOutcome.LINKED, account, ticket.address, others=told)
    if held.member_id == member.id:
        return Completed(LinkOutcome.ALREADY, account, ticket.address)
    holder = members.by_id(tx, held.member_id)
    if holder is None:
        raise RuntimeError("a wallet has a member")
    if choice is Held.TAKE:
        return _take_back(tx, account, member, holder, held, reactions)
    survivor = reactions.merge(tx, ticket.union_id, member, holder)
    return Completed(
        LinkOutcome.MERGED, account, ticket.address, others=members.other_accounts(tx, survivor.id, account)
    )


def _take_back(
    tx: Tx, account: Account, member: Member, holder: Member, wallet: Wallet, reactions: Reactions
) -> Completed:
    take(tx, holder, wallet.address, reactions.holding_changed)
    give(tx, member, wallet.address, wallet.kind, reactions.holding_changed)
    told = (*members.other_accounts(tx, member.id, account), *members.accounts_of(tx, holder.id))
    return Completed(LinkOutcome.TAKEN, account, wallet.address, others=told)


def _other_holder(tx: Tx, account: Account, ticket: Ticket) -> tuple[Account, ...]:
    """The accounts of the other member who holds the ticket's wallet; none if nobody else does."""
    held = wallets.by_address(tx, ticket.union_id, ticket.address or "")
    if held is None or held.member_id == account.member_id:
        return ()
    return tuple(members.accounts_of(tx, held.member_id))

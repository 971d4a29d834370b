"""Completing a link: the code that came back, and the person's word that the wallet is theirs.

Wrong codes must be saved, and an error would undo all changes. So outcomes are returned, not raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.areas.members.services import members
from bot.areas.unions import services as unions
from bot.areas.wallets.domain import links
from bot.areas.wallets.domain.links import Ticket, TicketState
from bot.areas.wallets.services import claims
from bot.areas.wallets.services import links as tickets_of
from bot.areas.wallets.services.claims import Parties
from bot.areas.wallets.services.wallets import HoldingChanged, give
from bot.areas.wallets.storage import tickets, wallets
from bot.domain.people import Account, Wallet
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Reactions:
    """The reactions of other areas to a link; see `bot.membership.LINKING`."""

    holding_changed: HoldingChanged


class LinkOutcome(StrEnum):
    """The outcome for a code that somebody typed."""

    RETURNED = "returned"
    """The code is right. Nothing is linked before the person says that the wallet is theirs."""
    HELD = "held"
    """The code is right, and another member holds the wallet. Nothing is done before the person decides."""
    KEEPS = "keeps"
    """The code is right, and the member holds the wallet, which is claimed. Their word ends the claim."""
    ALREADY = "already"
    WRONG = "wrong"
    STOPPED = "stopped"
    EXPIRED = "expired"
    UNSIGNED = "unsigned"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Returned:
    """The outcome, with the account, the ticket and the wallet if the code is right.

    `others` are the accounts of the member who holds the wallet, if it is `HELD`.
    """

    outcome: LinkOutcome
    account: Account | None = None
    ticket_id: int = 0
    address: str = ""
    kind: str = ""
    tries_left: int = 0
    others: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """The effect of the person's word.

    `wallet` is the one that was linked, None if the member had it already. `others` are their other accounts, to be
    told. `ended` is the claim that the fresh signature ended.
    """

    address: str
    wallet: Wallet | None = None
    others: tuple[Account, ...] = ()
    ended: Parties | None = None


def complete(tx: Tx, platform: str, native_id: str, code: str) -> Returned:
    """Takes the code that a page showed back from this platform's user. It links nothing.

    Somebody may have seen the page's address and signed with a wallet of theirs, or may have talked the person into
    bringing the code. So the person sees the wallet first, and says whether it is theirs: see `confirm`.

    The user's tickets in all unions count, because the link can be for another union than the private chat is about.
    """
    waiting = _waiting(tx, platform, native_id)
    live = [one for one in waiting if tx.now < one.ticket.expires_at]
    expecting = [one for one in live if one.ticket.takes_code]
    if not expecting:
        return Returned(_outcome_without_signature(waiting, live))
    typed = links.read_code(code)
    for one in expecting:
        if typed is not None and _is_code_of(one.ticket, typed):
            return _bring_back(tx, one.account, one.ticket)
    left = max(_count_wrong_code(tx, one.ticket) for one in expecting)
    return Returned(LinkOutcome.WRONG if left else LinkOutcome.STOPPED, tries_left=left)


def ask_again(tx: Tx, account: Account, ticket_id: int) -> Returned:
    """Returns what there is to decide about a ticket whose code came back. Raises NotFound."""
    ticket = tickets_of.returned(tx, account, ticket_id)
    if ticket is None:
        raise NotFound(tickets_of.PROOF_GONE)
    return _to_decide(tx, account, ticket)


def confirm(tx: Tx, account: Account, ticket_id: int, changed: HoldingChanged) -> Linked | None:
    """Links the wallet that the account proved with a ticket, or ends a claim on it; once.

    Returns None if another member has come to hold the wallet: then there is something else to decide.
    Raises NotFound if the proof is used up or too old, NotAllowed if the account waits or has too many wallets.
    """
    ticket = tickets_of.returned(tx, account, ticket_id)
    member, union = members.by_id(tx, account.member_id), unions.by_id(tx, account.union_id)
    if ticket is None or ticket.address is None or ticket.wallet_kind is None or not member or not union:
        raise NotFound(tickets_of.PROOF_GONE)
    held = wallets.by_address(tx, union.id, ticket.address)
    if held is not None and held.member_id != member.id:
        return None
    if held is None:
        members.require_settled(tx, account)
        if len(wallets.of_member(tx, member.id)) >= tickets_of.MAX_WALLETS:
            raise NotAllowed(tickets_of.TOO_MANY)
    if not tickets.close(tx, ticket.id):
        raise NotFound(tickets_of.PROOF_GONE)
    others = members.other_accounts(tx, member.id, account)
    if held is None:
        wallet = give(tx, member, ticket.address, ticket.wallet_kind, changed, by=account)
        return Linked(ticket.address, wallet, others)
    return Linked(
        ticket.address, None, others, claims.keep(tx, union, member, ticket.address, ticket.created_at)
    )


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An account, and its ticket that was not finished."""

    account: Account
    ticket: Ticket


def _waiting(tx: Tx, platform: str, native_id: str) -> list[_Waiting]:
    """The unfinished tickets of a platform's user in all unions, expired ones included."""
    found = []
    for account in members.accounts_everywhere(tx, platform, native_id):
        ticket = tickets.latest(tx, account.id)
        if ticket is not None and (ticket.state == TicketState.OPEN or ticket.takes_code):
            found.append(_Waiting(account, ticket))
    return found


def _outcome_without_signature(waiting: Sequence[_Waiting], live: Sequence[_Waiting]) -> LinkOutcome:
    if live:
        return LinkOutcome.UNSIGNED
    return LinkOutcome.EXPIRED if waiting else LinkOutcome.NOTHING


def _is_code_of(ticket: Ticket, typed: str) -> bool:
    return ticket.code_hash is not None and links.same(
        ticket.code_hash, links.code_hash(ticket.token_hash, typed)
    )


def _bring_back(tx: Tx, account: Account, ticket: Ticket) -> Returned:
    """Notes that the code came back. Whoever types it again is asked again."""
    if ticket.state == TicketState.SIGNED and not tickets.bring_back(tx, ticket.id):
        return Returned(LinkOutcome.NOTHING)  # the code was used in another process meanwhile
    return _to_decide(tx, account, ticket)


def _to_decide(tx: Tx, account: Account, ticket: Ticket) -> Returned:
    address, kind = ticket.address, ticket.wallet_kind
    if address is None or kind is None:
        raise RuntimeError("a signed ticket has an address and its kind")
    held = wallets.by_address(tx, ticket.union_id, address)
    if held is None:
        return Returned(LinkOutcome.RETURNED, account, ticket.id, address, kind)
    if held.member_id != account.member_id:
        others = tuple(members.accounts_of(tx, held.member_id))
        return Returned(LinkOutcome.HELD, account, ticket.id, address, kind, others=others)
    if claims.on(tx, ticket.union_id, address) is None:
        tickets.close(tx, ticket.id)
        return Returned(LinkOutcome.ALREADY, account, ticket.id, address, kind)
    return Returned(LinkOutcome.KEEPS, account, ticket.id, address, kind)


def _count_wrong_code(tx: Tx, ticket: Ticket) -> int:
    """Counts a wrong code; returns how many tries are left. The last one cancels the ticket."""
    left = links.CODE_ATTEMPTS - ticket.code_attempts - 1
    state = TicketState(ticket.state) if left > 0 else TicketState.CANCELLED
    tickets.count_attempt(tx, ticket.id, state)
    return left

"""Completing a link: the code that came back, and the wallet that is linked by it.

Wrong codes must be saved, and an error would undo all changes. So outcomes are returned, not raised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.areas.members.services import members
from bot.areas.wallets.domain import links
from bot.areas.wallets.domain.links import Ticket, TicketState
from bot.areas.wallets.services.wallets import HoldingChanged, give, take
from bot.areas.wallets.storage import tickets, wallets
from bot.domain.people import Account, Member, Wallet
from bot.domain.transaction import Tx


@dataclass(frozen=True, slots=True)
class Reactions:
    """The reactions of other areas to a link; see `bot.membership.LINKING`.

    `merge(tx, union_id, absorbed, survivor)` makes two members one, and returns the survivor.
    """

    holding_changed: HoldingChanged
    merge: Callable[[Tx, int, Member, Member], Member]


class LinkOutcome(StrEnum):
    """The outcome for a code that somebody typed."""

    LINKED = "linked"
    ALREADY = "already"
    MERGED = "merged"
    TAKEN = "taken"
    HELD = "held"  # another member holds the wallet; nothing is done until the person decides
    WRONG = "wrong"
    STOPPED = "stopped"
    EXPIRED = "expired"
    UNSIGNED = "unsigned"
    NOTHING = "nothing"


class Held(StrEnum):
    """The person's decision about a wallet that another member holds."""

    MERGE = "merge"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class Completed:
    """The outcome, with the account and the address of the ticket if it was found.

    `others` are accounts: of the holder if the wallet is `HELD`, else those that are to be told.
    """

    outcome: LinkOutcome
    account: Account | None = None
    address: str = ""
    tries_left: int = 0
    others: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An account, and its ticket that was not finished."""

    account: Account
    ticket: Ticket


def complete(
    tx: Tx, platform: str, native_id: str, code: str, reactions: Reactions, held: Held | None = None
) -> Completed:
    """Finishes a link of this platform's user with the code that its page showed.

    If another member holds the wallet, nothing changes before the person decides (`held`). Somebody may have talked
    the person into bringing the code for a stranger's wallet: then the two would become one member. Or a stranger had
    got a signature from the wallet's owner, and the owner takes the wallet back now.

    The user's tickets in all unions count, because the link can be for another union than the private chat is about.
    """
    waiting = _waiting(tx, platform, native_id)
    live = [one for one in waiting if tx.now < one.ticket.expires_at]
    signed = [one for one in live if one.ticket.state == TicketState.SIGNED]
    if not signed:
        return Completed(_outcome_without_signature(waiting, live))
    typed = links.read_code(code)
    for one in signed:
        if typed is not None and _is_code_of(one.ticket, typed):
            members.require_settled(tx, one.account)
            return _finish(tx, one.account, one.ticket, held, reactions)
    left = max(_count_wrong_code(tx, one.ticket) for one in signed)
    return Completed(LinkOutcome.WRONG if left else LinkOutcome.STOPPED, tries_left=left)


def _waiting(tx: Tx, platform: str, native_id: str) -> list[_Waiting]:
    """The unfinished tickets of a platform's user in all unions, expired ones included."""
    found = []
    for account in members.accounts_everywhere(tx, platform, native_id):
        ticket = tickets.latest(tx, account.id)
        if ticket is not None and ticket.state in (TicketState.OPEN, TicketState.SIGNED):
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


def _finish(
    tx: Tx, account: Account, ticket: Ticket, decision: Held | None, reactions: Reactions
) -> Completed:
    """Finishes a link whose code came back, or asks the person to decide if another member holds the wallet."""
    if decision is None and (holder := _other_holder(tx, account, ticket)):
        return Completed(LinkOutcome.HELD, account, ticket.address or "", others=holder)
    if not tickets.close(tx, ticket.id):  # the code was used in another process meanwhile
        return Completed(LinkOutcome.NOTHING)
    return _attach(tx, account, ticket, decision, reactions)


def _count_wrong_code(tx: Tx, ticket: Ticket) -> int:
    """Counts a wrong code; returns how many tries are left. The last one cancels the ticket."""
    left = links.CODE_ATTEMPTS - ticket.code_attempts - 1
    tickets.count_attempt(tx, ticket.id, TicketState.SIGNED if left > 0 else TicketState.CANCELLED)
    return left


def _attach(
    tx: Tx, account: Account, ticket: Ticket, decision: Held | None, reactions: Reactions
) -> Completed:
    """Links the ticket's wallet to the account's member, as was decided if another member holds it."""
    member = members.by_id(tx, account.member_id)
    if member is None or ticket.address is None or ticket.wallet_kind is None:
        raise RuntimeError("a signed ticket has a member, an address and its kind")
    held = wallets.by_address(tx, ticket.union_id, ticket.address)
    if held is None:
        give(tx, member, ticket.address, ticket.wallet_kind, reactions.holding_changed)
        others = members.other_accounts(tx, member.id, account)
        return Completed(LinkOutcome.LINKED, account, ticket.address, others=others)
    if held.member_id == member.id:
        return Completed(LinkOutcome.ALREADY, account, ticket.address)
    holder = members.by_id(tx, held.member_id)
    if holder is None:
        raise RuntimeError("a wallet has a member")
    if decision is Held.TAKE:
        return _take_back(tx, account, member, holder, held, reactions)
    survivor = reactions.merge(tx, ticket.union_id, member, holder)
    others = members.other_accounts(tx, survivor.id, account)
    return Completed(LinkOutcome.MERGED, account, ticket.address, others=others)


def _take_back(
    tx: Tx, account: Account, member: Member, holder: Member, wallet: Wallet, reactions: Reactions
) -> Completed:
    take(tx, holder, wallet.address, reactions.holding_changed)
    give(tx, member, wallet.address, wallet.kind, reactions.holding_changed)
    others = (*members.other_accounts(tx, member.id, account), *members.accounts_of(tx, holder.id))
    return Completed(LinkOutcome.TAKEN, account, wallet.address, others=others)


def _other_holder(tx: Tx, account: Account, ticket: Ticket) -> tuple[Account, ...]:
    """The accounts of the other member who holds the ticket's wallet; none if nobody else does."""
    held = wallets.by_address(tx, ticket.union_id, ticket.address or "")
    if held is None or held.member_id == account.member_id:
        return ()
    return tuple(members.accounts_of(tx, held.member_id))

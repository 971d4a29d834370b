"""The wallets of a member who leaves, or who turns out to be another member."""

from __future__ import annotations

from bot.areas.ledger.services import record
from bot.areas.members.services import members
from bot.areas.members.services.members import JOINING_WAIT
from bot.areas.traces import services as traces
from bot.areas.traces.domain import TraceKind
from bot.areas.wallets.domain.claims import WENT_AWAY, ClaimEnd
from bot.areas.wallets.services.claims import bar, free
from bot.areas.wallets.services.wallets import remember
from bot.areas.wallets.storage import addresses, claims, tickets, wallets
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the member's wallets, and the tickets of their accounts. Claims end: of them, and on their wallets.

    Whoever leaves with an open claim cannot come back and claim at once: the holder would be asked without end.
    """
    theirs = members.accounts_of(tx, member.id)
    ended = [_end_claims(tx, member, account) for account in theirs]  # of all of them, not up to the first
    if any(ended):
        bar(tx, union, theirs, WENT_AWAY)
    for wallet in wallets.of_member(tx, member.id):
        remember(tx, wallet)
        free(tx, member, wallet.address)
    addresses.delete_of(tx, member.id)
    tickets.delete_of(tx, member.id)
    wallets.delete_of(tx, member.id)


def forget_account(tx: Tx, union: Union, account: Account) -> None:
    """Erases the tickets of one account of a member, and ends its claims. The wallets are the person's."""
    member = members.by_id(tx, account.member_id)
    if member is not None and _end_claims(tx, member, account):
        bar(tx, union, [account], WENT_AWAY)
    addresses.delete_of_account(tx, account.id)
    tickets.delete_of_account(tx, account.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the absorbed member's wallets to the survivor. All wallets of the one person wait, of both sides.

    Tickets and claims stay with their accounts. A claim of one of the two on a wallet of the other is over: it is one
    person's now. If one of them cannot claim, because a holder answered, no account of the one person can.
    """
    both = [*members.accounts_of(tx, absorbed.id), *members.accounts_of(tx, survivor.id)]
    keys = [(account.platform, account.native_id) for account in both]
    traces.share(tx, union, keys, TraceKind.CLAIM)
    claims.delete_between(tx, union.id, absorbed.id, survivor.id)
    wallets.move(tx, absorbed.id, survivor.id)
    wallets.wait(tx, survivor.id, tx.now + JOINING_WAIT)


def _end_claims(tx: Tx, member: Member, account: Account) -> bool:
    """Ends the claims of an account; returns whether one was open."""
    was_open = False
    for claim in claims.of_account(tx, account.id):
        if claims.end(tx, claim.id, ClaimEnd.GONE):
            was_open = True
            record(tx, member.union_id, "wallet.claim-ended", member, outcome=ClaimEnd.GONE.value)
    claims.take_account(tx, account.id)
    return was_open

"""The wallets of a member who leaves, or who turns out to be another member."""

from __future__ import annotations

from collections.abc import Mapping

from bot.areas.members.services.members import JOINING_WAIT
from bot.areas.traces import services as traces
from bot.areas.traces.domain import WALLET, Trace, TraceKind
from bot.areas.wallets.storage import tickets, wallets
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the member's wallets, and the tickets of their accounts."""
    tickets.delete_of(tx, member.id)
    wallets.delete_of(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the absorbed member's wallets to the survivor. Tickets stay with their accounts.

    All wallets of the one person wait, whichever side they come from.
    """
    wallets.move(tx, absorbed.id, survivor.id)
    wallets.wait(tx, survivor.id, tx.now + JOINING_WAIT)


def forget_account(tx: Tx, union: Union, account: Account) -> None:
    """Erases the tickets of one account. The wallets are the person's."""
    tickets.delete_of_account(tx, account.id)


def remember(tx: Tx, union: Union, member: Member) -> None:
    """Keeps the waits of the member's wallets that run. They go on if somebody links the wallet again."""
    for wallet in wallets.of_member(tx, member.id):
        if wallet.waits_until is not None and wallet.waits_until > tx.now:
            traces.keep(tx, union, WALLET, wallet.address.lower(), TraceKind.WALLET_WAIT, wallet.waits_until)


def recall(tx: Tx, union: Union, member: Member, account: Account, kept: Mapping[TraceKind, Trace]) -> None:
    """Changes nothing: a new member has no wallet yet."""

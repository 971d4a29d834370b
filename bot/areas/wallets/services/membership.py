"""The wallets of a member who leaves, or who turns out to be another member."""

from __future__ import annotations

from bot.areas.wallets.storage import tickets, wallets
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the member's wallets, and the tickets of their accounts."""
    tickets.delete_of(tx, member.id)
    wallets.delete_of(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the absorbed member's wallets to the survivor. Tickets stay with their accounts."""
    wallets.move(tx, absorbed.id, survivor.id)

"""What becomes of the endorsements and ranks of a member who leaves, or who turns out to be another."""

from __future__ import annotations

from bot.areas.tree.services import endorsements, leadership
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx


def forget(tx: Tx, union: Union, member: Member) -> None:
    """End the member's endorsement and rank, and free those who endorse them."""
    endorsements.forget(tx, union, member)
    leadership.forget(tx, union, member)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Give the one person one endorsement, both bases, and the better rank."""
    endorsements.merge(tx, union, absorbed, survivor)
    leadership.merge(tx, union, absorbed, survivor)

"""The traces in this area of a member who leaves, or who turns out to be another member."""

from __future__ import annotations

from bot.areas.expulsions.storage import departures, expulsions
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases which spaces the member's accounts are gone from. Expulsions that they made stay."""
    departures.erase(tx, member.id)


def forget_account(tx: Tx, union: Union, account: Account) -> None:
    """Erases which spaces one account is gone from."""
    departures.erase_account(tx, account.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Names the survivor as the one who expelled people, not the absorbed member. Departures stay with accounts."""
    expulsions.move_by(tx, absorbed.id, survivor.id)

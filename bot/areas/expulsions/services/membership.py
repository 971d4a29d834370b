"""The traces in this area of a member who leaves, or who turns out to be another member."""

from __future__ import annotations

from collections.abc import Mapping

from bot.areas.expulsions.services import former
from bot.areas.expulsions.storage import departures, expulsions
from bot.areas.members.services import members
from bot.areas.traces.domain import Trace, TraceKind
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx


def remember(tx: Tx, union: Union, member: Member) -> None:
    """Keeps for a while whose accounts these were, so that whoever leaves can still be expelled."""
    for account in members.accounts_of(tx, member.id):
        former.give_up_account(tx, union, account)


def recall(tx: Tx, union: Union, member: Member, account: Account, kept: Mapping[TraceKind, Trace]) -> None:
    """Lets an account begin anew that was removed from somebody who is still a member."""
    former.come_back(tx, union, account)


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases which spaces the member's accounts are gone from. Expulsions that they made stay."""
    departures.erase(tx, member.id)


def forget_account(tx: Tx, union: Union, account: Account) -> None:
    """Erases which spaces one account is gone from. For a while it is expelled with its person, if they are."""
    former.give_up_account(tx, union, account)
    departures.erase_account(tx, account.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Names the survivor as the one who expelled people, not the absorbed member. Departures stay with accounts.

    What the absorbed member gave up lately was the survivor's.
    """
    former.hand_on(tx, union, absorbed.id, survivor.id)
    expulsions.move_by(tx, absorbed.id, survivor.id)

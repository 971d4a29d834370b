"""The proposals and codes of a member who leaves, of two who became one, and of an account that is removed."""

from __future__ import annotations

from bot.areas.joinings.storage import codes, joinings
from bot.areas.members.services import members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import TraceKind
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Ends the proposals of a member who leaves. The other sides are told later, and read no name."""
    codes.remove_of(tx, member.id)
    joinings.end_of(tx, member.id, None)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Ends the proposals of both: others were asked about persons who are somebody else now.

    If one of the two cannot propose, because they were refused, no account of the one person can.
    """
    both = [*members.accounts_of(tx, absorbed.id), *members.accounts_of(tx, survivor.id)]
    keys = [(account.platform, account.native_id) for account in both]
    traces.share(tx, union, keys, TraceKind.JOINING_REFUSED)
    for member in (absorbed, survivor):
        codes.remove_of(tx, member.id)
        joinings.end_of(tx, member.id, survivor.id)


def forget_account(tx: Tx, union: Union, account: Account) -> None:
    """Ends the proposals of the account's member, because the account may have answered them. Erases its code."""
    codes.remove(tx, account.id)
    joinings.end_of(tx, account.member_id, account.member_id)

"""The waits of accounts outlast a membership: leaving and joining anew does not end them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.areas.members.storage import accounts
from bot.areas.traces import services as traces
from bot.areas.traces.domain import Trace, TraceKind
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx


def remember(tx: Tx, union: Union, member: Member) -> None:
    """Keeps the waits of the member's accounts that run."""
    for account in accounts.of_member(tx, member.id):
        if account.waits_until is not None and account.waits_until > tx.now:
            traces.keep(tx, union, account.platform, account.native_id, TraceKind.WAIT, account.waits_until)


def recall(tx: Tx, union: Union, member: Member, account: Account, kept: Mapping[TraceKind, Trace]) -> None:
    """Lets the account wait on, if it waited when its person left."""
    wait = kept.get(TraceKind.WAIT)
    if wait is not None and wait.until is not None:
        accounts.set_wait(tx, account.id, wait.until)

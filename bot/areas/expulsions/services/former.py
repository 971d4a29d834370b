"""Accounts and wallets that were a person's until lately: whoever is expelled is expelled with them.

Leaving, unlinking a wallet, or removing an account a moment before one is expelled must not help. A trace of the
kinds of an expulsion, with a number below zero, means that nothing is kept out yet: the account or wallet was that of
the member with the id `-number`. Expelling them turns all of these traces into traces of the expulsion.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.areas.members.services import members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import WALLET, TraceKind
from bot.domain.people import Account, Union
from bot.domain.transaction import Tx

LASTS = timedelta(days=30)
"""How long an account or a wallet that somebody gave up counts as theirs, if they are expelled."""
_KINDS = (TraceKind.EXPELLED, TraceKind.EXPELLED_WALLET)


def give_up_account(tx: Tx, union: Union, account: Account) -> None:
    """Keeps for a while whose account this was. What they gave up when they were a member before counts with it."""
    found = traces.find(tx, union, account.platform, account.native_id, TraceKind.EXPELLED)
    if found is not None and found.number > 0:
        return
    if found is not None:
        hand_on(tx, union, -found.number, account.member_id)
    until = tx.now + LASTS
    traces.keep(tx, union, account.platform, account.native_id, TraceKind.EXPELLED, until, -account.member_id)


def give_up_wallet(tx: Tx, union: Union, member_id: int, address: str) -> None:
    """Keeps for a while whose wallet this was, unless an expulsion keeps it out already."""
    found = traces.find(tx, union, WALLET, address.lower(), TraceKind.EXPELLED_WALLET)
    if found is None or found.number < 0:
        until = tx.now + LASTS
        traces.keep(tx, union, WALLET, address.lower(), TraceKind.EXPELLED_WALLET, until, -member_id)


def hand_on(tx: Tx, union: Union, member_id: int, to_id: int) -> None:
    """Makes what one member gave up another's, who is the same person."""
    for kind in _KINDS:
        traces.renumber(tx, union, kind, -member_id, -to_id)


def come_back(tx: Tx, union: Union, account: Account) -> None:
    """Lets an account begin anew that was removed from a person who is still a member, and joins on its own now.

    Moderators see it as a member of its own. An account whose person left stays what it was.
    """
    member_id = member_before(tx, union, account.platform, account.native_id)
    before = members.by_id(tx, member_id) if member_id is not None else None
    if before is not None and before.left_at is None:
        traces.end(tx, union, account.platform, account.native_id, TraceKind.EXPELLED)


def member_before(tx: Tx, union: Union, platform: str, native_id: str) -> int | None:
    """Returns the id of the member whose account this was until lately."""
    found = traces.find(tx, union, platform, native_id, TraceKind.EXPELLED)
    return -found.number if found is not None and found.number < 0 else None


def has_left(tx: Tx, union: Union, platform: str, native_id: str) -> bool:
    """Whether this is the account of somebody who left the union lately."""
    return bool(_members_of(tx, union, [(platform, native_id)]))


def expel(
    tx: Tx,
    union: Union,
    member_id: int | None,
    accounts: Iterable[tuple[str, str]],
    expulsion_id: int,
    until: datetime | None,
) -> None:
    """Keeps out what a person gave up lately: as the member that they are, and as those that they were before.

    `accounts` has the (platform, native id) of the accounts that are expelled. An account that was removed from a
    person who is still a member is expelled without that person: it may have been a stranger's.
    """
    were = _members_of(tx, union, accounts) | ({member_id} if member_id is not None else set())
    for one in were:
        for kind in _KINDS:
            traces.replace_numbered(tx, union, kind, -one, expulsion_id, until)


def _members_of(tx: Tx, union: Union, accounts: Iterable[tuple[str, str]]) -> set[int]:
    """The members, gone by now, whose accounts these were until lately."""
    before = [member_before(tx, union, *account) for account in accounts]
    found = [members.by_id(tx, one) for one in before if one is not None]
    return {one.id for one in found if one is not None and one.left_at is not None}

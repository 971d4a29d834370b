"""Finding members by the names that they are shown with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.areas.members.storage import accounts, finding
from bot.domain.names import one_line
from bot.domain.people import Account, Union
from bot.domain.transaction import Tx

SEARCHED = 1_000
"""The newest members whose display names are searched. There is no index of display names."""
MOST_COMPLETIONS = 25


class Named(NamedTuple):
    """The accounts with a display name. `sure`: all of the union's names were searched."""

    accounts: list[Account]
    sure: bool


def shown_name(account: Account) -> str:
    """Returns the account's name as messages show it."""
    return one_line(account.name)


def shown_as(tx: Tx, union: Union, platform: str, name: str, first: Sequence[int]) -> Named:
    """Returns the platform's accounts that are shown with this name, one for each member.

    The newest members and those in `first` (ids) are searched. A single word must have the same capitals.
    """
    pool, sure = _pool(tx, union, first)
    wanted = one_line(name)
    found: dict[int, Account] = {}
    for account in pool:
        shown = shown_name(account)
        same = shown == wanted or (" " in wanted and shown.casefold() == wanted.casefold())
        if same and account.platform == platform:
            found.setdefault(account.member_id, account)
    return Named(list(found.values()), sure)


def completions(tx: Tx, union: Union, platform: str, typed: str, first: Sequence[int]) -> list[Account]:
    """Returns accounts whose name, a word of it, or username begins with the typed letters, one for each member.

    An account of this platform comes before another one of the same member. Members in `first` (ids) are offered
    first if nothing is typed.
    """
    wanted = one_line(typed.strip().lstrip("@")).casefold()
    by_username = finding.starting(tx, union.id, wanted, MOST_COMPLETIONS) if wanted else []
    found: dict[int, Account] = {}
    for account in [*by_username, *_pool(tx, union, first)[0]]:
        known = found.get(account.member_id)
        better = known is None or (known.platform != platform and account.platform == platform)
        if better and _begins(account, wanted):
            found[account.member_id] = account
    ordered = list(found.values())
    if wanted:
        ordered.sort(key=lambda one: (not shown_name(one).casefold().startswith(wanted), one.name.casefold()))
    return ordered[:MOST_COMPLETIONS]


def _pool(tx: Tx, union: Union, first: Sequence[int]) -> tuple[list[Account], bool]:
    ahead = accounts.of_members(tx, first)
    rank = {member: at for at, member in enumerate(first)}
    ahead.sort(key=lambda account: rank[account.member_id])
    newest = finding.newest(tx, union.id, SEARCHED)
    return [*ahead, *newest], len({account.member_id for account in newest}) < SEARCHED


def _begins(account: Account, wanted: str) -> bool:
    name = f"{shown_name(account)} ({account.platform})".casefold()
    return name.startswith(wanted) or f" {wanted}" in name or (account.username or "").startswith(wanted)

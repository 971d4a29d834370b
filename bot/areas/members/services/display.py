"""The choice of the account by which a member is shown, and of the account by which they are reached."""

from __future__ import annotations

from collections.abc import Sequence

from bot.areas.members.storage import accounts
from bot.domain.names import one_line
from bot.domain.people import Account
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx

GONE = phrase("somebody who left")


def of(tx: Tx, member_ids: Sequence[int], platform: str) -> dict[int, Account]:
    """Returns the account that shows each member: the oldest on this platform, else the oldest.

    Members who left have none.
    """
    found: dict[int, Account] = {}
    for account in accounts.of_members(tx, member_ids):
        known = found.get(account.member_id)
        if known is None or (known.platform != platform and account.platform == platform):
            found[account.member_id] = account
    return found


def reachable(tx: Tx, member_id: int) -> Account | None:
    """Returns the account for messages to a member: the oldest that private messages reach, else the oldest."""
    mine = accounts.of_member(tx, member_id)
    return next((account for account in mine if account.unreachable_at is None), mine[0] if mine else None)


def name(accounts: dict[int, Account], member_id: int) -> str:
    """Returns a member's name for one line. `accounts` are those of `of`."""
    account = accounts.get(member_id)
    return one_line(account.name, 40) if account else GONE

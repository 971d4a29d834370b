"""By which of their accounts members are shown, and reached."""

from __future__ import annotations

from collections.abc import Sequence

from bot.areas.members.storage import accounts
from bot.domain.names import one_line
from bot.domain.people import Account
from bot.domain.transaction import Tx

GONE = "somebody who left"


def of(tx: Tx, member_ids: Sequence[int], platform: str) -> dict[int, Account]:
    """The account that each member is shown by: the oldest on this platform, else the oldest.

    Members who left have none.
    """
    found: dict[int, Account] = {}
    for account in accounts.of_members(tx, member_ids):
        known = found.get(account.member_id)
        if known is None or (known.platform != platform and account.platform == platform):
            found[account.member_id] = account
    return found


def reachable(tx: Tx, member_id: int) -> Account | None:
    """The account to tell a member by: the oldest that private messages reach, else the oldest."""
    mine = accounts.of_member(tx, member_id)
    return next((account for account in mine if account.unreachable_at is None), mine[0] if mine else None)


def name(faces: dict[int, Account], member_id: int) -> str:
    """A member's name for one line."""
    account = faces.get(member_id)
    return one_line(account.name, 40) if account else GONE

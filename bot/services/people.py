"""What platforms tell about people: new names, leaving a space, blocking the bot."""

from __future__ import annotations

from bot.domain.people import Member, Union
from bot.services.ledger import record
from bot.storage import accounts
from bot.storage.transaction import Tx


def rename(tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> None:
    """The account's names, as the platform has them now, in every union."""
    accounts.rename(tx, platform, native_id, name, username)


def left_space(tx: Tx, union: Union, member: Member, platform: str) -> None:
    """A member left one of the union's places; they stay a member until they /leave."""
    record(tx, union.id, "member.left-space", member, platform=platform)


def set_reachable(tx: Tx, platform: str, native_id: str, yes: bool) -> None:
    """Whether private messages reach this account."""
    accounts.set_reachable(tx, platform, native_id, yes)

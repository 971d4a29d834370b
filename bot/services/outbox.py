"""The outbox in the shape of `bot.chat.sender.Outbox`."""

from __future__ import annotations

from bot.storage import accounts, outbox
from bot.storage.transaction import Tx

claim = outbox.claim
finish = outbox.finish
retry = outbox.retry
park = outbox.park
recover = outbox.recover
next_due = outbox.next_due
depths = outbox.depths


def gone(tx: Tx, platform: str, native_id: str) -> None:
    """Private messages no longer reach this account."""
    accounts.set_reachable(tx, platform, native_id, yes=False)

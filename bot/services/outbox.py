"""The outbox in the shape of `bot.chat.sender.Outbox`, and who is told of what cannot be delivered."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.storage import accounts, outbox, sending, unreached
from bot.storage.sending import Row
from bot.storage.transaction import Tx
from bot.storage.unreached import Unreached as Unreached

shares = sending.shares
take = sending.take
uncertain = sending.uncertain
retry = sending.retry
defer = sending.defer
recover = sending.recover
spend = sending.spend
finish = sending.finish
depths = outbox.depths
sent_id = outbox.sent_id
unions_to_tell = unreached.unions
REPEATED = sending.REPEATED
TOLD_OF = frozenset({"blocked", "gone", "rights"})
"""What moderators can do something about; the rest is for the operator."""


def park(tx: Tx, row: Row, reason: str, kind: str) -> None:
    """Give a row up. `kind` is an `Undeliverable`'s; who blocked the bot is not written to any more."""
    sending.park(tx, row, reason)
    if kind == "blocked" and row.person is not None:
        accounts.set_reachable(tx, row.platform, row.person, yes=False)
    if kind in TOLD_OF:
        on_undeliverable(tx, row, kind)


def on_undeliverable(tx: Tx, row: Row, kind: str) -> None:
    """Note, once for each chat, that messages of this union do not arrive there: `to_tell` gives it back."""
    chat = _chat(row)
    if row.union_id is not None and chat is not None:
        unreached.mark(tx, row.union_id, row.platform, chat, row.person, kind)


def reached(tx: Tx, platform: str, rows: Sequence[Row]) -> None:
    """These arrived: what was noted of their chats is over."""
    if rows and unreached.some(tx, platform):
        for row in rows:
            if (chat := _chat(row)) is not None:
                unreached.clear(tx, platform, chat)


def to_tell(tx: Tx, union_id: int) -> list[Unreached]:
    """Chats out of reach that the union's moderators have not been told of; they count as told from now on."""
    found = unreached.untold(tx, union_id)
    for one in found:
        unreached.told(tx, one)
    return found


def _chat(row: Row) -> str | None:
    """The person or chat that a row is for, by its native id."""
    try:
        target = json.loads(row.target)
    except ValueError:
        return None
    found: str | None = row.person or target.get("chat")
    return found

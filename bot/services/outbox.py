"""The outbox in the shape of `bot.chat.sender.Outbox`, and who is told of what cannot be delivered."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.domain.calls import USUAL_HOUR, moment
from bot.domain.people import Union
from bot.domain.times import union_day
from bot.services import quiet
from bot.storage import accounts, outbox, sending, unions, unreached
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
    """Note, once for each chat, that messages of this union do not arrive there: `take_unreached` gives it back."""
    chat = _chat(row)
    if row.union_id is not None and chat is not None:
        unreached.mark(tx, row.union_id, row.platform, chat, row.person, kind)


def reached(tx: Tx, platform: str, rows: Sequence[Row]) -> None:
    """These arrived: what was noted of their chats is over."""
    if rows and unreached.some(tx, platform):
        for row in rows:
            if (chat := _chat(row)) is not None:
                unreached.clear(tx, platform, chat)


def to_tell(tx: Tx) -> list[Union]:
    """The unions whose moderators are to be told of something now."""
    found = (unions.by_id(tx, union_id) for union_id in unreached.unions(tx))
    return [union for union in found if union is not None and _news(tx, union)]


def take_unreached(tx: Tx, union: Union) -> list[Unreached]:
    """Chats out of reach that the union's moderators have not been told of; they count as told from now on.

    Places at once; people, of whom there may be many, once a day.
    """
    found = _news(tx, union)
    for one in found:
        unreached.told(tx, one)
    return found


def _news(tx: Tx, union: Union) -> list[Unreached]:
    today = union_day(union.time_zone, tx.now)
    morning = moment(today if quiet.awake(union, tx.now) else today - 1, USUAL_HOUR, union.time_zone)
    return [one for one in unreached.untold(tx, union.id) if one.person is None or one.at < morning]


def _chat(row: Row) -> str | None:
    """The person or chat that a row is for, by its native id."""
    try:
        target = json.loads(row.target)
    except ValueError:
        return None
    found: str | None = row.person or target.get("chat")
    return found

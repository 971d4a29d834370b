"""The outbox in the shape of `bot.chat.sender.Outbox`, and who is told of what cannot be delivered."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime

from bot.areas.delivery.domain import Unreached
from bot.areas.delivery.storage import outbox, sending, unreached
from bot.areas.delivery.storage.sending import OutboxRow
from bot.areas.members.services import daily_notice, members
from bot.areas.unions import services as unions
from bot.domain.people import Member, Union
from bot.domain.times import moment, union_day
from bot.domain.transaction import Tx

TOLD_OF = frozenset({"blocked", "gone", "rights"})
"""What moderators can do something about; the rest is for the operator."""


REPEATED = sending.REPEATED
"""The note at a row that is sent again because it may not have arrived."""


def post(
    tx: Tx,
    platform: str,
    union_id: int | None,
    target: str,
    body: bytes,
    person: str | None = None,
    dedupe_key: str | None = None,
    *,
    chat: str | None = None,
    bulk: bool = False,
) -> None:
    """Queue a message; a second one with a `dedupe_key` is dropped."""
    outbox.add(tx, platform, union_id, target, body, person, dedupe_key, chat=chat, bulk=bulk)


def replace_post(
    tx: Tx,
    platform: str,
    union_id: int | None,
    target: str,
    body: bytes,
    person: str | None,
    dedupe_key: str,
    *,
    chat: str | None = None,
    bulk: bool = False,
) -> None:
    """Queue a message in place of one with the same key that still waits."""
    outbox.replace(tx, platform, union_id, target, body, person, dedupe_key, chat=chat, bulk=bulk)


def sent_id(tx: Tx, dedupe_key: str) -> str | None:
    """The platform's id of the message with this key, for a target that edits it; None until it is sent."""
    return outbox.sent_id(tx, dedupe_key)


def depths(tx: Tx) -> list[tuple[str, str, int]]:
    """(platform, state, rows) of everything not sent."""
    return outbox.depths(tx)


def parked(tx: Tx, since: datetime, most: int) -> list[tuple[str, str, int]]:
    """(platform, last error, rows) given up, the most first; not for people who cannot be reached anyhow."""
    return outbox.parked(tx, since, most)


def prune(tx: Tx, before: datetime) -> int:
    """Forget what was sent or given up before that moment; how many rows, not all at once."""
    return outbox.prune(tx, before)


def shares(tx: Tx, platform: str, lane: int, after: int, most: int) -> list[tuple[int, datetime]]:
    """The next unions (0: none's) after this one with rows in the lane, and when their first is due."""
    return sending.shares(tx, platform, lane, after, most)


def take(tx: Tx, platform: str, lane: int, share: int, most: int) -> list[OutboxRow]:
    """Claim up to `most` due rows of a union to send now, the oldest first."""
    return sending.take(tx, platform, lane, share, most)


def finish(tx: Tx, row: OutboxRow, sent_id: str, open_at: datetime) -> None:
    """The row was sent; the next of its chain is due, not before `open_at`."""
    sending.finish(tx, row, sent_id, open_at)


def uncertain(tx: Tx, row: OutboxRow, error: str, open_at: datetime) -> None:
    """The row may have been sent, and is not sent again."""
    sending.uncertain(tx, row, error, open_at)


def retry(tx: Tx, row: OutboxRow, at: datetime, error: str, *, aside: bool = False) -> None:
    """Try the row again then; others of its chain wait, unless it steps `aside`."""
    sending.retry(tx, row, at, error, aside=aside)


def defer(tx: Tx, row: OutboxRow, at: datetime) -> None:
    """The row was not tried: its chat may not be written to before then."""
    sending.defer(tx, row, at)


def recover(tx: Tx, platform: str, but: Collection[int] = (), note: str | None = None) -> int:
    """Make due again what is claimed and not known to be on its way; how many rows. `note` is kept at them."""
    return sending.recover(tx, platform, but, note)


def spend(tx: Tx, what: str, day: date, most: int, limit: int) -> int:
    """Take up to `most` of what may be spent on that day, `limit` in all; gives back with a negative `most`."""
    return sending.spend(tx, what, day, most, limit)


def park(tx: Tx, row: OutboxRow, reason: str, kind: str) -> None:
    """Give a row up. `kind` is an `Undeliverable`'s; who blocked the bot is not written to any more."""
    sending.park(tx, row, reason)
    if kind == "blocked" and row.person is not None:
        members.set_reachable(tx, row.platform, row.person, yes=False)
    if kind in TOLD_OF:
        on_undeliverable(tx, row, kind)


def on_undeliverable(tx: Tx, row: OutboxRow, kind: str) -> None:
    """Note, once for each chat, that messages of this union do not arrive there: `take_unreached` gives it back."""
    chat = _chat(row)
    if row.union_id is not None and chat is not None:
        unreached.mark(tx, row.union_id, row.platform, chat, row.person, kind)


def reached(tx: Tx, platform: str, rows: Sequence[OutboxRow]) -> None:
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


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erase what the union had for the private chats of a member who leaves."""
    for account in members.accounts_of(tx, member.id):
        outbox.erase_person(tx, union.id, account.platform, account.native_id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Changes nothing: messages are for accounts, which stay."""


def _news(tx: Tx, union: Union) -> list[Unreached]:
    today = union_day(union.time_zone, tx.now)
    morning = moment(
        today if daily_notice.awake(union, tx.now) else today - 1, daily_notice.MINUTES, union.time_zone
    )
    return [one for one in unreached.untold(tx, union.id) if one.person is None or one.at < morning]


def _chat(row: OutboxRow) -> str | None:
    """The person or chat that a row is for, by its native id."""
    try:
        target = json.loads(row.target)
    except ValueError:
        return None
    found: str | None = row.person or target.get("chat")
    return found

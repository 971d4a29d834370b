"""The outbox, as the sender of `bot.chat` needs it, and telling moderators of chats that cannot be reached."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime

from bot.areas.delivery.domain import UNSURE, Unreached, without_mentions
from bot.areas.delivery.storage import outbox, sending, unreached
from bot.areas.files import services as files
from bot.areas.members.services import daily_notice, members
from bot.areas.unions import services as unions
from bot.domain.messages import NewMessage, OutboxRow
from bot.domain.people import Account, Member, Union
from bot.domain.times import moment, union_day
from bot.domain.transaction import Tx
from bot.storage.erasures import Erasure

TOLD_OF = frozenset({"blocked", "gone", "rights", "closed"})
"""The kinds of failures that moderators can mend; all others concern the operator."""

REPEATED = sending.REPEATED
"""The note at a row that is sent again because it may not have arrived."""


def post(tx: Tx, message: NewMessage) -> None:
    """Queues a message; a second one with the same `dedupe_key` is dropped."""
    outbox.add(tx, message)


def replace_post(tx: Tx, message: NewMessage) -> None:
    """Queues a message in place of one with the same `dedupe_key` that still waits."""
    outbox.replace(tx, message)


def keep_picture(tx: Tx, owner: str, data: bytes) -> int:
    """Keeps a picture of a message until it is sent; returns its number."""
    return files.keep_shown(tx, owner, data)


def picture(tx: Tx, file: int | None, kept: int | None) -> bytes | None:
    """Returns a picture that a member gave (`file`), or that was kept; None if it is gone."""
    return files.shown(tx, file, kept)


def sent_id(tx: Tx, dedupe_key: str) -> str | None:
    """Returns the platform's id of the message with this key, for editing it; None until it is sent."""
    return outbox.sent_id(tx, dedupe_key)


def depths(tx: Tx) -> list[tuple[str, str, int]]:
    """Returns (platform, state, number of rows) of all messages that were not sent."""
    return outbox.depths(tx)


def parked(tx: Tx, since: datetime, most: int) -> list[tuple[str, str, int]]:
    """Returns (platform, last error, number of rows) of messages that were given up, the most first.

    Leaves out messages to people whom private messages cannot reach in any case.
    """
    return outbox.parked(tx, since, most)


def prune(tx: Tx, before: datetime) -> int:
    """Erases messages from before that moment that were sent or given up. Returns how many; not all at once."""
    return outbox.prune(tx, before)


def shares(tx: Tx, platform: str, lane: int, after: int, most: int) -> list[tuple[int, datetime]]:
    """Returns (union, when its first row is due) of the next unions after this one with due rows in the lane.

    Rows without a union come as union 0.
    """
    return sending.shares(tx, platform, lane, after, most)


def take(tx: Tx, platform: str, lane: int, share: int, most: int) -> list[OutboxRow]:
    """Claims up to `most` due rows of a union to send now, the oldest first."""
    return sending.take(tx, platform, lane, share, most)


def finish(tx: Tx, row: OutboxRow, sent_id: str, open_at: datetime) -> None:
    """Settles a row that was sent. The next row of its chain is due from `open_at` on."""
    sending.finish(tx, row, sent_id, open_at)


def uncertain(tx: Tx, row: OutboxRow, error: str, open_at: datetime) -> None:
    """Settles a row that may have been sent, and is not sent again."""
    sending.uncertain(tx, row, error, open_at)
    _in_doubt(tx, row)


def retry(tx: Tx, row: OutboxRow, at: datetime, error: str, *, aside: bool = False) -> None:
    """Makes the row due again at that time. The others of its chain wait, unless the row steps `aside`."""
    sending.retry(tx, row, at, error, aside=aside)
    if error == REPEATED:
        _in_doubt(tx, row)


def defer(tx: Tx, row: OutboxRow, at: datetime) -> None:
    """Makes a row that was not tried due at that time, because its chat is closed until then."""
    sending.defer(tx, row, at)


def recover(tx: Tx, platform: str, but: Collection[int] = (), note: str | None = None) -> int:
    """Makes claimed rows due again, except those in `but`, and keeps `note` at them; returns how many."""
    return sending.recover(tx, platform, but, note)


def spend(tx: Tx, what: str, day: date, most: int, limit: int) -> int:
    """Takes up to `most` from a day's budget, `limit` in all; returns how much. A negative `most` gives back."""
    return sending.spend(tx, what, day, most, limit)


def park(tx: Tx, row: OutboxRow, reason: str, kind: str) -> None:
    """Gives a row up. `kind` is that of an `Undeliverable`. A person who blocked the bot gets no more messages."""
    sending.park(tx, row, reason)
    if kind == "blocked" and row.person is not None:
        members.set_reachable(tx, row.platform, row.person, yes=False)
    if kind in TOLD_OF:
        on_undeliverable(tx, row, kind)


def on_undeliverable(tx: Tx, row: OutboxRow, kind: str) -> None:
    """Notes a chat that this union's messages do not reach, for `take_unreached`. Each chat is noted once."""
    chat = _chat(row)
    if row.union_id is not None and chat is not None:
        unreached.mark(tx, row.union_id, row.platform, chat, row.person, kind)


def reached(tx: Tx, platform: str, rows: Sequence[OutboxRow]) -> None:
    """Erases the notes about the chats of rows that arrived."""
    if rows and unreached.any_noted(tx, platform):
        for row in rows:
            if (chat := _chat(row)) is not None:
                unreached.clear(tx, platform, chat)


def unions_to_tell(tx: Tx) -> list[Union]:
    """Returns the unions whose moderators are to be told now of chats out of reach."""
    found = unions.by_ids(tx, unreached.unions_with_untold(tx))
    return [union for union, _ in unions.each(found, lambda union: _to_tell(tx, union))]


def take_unreached(tx: Tx, union: Union) -> list[Unreached]:
    """Returns chats out of reach that the union's moderators were not told of, and marks them as told.

    Spaces come at once. People come once a day, because there can be many.
    """
    found = _to_tell(tx, union)
    for one in found:
        unreached.mark_told(tx, one)
    return found


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the union's messages for the private chats of a member who leaves."""
    for account in members.accounts_of(tx, member.id):
        forget_account(tx, union, account)


def forget_account(tx: Tx, union: Union, account: Account) -> None:
    """Erases the union's messages for the private chat of one account."""
    outbox.erase_person(tx, union.id, account.platform, account.native_id)
    if len(members.accounts_everywhere(tx, account.platform, account.native_id)) == 1:
        outbox.erase_person(tx, None, account.platform, account.native_id)


def naming(tx: Tx, erasure: Erasure, last: bool) -> list[int]:
    """Returns the messages to others that still wait to be sent and mention an account that was erased.

    A message loses its text when it is sent or given up, so that others hold nothing. A name in plain words stays in
    a message that waits: whoever calls themselves like a common word could otherwise spoil everybody's messages.
    """
    if erasure.account is None:
        return []
    found = {row for value in erasure.values for row in outbox.naming(tx, f'"native_id":{value}')}
    return sorted(found)


def unname(tx: Tx, erasure: Erasure, found: Sequence[int], last: bool) -> None:
    """Replaces the mentions of the account in these messages by words that name nobody."""
    for row in found:
        body = outbox.body(tx, row)
        if body:
            named = without_mentions(json.loads(body), erasure.account)
            outbox.set_body(tx, row, json.dumps(named, separators=(",", ":"), ensure_ascii=False).encode())


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Changes nothing: messages belong to accounts, which stay."""


def _in_doubt(tx: Tx, row: OutboxRow) -> None:
    """Notes, for `take_unreached`, that a post in a space may be missing there, or be there twice."""
    if row.person is None:
        on_undeliverable(tx, row, UNSURE)


def _to_tell(tx: Tx, union: Union) -> list[Unreached]:
    today = union_day(union.time_zone, tx.now)
    morning = moment(
        today if daily_notice.awake(union, tx.now) else today - 1, daily_notice.MINUTES, union.time_zone
    )
    return [one for one in unreached.untold(tx, union.id) if one.person is None or one.at < morning]


def _chat(row: OutboxRow) -> str | None:
    """The native id of the person or chat that a row is for."""
    try:
        target = json.loads(row.target)
    except ValueError:
        return None
    found: str | None = row.person or target.get("chat")
    return found

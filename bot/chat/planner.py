"""Chooses which rows of the outbox are sent next: urgent before bulk, and one union after another.

A union with a hundred thousand rows gets as many sends as a union with ten, until the ten are sent. Within a union
the oldest row goes first. The planner reads and claims only as many rows as can be sent, however many wait.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from bot.chat.targets import Lane
from bot.domain.messages import OutboxRow
from bot.domain.transaction import Tx

PAGE = 32  # unions that are read together
FIRST = -1  # before all shares


class Outbox(Protocol):
    """Plain functions of a transaction. The module `bot.areas.delivery.services` is an `Outbox`.

    A `share` is the id of a union, or 0 for rows of no union.
    """

    REPEATED: str
    """The note at a row that is sent again because it may not have arrived."""

    def keep_picture(self, tx: Tx, owner: str, data: bytes) -> int:
        """Keeps a picture for a while, for `owner`; returns its number. The same picture has one number."""

    def picture(self, tx: Tx, file: int | None, kept: int | None) -> bytes | None:
        """Returns a picture that a member gave (`file`), or that was kept; None if it is gone."""

    def shares(self, tx: Tx, platform: str, lane: int, after: int, most: int) -> list[tuple[int, datetime]]:
        """Returns (share, when its first row is due) of up to `most` shares after this one with waiting rows."""

    def take(self, tx: Tx, platform: str, lane: int, share: int, most: int) -> list[OutboxRow]:
        """Claims up to `most` due rows of a share, oldest first."""

    def finish(self, tx: Tx, row: OutboxRow, sent_id: str, open_at: datetime) -> None:
        """Settles a row that was sent. Its chat takes no other message before `open_at`."""

    def uncertain(self, tx: Tx, row: OutboxRow, error: str, open_at: datetime) -> None:
        """Settles a row that may have been sent, and is not sent again."""

    def retry(self, tx: Tx, row: OutboxRow, at: datetime, error: str, *, aside: bool = False) -> None:
        """Makes a row due again at that time. Later rows for its chat wait, unless the row steps `aside`."""

    def defer(self, tx: Tx, row: OutboxRow, at: datetime) -> None:
        """Makes a row that was not tried due at that time."""

    def park(self, tx: Tx, row: OutboxRow, reason: str, kind: str) -> None:
        """Gives a row up. `kind` is that of an `Undeliverable`."""

    def reached(self, tx: Tx, platform: str, rows: list[OutboxRow]) -> None:
        """Notes that these rows arrived, so their chats can be reached."""

    def recover(self, tx: Tx, platform: str, but: Collection[int] = (), note: str | None = None) -> int:
        """Makes claimed rows due again, except those in `but`, and keeps `note` at them; returns how many."""

    def spend(self, tx: Tx, what: str, day: date, most: int, limit: int) -> int:
        """Takes up to `most` from a day's budget of `limit`; returns how much. A negative `most` gives back."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """The number of rows that can be claimed now. Urgent rows may use all of `urgent`, bulk rows only `bulk`."""

    urgent: int
    bulk: int


@dataclass(slots=True)
class Plan:
    """The result of a claim.

    `rows` are claimed. `after` has, for each lane, the share behind which the next claim begins. `next_due` is when
    the first row that is not due yet will be.
    """

    rows: list[OutboxRow] = field(default_factory=list)
    after: dict[Lane, int] = field(default_factory=dict)
    next_due: datetime | None = None


def claim(tx: Tx, outbox: Outbox, platform: str, capacity: Capacity, after: Mapping[Lane, int]) -> Plan:
    """Claims the rows to send now. Urgent rows use up the capacity of bulk rows."""
    plan = Plan(after=dict(after))
    _claim_lane(tx, outbox, platform, Lane.URGENT, capacity.urgent, plan)
    bulk = min(capacity.bulk, capacity.urgent - len(plan.rows))
    _claim_lane(tx, outbox, platform, Lane.BULK, bulk, plan)
    return plan


def _claim_lane(tx: Tx, outbox: Outbox, platform: str, lane: Lane, most: int, plan: Plan) -> None:
    ready: list[int] = []
    if most <= 0:
        return
    for share, due in _rotation(tx, outbox, platform, lane, plan.after.get(lane, FIRST)):
        if due <= tx.now:
            ready.append(share)
        elif plan.next_due is None or due < plan.next_due:
            plan.next_due = due
        if len(ready) == most:
            break
    if not ready:
        return
    plan.after[lane] = ready[-1]
    left, have_more = most, []
    for at, share in enumerate(ready):
        fair = left // (len(ready) - at)
        rows = outbox.take(tx, platform, lane, share, fair)
        plan.rows += rows
        left -= len(rows)
        if len(rows) == fair:
            have_more.append(share)
    for share in have_more:
        if left > 0:
            rows = outbox.take(tx, platform, lane, share, left)
            plan.rows += rows
            left -= len(rows)


def _rotation(
    tx: Tx, outbox: Outbox, platform: str, lane: Lane, after: int
) -> Iterator[tuple[int, datetime]]:
    """Yields the shares with waiting rows, from the one behind `after` on, and around to it."""
    for start, end in ((after, None), (FIRST, after)):
        cursor = start
        while True:
            page = outbox.shares(tx, platform, lane, cursor, PAGE)
            yield from (one for one in page if end is None or one[0] <= end)
            if len(page) < PAGE or (end is not None and page[-1][0] > end):
                break
            cursor = page[-1][0]

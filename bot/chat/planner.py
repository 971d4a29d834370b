"""Which rows of the outbox are sent next: urgent before bulk, and every union in its turn.

A union with a hundred thousand rows gets as many sends as one with ten, until the ten are sent. Within a union the
oldest goes first. Reads and claims as many rows as there is room for, however many wait.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from bot.chat.targets import Lane
from bot.domain.transaction import Tx

PAGE = 32  # unions looked at together
FIRST = -1  # before all shares


class Row(Protocol):
    """One message to send."""

    @property
    def id(self) -> int: ...
    @property
    def target(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    @property
    def attempts(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def lane(self) -> int: ...


class Outbox(Protocol):
    """Plain functions of a transaction; `bot.areas.delivery.services` is one."""

    REPEATED: str

    def shares(
        self, tx: Tx, platform: str, lane: int, after: int, most: int
    ) -> list[tuple[int, datetime]]: ...
    def take(self, tx: Tx, platform: str, lane: int, share: int, most: int) -> list[Any]: ...
    def finish(self, tx: Tx, row: Any, sent_id: str, open_at: datetime) -> None: ...
    def uncertain(self, tx: Tx, row: Any, error: str, open_at: datetime) -> None: ...
    def retry(self, tx: Tx, row: Any, at: datetime, error: str, *, aside: bool = False) -> None: ...
    def defer(self, tx: Tx, row: Any, at: datetime) -> None: ...
    def park(self, tx: Tx, row: Any, reason: str, kind: str) -> None: ...
    def reached(self, tx: Tx, platform: str, rows: list[Any]) -> None: ...
    def recover(self, tx: Tx, platform: str, but: Collection[int] = (), note: str | None = None) -> int: ...
    def spend(self, tx: Tx, what: str, day: date, most: int, limit: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Room:
    """How many rows there is room for."""

    urgent: int
    bulk: int


@dataclass(slots=True)
class Plan:
    """Claimed rows; where the next round of the unions begins, by lane; when the first of the rest is due."""

    rows: list[Any] = field(default_factory=list)
    after: dict[Lane, int] = field(default_factory=dict)
    next_due: datetime | None = None


def claim(tx: Tx, outbox: Outbox, platform: str, room: Room, after: Mapping[Lane, int]) -> Plan:
    """Claim what is to be sent now. Urgent rows use up the room of bulk ones."""
    plan = Plan(after=dict(after))
    _claim_lane(tx, outbox, platform, Lane.URGENT, room.urgent, plan)
    _claim_lane(tx, outbox, platform, Lane.BULK, min(room.bulk, room.urgent - len(plan.rows)), plan)
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
    """The shares with waiting rows, from the one behind `after` around to it."""
    for start, end in ((after, None), (FIRST, after)):
        cursor = start
        while True:
            page = outbox.shares(tx, platform, lane, cursor, PAGE)
            yield from (one for one in page if end is None or one[0] <= end)
            if len(page) < PAGE or (end is not None and page[-1][0] > end):
                break
            cursor = page[-1][0]

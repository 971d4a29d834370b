"""Sending what stands in the outbox: one worker for each platform, as fast as its adapter paces it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.chat import planner
from bot.chat.model import decode
from bot.chat.paid_budget import Purse
from bot.chat.planner import Outbox, Plan, Room, Row
from bot.chat.port import Adapter, Paced, RetryLater, Uncertain, Undeliverable
from bot.chat.records import Store
from bot.chat.targets import Lane, Target
from bot.domain.clock import Clock
from bot.domain.transaction import Tx
from bot.errors import MusterError

log = logging.getLogger(__name__)

AT_ONCE = 32  # with an adapter that does not say
RESERVED = 4  # room that only urgent rows take
MOST_ATTEMPTS = 12  # where we fail ourselves
MOST_WAITS = 110  # where the platform says to wait: about a day
MOST_UNCERTAIN = 2  # tries of an urgent row whose answer gets lost
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 900.0
IDLE_LOOK_S = 30.0
CLOSED_S = 0.25  # a chat closed for longer is not waited for
PATIENT_FAILURES = 3  # of the platform in a row, before it is left alone for a while
LONGEST_PAUSE_S = 30.0


def key_of(row: Row) -> str:
    """The same for every try of this row, and no other's: after a backup is restored, numbers come again."""
    return f"m{row.id}-{int(row.created_at.timestamp() * 1000):x}"[:25]


# Sent(platform, outcome): "sent", "retried", "parked" or "uncertain"
Sent = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a row, to be written: `note(tx, row, *what)`."""

    row: Any
    note: Callable[..., None]
    what: tuple[Any, ...]
    arrived: bool = False


class Sender:
    """Claims due rows of one platform and hands them to its adapter, until stopped.

    A row is claimed (durably) before it is sent and settled after. What a stopped process left claimed is sent again
    with the same key, so a platform with idempotency keys shows it once. Where a send has ended another begins at
    once: what has ended is written, and what begins is claimed, in one transaction.
    """

    def __init__(
        self,
        adapter: Adapter,
        store: Store,
        outbox: Outbox,
        clock: Clock,
        sent: Sent = lambda name, outcome: None,
    ) -> None:
        self._adapter, self._store, self._outbox, self._clock, self._sent = (
            adapter, store, outbox, clock, sent,
        )  # fmt: skip
        self._purse = Purse(adapter, outbox, clock)
        self._pace = adapter if isinstance(adapter, Paced) else None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._outcomes: list[_Outcome] = []
        self._after: dict[Lane, int] = {}
        self._astray = False  # the database refused: some rows may be claimed that nobody sends
        self._failures = 0
        self._not_before = 0.0

    async def start(self) -> None:
        """Recover what was left half sent, then work in the background."""
        name, keys = self._adapter.name, self._adapter.capabilities.keys
        note = None if keys else self._outbox.REPEATED
        left = await self._store.write(self._outbox.recover, name, (), note)
        if left and not keys:
            for _ in range(left):
                self._sent(name, "uncertain")
            log.warning(
                "%d messages may come twice", left, extra={"action": "outbox.uncertain", "platform": name}
            )
        self._task = asyncio.create_task(self._work(), name=f"outbox {name}")

    async def stop(self) -> None:
        """Finish what is being sent and stop."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task

    def wake(self) -> None:
        """Something was posted."""
        self._wake.set()

    async def send_due(self) -> None:
        """Send all that is due now, and return when it is settled. For tests and tools, in place of `start`."""
        while True:
            plan = await self._store.write(self._step, (), Room(AT_ONCE, AT_ONCE), False)
            for row in plan.rows:
                await self._send(row)
            await self._store.write(self._step, tuple(self._outcomes), Room(0, 0), False)
            self._outcomes.clear()
            if not plan.rows:
                return

    # -- rounds --------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            wait, about = FIRST_WAIT_S, {"action": "outbox", "platform": self._adapter.name}
            try:
                wait = await self._round()
            except MusterError as error:
                self._astray = True
                log.warning("outbox: %s", error, extra=about)
            except Exception:
                self._astray = True
                log.exception("the outbox failed", extra=about)
                await self._settle_singly()
            if self._stopping and not self._flying and (self._astray or not self._outcomes):
                await self._purse.close(self._store)
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)

    async def _round(self) -> float:
        """Write what has ended, claim and begin what there is room for; seconds until it is worth another look."""
        room, closed = self._room()
        settled = tuple(self._outcomes)
        self._purse.open()
        plan = await self._store.write(self._step, settled, room, self._astray)
        self._astray = False
        del self._outcomes[: len(settled)]
        self._after = plan.after
        self._purse.fill(crowded=room.bulk > 0 and len(plan.rows) >= room.bulk)
        for row in plan.rows:
            self._begin(row)
        wait = IDLE_LOOK_S if closed <= 0 else min(closed, IDLE_LOOK_S)
        if plan.next_due is not None:
            wait = min(wait, (plan.next_due - self._clock.now()).total_seconds())
        return max(wait, closed, 0.005)

    def _room(self) -> tuple[Room, float]:
        """How many rows may begin, and for how many seconds nothing may."""
        pace = self._pace
        closed = max(self._not_before - asyncio.get_running_loop().time(), 0.0)
        if pace is not None:
            closed = max(closed, pace.closed_for(None))
        if self._stopping or closed > 0:
            return Room(0, 0), closed
        most = 1 if self._failures >= PATIENT_FAILURES else pace.at_once if pace else AT_ONCE
        return Room(most + RESERVED - len(self._flying), most - len(self._flying)), 0.0

    def _step(self, tx: Tx, settled: tuple[_Outcome, ...], room: Room, astray: bool) -> Plan:
        for one in settled:
            one.note(tx, one.row, *one.what)
        self._outbox.reached(tx, self._adapter.name, [one.row for one in settled if one.arrived])
        if astray:
            known = {*self._flying, *(one.row.id for one in self._outcomes)}
            self._outbox.recover(tx, self._adapter.name, known)
        self._purse.take(tx)
        return planner.claim(tx, self._outbox, self._adapter.name, room, self._after)

    async def _settle_singly(self) -> None:
        """One outcome that cannot be written must not keep back the others."""
        for one in tuple(self._outcomes):
            try:
                await self._store.write(one.note, one.row, *one.what)
            except MusterError:
                return
            except Exception:
                log.exception("outbox row %d is not settled", one.row.id, extra={"action": "outbox"})
            self._outcomes.remove(one)

    # -- one row -------------------------------------------------------------------------------------------

    def _begin(self, row: Row) -> None:
        task = asyncio.create_task(self._send(row))
        self._flying[row.id] = task
        task.add_done_callback(lambda _: self._ended(row))

    def _ended(self, row: Row) -> None:
        del self._flying[row.id]
        self._wake.set()

    async def _send(self, row: Row) -> None:
        about = {"action": "outbox", "platform": self._adapter.name, "row": row.id}
        target = None
        try:
            target = msgspec.json.decode(row.target, type=Target)
            if (closed := self._closed_for(target)) > CLOSED_S:
                self._note(row, self._outbox.defer, self._in(closed))
                return
            # Without text it was replaced by a newer one while it was on its way.
            lane, sent_id = Lane(row.lane), ""
            if row.body:
                sent_id = await self._adapter.deliver(target, decode(row.body), key_of(row), lane)
        except RetryLater as later:
            self._failed(later)
            self._again(row, str(later), MOST_WAITS, later.after_s)
        except Undeliverable as never:
            self._failures = 0
            self._park(row, str(never), never.kind)
        except Uncertain as lost:
            self._lost(row, str(lost), target)
        except (Exception, asyncio.CancelledError) as error:
            log.exception("outbox row %d", row.id, extra=about)
            self._again(row, type(error).__name__, MOST_ATTEMPTS, aside=True)
        else:
            self._failures = 0
            self._note(row, self._outbox.finish, sent_id, self._in(self._closed_for(target)), arrived=True)
            self._sent(self._adapter.name, "sent")

    def _note(self, row: Row, note: Callable[..., None], *what: Any, arrived: bool = False) -> None:
        self._outcomes.append(_Outcome(row, note, what, arrived))

    def _closed_for(self, target: Target | None) -> float:
        return self._pace.closed_for(target) if self._pace is not None and target is not None else 0.0

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)

    def _failed(self, later: RetryLater) -> None:
        """A platform that is down is asked with one row now and then, not with all that wait."""
        if later.after_s is not None:
            return
        self._failures += 1
        if self._failures >= PATIENT_FAILURES:
            pause = min(0.5 * 2 ** min(self._failures - PATIENT_FAILURES, 10), LONGEST_PAUSE_S)
            self._not_before = asyncio.get_running_loop().time() + pause

    def _again(
        self, row: Row, reason: str, most: int, after_s: float | None = None, *, aside: bool = False
    ) -> None:
        if row.attempts >= most:
            self._park(row, f"gave up after {row.attempts} attempts: {reason}", "message")
            return
        wait = min(FIRST_WAIT_S * 2 ** min(row.attempts - 1, 20), LONGEST_WAIT_S)
        jittered = wait * random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries; nothing secret
        retry = self._outbox.retry
        at = self._in(max(jittered, after_s or 0))
        self._note(row, lambda tx, row: retry(tx, row, at, reason, aside=aside))
        self._sent(self._adapter.name, "retried")

    def _lost(self, row: Row, reason: str, target: Target | None) -> None:
        """It may have arrived. Silence is worse than an answer twice; a call twice is worse than one missed."""
        self._sent(self._adapter.name, "uncertain")
        log.warning(
            "outbox row %d: its answer was lost",
            row.id,
            extra={"action": "outbox.uncertain", "platform": self._adapter.name, "row": row.id},
        )
        if row.lane == Lane.URGENT and row.attempts < MOST_UNCERTAIN:
            self._again(row, self._outbox.REPEATED, MOST_WAITS)
        else:
            self._note(row, self._outbox.uncertain, reason, self._in(self._closed_for(target)))

    def _park(self, row: Row, reason: str, kind: str) -> None:
        self._note(row, self._outbox.park, reason, kind)
        self._sent(self._adapter.name, "parked")
        log.error(
            "outbox row %d is parked: %s",
            row.id,
            reason,
            extra={"action": "outbox", "platform": self._adapter.name, "row": row.id},
        )

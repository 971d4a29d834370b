"""Sends the messages of the outbox: one worker for each platform, as fast as its adapter allows."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from bot.chat import planner
from bot.chat.kept import read_back
from bot.chat.paid_budget import PaidBudget
from bot.chat.planner import Capacity, Outbox, Plan
from bot.chat.port import Adapter, Paced, RetryLater, Uncertain, Undeliverable
from bot.chat.records import Store
from bot.chat.targets import Lane, Target
from bot.domain.clock import Clock
from bot.domain.messages import OutboxRow
from bot.domain.transaction import Tx
from bot.errors import MusterError

log = logging.getLogger(__name__)

AT_ONCE = 32  # rows side by side, for an adapter that does not say
RESERVED = 4  # sends that only urgent rows may use
MOST_ATTEMPTS = 12  # when our own code fails
MOST_WAITS = 110  # when the platform says to wait: about a day
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 900.0
IDLE_LOOK_S = 30.0
CLOSED_S = 0.25  # a row is deferred if its chat is closed for longer
PATIENT_FAILURES = 3  # failures of the platform in a row, before the sender pauses
LONGEST_PAUSE_S = 30.0


def key_of(row: OutboxRow) -> str:
    """Returns the key of a row, the same on every attempt and different from the keys of all other rows.

    It has the time too, because row numbers come again after a backup is restored.
    """
    return f"m{row.id}-{int(row.created_at.timestamp() * 1000):x}"[:25]


# Sent(platform, outcome): "sent", "retried", "parked" or "uncertain"
Sent = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The end of an attempt. `settle` writes it; `arrived` tells that the chat can be reached."""

    row: OutboxRow
    settle: Callable[[Tx], None]
    arrived: bool = False


class Sender:
    """Claims the due rows of one platform and gives them to its adapter, until it is stopped.

    A row is claimed (durably) before it is sent, and settled afterwards. Rows that a killed process left claimed are
    sent again with the same key, so a platform with idempotency keys shows them once. When a send ends, the next one
    begins at once: one transaction settles the rows that ended and claims new ones.
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
        self._budget = PaidBudget(adapter, outbox, clock)
        self._pace = adapter if isinstance(adapter, Paced) else None
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._flying: dict[int, asyncio.Task[None]] = {}
        self._outcomes: list[_Outcome] = []
        self._after: dict[Lane, int] = {}
        self._astray = False  # the database refused, so some rows may be claimed that nobody sends
        self._failures = 0
        self._not_before = 0.0

    async def start(self) -> None:
        """Recovers the rows that were claimed when the last process ended, then works in the background."""
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
        """Finishes the sends that began, and stops."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task

    def wake(self) -> None:
        """Makes the sender look at the outbox now, because a message was queued."""
        self._wake.set()

    async def send_due(self) -> None:
        """Sends and settles all rows that are due now. Tests and tools use it instead of `start`."""
        while True:
            plan = await self._store.write(self._step, (), Capacity(AT_ONCE, AT_ONCE), False)
            for row in plan.rows:
                await self._send(row)
            await self._store.write(self._step, tuple(self._outcomes), Capacity(0, 0), False)
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
                await self._budget.give_back(self._store)
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)

    async def _round(self) -> float:
        """Settles the sends that ended, and begins new ones. Returns the seconds to wait before the next round."""
        capacity, closed = self._capacity()
        settled = tuple(self._outcomes)
        self._budget.prepare()
        plan = await self._store.write(self._step, settled, capacity, self._astray)
        self._astray = False
        del self._outcomes[: len(settled)]
        self._after = plan.after
        self._budget.fill(crowded=capacity.bulk > 0 and len(plan.rows) >= capacity.bulk)
        for row in plan.rows:
            self._begin(row)
        wait = IDLE_LOOK_S if closed <= 0 else min(closed, IDLE_LOOK_S)
        if plan.next_due is not None:
            wait = min(wait, (plan.next_due - self._clock.now()).total_seconds())
        return max(wait, closed, 0.005)

    def _capacity(self) -> tuple[Capacity, float]:
        """Returns how many sends may begin now, and the seconds for which none may."""
        pace = self._pace
        closed = max(self._not_before - asyncio.get_running_loop().time(), 0.0)
        if pace is not None:
            closed = max(closed, pace.closed_for(None))
        if self._stopping or closed > 0:
            return Capacity(0, 0), closed
        most = 1 if self._failures >= PATIENT_FAILURES else pace.at_once if pace else AT_ONCE
        return Capacity(most + RESERVED - len(self._flying), most - len(self._flying)), 0.0

    def _step(self, tx: Tx, settled: tuple[_Outcome, ...], capacity: Capacity, astray: bool) -> Plan:
        """Does the database's part of a round, in one transaction."""
        for one in settled:
            one.settle(tx)
        self._outbox.reached(tx, self._adapter.name, [one.row for one in settled if one.arrived])
        if astray:
            known = {*self._flying, *(one.row.id for one in self._outcomes)}
            self._outbox.recover(tx, self._adapter.name, known)
        self._budget.take(tx)
        return planner.claim(tx, self._outbox, self._adapter.name, capacity, self._after)

    async def _settle_singly(self) -> None:
        """Settles each row in a transaction of its own, so that one that fails does not keep back the others."""
        for one in tuple(self._outcomes):
            try:
                await self._store.write(one.settle)
            except MusterError:
                return
            except Exception:
                log.exception("outbox row %d is not settled", one.row.id, extra={"action": "outbox"})
            self._outcomes.remove(one)

    # -- one row -------------------------------------------------------------------------------------------

    def _begin(self, row: OutboxRow) -> None:
        task = asyncio.create_task(self._send(row))
        self._flying[row.id] = task
        task.add_done_callback(lambda _: self._ended(row))

    def _ended(self, row: OutboxRow) -> None:
        del self._flying[row.id]
        self._wake.set()

    async def _send(self, row: OutboxRow) -> None:
        about = {"action": "outbox", "platform": self._adapter.name, "row": row.id}
        target = None
        try:
            target = msgspec.json.decode(row.target, type=Target)
            if (closed := self._closed_for(target)) > CLOSED_S:
                at = self._in(closed)
                self._note(row, lambda tx: self._outbox.defer(tx, row, at))
                return
            # An empty body: while the row was on its way, a newer message took its place.
            lane, sent_id = Lane(row.lane), ""
            if row.body:
                reply = await read_back(self._store, self._outbox, row.body)
                sent_id = await self._adapter.deliver(target, reply, key_of(row), lane)
        except RetryLater as later:
            self._platform_failed(later)
            self._retry(row, str(later), MOST_WAITS, later.after_s)
        except Undeliverable as never:
            self._failures = 0
            self._park(row, str(never), never.kind)
        except Uncertain as lost:
            self._answer_lost(row, str(lost), target)
        except (Exception, asyncio.CancelledError) as error:
            log.exception("outbox row %d", row.id, extra=about)
            self._retry(row, type(error).__name__, MOST_ATTEMPTS, aside=True)
        else:
            self._failures = 0
            open_at = self._in(self._closed_for(target))
            self._note(row, lambda tx: self._outbox.finish(tx, row, sent_id, open_at), arrived=True)
            self._sent(self._adapter.name, "sent")

    def _note(self, row: OutboxRow, settle: Callable[[Tx], None], *, arrived: bool = False) -> None:
        self._outcomes.append(_Outcome(row, settle, arrived))

    def _closed_for(self, target: Target | None) -> float:
        return self._pace.closed_for(target) if self._pace is not None and target is not None else 0.0

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)

    def _platform_failed(self, later: RetryLater) -> None:
        """Pauses after several failures, so that a platform that is down is asked with one row now and then."""
        if later.after_s is not None:
            return
        self._failures += 1
        if self._failures >= PATIENT_FAILURES:
            pause = min(0.5 * 2 ** min(self._failures - PATIENT_FAILURES, 10), LONGEST_PAUSE_S)
            self._not_before = asyncio.get_running_loop().time() + pause

    def _retry(
        self, row: OutboxRow, reason: str, most: int, after_s: float | None = None, *, aside: bool = False
    ) -> None:
        if row.attempts >= most:
            self._park(row, f"gave up after {row.attempts} attempts: {reason}", "message")
            return
        wait = min(FIRST_WAIT_S * 2 ** min(row.attempts - 1, 20), LONGEST_WAIT_S)
        jittered = wait * random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries; nothing secret
        at = self._in(max(jittered, after_s or 0))
        self._note(row, lambda tx: self._outbox.retry(tx, row, at, reason, aside=aside))
        self._sent(self._adapter.name, "retried")

    def _answer_lost(self, row: OutboxRow, reason: str, target: Target | None) -> None:
        """Repeats a row once, unless it is one of many messages to people.

        The message may have arrived. An answer that comes twice is better than none, and so is a post in a group. A
        reminder is better missed by some than sent to thousands twice.
        """
        self._sent(self._adapter.name, "uncertain")
        log.warning(
            "outbox row %d: its answer was lost",
            row.id,
            extra={"action": "outbox.uncertain", "platform": self._adapter.name, "row": row.id},
        )
        once = row.last_error != self._outbox.REPEATED
        if once and (row.lane == Lane.URGENT or row.person is None):
            self._retry(row, self._outbox.REPEATED, MOST_WAITS)
        else:
            open_at = self._in(self._closed_for(target))
            self._note(row, lambda tx: self._outbox.uncertain(tx, row, reason, open_at))

    def _park(self, row: OutboxRow, reason: str, kind: str) -> None:
        self._note(row, lambda tx: self._outbox.park(tx, row, reason, kind))
        self._sent(self._adapter.name, "parked")
        log.error(
            "outbox row %d is parked: %s",
            row.id,
            reason,
            extra={"action": "outbox", "platform": self._adapter.name, "row": row.id},
        )

"""Sending what stands in the outbox: one worker for each platform, as fast as its adapter paces it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from bot.chat.model import decode
from bot.chat.port import Adapter, RetryLater, Target, Undeliverable
from bot.chat.records import Store
from bot.domain.clock import Clock
from bot.errors import MusterError

log = logging.getLogger(__name__)

AT_ONCE = 32
MOST_ATTEMPTS = 12  # where we fail ourselves
MOST_WAITS = 110  # where the platform says to wait: about a day
FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 900.0
IDLE_LOOK_S = 30.0


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


class Outbox(Protocol):
    """Plain functions of a transaction; `bot.services.outbox` is one."""

    def claim(self, tx: Any, platform: str, most: int) -> list[Any]: ...
    def finish(self, tx: Any, row_id: int, sent_id: str) -> None: ...
    def retry(self, tx: Any, row_id: int, at: datetime, error: str) -> None: ...
    def park(self, tx: Any, row_id: int, error: str) -> None: ...
    def recover(self, tx: Any, platform: str) -> int: ...
    def next_due(self, tx: Any, platform: str) -> datetime | None: ...
    def gone(self, tx: Any, platform: str, native_id: str) -> None: ...


def key_of(row: Row) -> str:
    """The same for every try of this row, and no other's: after a backup is restored, numbers come again."""
    return f"m{row.id}-{int(row.created_at.timestamp() * 1000):x}"[:25]


# Sent(platform, outcome): "sent", "retried" or "parked"
Sent = Callable[[str, str], None]


class Sender:
    """Claims due rows of one platform and hands them to its adapter, until stopped.

    A row is claimed (durably) before it is sent and finished after. What a stopped process left claimed is
    sent again with the same key, so a platform with idempotency keys shows it once.
    """

    def __init__(
        self,
        adapter: Adapter,
        store: Store,
        outbox: Outbox,
        clock: Clock,
        sent: Sent = lambda name, outcome: None,
    ) -> None:
        self._adapter = adapter
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._sent = sent
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Recover what was left half sent, then work in the background."""
        await self._store.write(self._outbox.recover, self._adapter.name)
        self._task = asyncio.create_task(self._work(), name=f"outbox {self._adapter.name}")

    async def stop(self) -> None:
        """Finish what is being sent and stop."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task

    def wake(self) -> None:
        """Something was posted."""
        self._wake.set()

    async def _work(self) -> None:
        failed = False
        while not self._stopping:
            self._wake.clear()
            wait, about = FIRST_WAIT_S, {"action": "outbox", "platform": self._adapter.name}
            try:
                if failed:  # some of what was sent may not have been recorded
                    await self._store.write(self._outbox.recover, self._adapter.name)
                    failed = False
                rows = await self._store.write(self._outbox.claim, self._adapter.name, AT_ONCE)
                if rows:
                    await self._send_all(rows)
                    continue
                wait = await self._until_due()
            except MusterError as error:
                failed = True
                log.warning("outbox: %s", error, extra=about)
            except Exception:
                failed = True
                log.exception("the outbox failed", extra=about)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)

    async def _send_all(self, rows: list[Any]) -> None:
        """Send rows side by side; when all have ended, raises what went wrong with the first that failed."""
        results = await asyncio.gather(*(self._send(row) for row in rows), return_exceptions=True)
        for result in results:
            if isinstance(result, asyncio.CancelledError):
                raise RuntimeError("sending was cancelled inside the adapter") from result
            if isinstance(result, BaseException):
                raise result

    async def _until_due(self) -> float:
        due = await self._store.read(self._outbox.next_due, self._adapter.name)
        if due is None:
            return IDLE_LOOK_S
        seconds: float = (due - self._clock.now()).total_seconds()
        return min(max(seconds, 0.05), IDLE_LOOK_S)

    async def _send(self, row: Row) -> None:
        try:
            target = msgspec.json.decode(row.target, type=Target)
            sent_id = await self._adapter.deliver(target, decode(row.body), key_of(row))
        except RetryLater as later:
            await self._again(row, str(later), MOST_WAITS, later.after_s)
        except Undeliverable as never:
            if never.person_gone and target.person is not None:
                await self._store.write(self._outbox.gone, target.platform, target.person)
            await self._park(row, str(never))
        except Exception as error:
            log.exception("outbox row %d", row.id, extra={"action": "outbox", "platform": self._adapter.name})
            await self._again(row, type(error).__name__, MOST_ATTEMPTS)
        else:
            await self._store.write(self._outbox.finish, row.id, sent_id)
            self._sent(self._adapter.name, "sent")

    async def _again(self, row: Row, reason: str, most: int, after_s: float | None = None) -> None:
        if row.attempts >= most:
            await self._park(row, f"gave up after {row.attempts} attempts: {reason}")
            return
        wait = min(FIRST_WAIT_S * 2 ** min(row.attempts - 1, 20), LONGEST_WAIT_S)
        jittered = wait * random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries; nothing secret
        at = self._clock.now() + timedelta(seconds=max(jittered, after_s or 0))
        await self._store.write(self._outbox.retry, row.id, at, reason)
        self._sent(self._adapter.name, "retried")

    async def _park(self, row: Row, reason: str) -> None:
        await self._store.write(self._outbox.park, row.id, reason)
        self._sent(self._adapter.name, "parked")
        log.error(
            "outbox row %d is parked: %s",
            row.id,
            reason,
            extra={"action": "outbox", "platform": self._adapter.name, "row": row.id},
        )

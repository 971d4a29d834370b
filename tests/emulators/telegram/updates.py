"""The queue of updates: long polls with offsets, one consumer, 24 hours' keep, allowed kinds."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.domain.clock import Clock
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.signal import Signal

KEPT = timedelta(hours=24)
OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
Update = dict[str, Any]


def kind_of(update: Update) -> str:
    """`message`, `callback_query`, ..."""
    return next(key for key in update if key != "update_id")


class UpdateQueue:
    """Updates not yet confirmed by an offset (or, for a webhook, by a 2xx)."""

    def __init__(self, clock: Clock, signal: Signal) -> None:
        self._clock = clock
        self._signal = signal
        self._waiting: deque[tuple[datetime, Update]] = deque()
        self._again: list[Update] = []
        self._poll: asyncio.Future[bool] | None = None
        self._next_id = 500_000_001
        self.allowed: list[str] = []
        self.on_new: Callable[[], None] | None = None
        self.check: Callable[[Update], None] | None = None
        self.last_offset = 0

    def wants(self, kind: str) -> bool:
        """Whether the (sticky) `allowed_updates` let this kind in."""
        return kind in self.allowed if self.allowed else kind not in OFF_BY_DEFAULT

    def put(self, kind: str, payload: dict[str, Any]) -> Update | None:
        """Queue an update; None when the bot did not ask for this kind."""
        if not self.wants(kind):
            return None
        update = {"update_id": self._next_id, kind: payload}
        self._next_id += 1
        if self.check:
            self.check(update)
        self._waiting.append((self._clock.now(), update))
        self._wake()
        return update

    def again(self, update: Update) -> None:
        """Deliver an update once more, confirmed or not."""
        self._again.append(update)
        self._wake()

    def _wake(self) -> None:
        if self._poll and not self._poll.done():
            self._poll.set_result(True)
        if self.on_new:
            self.on_new()
        self._signal.fire()

    @property
    def pending(self) -> list[Update]:
        """Delivered or not, unconfirmed and not older than 24 h."""
        oldest = self._clock.now() - KEPT
        while self._waiting and self._waiting[0][0] < oldest:
            self._waiting.popleft()
        return self._again + [update for _, update in self._waiting]

    @property
    def polled(self) -> bool:
        """Whether a long poll is waiting right now."""
        return self._poll is not None

    def drop(self, update: Update) -> None:
        """A webhook took this one."""
        if update in self._again:
            self._again.remove(update)
        self._waiting = deque(item for item in self._waiting if item[1] is not update)

    def clear(self) -> None:
        """`drop_pending_updates`."""
        self._waiting.clear()
        self._again.clear()

    def end_poll(self) -> None:
        """Answer the waiting long poll with nothing, as if its timeout had passed."""
        if self._poll and not self._poll.done():
            self._poll.set_result(True)

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popleft()
        while self._waiting and 0 <= self._waiting[0][1]["update_id"] < offset:
            self._waiting.popleft()
        self.last_offset = max(offset, self.last_offset)
        self._signal.fire()

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Update]:  # noqa: ASYNC109 - the API's name
        """getUpdates: at once when something waits, else when something comes or the time is over."""
        if self._poll and not self._poll.done():
            conflict = (
                "terminated by other getUpdates request; make sure that only one bot instance is running"
            )
            self._poll.set_exception(ApiError(409, f"Conflict: {conflict}"))
        if offset:
            self._confirm(offset)
        if not self.pending and timeout:
            await self._wait(timeout)
        batch = self.pending[:limit]
        self._again = [update for update in self._again if update not in batch]
        return batch

    async def _wait(self, seconds: float) -> None:
        mine = self._poll = asyncio.get_running_loop().create_future()
        self._signal.fire()
        try:
            async with asyncio.timeout(seconds):
                await mine
        except TimeoutError:
            pass
        finally:
            if self._poll is mine:
                self._poll = None
                self._signal.fire()

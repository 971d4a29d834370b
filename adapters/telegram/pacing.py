"""Sends as fast as Telegram allows and never faster: a closed loop over the documented limits.

A message counts when Telegram *receives* it, which we cannot see. It was received no later than its answer
came back minus the way back, so its slot is free again at (answer − smallest round trip seen + window). A stall
on our side therefore delays the next message instead of bunching several; an open loop at the nominal rate
draws 429s. Limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
"""

import asyncio
import heapq
import itertools
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from adapters.telegram import limits
from adapters.telegram.transport import FloodWait

log = logging.getLogger(__name__)
T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

_SECOND: Final = 1.0
_MINUTE: Final = 60.0
_PASSED_OVER: Final = limits.MESSAGES_PER_SECOND
"""Round trips not learned from: the first burst opens connections, and its own crowd makes all of them long."""
_SAMPLES: Final = 30
"""Round trips seen after those before the smallest is believed."""
_BULK_SPACING: Final = _SECOND / limits.MESSAGES_PER_SECOND
_KEPT_LANES: Final = 1024
_PATIENT_S: Final = 10.0
"""Bulk that would have to wait longer for a 429 to pass is given back: it must not hold up what is for others."""


class _Window:
    """`most` slots of `seconds` each: taken when granted, free again one window after their answer."""

    __slots__ = ("_answered", "_flying", "_most", "_seconds")

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._answered: deque[float] = deque()
        self._flying = 0

    def free_at(self, credit: float) -> float:
        """When a slot is free: the past when one is now, infinity while all wait for answers."""
        spare = self._most - self._flying - len(self._answered)
        if spare > 0:
            return 0.0
        return (
            self._answered[-spare] - credit + self._seconds if -spare < len(self._answered) else float("inf")
        )

    def take(self) -> None:
        self._flying += 1

    def answered(self, at: float) -> None:
        self._flying -= 1
        self._answered.append(at)

    def forget(self, now: float, credit: float) -> None:
        """Drop the slots that are free again."""
        while self._answered and self._answered[0] - credit + self._seconds <= now:
            self._answered.popleft()

    @property
    def idle(self) -> bool:
        return not self._flying and not self._answered


class _Lane:
    """What waits for one chat, and the chat's own windows."""

    __slots__ = ("bulk", "chat", "not_before", "urgent", "windows")

    def __init__(self, chat: int | str, group: bool) -> None:
        self.chat = chat
        self.windows = [_Window(limits.MESSAGES_PER_SECOND_PER_CHAT, _SECOND)]
        if group:
            self.windows.append(_Window(limits.MESSAGES_PER_MINUTE_PER_GROUP, _MINUTE))
        self.urgent: deque[asyncio.Future[None]] = deque()
        self.bulk: deque[asyncio.Future[None]] = deque()
        self.not_before = 0.0

    def head(self) -> deque[asyncio.Future[None]] | None:
        """The queue whose turn it is, after dropping those who gave up."""
        for queue in (self.urgent, self.bulk):
            while queue and queue[0].done():
                queue.popleft()
            if queue:
                return queue
        return None


class Pacer:
    """Grants turns to send: 30/s in all, 1/s per chat, 20/min per group; urgent before bulk.

    `monotonic` gives seconds, `sleep` waits for seconds; tests inject both.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self._monotonic, self._sleep = monotonic, sleep
        self._overall = _Window(limits.MESSAGES_PER_SECOND, _SECOND)
        self._lanes: dict[int | str, _Lane] = {}
        self._ready: list[tuple[bool, int, _Lane]] = []
        self._cooling: list[tuple[float, int, _Lane]] = []
        self._order = itertools.count()
        self._shortest, self._usual, self._samples = float("inf"), 0.0, -_PASSED_OVER
        self._sweep_at = _KEPT_LANES
        self._not_before = 0.0
        self._bulk_at = 0.0
        self._refused: dict[int | str, float] = {}
        self._timer: asyncio.Task[None] | None = None
        self._timer_at = float("inf")

    async def run(
        self, chat: int | str, send: Callable[[], Awaitable[T]], *, group: bool, urgent: bool, tries: int = 5
    ) -> T:
        """Await `send()` when it is `chat`'s turn; after a 429 wait as told, up to `tries` times in all.

        A 429 was not delivered, so trying again makes no duplicate. Whatever else `send` raises is passed on.
        What is not `urgent` waits for no long 429, whoever drew it: then FloodWait is raised at once.
        """
        while True:
            tries -= 1
            lane = await self._turn(chat, group, urgent)
            started = self._monotonic()
            try:
                result = await send()
            except FloodWait as refusal:
                self._flooded(lane, refusal.seconds)
                if tries <= 0 or (not urgent and refusal.seconds > _PATIENT_S):
                    raise
            else:
                self._learn(self._monotonic() - started)
                return result
            finally:
                self._done(lane)

    async def close(self) -> None:
        """Stop granting; those who wait are cancelled."""
        if self._timer:
            self._timer.cancel()
        for lane in self._lanes.values():
            for waiter in (*lane.urgent, *lane.bulk):
                waiter.cancel()

    @property
    def _credit(self) -> float:
        """Seconds by which a message surely came before its answer; less where round trips scatter."""
        return max(2 * self._shortest - self._usual, 0.0) if self._samples >= _SAMPLES else 0.0

    async def _turn(self, chat: int | str, group: bool, urgent: bool) -> _Lane:
        if len(self._lanes) >= self._sweep_at:
            self._sweep()
        lane = self._lanes.get(chat)
        if lane is None:
            lane = self._lanes[chat] = _Lane(chat, group)
        closed = max(lane.not_before, self._not_before) - self._monotonic()
        if not urgent and closed > _PATIENT_S:
            raise FloodWait(math.ceil(closed))
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue = lane.urgent if urgent else lane.bulk
        queue.append(waiter)
        if queue[0] is waiter:
            self._enlist(lane, self._monotonic())
        self._grant()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._done(lane)  # granted at the same moment: give the turn back
            raise
        return lane

    def _enlist(self, lane: _Lane, now: float) -> None:
        """Put a lane where it belongs: ready, or cooling until its chat may be written to again."""
        if lane.head() is None:
            return
        at = self._free_at(lane, now)
        if at <= now:
            heapq.heappush(self._ready, (not lane.urgent, next(self._order), lane))
        elif at < float("inf"):
            heapq.heappush(self._cooling, (at, next(self._order), lane))

    def _free_at(self, lane: _Lane, now: float) -> float:
        """When the chat may be written to again; infinity while an answer is awaited."""
        for window in lane.windows:
            window.forget(now, self._credit)
        return max(lane.not_before, *(window.free_at(self._credit) for window in lane.windows))

    def _grant(self) -> None:
        """Give turns to all who may have one now, and set the timer for the next."""
        now = self._monotonic()
        while self._cooling and self._cooling[0][0] <= now:
            self._enlist(heapq.heappop(self._cooling)[2], now)
        self._overall.forget(now, self._credit)
        due = self._cooling[0][0] if self._cooling else float("inf")
        while self._ready:
            bulk, _, lane = self._ready[0]
            queue = lane.head()
            if queue is None or self._free_at(lane, now) > now:
                heapq.heappop(self._ready)  # served or overtaken since it was put here
                self._enlist(lane, now)
                continue
            free = max(self._overall.free_at(self._credit), self._not_before, self._bulk_at if bulk else 0.0)
            if free > now:
                due = min(due, free)
                break
            heapq.heappop(self._ready)
            self._take(lane, bulk, now)
            queue.popleft().set_result(None)
        self._wake_at(due, now)

    def _take(self, lane: _Lane, bulk: bool, now: float) -> None:
        self._overall.take()
        for window in lane.windows:
            window.take()
        if bulk:  # spread evenly, so that a reply to a person never waits for a burst's whole window
            self._bulk_at = max(self._bulk_at, now - 2 * _BULK_SPACING) + _BULK_SPACING

    def _wake_at(self, due: float, now: float) -> None:
        if due == self._timer_at and self._timer:
            return
        if self._timer:
            self._timer.cancel()
        self._timer, self._timer_at = None, due
        if due < float("inf"):
            self._timer = asyncio.get_running_loop().create_task(self._wake(due - now))

    async def _wake(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._timer, self._timer_at = None, float("inf")
        self._grant()

    def _done(self, lane: _Lane) -> None:
        now = self._monotonic()
        self._overall.answered(now)
        for window in lane.windows:
            window.answered(now)
        self._enlist(lane, now)
        self._grant()

    def _learn(self, round_trip: float) -> None:
        self._samples += 1
        if self._samples <= 0:
            return
        self._shortest = min(self._shortest, round_trip)
        self._usual += (round_trip - self._usual) / min(self._samples, _SAMPLES)

    def _flooded(self, lane: _Lane, seconds: float) -> None:
        """Telegram says not which limit it means: one chat refused is that chat, two at a time are all."""
        until = self._monotonic() + seconds
        self._refused = {chat: at for chat, at in self._refused.items() if at > self._monotonic()}
        lane.not_before = max(lane.not_before, until)
        if seconds > _PATIENT_S:
            for waiter in lane.bulk:
                if not waiter.done():
                    waiter.set_exception(FloodWait(math.ceil(seconds)))
            lane.bulk.clear()
        if self._refused.keys() - {lane.chat}:
            self._not_before = max(self._not_before, until)
        self._refused[lane.chat] = until
        log.warning("flood wait", extra={"action": "telegram.flood_wait", "seconds": seconds})

    def _sweep(self) -> None:
        """Forget chats that nothing waits for and whose windows are free."""
        now = self._monotonic()
        for chat, lane in list(self._lanes.items()):
            free = self._free_at(lane, now) <= now and all(window.idle for window in lane.windows)
            if free and lane.head() is None:
                del self._lanes[chat]
        self._sweep_at = max(_KEPT_LANES, 2 * len(self._lanes))

"""Turns to send: as fast as a platform's limits allow and never faster. A closed loop.

A message counts when the platform *receives* it, which we cannot see. It was received no later than its answer
came back minus the way back, so its slot is free again at (answer − smallest round trip seen + window). A stall
on our side therefore delays the next message instead of bunching several; an open loop at the nominal rate is
refused.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

Sleep = Callable[[float], Awaitable[None]]

SECOND: Final = 1.0
_SAMPLES: Final = 30
"""Round trips seen, after those passed over, before the smallest is believed."""
_SPARE: Final = 6
"""Sends that wait for their turn while others are on their way: so the next is there when a slot is free."""
_CATCH_UP_S: Final = 0.1
"""A delay of ours for which the turns of the even spread are made up: longer than a busy machine holds us up."""


class Window:
    """`most` slots of `seconds` each: taken when granted, free again one window after their answer."""

    __slots__ = ("_answered", "_flying", "_seconds", "most")

    def __init__(self, most: int, seconds: float = SECOND) -> None:
        self.most, self._seconds = most, seconds
        self._answered: deque[float] = deque()
        self._flying = 0

    def free_at(self, now: float, credit: float) -> float:
        """When a slot is free: the past when one is now, infinity while all wait for answers."""
        while self._answered and self._answered[0] - credit + self._seconds <= now:
            self._answered.popleft()
        spare = self.most - self._flying - len(self._answered)
        if spare > 0:
            return 0.0
        if -spare < len(self._answered):
            return self._answered[-spare] - credit + self._seconds
        return math.inf

    def take(self) -> None:
        self._flying += 1

    def answered(self, at: float) -> None:
        self._flying -= 1
        self._answered.append(at)

    @property
    def idle(self) -> bool:
        return not self._flying and not self._answered


class RoundTrips:
    """What the answers tell of the way. The first `passed_over` open connections, and are not learned from."""

    def __init__(self, passed_over: int) -> None:
        self._shortest, self.usual, self._samples = math.inf, 0.0, -passed_over

    def learn(self, seconds: float) -> None:
        self._samples += 1
        if self._samples > 0:
            self._shortest = min(self._shortest, seconds)
            self.usual += (seconds - self.usual) / min(self._samples, _SAMPLES)

    @property
    def credit(self) -> float:
        """Seconds by which a message surely came before its answer: the shortest round trip that there can be.

        The shortest seen is longer than that, the less so the more were seen; how much they scatter says how much.
        """
        if self._samples < _SAMPLES:
            return 0.0
        margin = (self.usual - self._shortest) * math.sqrt(_SAMPLES / self._samples)
        return max(self._shortest - margin, 0.0)


class Waiter:
    """Somebody who waits for a turn."""

    __slots__ = ("may_pay", "turn")

    def __init__(self, turn: asyncio.Future[Turn], may_pay: bool) -> None:
        self.turn, self.may_pay = turn, may_pay


class PlaceQueue:
    """What waits for one place. Platforms say in subclasses when that place may be written to."""

    def __init__(self) -> None:
        self.urgent: deque[Waiter] = deque()
        self.bulk: deque[Waiter] = deque()
        self.not_before = 0.0

    def head(self) -> Waiter | None:
        """Whose turn is next, after dropping those who gave up."""
        for queue in (self.urgent, self.bulk):
            while queue and queue[0].turn.done():
                queue.popleft()
            if queue:
                return queue[0]
        return None

    def free_at(self, now: float, credit: float) -> float:
        """When the place may be written to; infinity while an answer is awaited."""
        raise NotImplementedError

    def take(self) -> None:
        """A turn was granted."""
        raise NotImplementedError

    def answered(self, at: float) -> None:
        """A turn is over."""
        raise NotImplementedError

    @property
    def idle(self) -> bool:
        """Whether nothing of it need be remembered, once it is free."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Turn:
    """Permission to send one message now; `paid` if it is beyond the free rate."""

    lane: PlaceQueue
    window: Window
    paid: bool


class Turns:
    """Grants turns: so many a second over all lanes, each lane as it says, urgent before bulk.

    Beyond `per_second`, bulk that may be paid for goes at `paid_per_second`, `allowance` times: the owner adds to
    it. `monotonic` gives seconds, `sleep` waits for seconds; tests inject both.
    """

    def __init__(
        self,
        per_second: int,
        *,
        paid_per_second: int = 0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._monotonic, self._sleep = monotonic, sleep
        self._free, self._paid = Window(per_second), Window(paid_per_second)
        self._bulk_at = {False: 0.0, True: 0.0}  # by whether it is paid
        self._ready: list[tuple[bool, int, PlaceQueue]] = []
        self._cooling: list[tuple[float, int, PlaceQueue]] = []
        self._order = itertools.count()
        self._round_trips = RoundTrips(passed_over=per_second)
        self._not_before = 0.0
        self._timer: asyncio.Task[None] | None = None
        self._timer_at = math.inf
        self.allowance = 0

    @property
    def at_once(self) -> int:
        """Sends side by side that keep all slots busy."""
        paying = self._paid.most and self.allowance > 0
        spare = 4 * _SPARE if paying else _SPARE
        rate = self._paid.most if paying else self._free.most
        return math.ceil(rate * max(self._round_trips.usual, 0.05)) + spare

    def closed_for(self, lane: PlaceQueue | None = None) -> float:
        """Seconds until that lane, or anything at all, may be written to; 0 while answers are awaited."""
        now = self._monotonic()
        at = self._not_before if lane is None else lane.free_at(now, self._round_trips.credit)
        return max(at - now, 0.0) if at < math.inf else 0.0

    async def turn(self, lane: PlaceQueue, *, urgent: bool, may_pay: bool = False) -> Turn:
        """Wait for a turn; `done` ends it."""
        waiter = Waiter(asyncio.get_running_loop().create_future(), may_pay)
        queue = lane.urgent if urgent else lane.bulk
        queue.append(waiter)
        if queue[0] is waiter:
            self._enlist(lane, self._monotonic())
        self.grant()
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            if waiter.turn.done() and not waiter.turn.cancelled():
                self.done(waiter.turn.result())  # granted at the same moment: give the turn back
            raise

    def done(self, turn: Turn, *, round_trip: float | None = None) -> None:
        """The answer is there; `round_trip` in seconds if it tells how far the platform is."""
        now = self._monotonic()
        if round_trip is not None:
            self._round_trips.learn(round_trip)
        turn.window.answered(now)
        turn.lane.answered(now)
        self._enlist(turn.lane, now)
        self.grant()

    async def close(self) -> None:
        """Stop granting; those who wait are cancelled."""
        if self._timer:
            self._timer.cancel()
        for lane in self.lanes():
            for waiter in (*lane.urgent, *lane.bulk):
                waiter.turn.cancel()

    def lanes(self) -> list[PlaceQueue]:
        """All lanes there are."""
        raise NotImplementedError

    def grant(self) -> None:
        """Give turns to all who may have one now, and set the timer for the next."""
        now, credit = self._monotonic(), self._round_trips.credit
        while self._cooling and self._cooling[0][0] <= now:
            self._enlist(heapq.heappop(self._cooling)[2], now)
        due = self._cooling[0][0] if self._cooling else math.inf
        held: list[tuple[bool, int, PlaceQueue]] = []
        while self._ready:
            bulk, _, lane = self._ready[0]
            waiter = lane.head()
            if waiter is None or lane.free_at(now, credit) > now:
                heapq.heappop(self._ready)  # served or overtaken since it was put here
                self._enlist(lane, now)
                continue
            free, paid = self._when(bulk, waiter, now, credit)
            if free <= now:
                heapq.heappop(self._ready)
                self._give(lane, waiter, bulk, paid, now)
                continue
            due = min(due, free)
            if (bulk and waiter.may_pay) or self.allowance <= 0:
                break
            held.append(heapq.heappop(self._ready))  # who may pay need not wait behind it
        for one in held:
            heapq.heappush(self._ready, one)
        self._wake_at(due, now)

    def _when(self, bulk: bool, waiter: Waiter, now: float, credit: float) -> tuple[float, bool]:
        """When the limits over all lanes let this one through, and whether it is paid for then."""
        free = max(self._free.free_at(now, credit), self._not_before, self._bulk_at[False] if bulk else 0.0)
        if free <= now or not (bulk and waiter.may_pay and self.allowance > 0):
            return free, False
        paid = max(self._paid.free_at(now, credit), self._not_before, self._bulk_at[True])
        return (paid, True) if paid < free else (free, False)

    def _give(self, lane: PlaceQueue, waiter: Waiter, bulk: bool, paid: bool, now: float) -> None:
        window = self._paid if paid else self._free
        window.take()
        lane.take()
        if paid:
            self.allowance -= 1
        if bulk:  # spread evenly, so that a reply to a person never waits for a burst's whole window
            spacing = SECOND / window.most
            self._bulk_at[paid] = max(self._bulk_at[paid], now - _CATCH_UP_S) + spacing
        (lane.urgent if lane.urgent and lane.urgent[0] is waiter else lane.bulk).popleft()
        waiter.turn.set_result(Turn(lane, window, paid))
        self._enlist(lane, now)

    def _enlist(self, lane: PlaceQueue, now: float) -> None:
        """Put a lane where it belongs: ready, or cooling until its place may be written to again."""
        if lane.head() is None:
            return
        at = lane.free_at(now, self._round_trips.credit)
        if at <= now:
            heapq.heappush(self._ready, (not lane.urgent, next(self._order), lane))
        elif at < math.inf:
            heapq.heappush(self._cooling, (at, next(self._order), lane))

    def _wake_at(self, due: float, now: float) -> None:
        if self._timer is not None:
            if self._timer_at <= due:
                return  # it looks again then, and sets the next
            self._timer.cancel()
        self._timer, self._timer_at = None, due
        if due < math.inf:
            self._timer = asyncio.get_running_loop().create_task(self._wake(due - now))

    async def _wake(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._timer, self._timer_at = None, math.inf
        self.grant()

"""Grants turns to send: as fast as a platform's limits allow, and never faster, in a closed loop.

A message counts when the platform *receives* it, and we cannot see that moment. The platform received it at the
latest when its answer came back, minus the way back. So the slot of a message is free again at (answer − smallest
round trip seen + window). If our side stalls, the next message is late, but messages never bunch up. An open loop,
which sends at the nominal rate without looking at answers, gets refusals from the platform.
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
"""The smallest round trip counts only after this many round trips, those passed over not included."""
_SPARE: Final = 6
"""Sends that wait for a turn while others are on their way, so that one is ready when a slot becomes free."""
_CATCH_UP_S: Final = 0.1
"""Evenly spread turns catch up on a delay of ours up to this long. A busy machine delays us for less."""


class RateWindow:
    """`most` slots. A slot is taken when a turn is granted, and free again `seconds` after the answer."""

    __slots__ = ("_answered", "_flying", "_seconds", "most")

    def __init__(self, most: int, seconds: float = SECOND) -> None:
        self.most, self._seconds = most, seconds
        self._answered: deque[float] = deque()
        self._flying = 0

    def free_at(self, now: float, credit: float) -> float:
        """Returns when a slot is free: 0 if one is free now, infinity while all wait for answers."""
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
    """Measures how far the platform is. The first `passed_over` round trips do not count: they open connections."""

    def __init__(self, passed_over: int) -> None:
        self._shortest, self.usual, self._samples = math.inf, 0.0, -passed_over

    def learn(self, seconds: float) -> None:
        self._samples += 1
        if self._samples > 0:
            self._shortest = min(self._shortest, seconds)
            self.usual += (seconds - self.usual) / min(self._samples, _SAMPLES)

    @property
    def credit(self) -> float:
        """The seconds by which a message surely arrives before its answer: a lower bound of all round trips.

        The shortest round trip seen is longer than the shortest possible one. The margin between them is estimated
        from how much the round trips scatter, and shrinks as more are seen.
        """
        if self._samples < _SAMPLES:
            return 0.0
        margin = (self.usual - self._shortest) * math.sqrt(_SAMPLES / self._samples)
        return max(self._shortest - margin, 0.0)


class Waiter:
    """A send that waits for its turn."""

    __slots__ = ("may_pay", "turn")

    def __init__(self, turn: asyncio.Future[Turn], may_pay: bool) -> None:
        self.turn, self.may_pay = turn, may_pay


class PlaceQueue:
    """The sends that wait for one place. A platform's subclass says when the place may be written to."""

    def __init__(self) -> None:
        self.urgent: deque[Waiter] = deque()
        self.bulk: deque[Waiter] = deque()
        self.not_before = 0.0

    def head(self) -> Waiter | None:
        """Returns the send whose turn is next, after dropping those that were cancelled."""
        for queue in (self.urgent, self.bulk):
            while queue and queue[0].turn.done():
                queue.popleft()
            if queue:
                return queue[0]
        return None

    def free_at(self, now: float, credit: float) -> float:
        """Returns when the place may be written to; infinity while an answer is awaited."""
        raise NotImplementedError

    def take(self) -> None:
        """Notes that a turn was granted."""
        raise NotImplementedError

    def answered(self, at: float) -> None:
        """Notes that a turn is over."""
        raise NotImplementedError

    @property
    def idle(self) -> bool:
        """Whether the place can be forgotten, if it is free too."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Turn:
    """Permission to send one message now. It is `paid` if it is beyond the free rate."""

    place: PlaceQueue
    window: RateWindow
    paid: bool


class Turns:
    """Grants turns: so many a second over all places, each place as it says, urgent before bulk.

    Bulk that may be paid for also gets `paid_per_second` turns beyond `per_second`, as long as there is an
    `allowance`; the owner adds to it. `monotonic` returns seconds and `sleep` waits for seconds; tests inject both.
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
        self._free, self._paid = RateWindow(per_second), RateWindow(paid_per_second)
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
        """The number of sends side by side that keeps all slots busy."""
        paying = self._paid.most and self.allowance > 0
        spare = 4 * _SPARE if paying else _SPARE
        rate = self._paid.most if paying else self._free.most
        return math.ceil(rate * max(self._round_trips.usual, 0.05)) + spare

    def closed_for(self, place: PlaceQueue | None = None) -> float:
        """Returns the seconds until the place (None: any place) may be written to; 0 while answers are awaited."""
        now = self._monotonic()
        at = self._not_before if place is None else place.free_at(now, self._round_trips.credit)
        return max(at - now, 0.0) if at < math.inf else 0.0

    async def turn(self, place: PlaceQueue, *, urgent: bool, may_pay: bool = False) -> Turn:
        """Waits for a turn. The caller ends it with `done`."""
        waiter = Waiter(asyncio.get_running_loop().create_future(), may_pay)
        queue = place.urgent if urgent else place.bulk
        queue.append(waiter)
        if queue[0] is waiter:
            self._enlist(place, self._monotonic())
        self.grant()
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            if waiter.turn.done() and not waiter.turn.cancelled():
                self.done(waiter.turn.result())  # granted at the same moment: give the turn back
            raise

    def done(self, turn: Turn, *, round_trip: float | None = None) -> None:
        """Ends a turn. `round_trip`: the seconds that it took, if they tell how far the platform is."""
        now = self._monotonic()
        if round_trip is not None:
            self._round_trips.learn(round_trip)
        turn.window.answered(now)
        turn.place.answered(now)
        self._enlist(turn.place, now)
        self.grant()

    async def close(self) -> None:
        """Stops granting, and cancels the sends that wait."""
        if self._timer:
            self._timer.cancel()
        for place in self.places():
            for waiter in (*place.urgent, *place.bulk):
                waiter.turn.cancel()

    def places(self) -> list[PlaceQueue]:
        """Returns all places that are known."""
        raise NotImplementedError

    def grant(self) -> None:
        """Gives a turn to every send that may have one now, and sets the timer for the next."""
        now, credit = self._monotonic(), self._round_trips.credit
        while self._cooling and self._cooling[0][0] <= now:
            self._enlist(heapq.heappop(self._cooling)[2], now)
        due = self._cooling[0][0] if self._cooling else math.inf
        held: list[tuple[bool, int, PlaceQueue]] = []
        while self._ready:
            bulk, _, place = self._ready[0]
            waiter = place.head()
            if waiter is None or place.free_at(now, credit) > now:
                heapq.heappop(self._ready)  # served or overtaken since it was put here
                self._enlist(place, now)
                continue
            free, paid = self._when(bulk, waiter, now, credit)
            if free <= now:
                heapq.heappop(self._ready)
                self._give(place, waiter, bulk, paid, now)
                continue
            due = min(due, free)
            if (bulk and waiter.may_pay) or self.allowance <= 0:
                break
            held.append(heapq.heappop(self._ready))  # sends that may be paid for do not wait behind it
        for one in held:
            heapq.heappush(self._ready, one)
        self._wake_at(due, now)

    def _when(self, bulk: bool, waiter: Waiter, now: float, credit: float) -> tuple[float, bool]:
        """Returns when the limits over all places allow this send, and whether it is paid for then."""
        free = max(self._free.free_at(now, credit), self._not_before, self._bulk_at[False] if bulk else 0.0)
        if free <= now or not (bulk and waiter.may_pay and self.allowance > 0):
            return free, False
        paid = max(self._paid.free_at(now, credit), self._not_before, self._bulk_at[True])
        return (paid, True) if paid < free else (free, False)

    def _give(self, place: PlaceQueue, waiter: Waiter, bulk: bool, paid: bool, now: float) -> None:
        window = self._paid if paid else self._free
        window.take()
        place.take()
        if paid:
            self.allowance -= 1
        if bulk:  # spread evenly, so that a reply to a person never waits for the whole window of a burst
            spacing = SECOND / window.most
            self._bulk_at[paid] = max(self._bulk_at[paid], now - _CATCH_UP_S) + spacing
        (place.urgent if place.urgent and place.urgent[0] is waiter else place.bulk).popleft()
        waiter.turn.set_result(Turn(place, window, paid))
        self._enlist(place, now)

    def _enlist(self, place: PlaceQueue, now: float) -> None:
        """Puts a place into `_ready`, or into `_cooling` until it may be written to again."""
        if place.head() is None:
            return
        at = place.free_at(now, self._round_trips.credit)
        if at <= now:
            heapq.heappush(self._ready, (not place.urgent, next(self._order), place))
        elif at < math.inf:
            heapq.heappush(self._cooling, (at, next(self._order), place))

    def _wake_at(self, due: float, now: float) -> None:
        if self._timer is not None:
            if self._timer_at <= due:
                return  # `grant` runs before then, and sets the next timer
            self._timer.cancel()
        self._timer, self._timer_at = None, due
        if due < math.inf:
            self._timer = asyncio.get_running_loop().create_task(self._wake(due - now))

    async def _wake(self, seconds: float) -> None:
        await self._sleep(seconds)
        self._timer, self._timer_at = None, math.inf
        self.grant()

"""Requests as fast as Discord allows: 50 in a second, and each bucket by what its answers say.

Which routes share a bucket, and how much is left in it, stands in the headers of answers; no figures are
published. A bucket of which nothing is known, or whose time is over, takes one request at a time.
https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from adapters.discord import limits
from bot.chat.pacing import PlaceQueue, Sleep, Turn, Turns

_MARGIN_S = 0.01  # what Discord tells is rounded
_KEPT_LANES = 1024
_MAJOR = re.compile(r"/(?:channels|guilds|webhooks)/(\d+)")
_NUMBER = re.compile(r"\d{5,}")
_SPARE = 10  # sends beyond the rate: a private message may take two requests, and repeats are recognised


class _Bucket(PlaceQueue):
    """What is known of a bucket: `left` requests until `over` (monotonic), None when unknown."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None
        self._over = self._reset = 0.0
        self._flying = 0

    def free_at(self, now: float, credit: float) -> float:
        if self.left is not None and now >= self._over:
            self.left = None
        if now < self.not_before:
            return self.not_before
        if self.left is None:
            return math.inf if self._flying else 0.0
        return 0.0 if self.left > 0 else self._over

    def take(self) -> None:
        self._flying += 1
        if self.left is not None:
            self.left -= 1

    def answered(self, at: float) -> None:
        self._flying -= 1

    @property
    def idle(self) -> bool:
        return not self._flying and self.left is None

    def tell(self, remaining: int, reset: float, over: float) -> None:
        """An answer's headers; `reset` by Discord's clock. Those on their way may not be counted in it yet."""
        left = remaining - (self._flying - 1)
        later = reset > self._reset + 0.001
        self.left = left if later or self.left is None else min(self.left, left)
        self._reset, self._over = max(self._reset, reset), max(self._over, over)


class Pacer(Turns):
    """Turns to send, by route ("METHOD /path")."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(limits.PER_SECOND, monotonic=monotonic, sleep=sleep)
        self._buckets: dict[str, str] = {}  # by route without its numbers
        self._lanes: dict[tuple[str, str], _Bucket] = {}
        self._sweep_at = _KEPT_LANES

    @asynccontextmanager
    async def at(self, route: str, *, urgent: bool = True) -> AsyncIterator[Turn]:
        """Wait for a turn on this route; it ends when the answer is there."""
        turn = await self.turn(self._lane(route), urgent=urgent)
        started = self._monotonic()
        round_trip = None
        try:
            yield turn
            round_trip = self._monotonic() - started
        finally:
            self.done(turn, round_trip=round_trip)

    def learn(self, route: str, turn: Turn, headers: Mapping[str, str]) -> None:
        """What an answer says of the route's bucket."""
        lane = turn.lane
        assert isinstance(lane, _Bucket)
        name, major = _parts(route)
        bucket = headers.get("X-RateLimit-Bucket")
        if bucket is not None and self._buckets.get(name) != bucket:
            self._buckets[name] = bucket
            self._lanes.setdefault((bucket, major), lane)
        if "X-RateLimit-Remaining" in headers:
            over = self._monotonic() + float(headers.get("X-RateLimit-Reset-After", "1")) + _MARGIN_S
            reset = float(headers.get("X-RateLimit-Reset", "0"))
            lane.tell(int(headers["X-RateLimit-Remaining"]), reset, over)

    def refused(self, turn: Turn, seconds: float, *, everything: bool) -> None:
        """A 429: nothing more in this bucket, or at all, for so long."""
        until = self._monotonic() + seconds + _MARGIN_S
        if everything:
            self._not_before = max(self._not_before, until)
        else:
            turn.lane.not_before = max(turn.lane.not_before, until)

    def closed(self, route: str | None) -> float:
        """Seconds until this route, or any, may be used."""
        if route is None:
            return self.closed_for()
        name, major = _parts(route)
        lane = self._lanes.get((self._buckets.get(name, name), major))
        return self.closed_for(lane) if lane is not None else 0.0

    @property
    def at_once(self) -> int:
        """Sends side by side that keep all slots busy."""
        return super().at_once + _SPARE

    def lanes(self) -> list[PlaceQueue]:
        return list(self._lanes.values())

    def _lane(self, route: str) -> _Bucket:
        if len(self._lanes) >= self._sweep_at:
            self._sweep()
        name, major = _parts(route)
        return self._lanes.setdefault((self._buckets.get(name, name), major), _Bucket())

    def _sweep(self) -> None:
        """Forget buckets that nothing waits for and whose time is over."""
        now = self._monotonic()
        for key, lane in list(self._lanes.items()):
            if lane.free_at(now, 0.0) <= now and lane.idle and lane.head() is None:
                del self._lanes[key]
        self._sweep_at = max(_KEPT_LANES, 2 * len(self._lanes))


def _parts(route: str) -> tuple[str, str]:
    """A route without its numbers, and the number that buckets are kept apart by."""
    major = _MAJOR.search(route)
    return _NUMBER.sub("", route), major.group(1) if major else ""

"""Paces requests to Discord's limits: 50 in a second in all, and in each bucket as the headers of answers say.

Discord publishes no figures for buckets. An answer's headers say to which bucket its route belongs, and how many
requests the bucket still takes. A bucket of which nothing is known, or whose period is over, takes one request at a
time.

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

_MARGIN_S = 0.01  # Discord rounds the times that it sends
_KEPT_PLACES = 1024
_MAJOR = re.compile(r"/(?:channels|guilds|webhooks)/(\d+)")
_NUMBER = re.compile(r"\d{5,}")
_SPARE = 10  # sends beyond the slots: a private message can take two requests; Discord recognises repeats


class _Bucket(PlaceQueue):
    """A bucket of Discord's and its waiting requests. `left`: how many it takes until `_over` (monotonic seconds),
    None when unknown."""

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

    def learn(self, remaining: int, reset: float, over: float) -> None:
        """Notes an answer's headers; `reset` is by Discord's clock. Requests on their way may not be counted yet."""
        left = remaining - (self._flying - 1)
        later = reset > self._reset + 0.001
        self.left = left if later or self.left is None else min(self.left, left)
        self._reset, self._over = max(self._reset, reset), max(self._over, over)


class Pacer(Turns):
    """Grants turns to send, by route ("METHOD /path")."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(limits.PER_SECOND, monotonic=monotonic, sleep=sleep)
        self._buckets: dict[str, str] = {}  # Discord's names of buckets, by route without its numbers
        self._places: dict[tuple[str, str], _Bucket] = {}
        self._sweep_at = _KEPT_PLACES

    @asynccontextmanager
    async def at(self, route: str, *, urgent: bool = True) -> AsyncIterator[Turn]:
        """Waits for a turn on this route. The turn ends with the block, when the answer is there."""
        turn = await self.turn(self._place(route), urgent=urgent)
        started = self._monotonic()
        round_trip = None
        try:
            yield turn
            round_trip = self._monotonic() - started
        finally:
            self.done(turn, round_trip=round_trip)

    def learn(self, route: str, turn: Turn, headers: Mapping[str, str]) -> None:
        """Notes what an answer's headers say about the route's bucket."""
        place = turn.place
        assert isinstance(place, _Bucket)
        name, major = _parts(route)
        bucket = headers.get("X-RateLimit-Bucket")
        if bucket is not None and self._buckets.get(name) != bucket:
            self._buckets[name] = bucket
            self._places.setdefault((bucket, major), place)
        if "X-RateLimit-Remaining" in headers:
            over = self._monotonic() + float(headers.get("X-RateLimit-Reset-After", "1")) + _MARGIN_S
            reset = float(headers.get("X-RateLimit-Reset", "0"))
            place.learn(int(headers["X-RateLimit-Remaining"]), reset, over)

    def refused(self, turn: Turn, seconds: float, *, everything: bool) -> None:
        """Notes a 429: for so long nothing is sent in this bucket, or at all if `everything`."""
        until = self._monotonic() + seconds + _MARGIN_S
        if everything:
            self._not_before = max(self._not_before, until)
        else:
            turn.place.not_before = max(turn.place.not_before, until)

    def closed(self, route: str | None) -> float:
        """Returns the seconds until this route may be used; with None, until any may."""
        if route is None:
            return self.closed_for()
        name, major = _parts(route)
        place = self._places.get((self._buckets.get(name, name), major))
        return self.closed_for(place) if place is not None else 0.0

    @property
    def at_once(self) -> int:
        """How many sends side by side keep all slots busy."""
        return super().at_once + _SPARE

    def places(self) -> list[PlaceQueue]:
        return list(self._places.values())

    def _place(self, route: str) -> _Bucket:
        if len(self._places) >= self._sweep_at:
            self._sweep()
        name, major = _parts(route)
        return self._places.setdefault((self._buckets.get(name, name), major), _Bucket())

    def _sweep(self) -> None:
        """Forgets buckets that nothing waits for and whose period is over."""
        now = self._monotonic()
        for key, place in list(self._places.items()):
            if place.free_at(now, 0.0) <= now and place.idle and place.head() is None:
                del self._places[key]
        self._sweep_at = max(_KEPT_PLACES, 2 * len(self._places))


def _parts(route: str) -> tuple[str, str]:
    """Returns the route without its numbers, and the id in it (of a channel, server or webhook) that has its own
    buckets."""
    major = _MAJOR.search(route)
    return _NUMBER.sub("", route), major.group(1) if major else ""

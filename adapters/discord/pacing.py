"""Requests as fast as Discord allows: 50 in a second, and each route by what its answers say.

A slot is given back one second after the *answer*, so a stall of ours delays the next request instead of
bunching several. https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from adapters.discord import limits

_WINDOW_S = 1.0
_MARGIN_S = 0.01  # what Discord tells is rounded
_KEPT = 1000


class Pacer:
    """Turns to send. Requests of one route go one after another; different routes side by side."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(limits.PER_SECOND)
        self._routes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._closed_until: dict[str, float] = {}
        self._all_closed_until = 0.0

    @asynccontextmanager
    async def turn(self, route: str) -> AsyncIterator[None]:
        """Wait for a turn on this route; it ends when the answer is there."""
        lock = self._routes.get(route)
        if lock is None:
            self._routes[route] = lock = asyncio.Lock()
        loop = asyncio.get_running_loop()
        async with lock:
            while True:
                wait = max(self._closed_until.get(route, 0), self._all_closed_until) - loop.time()
                if wait <= 0:
                    break
                await asyncio.sleep(wait)
            await self._slots.acquire()
            try:
                yield
            finally:
                loop.call_later(_WINDOW_S, self._slots.release)

    def learn(self, route: str, headers: Mapping[str, str]) -> None:
        """What an answer says of the route's bucket."""
        if headers.get("X-RateLimit-Remaining") == "0":
            self._close(route, float(headers.get("X-RateLimit-Reset-After", "1")))

    def refused(self, route: str, seconds: float, *, everything: bool) -> None:
        """A 429: nothing more on this route, or at all, for so long."""
        if everything:
            self._all_closed_until = asyncio.get_running_loop().time() + seconds
        else:
            self._close(route, seconds)

    def _close(self, route: str, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        if len(self._closed_until) > _KEPT:
            self._closed_until = {key: until for key, until in self._closed_until.items() if until > now}
        self._closed_until[route] = now + seconds + _MARGIN_S

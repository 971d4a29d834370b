"""Seconds that pass only when everybody is asleep."""

import asyncio
import heapq
import itertools
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualTime:
    """`monotonic` and `sleep` for what is tested; `run` jumps from one awakening to the next."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def monotonic(self) -> float:
        return self._now

    def pass_by(self, seconds: float) -> None:
        """Time passes while nobody sleeps."""
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        waiter = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + max(seconds, 0.0), next(self._order), waiter))
        await waiter

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, in no real time; a deadlock is an AssertionError."""
        task = asyncio.ensure_future(work)
        while True:
            for _ in range(20):
                await asyncio.sleep(0)
            if task.done():
                return await task
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            if not self._sleepers:
                task.cancel()
                raise AssertionError("everybody waits and nobody sleeps")
            self._now, _, waiter = heapq.heappop(self._sleepers)
            waiter.set_result(None)

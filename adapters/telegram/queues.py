"""Runs acts side by side, but those of one person in one chat one after the other."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")


class Queues(Generic[T]):
    """Runs `work` for every item that is `put`: the items of a queue in order, queues side by side.

    A queue exists while it has items.
    """

    def __init__(self, work: Callable[[T], Awaitable[None]]) -> None:
        self._work = work
        self._waiting: dict[Hashable, deque[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._done = asyncio.Event()
        self.size = 0

    def put(self, queue: Hashable, item: T) -> None:
        """Adds an item to the end of a queue."""
        self.size += 1
        self._idle.clear()
        if queue in self._waiting:
            self._waiting[queue].append(item)
            return
        self._waiting[queue] = deque([item])
        task = asyncio.create_task(self._run(queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def below(self, most: int) -> None:
        """Waits until at most so many items are left."""
        while self.size > most:
            self._done.clear()
            await self._done.wait()

    async def idle(self) -> None:
        """Waits until nothing is left to do."""
        await self._idle.wait()

    async def close(self, patience_s: float) -> None:
        """Finishes the items in the queues; after `patience_s`, cancels the rest."""
        try:
            async with asyncio.timeout(patience_s):
                await self.idle()
        except TimeoutError:
            log.warning(
                "acts are left for the next start", extra={"action": "telegram.stop", "left": self.size}
            )
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, queue: Hashable) -> None:
        waiting = self._waiting[queue]
        try:
            while waiting:
                try:
                    await self._work(waiting[0])
                except Exception:
                    log.exception("an act was not answered", extra={"action": "telegram.answer"})
                waiting.popleft()
                self.size -= 1
                self._done.set()
        finally:
            del self._waiting[queue]
            self.size -= len(waiting)
            if not self._waiting:
                self._idle.set()

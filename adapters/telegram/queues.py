"""Runs acts side by side, but those of one person in one chat one after the other."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_ASIDE: Final = 1000
Aside = Callable[[], None]


class Queues(Generic[T]):
    """Runs `work` for every item that is `put`: the items of a queue in order, queues side by side.

    A queue exists while it has items. Work that takes very long calls its second argument, again and again, to step
    aside: the next item of its queue begins, while the work goes on. At most `MOST_ASIDE` items are aside. Once the
    queues close, such a call ends the work, at a moment when it waits for no answer.
    """

    def __init__(self, work: Callable[[T, Aside], Awaitable[None]]) -> None:
        self._work = work
        self._waiting: dict[Hashable, deque[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._aside: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._done = asyncio.Event()
        self._closing = False
        self.size = 0

    def put(self, queue: Hashable, item: T) -> None:
        """Adds an item to the end of a queue."""
        self.size += 1
        self._idle.clear()
        if queue in self._waiting:
            self._waiting[queue].append(item)
            return
        self._waiting[queue] = deque([item])
        self._begin(queue)

    async def below(self, most: int) -> None:
        """Waits until at most so many items are left."""
        while self.size > most:
            self._done.clear()
            await self._done.wait()

    async def idle(self) -> None:
        """Waits until nothing is left to do."""
        await self._idle.wait()

    async def close(self, patience_s: float) -> None:
        """Finishes the items in the queues; ends those that step aside, and after `patience_s` the rest."""
        self._closing = True
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

    def _begin(self, queue: Hashable) -> None:
        task = asyncio.create_task(self._run(queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, queue: Hashable) -> None:
        me = asyncio.current_task()
        assert me is not None
        try:
            while queue in self._waiting and me not in self._aside:
                await self._one(queue, me)
        finally:
            if me in self._aside:
                self._aside.discard(me)
            else:
                self.size -= len(self._waiting.pop(queue, ()))
            if not self.size:
                self._idle.set()

    async def _one(self, queue: Hashable, me: asyncio.Task[None]) -> None:
        """Does the first item of a queue."""
        waiting = self._waiting[queue]

        def next_item() -> None:
            waiting.popleft()
            if not waiting:
                del self._waiting[queue]

        def aside() -> None:
            if self._closing:
                raise asyncio.CancelledError
            if me in self._aside or len(self._aside) >= MOST_ASIDE:
                return
            self._aside.add(me)
            next_item()
            if waiting:
                self._begin(queue)

        try:
            await self._work(waiting[0], aside)
        except Exception:
            log.exception("an act was not answered", extra={"action": "telegram.answer"})
        except asyncio.CancelledError:
            self.size -= me in self._aside
            raise
        if me not in self._aside:
            next_item()
        self.size -= 1
        self._done.set()

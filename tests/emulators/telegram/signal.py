"""Waiting for a condition without sleeping: every change wakes those who wait."""

import asyncio
from collections.abc import Callable


class Signal:
    """`fire()` after a change; `until(condition)` returns once the condition holds."""

    def __init__(self) -> None:
        self.patience = 10.0
        """Seconds after which a test gives up on a condition; only a failing test ever waits that long."""
        self._waiters: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._waiters.clear()

    async def until(self, holds: Callable[[], object], describe: Callable[[], str]) -> None:
        """Wait until `holds()`; AssertionError with `describe()` when it does not come about."""
        try:
            async with asyncio.timeout(self.patience):
                while not holds():
                    waiter = asyncio.get_running_loop().create_future()
                    self._waiters.add(waiter)
                    await waiter
        except TimeoutError:
            raise AssertionError(describe()) from None

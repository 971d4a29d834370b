"""The work that nobody asked for, round after round: chores, pruning, and searching for what was erased."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from typing import Any

from bot import erasing, retention
from bot.areas.delivery import services as delivery
from bot.chat.chores import Office
from bot.chat.declarations import Chore
from bot.errors import MusterError
from bot.metrics import Metrics
from bot.storage.store import Store

log = logging.getLogger(__name__)

UPKEEP_EVERY_S = 60.0
PRUNE_EVERY = 30  # rounds of upkeep


class Upkeep:
    """Runs the chores and the upkeep of the database. A chore never runs twice at the same time."""

    def __init__(self, store: Store, office: Office, chores: Sequence[Chore], metrics: Metrics) -> None:
        self._store, self._office, self._metrics = store, office, metrics
        self._chores = [(chore, asyncio.Lock()) for chore in chores]

    def loops(self) -> Iterator[tuple[str, Callable[[], Coroutine[Any, Any, None]]]]:
        """Yields the endless loops with their names, for tasks."""
        yield "upkeep", self._keep_up
        yield "erasing", self._erase
        for every_s in {chore.every_s for chore, _ in self._chores}:
            yield f"chores every {every_s} s", functools.partial(self._repeat, every_s)

    async def do_chores(self) -> None:
        """Runs every chore once, now: the playground's clock was moved."""
        for chore, turn in self._chores:
            await self._do(chore, turn)

    async def depths(self) -> None:
        """Reads how many messages wait, for the metrics. Raises StorageError."""
        self._metrics.depths(await self._store.read(delivery.depths))

    async def _repeat(self, every_s: float) -> None:
        chores = [(chore, turn) for chore, turn in self._chores if chore.every_s == every_s]
        while True:
            for chore, turn in chores:
                await self._do(chore, turn)
            await asyncio.sleep(every_s)

    async def _do(self, chore: Chore, turn: asyncio.Lock) -> None:
        async with turn:
            await _tried(chore.name, chore(self._office))

    async def _keep_up(self) -> None:
        rounds = 0
        while True:
            if rounds % PRUNE_EVERY == 0:
                await _tried("prune", self._store.write(retention.prune))
            await _tried("messages", self._store.write(retention.prune_messages))
            await _tried("depths", self.depths())
            rounds += 1
            await asyncio.sleep(UPKEEP_EVERY_S)

    async def _erase(self) -> None:
        """Searches for what was erased. That can take seconds, so nothing else waits for it."""
        while True:
            await _tried("erasing", erasing.erase(self._store))
            await asyncio.sleep(UPKEEP_EVERY_S)


async def _tried(what: str, work: Awaitable[None]) -> None:
    """Awaits one piece of upkeep. A failure is logged, and the rest of the upkeep goes on."""
    try:
        await work
    except MusterError as error:
        log.warning("upkeep: %s", error, extra={"action": "upkeep", "what": what})
    except Exception:
        log.exception("upkeep failed", extra={"action": "upkeep", "what": what})

"""Work that nobody asked for: digests, notices, whatever falls due. Declared with `Area.chore`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from bot.chat.model import Mention, Reply
from bot.chat.outgoing import post
from bot.chat.records import Records, Store
from bot.chat.runtime import Runtime
from bot.chat.targets import Target
from bot.domain.people import Account, Union
from bot.domain.transaction import Tx
from bot.errors import MusterError

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class Duty:
    """One write transaction in which the bot acts for a union by itself."""

    tx: Tx
    now: datetime
    union: Union
    records: Records
    runtime: Runtime

    def post(
        self, target: Target | Account, reply: Reply, dedupe_key: str | None = None, *, bulk: bool = True
    ) -> None:
        """Queue a message; it goes out after this change is durable. To an account: privately.

        `bulk` waits for answers to people. A target with a `message` changes that one.
        """
        post(self, self.union.id, target, reply, dedupe_key, bulk)

    def mention(self, account: Account) -> Mention:
        return Mention(account.platform, account.native_id, account.name)


@dataclass(frozen=True, slots=True)
class Office:
    """What a chore works with. It is run every minute: it reads what is due, and writes only then.

    Writes are kept small (some hundred rows), as members' commands wait for them.
    """

    store: Store
    records: Records
    runtime: Runtime

    async def read(self, fn: Callable[..., T], /, *args: Any) -> T:
        """A short read."""
        return await self.store.read(fn, *args)

    async def scan(self, fn: Callable[..., T], /, *args: Any) -> T:
        """A read of many rows, in a thread and on a connection of its own."""
        return await self.store.scan(fn, *args)

    async def write(self, union: Union, fn: Callable[..., T], /, *args: Any) -> T:
        """Run `fn(duty, *args)` in one write transaction."""
        return await self.store.write(self._on_duty, union, fn, args)

    async def each(self, due: Iterable[T], work: Callable[[T], Awaitable[object]]) -> None:
        """One after another; what goes wrong with one is logged, and keeps none of the others waiting."""
        for one in due:
            try:
                await work(one)
            except MusterError as error:
                log.warning("a chore: %s", error, extra={"action": "chore", "what": work.__qualname__})
            except Exception:
                log.exception("a chore is stuck", extra={"action": "chore", "what": work.__qualname__})

    def _on_duty(self, tx: Tx, union: Union, fn: Callable[..., T], args: tuple[Any, ...]) -> T:
        return fn(Duty(tx, tx.now, union, self.records, self.runtime), *args)

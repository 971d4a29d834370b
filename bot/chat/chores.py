"""The surroundings of chores: work that nobody asked for, like digests and notices. See `Area.chore`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from bot.chat.model import Mention, Reply
from bot.chat.outgoing import post
from bot.chat.records import Records, Store
from bot.chat.runtime import Runtime
from bot.chat.targets import Target
from bot.domain.people import Account, Union
from bot.domain.transaction import Tx
from bot.errors import MusterError

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class Duty:
    """One write transaction in which a chore acts for a union. Chores use it as handlers use a `Context`."""

    tx: Tx
    now: datetime
    union: Union
    records: Records
    runtime: Runtime

    def post(
        self, target: Target | Account, reply: Reply, dedupe_key: str | None = None, *, bulk: bool = True
    ) -> None:
        """Queues a message, which is sent after this transaction is durable. To an account it is private.

        A `bulk` message waits for the answers to people. A target with a `message` changes that message.
        """
        post(self, self.union, target, reply, dedupe_key, bulk)

    def mention(self, account: Account) -> Mention:
        return Mention(account.platform, account.native_id, account.name)


@dataclass(frozen=True, slots=True)
class Office:
    """The database, as a chore uses it. The chore runs every minute, reads first, and writes only if work is due.

    Keep each write small (some hundred rows), because members' commands wait for it.
    """

    store: Store
    records: Records
    runtime: Runtime

    async def read(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a short read, `fn(tx, …)`."""
        return await self.store.read(fn, *args, **kwargs)

    async def scan(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a read of many rows, `fn(tx, …)`, in a thread and on a connection of its own."""
        return await self.store.scan(fn, *args, **kwargs)

    async def write(
        self, union: Union, fn: Callable[Concatenate[Duty, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Runs `fn(duty, …)` in one write transaction."""

        def on_duty(tx: Tx) -> T:
            return fn(Duty(tx, tx.now, union, self.records, self.runtime), *args, **kwargs)

        return await self.store.write(on_duty)

    async def each(self, due: Iterable[T], work: Callable[[T], Awaitable[object]]) -> None:
        """Works on one after another. A failure of one is logged, and the others go on."""
        for one in due:
            try:
                await work(one)
            except MusterError as error:
                log.warning("a chore: %s", error, extra={"action": "chore", "what": work.__qualname__})
            except Exception:
                log.exception("a chore is stuck", extra={"action": "chore", "what": work.__qualname__})

"""Commands that wait for something outside. One transaction claims their act, and another one ends it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.chat.answers import Answers
from bot.chat.context import ChooseUnion, Context, Use
from bot.chat.declarations import Command
from bot.chat.model import Reply
from bot.chat.port import Adapter, Progress, Turn
from bot.chat.records import Records, Store
from bot.chat.router import Router
from bot.chat.tokens import actor_key
from bot.domain.transaction import Tx
from bot.errors import MusterError, OutcomeUnknown, StorageError

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

LOOKS = 2
"""How often an act is looked up again after the connection to the database broke while it was being saved."""
CONCLUDED = " concluded"
"""Follows the key of an asynchronous command in the key of its changes, which are claimed by themselves."""

# An asynchronous handler that changes something returns this function instead of a reply. It runs in one write,
# together with the keeping of the answer.
Finish = Callable[[Context], Reply | None]


class Refused(Exception):
    """An act was refused, which undid it. `reply` says why in the actor's language.

    `use` is a use of the command that was counted durably, and whose count was undone as well.
    """

    def __init__(self, reply: Reply, use: Use | None) -> None:
        super().__init__("refused")
        self.reply = reply
        self.use = use


@dataclass(frozen=True, slots=True)
class Slow:
    """An asynchronous command that runs after the transaction that claimed its act."""

    context: Context
    command: Command
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outside:
    """What an adapter gives with an act, for the time when the act waits for something outside."""

    progress: Progress | None
    turn: Turn | None


class SlowCommands:
    """Runs asynchronous commands, and ends each of them once."""

    def __init__(
        self,
        store: Store,
        records: Records,
        answers: Answers,
        router: Router,
        adapters: Mapping[str, Adapter],
    ) -> None:
        self._store = store
        self._records = records
        self._answers = answers
        self._router = router
        self._adapters = adapters

    async def finish(self, slow: Slow, outside: Outside) -> Reply | None:
        """Runs the command, makes its changes, and keeps its answer or its refusal. Raises Refused."""
        try:
            done = await self.run(slow, outside)
            return await certain(self._store, self._conclude, slow, done)
        except (ChooseUnion, StorageError):
            raise  # the one is a question, and after the other nothing can be kept, or it is not known what was
        except MusterError as error:
            refusal = slow.context.refusal(error)
            await self._remember_refusal(slow, refusal)
            raise Refused(refusal, None) from error

    async def run(self, slow: Slow, outside: Outside) -> Reply | Finish:
        """Runs the command without a transaction. Meanwhile its turn belongs to the acts of others."""
        context = slow.context
        context.store, context.report = self._store, outside.progress
        context.fetcher = self._adapters[context.place.platform].fetch
        async with outside.turn.aside() if outside.turn is not None else contextlib.nullcontext():
            done: Reply | Finish = await slow.command.handler(context, **slow.values)
        return done

    def _conclude(self, tx: Tx, slow: Slow, done: Reply | Finish) -> Reply | None:
        """Makes the changes once, and keeps the answer.

        A crash before this changes nothing. A repeat of the act then gets the answer that it was interrupted.
        """
        context = slow.context
        key, actor = context.incoming.key, actor_key(context.actor)
        if not self._records.claim(tx, f"{key}{CONCLUDED}", actor)[0]:
            return self._answers.read(tx, self._records.claim(tx, key, actor)[1])
        context.resume(tx)
        reply = done if isinstance(done, Reply) else _change(slow, done)
        finished = self._router.finish(context, reply, slow.command.visibility)
        if finished is not None:
            self._answers.keep(tx, context.incoming, finished)
        return finished

    async def _remember_refusal(self, slow: Slow, refusal: Reply) -> None:
        """Keeps the refusal for repeats of the act. A failure is only logged: nothing was changed."""
        try:
            await certain(self._store, self._keep_refusal, slow, refusal)
        except MusterError as error:
            log.warning("a refusal is not kept: %s", error, extra={"action": "dispatch.refusal"})

    def _keep_refusal(self, tx: Tx, slow: Slow, refusal: Reply) -> None:
        incoming = slow.context.incoming
        if self._records.claim(tx, f"{incoming.key}{CONCLUDED}", actor_key(slow.context.actor))[0]:
            self._answers.keep(tx, incoming, refusal)


async def certain(
    store: Store, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    """Writes with a function that claims what it does, so that it can be repeated when its outcome is unknown."""
    for _ in range(LOOKS):
        with suppress(OutcomeUnknown):
            return await store.write(fn, *args, **kwargs)
    return await store.write(fn, *args, **kwargs)


def _change(slow: Slow, finish: Finish) -> Reply | None:
    """Checks the actor again, who may have lost the right while the command ran, and makes the changes."""
    if slow.context.has_union:
        slow.context.enter(slow.context.union.id)
    slow.context.require(slow.command.permission)
    if slow.command.settled:
        slow.context.require_settled()
    return finish(slow.context)

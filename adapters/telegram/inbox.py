"""From updates to acts that are durable, each answered once: what is new among what Telegram delivers again."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any, Final

from telegram import Bot, Update
from telegram.error import TelegramError

from adapters.telegram import events
from adapters.telegram.answering import Answering
from adapters.telegram.events import Heard, Me, Nameless, Route
from adapters.telegram.lanes import Lanes
from bot.chat.bounded import Recent
from bot.chat.incoming import CommandCall, Incoming, Press, Say, Start
from bot.chat.port import Core
from bot.domain.clock import Clock

log = logging.getLogger(__name__)

REMEMBERED: Final = 10_000
BACKLOG: Final = 10_000
"""Acts waiting for their answer; while there are more, Telegram keeps the rest."""
CROWDED: Final = BACKLOG // 2
OF_ONE_CHAT: Final = 50
"""Past `CROWDED` acts waiting, a chat that has so many of them is not heard: one that is flooded (its answers may go
out at 20 a minute) must not make the bot deaf to all others."""
REPEATS_AFTER_START: Final = timedelta(minutes=10)
"""How long after a start a webhook may be sent again what the last run took and answered."""
FINISH_S: Final = 20.0


class Inbox:
    """Takes updates for `core` and has their acts answered."""

    def __init__(self, core: Core, answering: Answering, bot: Bot, clock: Clock, *, by_webhook: bool) -> None:
        self._core = core
        self._answering = answering
        self._bot = bot
        self._clock = clock
        self._lanes: Lanes[Heard] = Lanes(self._answer)
        self._waiting: Counter[str] = Counter()
        self._hinted: set[str] = set()
        self._seen: Recent[str, None] = Recent(REMEMBERED)
        self._tasks: set[asyncio.Task[None]] = set()
        self._resumed = False
        self._repeats_until = clock.now() + REPEATS_AFTER_START if by_webhook else None
        self._first = True

    async def resume(self) -> None:
        """Answer what the last run left unanswered; only the first call does anything."""
        if not self._resumed:
            for act in await self._core.unfinished(events.PLATFORM):
                self._put(Heard(act, Route()))
            self._resumed = True

    async def take(self, updates: Sequence[Update], me: Me) -> None:
        """Keep what updates say and have it answered; returns when it is durable. Raises StorageError."""
        await self._lanes.below(BACKLOG)
        heard: list[Heard] = []
        for update in updates:
            found = _read(update, me)
            heard += [each for each in found if isinstance(each, Heard) and not self._floods(each.incoming)]
            for each in found:
                if isinstance(each, Nameless) and each.place.chat not in self._hinted:
                    self._hinted.add(each.place.chat)
                    self._spawn(self._hint(each))
            if not found and update.callback_query is not None:
                self._spawn(self._close(update.callback_query.id))
        if heard:
            await self._core.accept([each.incoming for each in heard])
        for each in await self._unanswered(heard):
            self._put(each)
        self._first = False

    async def idle(self) -> None:
        """Until every act taken is answered."""
        await self._lanes.idle()
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Finish the acts taken; those that cannot be finished now come back at the next start."""
        await self._lanes.close(FINISH_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _unanswered(self, heard: list[Heard]) -> list[Heard]:
        """Those not answered in an earlier run: what it did not acknowledge in time is delivered again."""
        repeats = self._first if self._repeats_until is None else self._clock.now() < self._repeats_until
        if not heard or not repeats:
            return heard
        waiting = {act.key for act in await self._core.unfinished(events.PLATFORM)}
        return [each for each in heard if each.incoming.key in waiting]

    def _put(self, heard: Heard) -> None:
        act = heard.incoming
        if act.key in self._seen:
            return
        self._seen[act.key] = None
        self._waiting[act.place.chat] += 1
        self._lanes.put((act.place.chat, act.actor.native_id), heard)

    async def _answer(self, heard: Heard) -> None:
        try:
            await self._answering.answer(heard)
        finally:
            chat = heard.incoming.place.chat
            self._waiting[chat] -= 1
            if not self._waiting[chat]:
                del self._waiting[chat]

    def _floods(self, act: Incoming) -> bool:
        """Whether this is passed over, because too much waits and too much of it is of this chat."""
        said = isinstance(act.act, CommandCall | Press | Say | Start)
        if not said or self._lanes.size < CROWDED or self._waiting[act.place.chat] < OF_ONE_CHAT:
            return False
        self._core.trouble(events.PLATFORM, "flood")
        log.warning("a flooded chat is not heard", extra={"action": "telegram.flood", "chat": act.place.chat})
        return True

    async def _hint(self, nameless: Nameless) -> None:
        """One at a time in a chat."""
        try:
            await self._answering.hint(nameless)
        finally:
            self._hinted.discard(nameless.place.chat)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self, query: str) -> None:
        """A press that means nothing to us still spins until it is answered."""
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError:
            return


def _read(update: Update, me: Me) -> list[Heard | Nameless]:
    """What an update says; nothing if it is like none foreseen: it must not hold up those after it."""
    try:
        return events.read(update, me)
    except Exception:
        log.exception("an update is not understood", extra={"action": "telegram.updates"})
        return []

"""Updates → durable acts, each answered once, even if Telegram delivers an update again."""

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
from adapters.telegram.answering import Answerer
from adapters.telegram.events import Heard, Me, Route, Unheard
from adapters.telegram.queues import Aside, Queues
from bot.chat.bounded import BoundedDict
from bot.chat.incoming import CommandCall, Incoming, Press, Say, Start
from bot.chat.port import Core
from bot.domain.clock import Clock

log = logging.getLogger(__name__)

REMEMBERED: Final = 10_000
BACKLOG: Final = 10_000
"""Acts that may wait for their answers; while there are more, no updates are taken, and Telegram keeps them."""
CROWDED: Final = BACKLOG // 2
OF_ONE_CHAT: Final = 50
"""While more than `CROWDED` acts wait, new acts of a chat that has so many of them are dropped. A flooded chat, whose
answers can go out at 20 a minute only, must not make the bot deaf to all other chats."""
REPEATS_AFTER_START: Final = timedelta(minutes=10)
"""For so long after a start, the webhook can get updates again that the last run took and answered."""
FINISH_S: Final = 20.0


class Inbox:
    """Takes updates for `core` and has their acts answered."""

    def __init__(self, core: Core, answerer: Answerer, bot: Bot, clock: Clock, *, by_webhook: bool) -> None:
        self._core = core
        self._answerer = answerer
        self._bot = bot
        self._clock = clock
        self._queues: Queues[Heard] = Queues(self._answer)
        self._waiting: Counter[str] = Counter()
        self._hinting: set[str] = set()
        self._seen: BoundedDict[str, None] = BoundedDict(REMEMBERED)
        self._tasks: set[asyncio.Task[None]] = set()
        self._resumed = False
        self._repeats_until = clock.now() + REPEATS_AFTER_START if by_webhook else None
        self._first = True

    async def resume(self) -> None:
        """Answers the acts that the last run left; only the first call does anything."""
        if not self._resumed:
            for act in await self._core.unfinished(events.PLATFORM):
                self._put(Heard(act, Route(), again=True))
            self._resumed = True

    async def take(self, updates: Sequence[Update], me: Me) -> None:
        """Records the acts of updates and has them answered; returns when they are durable. Raises StorageError."""
        await self._queues.below(BACKLOG)
        heard: list[Heard] = []
        for update in updates:
            found = _read(update, me)
            heard += [each for each in found if isinstance(each, Heard) and not self._floods(each.incoming)]
            for each in found:
                if isinstance(each, Unheard) and each.place.chat not in self._hinting:
                    self._hinting.add(each.place.chat)
                    self._spawn(self._hint(each))
            if not found and update.callback_query is not None:
                self._spawn(self._close(update.callback_query.id))
        if heard:
            await self._core.accept([each.incoming for each in heard])
        for each in await self._unanswered(heard):
            self._put(each)
        self._first = False

    async def idle(self) -> None:
        """Waits until every act that was taken is answered."""
        await self._queues.idle()
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Finishes the acts that were taken; those that take too long come again at the next start."""
        await self._queues.close(FINISH_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _unanswered(self, heard: list[Heard]) -> list[Heard]:
        """Returns the acts that the last run did not answer.

        Telegram delivers updates again that the last run took but did not acknowledge in time.
        """
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
        self._queues.put((act.place.chat, act.actor.native_id), heard)

    async def _answer(self, heard: Heard, aside: Aside) -> None:
        try:
            await self._answerer.answer(heard, aside)
        finally:
            chat = heard.incoming.place.chat
            self._waiting[chat] -= 1
            if not self._waiting[chat]:
                del self._waiting[chat]

    def _floods(self, act: Incoming) -> bool:
        """Whether the act is dropped, because too many acts wait and too many of them are of its chat."""
        said = isinstance(act.act, CommandCall | Press | Say | Start)
        if not said or self._queues.size < CROWDED or self._waiting[act.place.chat] < OF_ONE_CHAT:
            return False
        self._core.trouble(events.PLATFORM, "flood")
        log.warning("a flooded chat is not heard", extra={"action": "telegram.flood", "chat": act.place.chat})
        return True

    async def _hint(self, unheard: Unheard) -> None:
        """Sends the hint, and then lets the next one in this chat."""
        try:
            await self._answerer.hint(unheard)
        finally:
            self._hinting.discard(unheard.place.chat)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self, query: str) -> None:
        """Answers a press that means nothing to the bot; until then, the person's client shows it as loading."""
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError:
            return


def _read(update: Update, me: Me) -> list[Heard | Unheard]:
    """Returns the acts of an update; none if it cannot be understood: it must not hold up the updates after it."""
    try:
        return events.read(update, me)
    except Exception:
        log.exception("an update is not understood", extra={"action": "telegram.updates"})
        return []

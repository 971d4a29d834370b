"""Asks platforms what an act depends on: whether a person moderates a place, or is banned in all of a union."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import msgspec

from bot.chat.context import BanUnknown, ModeratorUnknown
from bot.chat.incoming import Actor, Incoming, Place
from bot.chat.port import Adapter
from bot.domain.people import BanQuestion

KEPT_S = 60.0
"""Answers about bans are kept for so long."""
MOST_KEPT = 10_000
MOST_QUESTIONS = 12
"""An act can depend on whether the actor moderates, and on bans of each of their accounts, in two unions."""

T = TypeVar("T")


class Asking:
    """Asks only when the result of an act depends on it."""

    def __init__(self, adapters: Mapping[str, Adapter]) -> None:
        self._adapters = adapters
        self._bans: OrderedDict[BanQuestion, tuple[float, bool]] = OrderedDict()

    async def answered(self, incoming: Incoming, attempt: Callable[[Incoming], Awaitable[T]]) -> T:
        """Returns the result of an attempt; tries again with the platform's answers if it depends on them.

        Raises TryAgain if the platform does not answer.
        """
        for _ in range(MOST_QUESTIONS):
            try:
                return await attempt(incoming)
            except ModeratorUnknown as unknown:
                moderates = await self._moderates(unknown.place, incoming.actor)
                incoming = _told(incoming, moderator=moderates)
            except BanUnknown as unknown:
                known = (unknown.question, await self._banned(unknown.question))
                incoming = _told(incoming, bans=(*incoming.actor.bans, known))
        return await attempt(incoming)

    async def _moderates(self, place: Place, actor: Actor) -> bool:
        return await self._adapters[place.platform].is_moderator(place, actor)

    async def _banned(self, key: BanQuestion) -> bool:
        """Whether the person is banned in all of these spaces."""
        now = time.monotonic()
        known = self._bans.get(key)
        if known is not None and now < known[0] + KEPT_S:
            return known[1]
        banned = await self._in_all(key)
        self._bans[key] = now, banned
        self._bans.move_to_end(key)
        if len(self._bans) > MOST_KEPT:
            self._bans.popitem(last=False)
        return banned

    async def _in_all(self, question: BanQuestion) -> bool:
        adapter = self._adapters.get(question.platform)
        if adapter is None:
            return False  # the host switched this platform off, so nobody knows
        actor = Actor(question.platform, question.native_id, "")
        for space in question.spaces:
            if not await adapter.is_banned(space, actor):
                return False
        return True


def _told(incoming: Incoming, **facts: object) -> Incoming:
    """The act, with what the platform told of the actor."""
    return msgspec.structs.replace(incoming, actor=msgspec.structs.replace(incoming.actor, **facts))

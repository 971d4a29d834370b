"""Telegram's limits on sending, kept in a closed loop (`bot.chat.turns`), and what a 429 means.

Limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this. Paid broadcasts:
https://core.telegram.org/bots/api#sendmessage, `allow_paid_broadcast`.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from adapters.telegram import limits
from adapters.telegram.transport import FloodWait
from bot.chat.pacing import PlaceQueue, Sleep, Turn, Turns, Window

log = logging.getLogger(__name__)
T = TypeVar("T")

__all__ = ["Pacer", "Sleep"]

_MINUTE: Final = 60.0
_KEPT_LANES: Final = 1024
_PATIENT_S: Final = 10.0
"""Bulk that would have to wait longer for a 429 to pass is given back: it must not hold up what is for others."""


class _Chat(PlaceQueue):
    """A chat's own windows, and what waits for it."""

    def __init__(self, chat: int | str, group: bool) -> None:
        super().__init__()
        self.chat = chat
        self._windows = [Window(limits.MESSAGES_PER_SECOND_PER_CHAT)]
        if group:
            self._windows.append(Window(limits.MESSAGES_PER_MINUTE_PER_GROUP, _MINUTE))

    def free_at(self, now: float, credit: float) -> float:
        return max(self.not_before, *(window.free_at(now, credit) for window in self._windows))

    def take(self) -> None:
        for window in self._windows:
            window.take()

    def answered(self, at: float) -> None:
        for window in self._windows:
            window.answered(at)

    @property
    def idle(self) -> bool:
        return all(window.idle for window in self._windows)


class Pacer(Turns):
    """Grants turns to send: 30/s in all, 1/s per chat, 20/min per group; urgent before bulk.

    While there is an `allowance`, bulk that may be paid for goes at up to 1,000/s beyond the free rate.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(
            limits.MESSAGES_PER_SECOND,
            paid_per_second=limits.PAID_MESSAGES_PER_SECOND,
            monotonic=monotonic,
            sleep=sleep,
        )
        self._lanes: dict[int | str, _Chat] = {}
        self._sweep_at = _KEPT_LANES
        self._refused: dict[int | str, float] = {}

    async def run(
        self,
        chat: int | str,
        send: Callable[..., Awaitable[T]],
        *,
        group: bool,
        urgent: bool,
        tries: int = 5,
        may_pay: bool = False,
    ) -> T:
        """Await `send()` when it is `chat`'s turn; after a 429 wait as told, up to `tries` times in all.

        A 429 was not delivered, so trying again makes no duplicate. Whatever else `send` raises is passed on.
        What is not `urgent` waits for no long 429, whoever drew it: then FloodWait is raised at once. With
        `may_pay` it may be `send(allow_paid_broadcast=True)`.
        """
        while True:
            tries -= 1
            turn = await self._turn(chat, group, urgent, may_pay)
            paid: dict[str, Any] = {"allow_paid_broadcast": True} if turn.paid else {}
            started = self._monotonic()
            round_trip = None
            try:
                result = await send(**paid)
                round_trip = self._monotonic() - started
                return result
            except FloodWait as refusal:
                self._flooded(chat, turn.lane, refusal.seconds)
                if tries <= 0 or (not urgent and refusal.seconds > _PATIENT_S):
                    raise
            finally:
                self.done(turn, round_trip=round_trip)

    def closed(self, chat: int | str | None) -> float:
        """Seconds until the chat, or any, may be written to."""
        if chat is None:
            return self.closed_for()
        lane = self._lanes.get(chat)
        return self.closed_for(lane) if lane is not None else 0.0

    def lanes(self) -> list[PlaceQueue]:
        return list(self._lanes.values())

    async def _turn(self, chat: int | str, group: bool, urgent: bool, may_pay: bool) -> Turn:
        if len(self._lanes) >= self._sweep_at:
            self._sweep()
        lane = self._lanes.get(chat)
        if lane is None:
            lane = self._lanes[chat] = _Chat(chat, group)
        closed = max(lane.not_before, self._not_before) - self._monotonic()
        if not urgent and closed > _PATIENT_S:
            raise FloodWait(math.ceil(closed))
        return await self.turn(lane, urgent=urgent, may_pay=may_pay)

    def _flooded(self, chat: int | str, lane: PlaceQueue, seconds: float) -> None:
        """Telegram says not which limit it means: one chat refused is that chat, two at a time are all."""
        now = self._monotonic()
        until = now + seconds
        self._refused = {other: at for other, at in self._refused.items() if at > now}
        lane.not_before = max(lane.not_before, until)
        if seconds > _PATIENT_S:
            for waiter in lane.bulk:
                if not waiter.turn.done():
                    waiter.turn.set_exception(FloodWait(math.ceil(seconds)))
            lane.bulk.clear()
        if self._refused.keys() - {chat}:
            self._not_before = max(self._not_before, until)
        self._refused[chat] = until
        log.warning("flood wait", extra={"action": "telegram.flood_wait", "seconds": seconds})

    def _sweep(self) -> None:
        """Forget chats that nothing waits for and whose windows are free."""
        now = self._monotonic()
        for chat, lane in list(self._lanes.items()):
            free = lane.free_at(now, self._round_trips.credit) <= now and lane.idle
            if free and lane.head() is None:
                del self._lanes[chat]
        self._sweep_at = max(_KEPT_LANES, 2 * len(self._lanes))

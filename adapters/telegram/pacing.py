"""Paces sending to Telegram's limits, in a closed loop (`bot.chat.pacing`), and reacts to 429s.

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
from bot.chat.pacing import PlaceQueue, RateWindow, Sleep, Turn, Turns

log = logging.getLogger(__name__)
T = TypeVar("T")

__all__ = ["Pacer", "Sleep"]

_MINUTE: Final = 60.0
_KEPT_PLACES: Final = 1024
_PATIENT_S: Final = 10.0
"""A bulk message is given back if a 429 makes it wait longer: it must not hold up messages to other chats."""


class _Chat(PlaceQueue):
    """A chat: its own limits, and the messages that wait for it."""

    def __init__(self, chat: int | str, group: bool) -> None:
        super().__init__()
        self.chat = chat
        self._windows = [RateWindow(limits.MESSAGES_PER_SECOND_PER_CHAT)]
        if group:
            self._windows.append(RateWindow(limits.MESSAGES_PER_MINUTE_PER_GROUP, _MINUTE))

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

    While there is an `allowance`, bulk messages that may be paid for go at up to 1,000/s beyond the free rate.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(
            limits.MESSAGES_PER_SECOND,
            paid_per_second=limits.PAID_MESSAGES_PER_SECOND,
            monotonic=monotonic,
            sleep=sleep,
        )
        self._places: dict[int | str, _Chat] = {}
        self._sweep_at = _KEPT_PLACES
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
        """Awaits `send()` at the chat's turn. After a 429, waits as told and repeats it, up to `tries` times in all.

        A message that got a 429 was not delivered, so the repeat makes no duplicate. All other errors of `send` are
        passed on. A message that is not `urgent` does not wait while a long 429 closes its chat, or all: FloodWait is
        raised at once. With `may_pay` the call may be `send(allow_paid_broadcast=True)`.
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
                self._flooded(chat, turn.place, refusal.seconds)
                if tries <= 0 or (not urgent and refusal.seconds > _PATIENT_S):
                    raise
            finally:
                self.done(turn, round_trip=round_trip)

    def closed(self, chat: int | str | None) -> float:
        """Returns the seconds until the chat may be written to; with None, until any may."""
        if chat is None:
            return self.closed_for()
        place = self._places.get(chat)
        return self.closed_for(place) if place is not None else 0.0

    def places(self) -> list[PlaceQueue]:
        return list(self._places.values())

    async def _turn(self, chat: int | str, group: bool, urgent: bool, may_pay: bool) -> Turn:
        if len(self._places) >= self._sweep_at:
            self._sweep()
        place = self._places.get(chat)
        if place is None:
            place = self._places[chat] = _Chat(chat, group)
        closed = max(place.not_before, self._not_before) - self._monotonic()
        if not urgent and closed > _PATIENT_S:
            raise FloodWait(math.ceil(closed))
        return await self.turn(place, urgent=urgent, may_pay=may_pay)

    def _flooded(self, chat: int | str, place: PlaceQueue, seconds: float) -> None:
        """Closes the chat after a 429, or all chats.

        Telegram does not say which limit was reached. If a 429 closes another chat at the same time, it was the limit
        over all chats.
        """
        now = self._monotonic()
        until = now + seconds
        self._refused = {other: at for other, at in self._refused.items() if at > now}
        place.not_before = max(place.not_before, until)
        if seconds > _PATIENT_S:
            for waiter in place.bulk:
                if not waiter.turn.done():
                    waiter.turn.set_exception(FloodWait(math.ceil(seconds)))
            place.bulk.clear()
        if self._refused.keys() - {chat}:
            self._not_before = max(self._not_before, until)
        self._refused[chat] = until
        log.warning("flood wait", extra={"action": "telegram.flood_wait", "seconds": seconds})

    def _sweep(self) -> None:
        """Forgets chats that nothing waits for and whose windows are free."""
        now = self._monotonic()
        for chat, place in list(self._places.items()):
            free = place.free_at(now, self._round_trips.credit) <= now and place.idle
            if free and place.head() is None:
                del self._places[chat]
        self._sweep_at = max(_KEPT_PLACES, 2 * len(self._places))

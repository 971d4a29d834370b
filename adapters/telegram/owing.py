"""An answer that is owed to a person: tried for an hour, over restarts too, and sent in at most two copies.

Telegram has no key for repeats, so each send whose answer is lost may have made a copy. The number of copies that
there may be is in the database before a send begins. Only the first send of a fresh act needs no note: an act that
was done counts as sent once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from telegram.error import TelegramError

from adapters.telegram.outgoing import Sent, Wire, lost, refused
from adapters.telegram.render import Payload
from bot.chat.port import Core, Owed
from bot.domain.clock import Clock
from bot.errors import MusterError

log = logging.getLogger(__name__)

OWED_FOR: Final = timedelta(hours=1)
MOST_COPIES: Final = 2
PATIENT_TRIES: Final = 6
"""Failures after which the person's next acts no longer wait for this answer."""


class GivenUp(Exception):
    """The hour is over in which the answer could matter."""


class Debt:
    """One answer that is owed. `aside` lets the person's next acts begin. `again`: the last run may have sent it."""

    def __init__(
        self,
        core: Core,
        wire: Wire,
        clock: Clock,
        key: str,
        owed: Owed,
        aside: Callable[[], None],
        *,
        again: bool,
    ) -> None:
        self._core, self._wire, self._clock, self._key = core, wire, clock, key
        self._owed, self._aside = owed, aside
        self._noted = owed.copies if again else 1
        self._before = 0  # the most copies that there may be of a message that arrived
        self._copies = 0  # that there may be of the present message, from this run
        self._failures = 0

    async def insist(self, chat: int, payload: Payload, **more: Any) -> Sent:
        """Sends a message of the answer. Raises TelegramError if it is `refused`, and GivenUp."""
        self._copies = 0
        while True:
            try:
                await self._begin()
                sent = await self._wire.once(chat, payload, urgent=True, **more)
            except TelegramError as error:
                if refused(error):
                    raise
                await self._failed(error)
            except MusterError as error:
                log.warning("not noted: %s", error, extra={"action": "telegram.owed", "key": self._key})
                await self._wait(None)
            else:
                self._before = max(self._before, self._copies + 1)
                return sent

    async def edit(self, old: Sent, payload: Payload) -> bool:
        """Changes a message, which makes no copies; False if it is gone or cannot become this. Raises GivenUp."""
        while True:
            try:
                return await self._wire.edit(old, payload)
            except TelegramError as error:
                await self._wait(error)

    async def _begin(self) -> None:
        """Notes that there may be one copy more. Raises GivenUp, at the end of the hour, if there may be enough."""
        while self._owed.copies + self._copies >= MOST_COPIES:
            await self._wait(None)
        await self._note(self._copies + 1)

    async def _failed(self, error: TelegramError) -> None:
        if lost(error):
            self._copies += 1
            log.warning(
                "an answer of Telegram was lost (%s)",
                type(error).__name__,
                extra={"action": "telegram.uncertain", "tries": self._copies},
            )
        else:
            log.info("not sent yet", extra={"action": "telegram.unsent", "why": type(error).__name__})
        await self._note(self._copies)
        await self._wait(error)

    async def _note(self, copies: int) -> None:
        noted = self._owed.copies + max(self._before, copies)
        if noted != self._noted:
            await self._core.sending(self._key, noted)
            self._noted = noted

    async def _wait(self, error: TelegramError | None) -> None:
        self._failures += 1
        if self._clock.now() >= self._owed.since + OWED_FOR:
            raise GivenUp
        if self._failures >= PATIENT_TRIES:
            self._aside()
        await self._wire.pause(error, self._failures)

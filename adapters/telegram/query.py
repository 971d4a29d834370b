"""The answer that Telegram awaits to a pressed button: given exactly once, and always."""

from __future__ import annotations

from typing import Final

from telegram import Bot
from telegram.error import TelegramError

from adapters.telegram.outgoing import Wire

TRIES: Final = 4
"""Telegram waits only seconds for this answer."""


class Query:
    """A callback query; without an `id` (the act was no press) nothing can be answered."""

    def __init__(self, bot: Bot, wire: Wire, id: str | None) -> None:
        self._bot = bot
        self._wire = wire
        self.id = id
        self.open = id is not None

    async def answer(self, text: str | None = None, *, alert: bool = False, url: str | None = None) -> bool:
        """Whether the person saw this: False when it was answered before, or is too old to be."""
        if self.id is None or not self.open:
            return False
        self.open = False
        query = self.id
        try:
            await self._wire.until_done(
                lambda: self._bot.answer_callback_query(query, text, show_alert=alert or None, url=url), TRIES
            )
        except TelegramError:
            return False
        return True

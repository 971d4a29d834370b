"""The answer that Telegram expects after a press of a button. It is always given, and only once."""

from __future__ import annotations

from typing import Final

from telegram import Bot
from telegram.error import TelegramError

from adapters.telegram.outgoing import Wire

TRIES: Final = 4
"""Telegram waits only seconds for this answer."""


class Query:
    """A callback query. `id` is None if the act was no press: then there is nothing to answer."""

    def __init__(self, bot: Bot, wire: Wire, id: str | None) -> None:
        self._bot = bot
        self._wire = wire
        self.id = id
        self.open = id is not None

    async def answer(self, text: str | None = None, *, alert: bool = False, url: str | None = None) -> bool:
        """Answers the query; False if the person did not see it: it was answered before, or Telegram refused."""
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

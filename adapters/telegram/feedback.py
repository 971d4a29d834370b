"""Feedback to a person while their act is worked on: "typing…", and reports on the progress of long work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from adapters.telegram.outgoing import Sent, Wire
from adapters.telegram.render import Payload, as_edit, render
from bot.chat.model import say
from bot.domain.names import one_line

T = TypeVar("T")

TYPING_AFTER_S: Final = 0.4
TYPING_LASTS_S: Final = 4.5
REPORT_EVERY_S: Final = 1.0


class Feedback:
    """The feedback on one act.

    "typing…" is shown in `where` (and `thread`), reports in `chat`. `chat` is None for no reports: private work must
    not be shown in public.
    """

    def __init__(self, bot: Bot, wire: Wire, where: int, thread: str | None, chat: int | None) -> None:
        self._bot = bot
        self._wire = wire
        self._where, self._thread = where, thread
        self._chat = chat
        self._reported_at = float("-inf")
        self.message: Sent | None = None
        """The message with the last report; the answer replaces it, or it is removed."""

    async def during(self, work: Awaitable[T], slow: Callable[[], Awaitable[object]]) -> T:
        """Returns the result of `work`. If that takes long, calls `slow` once and shows "typing…"."""
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=TYPING_AFTER_S)
            if not done:
                await slow()
            while not task.done():
                await self._typing()
                await asyncio.wait({task}, timeout=TYPING_LASTS_S)
            return await task
        finally:
            task.cancel()

    async def progress(self, text: str) -> None:
        """Shows the progress of long work, at most once a second."""
        now = asyncio.get_running_loop().time()
        if self._chat is None or now - self._reported_at < REPORT_EVERY_S:
            return
        self._reported_at = now
        payload = render(say(one_line(text, 200))).payloads[0]
        with contextlib.suppress(TelegramError):
            await self._show(self._chat, payload)

    async def _show(self, chat: int, payload: Payload) -> None:
        changed = as_edit(payload, old_has_media=False)
        if self.message is not None and changed is not None:
            await self._wire.edit(self.message, changed)
            return
        inside = self._thread is not None and chat == self._where
        thread: dict[str, Any] = {"message_thread_id": int(self._thread or 0)} if inside else {}
        self.message = await self._wire.once(chat, payload, urgent=True, **thread)

    async def _typing(self) -> None:
        thread = int(self._thread) if self._thread else None
        await self._wire.try_to(
            lambda: self._bot.send_chat_action(self._where, ChatAction.TYPING, message_thread_id=thread),
            "telegram.typing",
        )

    def reported_in(self, chat: int) -> bool:
        """Whether the last report is in this chat."""
        return self.message is not None and self.message.chat == chat

    async def clear(self) -> None:
        """Removes the report, unless the answer replaced it."""
        if self.message is not None:
            old, self.message = self.message, None
            await self._wire.try_to(lambda: self._bot.delete_message(old.chat, old.message), "telegram.clear")

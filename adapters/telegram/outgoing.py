"""Requests to Telegram: paced, and tried again only when that is right.

Telegram has no key that would recognise a repeated message. A message that was certainly not sent is sent again.
If Telegram's answer to a message is lost, the message may have arrived. An answer to a person's act is then sent
once more (see `owing.py`), because silence is worse than a message twice; a message to many people is not. So **a
duplicate is possible only when Telegram's answer was lost**; each such case is counted as uncertain. After it, no
message goes out before Telegram answers a harmless request, so that an outage makes no duplicates.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from telegram import Bot, Message
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    TelegramError,
    TimedOut,
)

from adapters.telegram.pacing import Pacer, Sleep
from adapters.telegram.render import Payload, as_edit
from adapters.telegram.transport import FloodWait, Lost, NotSent

log = logging.getLogger(__name__)

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0
_NOTHING_TO_CHANGE: Final = ("not modified", "message to edit not found", "message can't be edited")

T = TypeVar("T")
# Moved(old chat, new chat)
Moved = Callable[[int, int], Awaitable[None]]


def backoff(failures: int) -> float:
    """Returns the seconds to wait after so many failures in a row, with jitter."""
    wait: float = min(FIRST_WAIT_S * 2 ** min(failures - 1, 10), LONGEST_WAIT_S)
    return wait * random.uniform(0.5, 1.0)  # noqa: S311  # spreads retries; nothing secret


def refused(error: TelegramError) -> bool:
    """Whether Telegram will never accept this request, because of its content or its chat."""
    return isinstance(error, BadRequest | Forbidden)


def unsent(error: TelegramError) -> bool:
    """Whether the request certainly had no effect, but can have one later."""
    return not refused(error) and not lost(error)


def lost(error: TelegramError) -> bool:
    """Whether no answer came. An error from the server is an answer: the request was not carried out."""
    return isinstance(error, TimedOut | Lost) and not isinstance(error, NotSent)


def ephemeral_id(message: Message) -> int | None:
    """Returns the number of an ephemeral message; None if the message is in the chat for everybody."""
    found = message.api_kwargs.get("ephemeral_message_id")
    return found if isinstance(found, int) and message.message_id == 0 else None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent: its number in the chat (ephemeral ones have none), and whether it has a file.

    `alone` is its own number if Telegram says that only one person sees it.
    """

    chat: int
    message: int
    media: bool = False
    alone: int | None = None


class Wire:
    """Sends the bot's requests. `moved` is called when a group has become a supergroup."""

    def __init__(self, bot: Bot, pacer: Pacer, moved: Moved, sleep: Sleep = asyncio.sleep) -> None:
        self._bot = bot
        self._pacer = pacer
        self._moved = moved
        self._sleep = sleep
        self._doubtful = False

    async def once(
        self, chat: int, payload: Payload, *, urgent: bool, may_pay: bool = False, **more: Any
    ) -> Sent:
        """Sends a message at its turn; if the group has become a supergroup, to that.

        Raises:
            TelegramError: see `refused` and `unsent`; after any other the outcome is unknown.
        """
        send = getattr(self._bot, payload.method)
        params = {**payload.params, **more}

        async def attempt(**paid: Any) -> Message:
            message = await self._answered(send(chat_id=chat, **params, **paid))
            if not isinstance(message, Message):
                self._doubtful = True
                raise Lost("an answer that is no message")
            return message

        await self._look()
        try:
            sent = await self._pacer.run(chat, attempt, group=chat < 0, urgent=urgent, may_pay=may_pay)
        except ChatMigrated as migrated:
            await self._moved(chat, migrated.new_chat_id)
            params.pop("reply_parameters", None)  # the old chat's numbers mean nothing in the new one
            return await self.once(migrated.new_chat_id, Payload(payload.method, {}), urgent=urgent, **params)
        except BadRequest as error:
            if "thread not found" not in str(error).lower() or params.pop("message_thread_id", None) is None:
                raise
            return await self.once(chat, Payload(payload.method, {}), urgent=urgent, **params)
        return Sent(chat, sent.message_id, payload.has_media, ephemeral_id(sent))

    async def pause(self, error: TelegramError | None, failures: int) -> None:
        """Waits before the next try: as long as Telegram said, or longer after each failure."""
        await self._sleep(error.seconds if isinstance(error, FloodWait) else backoff(failures))

    async def until_done(self, request: Callable[[], Awaitable[T]], tries: int) -> T:
        """Makes a request that may have its effect twice, until it works. Raises TelegramError after `tries`."""
        failures = 0
        while True:
            try:
                return await self._answered(request())
            except TelegramError as error:
                failures += 1
                if refused(error) or failures >= tries:
                    raise
                log.info("not done yet", extra={"action": "telegram.again", "why": type(error).__name__})
                await self.pause(error, failures)

    async def edit(self, old: Sent, payload: Payload) -> bool:
        """Changes a message; False if it is gone, or cannot be changed into this. Raises TelegramError."""
        change = getattr(self._bot, payload.method)
        try:
            await self._answered(change(chat_id=old.chat, message_id=old.message, **payload.params))
        except (BadRequest, Forbidden) as error:
            if "not modified" in str(error).lower():
                return True
            log.info("an edit was refused", extra={"action": "telegram.edit", "why": str(error)})
            return False
        return True

    async def change(self, old: Sent, payload: Payload, *, urgent: bool) -> None:
        """Changes a message at its turn; does nothing if it is gone, or has this content already.

        Raises TelegramError as `once` does.
        """
        changed = as_edit(payload, old.media)
        if changed is None:
            log.info("a message cannot become this", extra={"action": "telegram.edit"})
            return
        request = getattr(self._bot, changed.method)

        async def attempt(**_: Any) -> None:
            await self._answered(request(chat_id=old.chat, message_id=old.message, **changed.params))

        try:
            await self._pacer.run(old.chat, attempt, group=old.chat < 0, urgent=urgent)
        except ChatMigrated as migrated:
            await self._moved(old.chat, migrated.new_chat_id)  # the message stays in the old chat
        except BadRequest as error:
            said = str(error).lower()
            if "no text in the message" in said and not old.media:
                await self.change(Sent(old.chat, old.message, media=True), payload, urgent=urgent)
            elif not any(words in said for words in _NOTHING_TO_CHANGE):
                raise

    async def try_to(self, request: Callable[[], Awaitable[Any]], action: str) -> bool:
        """Makes a request once, on which nothing depends; returns whether it worked."""
        try:
            await self._answered(request())
        except TelegramError as error:
            log.info("refused or lost", extra={"action": action, "why": type(error).__name__})
            return False
        return True

    async def _answered(self, request: Awaitable[T]) -> T:
        """Awaits a request; raises Lost where python-telegram-bot cannot make its type of the answer."""
        try:
            return await request
        except TelegramError as error:
            self._doubtful = self._doubtful or lost(error)
            raise
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            self._doubtful = True
            raise Lost(f"an answer that cannot be read ({type(error).__name__})") from error

    async def _look(self) -> None:
        """After a lost answer, looks whether Telegram answers at all. Raises NotSent if it does not."""
        if not self._doubtful:
            return
        try:
            await self._answered(self._bot.get_me())
        except TelegramError as error:
            raise NotSent(f"Telegram does not answer ({type(error).__name__})") from error
        self._doubtful = False

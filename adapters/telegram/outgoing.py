"""Requests to Telegram: paced, and tried again only when that is right.

Telegram has no key that would recognise a repeated message. A message that was certainly not sent is sent again.
If Telegram's answer to a message is lost, the message may have arrived. An answer to a person's act is then sent
again, because silence is worse than a message twice; a message to many people is not. So **a duplicate is possible
only when Telegram's answer was lost**; each such case is counted as uncertain.
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
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from adapters.telegram.pacing import Pacer, Sleep
from adapters.telegram.render import Payload, as_edit
from adapters.telegram.transport import FloodWait, Lost, NotSent

log = logging.getLogger(__name__)

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0
UNCERTAIN_TRIES: Final = 6
"""Tries of a message if Telegram's answers get lost, or say that Telegram has a fault."""

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
    return isinstance(error, NotSent | RetryAfter | InvalidToken | Conflict)


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
            message: Message = await send(chat_id=chat, **params, **paid)
            return message

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

    async def insist(self, chat: int, payload: Payload, **more: Any) -> Sent:
        """Sends an answer to a person; tries for as long as Telegram cannot be reached.

        Raises:
            TelegramError: the message is `refused`, or given up after `UNCERTAIN_TRIES`.
        """
        return await self.until_done(lambda: self.once(chat, payload, urgent=True, **more))

    async def until_done(self, request: Callable[[], Awaitable[T]], tries: float = float("inf")) -> T:
        """Makes a request until it works, at most `tries` times. Raises TelegramError as `insist` does."""
        failures = uncertain = 0
        while True:
            try:
                return await request()
            except TelegramError as error:
                failures += 1
                if refused(error) or failures >= tries:
                    raise
                if not unsent(error):
                    uncertain += 1
                    log.warning(
                        "an answer of Telegram was lost (%s)",
                        type(error).__name__,
                        extra={"action": "telegram.uncertain", "tries": uncertain},
                    )
                    if uncertain >= UNCERTAIN_TRIES:
                        raise
                else:
                    log.info("not sent yet", extra={"action": "telegram.unsent", "why": type(error).__name__})
                wait = error.seconds if isinstance(error, FloodWait) else backoff(failures)
            await self._sleep(wait)

    async def edit(self, old: Sent, payload: Payload) -> bool:
        """Changes a message; False if it is gone, or cannot be changed into this."""
        change = getattr(self._bot, payload.method)
        try:
            await self.until_done(lambda: change(chat_id=old.chat, message_id=old.message, **payload.params))
        except BadRequest as error:
            if "not modified" in str(error).lower():
                return True
            log.info("an edit was refused", extra={"action": "telegram.edit", "why": str(error)})
            return False
        except TelegramError:
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
            await request(chat_id=old.chat, message_id=old.message, **changed.params)

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
            await request()
        except TelegramError as error:
            log.info("refused or lost", extra={"action": action, "why": type(error).__name__})
            return False
        return True

"""Ephemeral messages: shown in a group to one person alone (Bot API 10.2).

What a server says about itself proves nothing: one that does not know a parameter leaves it out, and everybody reads
the message. So the first message only says that an answer follows. If Telegram's own answer to it shows that it is
ephemeral, private answers are shown in this way until the next start; otherwise never.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from adapters.telegram import words
from adapters.telegram.outgoing import Sent, Wire
from adapters.telegram.owing import Debt
from adapters.telegram.render import Payload, as_edit, render
from bot.chat.model import say

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listener:
    """A person in a group, and the act that is answered: its press, or the number of its ephemeral command."""

    chat: int
    person: int
    thread: int | None = None
    query: str | None = None
    quote: int | None = None


class Whispers:
    """Shows ephemeral messages. `offered` says whether the server claims to have them."""

    def __init__(self, bot: Bot, wire: Wire, offered: Callable[[], bool]) -> None:
        self._bot = bot
        self._wire = wire
        self._offered = offered
        self._proven: bool | None = None
        self._trying = asyncio.Lock()

    async def show(self, to: Listener, payloads: Sequence[Payload], old: int | None, debt: Debt) -> bool:
        """Shows messages to this person alone; the first replaces the ephemeral message `old`.

        Returns False if they have to be shown in another private way. Raises TelegramError, GivenUp.
        """
        if not payloads or not await self._works(to):
            return False
        rest = payloads[1:] if old is not None and await self._edit(to, payloads[0], old) else payloads
        for number, payload in enumerate(rest):
            try:
                sent = await debt.insist(to.chat, payload, **_only(to))
            except (BadRequest, Forbidden) as error:
                if number:
                    raise
                log.info("fallback", extra={"action": "telegram.fallback", "why": str(error)})
                return False
            if sent.alone is None:
                await self._was_shown_to_all(sent)
                return False
        return True

    async def _works(self, to: Listener) -> bool:
        """Whether a message of this server was ephemeral; tries it out with words that tell nothing."""
        if self._proven is None and self._offered() and not self._trying.locked():
            async with self._trying:
                await self._try(to)
        return self._proven is True and self._offered()

    async def _try(self, to: Listener) -> None:
        try:
            follows = render(say(words.ANSWER_FOLLOWS)).payloads[0]
            sent = await self._wire.once(to.chat, follows, urgent=True, **_only(to))
        except TelegramError as error:  # perhaps only here, where the bot lacks a right: nothing is known yet
            log.info("not tried", extra={"action": "telegram.ephemeral", "why": str(error)})
            return
        if sent.alone is None:
            await self._was_shown_to_all(sent)
            return
        self._proven = True
        log.info("the server has ephemeral messages", extra={"action": "telegram.ephemeral"})
        where = {"chat_id": to.chat, "receiver_user_id": to.person, "ephemeral_message_id": sent.alone}
        await self._wire.try_to(
            lambda: self._bot.do_api_request("deleteEphemeralMessage", api_kwargs=where), "telegram.ephemeral"
        )

    async def _was_shown_to_all(self, sent: Sent) -> None:
        self._proven = False
        log.error(
            "the Bot API server says that it has ephemeral messages, and showed one to everybody; "
            "private answers go into private chats",
            extra={"action": "telegram.ephemeral"},
        )
        await self._wire.try_to(
            lambda: self._bot.delete_message(sent.chat, sent.message), "telegram.ephemeral"
        )

    async def _edit(self, to: Listener, payload: Payload, old: int) -> bool:
        changed = as_edit(payload, False)
        if changed is None or changed.method != "edit_message_text":
            return False
        where = {"chat_id": to.chat, "receiver_user_id": to.person, "ephemeral_message_id": old}
        request = {**where, **changed.params}
        return await self._wire.try_to(
            lambda: self._bot.do_api_request("editEphemeralMessageText", api_kwargs=request), "telegram.edit"
        )


def _only(to: Listener) -> dict[str, Any]:
    thread = {"message_thread_id": to.thread} if to.thread is not None else {}
    return {"api_kwargs": _for_one(to), **thread}


def _for_one(to: Listener) -> dict[str, Any]:
    """Returns the parameters that make a message ephemeral, by the names of Bot API 10.2 and of 10.3.

    Both are sent, because a server that does not know the name would show the message to everybody.
    """
    one: dict[str, Any] = {"receiver_user_id": to.person}
    if to.query is not None:
        one["callback_query_id"] = to.query
    more: dict[str, Any] = {}
    if to.quote is not None:
        more = {"reply_parameters": {"ephemeral_message_id": to.quote}}
    return {**one, "ephemeral_message_parameters": one, **more}

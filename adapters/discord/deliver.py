"""Sending what nobody waits for: outbox rows, greetings, answers after a restart."""

from __future__ import annotations

import logging

from adapters.discord import limits, render
from adapters.discord.render import Part
from adapters.discord.rest import Refused, Rest, Unavailable
from bot.chat.model import Reply, Visibility
from bot.chat.port import RetryLater, Target, Undeliverable
from bot.chat.recent import Recent

log = logging.getLogger(__name__)

CLOSED_TO_US = {50007: "they closed direct messages", 50278: "they share no server with the bot any more"}
TOO_FAST = 40003
UNKNOWN_CHANNEL = 10003
TOO_FAST_WAIT_S = 60.0
NO_TOKEN_WAIT_S = 300.0


class Delivery:
    """Posts replies by REST. Every message carries a nonce, so that a repeated try posts nothing twice."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._private: Recent[str, str] = Recent(limits.REMEMBERED)  # direct-message channels by person

    async def send(self, target: Target, reply: Reply, key: str) -> str:
        """See `chat.port.Adapter.deliver`; the id is that of the first message."""
        if target.person is None and reply.visibility is Visibility.PRIVATE:
            raise Undeliverable("a private message was addressed to a channel; address it to the person")
        try:
            rendered = render.render(reply)
        except limits.CannotShow as problem:
            raise Undeliverable(str(problem)) from problem
        if not rendered.parts:
            raise Undeliverable("the message is empty")
        if rendered.changed:
            log.warning(
                "a message was changed to fit",
                extra={"action": "discord.fit", "changed": list(rendered.changed)},
            )
        try:
            channel = await self._channel(target)
            sent = [await self._post(channel, part, key, at) for at, part in enumerate(rendered.parts)]
        except Unavailable as later:
            raise RetryLater(str(later), later.after_s) from later
        except Refused as refused:
            raise self._meaning(refused, target) from refused
        return sent[0]

    async def _post(self, channel: str, part: Part, key: str, at: int) -> str:
        nonce = f"{key}.{at}" if at else key
        payload = part.payload | {"nonce": nonce[-limits.MAX_NONCE :], "enforce_nonce": True}
        return await self._rest.post(channel, payload, part.file)

    async def _channel(self, target: Target) -> str:
        if target.person is None:
            chat = target.thread or target.chat
            if chat is None:
                raise Undeliverable("neither a person nor a channel is named")
            return chat
        if target.person not in self._private:
            opened = await self._rest.call("POST", "/users/@me/channels", {"recipient_id": target.person})
            self._private[target.person] = str(opened["id"])
        self._private.move_to_end(target.person)
        return self._private[target.person]

    def _meaning(self, refused: Refused, target: Target) -> RetryLater | Undeliverable:
        if refused.code in CLOSED_TO_US:
            return Undeliverable(CLOSED_TO_US[refused.code], person_gone=True)
        if refused.code == TOO_FAST:
            return RetryLater("direct messages are opened too fast", TOO_FAST_WAIT_S)
        if refused.status == 401:
            return RetryLater("Discord does not accept the bot's token", NO_TOKEN_WAIT_S)
        if refused.code == UNKNOWN_CHANNEL and target.person is not None:
            self._private.pop(target.person, None)
            return RetryLater("the direct-message channel is gone; another is opened")
        return Undeliverable(f"Discord refuses it: {refused}")

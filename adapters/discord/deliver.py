"""Sends messages that answer no open interaction: outbox rows, greetings, answers after a restart."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from adapters.discord import limits, render
from adapters.discord.render import ReplyPart
from adapters.discord.rest import Refused, Rest, Unavailable
from bot.chat.bounded import BoundedDict
from bot.chat.model import Reply, Visibility
from bot.chat.port import RetryLater, Undeliverable
from bot.chat.targets import Lane, Target

log = logging.getLogger(__name__)

CLOSED_TO_US = {50007: "they closed direct messages", 50278: "they share no server with the bot any more"}
TOO_FAST = 40003
UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
NO_RIGHTS = (50001, 50013)
CLOSED_THREADS = (50083, 160005)  # archived, locked
TOO_FAST_WAIT_S = 60.0
NO_TOKEN_WAIT_S = 300.0


class Delivery:
    """Posts replies by REST. Every message has a nonce, so that a second try does not post it twice."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._private: BoundedDict[str, str] = BoundedDict(
            limits.CHANNELS
        )  # direct-message channels by person

    async def send(self, target: Target, reply: Reply, key: str, lane: Lane = Lane.URGENT) -> str:
        """See `chat.port.Adapter.deliver`. Of a long reply, returns the ids of all messages, with commas between."""
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
        bulk = lane is not Lane.URGENT
        try:
            channel = await self._channel(target, bulk)
            if target.message is not None:
                return await self._edit(channel, target.message, rendered.parts, bulk)
            sent = [await self._post(channel, part, key, at, bulk) for at, part in enumerate(rendered.parts)]
        except Unavailable as later:
            raise RetryLater(str(later), later.after_s) from later
        except Refused as refused:
            raise self._meaning(refused, target) from refused
        return ",".join(sent)

    def closed_for(self, target: Target | None) -> float:
        """See `chat.port.Paced`."""
        if target is None:
            return self._rest.pacer.closed(None)
        channel = self._private.get(target.person) if target.person else target.thread or target.chat
        if channel is None:
            return 0.0
        method = "POST" if target.message is None else "PATCH"
        return self._rest.pacer.closed(f"{method} {_messages(channel, target.message)}")

    async def _post(self, channel: str, part: ReplyPart, key: str, at: int, bulk: bool) -> str:
        nonce = f"{key}.{at}" if at else key
        payload = part.payload | {"nonce": nonce[-limits.MAX_NONCE :], "enforce_nonce": True}
        return await self._rest.post(channel, payload, part.file, bulk=bulk)

    async def _edit(self, channel: str, messages: str, parts: Sequence[ReplyPart], bulk: bool) -> str:
        """Changes the messages that there are: adds none, and skips one that was deleted."""
        for message, part in zip(messages.split(","), parts, strict=False):
            path = _messages(channel, message)
            try:
                await self._rest.call("PATCH", path, part.replacing().payload, file=part.file, bulk=bulk)
            except Refused as refused:
                if refused.code != UNKNOWN_MESSAGE:
                    raise
                log.info("a message to change is gone", extra={"action": "discord.edit"})
        return messages

    async def _channel(self, target: Target, bulk: bool) -> str:
        if target.person is None:
            chat = target.thread or target.chat
            if chat is None:
                raise Undeliverable("neither a person nor a channel is named")
            return chat
        if target.person not in self._private:
            who = {"recipient_id": target.person}
            opened = await self._rest.call("POST", "/users/@me/channels", who, bulk=bulk)
            self._private[target.person] = str(opened["id"])
        self._private.move_to_end(target.person)
        return self._private[target.person]

    def _meaning(self, refused: Refused, target: Target) -> RetryLater | Undeliverable:
        if refused.code in CLOSED_TO_US:
            return Undeliverable(CLOSED_TO_US[refused.code], kind="blocked")
        if refused.code == TOO_FAST:
            return RetryLater("direct messages are opened too fast", TOO_FAST_WAIT_S)
        if refused.status == 401:
            return RetryLater("Discord does not accept the bot's token", NO_TOKEN_WAIT_S)
        if refused.code == UNKNOWN_CHANNEL and target.person is not None:
            self._private.pop(target.person, None)
            return RetryLater("the direct-message channel is gone; another is opened")
        if refused.code == UNKNOWN_CHANNEL:
            return Undeliverable("the channel is gone", kind="gone")
        if refused.code in CLOSED_THREADS:
            return Undeliverable(f"the thread is closed: {refused}", kind="closed")
        if refused.code in NO_RIGHTS:
            return Undeliverable(f"the bot lacks a right there: {refused}", kind="rights")
        return Undeliverable(f"Discord refuses it: {refused}")


def _messages(channel: str, message: str | None) -> str:
    return f"/channels/{channel}/messages" + (f"/{message.partition(',')[0]}" if message else "")

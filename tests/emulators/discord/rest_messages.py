"""REST: messages in channels and direct messages, reactions, typing."""

from __future__ import annotations

from typing import Any

from . import payloads
from .api import Answer, Call, route
from .compose import create, edit
from .errors import ApiError
from .model import (
    ADD_REACTIONS,
    ATTACH_FILES,
    EMBED_LINKS,
    MANAGE_MESSAGES,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    Channel,
    Message,
)
from .permissions import demand, in_channel
from .world import NONCE_WINDOW

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = MESSAGES + "/{message_id}"


def _channel(call: Call, needed: int) -> Channel:
    """The channel, if the bot sees it (50001) and holds `needed` in it (50013)."""
    channel = call.world.get_channel(call.id("channel_id"))
    if channel.guild is not None:
        held = in_channel(call.emulator.bot_in(channel.guild), channel)
        if not held & VIEW_CHANNEL:
            raise ApiError(50001)
        demand(held, needed)
    return channel


def _reachable(call: Call, channel: Channel) -> None:
    user = channel.recipient
    if user is None:
        return
    if not user.dms_open:
        raise ApiError(50007)
    if not call.world.share_guild(user):
        raise ApiError(50278)


@route("POST", MESSAGES)
def create_message(call: Call) -> Answer:
    body = call.body
    needed = SEND_MESSAGES | (EMBED_LINKS if body.get("embeds") else 0)
    channel = _channel(call, needed | (ATTACH_FILES if call.uploads else 0))
    _reachable(call, channel)
    nonce = body.get("nonce")
    if nonce is not None and body.get("enforce_nonce"):
        earlier = call.world.nonces.get((channel.id, str(nonce)))
        if earlier is not None and call.world.now - earlier.created_at <= NONCE_WINDOW:
            return 200, payloads.message(earlier)
    message = create(call, channel, body)
    message.nonce = nonce
    message.reference = _reference(call, channel, body.get("message_reference"))
    if nonce is not None:
        call.world.nonces[channel.id, str(nonce)] = message
    return 200, payloads.message(message)


def _reference(call: Call, channel: Channel, reference: dict[str, Any] | None) -> Message | None:
    if not reference:
        return None
    target = channel.messages.get(int(reference["message_id"]))
    if (target is None or target.deleted) and reference.get("fail_if_not_exists", True):
        raise ApiError(50035, details={"message_reference": {"_errors": [{"message": "Unknown message"}]}})
    return target


@route("GET", MESSAGES)
def list_messages(call: Call) -> Answer:
    channel = _channel(call, READ_MESSAGE_HISTORY)
    found = sorted(channel.visible_messages(), key=lambda each: each.id, reverse=True)
    if before := int(call.query.get("before", 0)):
        found = [each for each in found if each.id < before]
    limit = int(call.query.get("limit", 50))
    if after := int(call.query.get("after", 0)):
        found = [each for each in found if each.id > after][-limit:]
    return 200, [payloads.message(each) for each in found[:limit]]


@route("GET", MESSAGE)
def get_message(call: Call) -> Answer:
    channel = _channel(call, READ_MESSAGE_HISTORY)
    return 200, payloads.message(call.world.get_message(channel.id, call.id("message_id")))


@route("PATCH", MESSAGE)
def edit_message(call: Call) -> Answer:
    channel = _channel(call, 0)
    message = call.world.get_message(channel.id, call.id("message_id"))
    if message.author is not call.world.bot:
        raise ApiError(50005)
    return 200, payloads.message(edit(call, message, call.body))


@route("DELETE", MESSAGE)
def delete_message(call: Call) -> Answer:
    channel = _channel(call, 0)
    message = call.world.get_message(channel.id, call.id("message_id"))
    if message.author is not call.world.bot:
        _channel(call, MANAGE_MESSAGES)
    call.emulator.delete_message(message)
    return 204, None


@route("POST", "/channels/{channel_id}/typing")
def typing(call: Call) -> Answer:
    call.emulator.typing.append(_channel(call, SEND_MESSAGES))
    return 204, None


@route("PUT", MESSAGE + "/reactions/{emoji_name}/@me")
def react(call: Call) -> Answer:
    channel = _channel(call, ADD_REACTIONS | READ_MESSAGE_HISTORY)
    message = call.world.get_message(channel.id, call.id("message_id"))
    message.reactions.setdefault(call.params["emoji_name"], set()).add(call.world.bot.id)
    return 204, None


@route("DELETE", MESSAGE + "/reactions/{emoji_name}/@me")
def unreact(call: Call) -> Answer:
    message = call.world.get_message(_channel(call, 0).id, call.id("message_id"))
    message.reactions.get(call.params["emoji_name"], set()).discard(call.world.bot.id)
    return 204, None

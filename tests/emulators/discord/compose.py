"""From a request's body to a message: rules, attachments, mentions, flags."""

from __future__ import annotations

import mimetypes
import re
from copy import deepcopy
from typing import Any

from .api import Call
from .errors import ApiError
from .model import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    MENTION_EVERYONE,
    Attachment,
    Channel,
    Interaction,
    Json,
    Message,
    walk,
)
from .permissions import in_channel
from .rules import MESSAGE

SETTABLE_FLAGS = 1 << 2 | 1 << 12 | COMPONENTS_V2
ATTACHMENT_LIMIT = 10 * 1024 * 1024
CDN = "https://cdn.discordapp.com"


def create(
    call: Call, channel: Channel, body: Json, *, interaction: Interaction | None = None, flags: int = 0
) -> Message:
    """A new message of the bot from `body`; `flags` are those that only an interaction can set."""
    world = call.world
    message = Message(world.new_id(), channel, world.bot, world.now, flags=flags, interaction=interaction)
    apply(call, message, body)
    world.add(message)
    call.emulator.message_event("MESSAGE_CREATE", message)
    return message


def edit(call: Call, message: Message, body: Json) -> Message:
    """Change a message of the bot; the earlier state goes to its history."""
    if message.flags & COMPONENTS_V2 and "flags" in body and not (body["flags"] or 0) & COMPONENTS_V2:
        raise call.reject("Components V2 cannot be undone", "an edit without flag 32768")
    before = {"content": message.content, "embeds": message.embeds, "components": message.components}
    was_loading = message.loading
    apply(call, message, body)
    message.flags &= ~LOADING
    if not was_loading:
        message.history.append(before)
        message.edited_at = call.world.now
    message.channel.touch()
    call.emulator.message_event("MESSAGE_UPDATE", message)
    return message


def apply(call: Call, message: Message, body: Json) -> None:
    """Check `body` against every rule, then put it into `message`. All or nothing."""
    merged = body | {"flags": (body.get("flags") or 0) | message.flags}
    names = [each.filename for each in call.uploads]
    call.obey(MESSAGE, merged, names)
    after = {key: body[key] if key in body else getattr(message, key) for key in ("content", "embeds")}
    after |= {"components": body.get("components", message.components), **_only(body)}
    kept = _kept_attachments(call, message, body)
    if not shows_something(after, [*names, *(each.filename for each in kept)]):
        raise call.reject("a message shows something", "an empty message", 50006)
    message.attachments = kept + [_store(call, message, upload, body) for upload in call.uploads]
    urls = {f"attachment://{each.filename}": each.url for each in message.attachments}
    message.content = after["content"] or ""
    message.embeds = [_embed(each, urls) for each in after["embeds"] or []]
    message.components = _number(_resolve(deepcopy(after["components"] or []), urls))
    message.flags |= (body.get("flags") or 0) & SETTABLE_FLAGS
    if "content" in body or "components" in body:
        _mentions(call, message, body.get("allowed_mentions"))


def shows_something(m: Json, files: list[str]) -> bool:
    """False for what is answered 50006 "Cannot send an empty message"."""
    shown = any(m.get(key) for key in ("embeds", "components", "poll", "sticker_ids", "shared_client_theme"))
    reference = m.get("message_reference") or {}
    return bool((m.get("content") or "").strip() or shown or files or reference.get("type") == 1)


def _only(body: Json) -> Json:
    return {key: body[key] for key in ("poll", "sticker_ids", "message_reference") if key in body}


def _kept_attachments(call: Call, message: Message, body: Json) -> list[Attachment]:
    """Of the earlier attachments those that an edit lists; new entries must name an uploaded file."""
    listed = body.get("attachments")
    if listed is None:
        return list(message.attachments)
    wanted = {int(each["id"]) for each in listed}
    kept = [each for each in message.attachments if each.id in wanted]
    unknown = wanted - {each.id for each in kept} - {upload.key for upload in call.uploads}
    if unknown:
        raise call.reject("attachments name uploaded or earlier files", f"ids {sorted(unknown)}")
    return kept


def _store(call: Call, message: Message, upload: Any, body: Json) -> Attachment:
    if len(upload.data) > ATTACHMENT_LIMIT:
        raise ApiError(40005)
    entries = {int(each["id"]): each for each in body.get("attachments") or []}
    entry = entries.get(upload.key, {})
    name = entry.get("filename") or upload.filename
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    new_id = call.world.new_id()
    path = f"/attachments/{message.channel.id}/{new_id}/{name}"
    attachment = Attachment(new_id, name, upload.data, CDN + path, guessed, entry.get("description"))
    call.world.attachments[path] = attachment
    return attachment


def _embed(sent: Json, urls: dict[str, str]) -> Json:
    embed: Json = _resolve(deepcopy(sent), urls)
    return {key: value for key, value in embed.items() if value is not None} | {"type": "rich"}


def _resolve(value: Any, urls: dict[str, str]) -> Any:
    """attachment://name becomes the address of the uploaded file, everywhere."""
    if isinstance(value, dict):
        return {key: _resolve(each, urls) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolve(each, urls) for each in value]
    return urls.get(value, value) if isinstance(value, str) else value


def _number(components: list[Json]) -> list[Json]:
    """Discord gives every component an id, unique in its message."""
    taken = {part["id"] for part in walk(components) if part.get("id")}
    free = (number for number in range(1, 10_000) if number not in taken)
    for part in walk(components):
        if not part.get("id"):
            part["id"] = next(free)
    return components


def _mentions(call: Call, message: Message, allowed: Json | None) -> None:
    """Who is notified: what the text mentions and allowed_mentions permits (absent: everything)."""
    parse = {"everyone", "users", "roles"} if allowed is None else set(allowed.get("parse") or [])
    listed = {kind: {int(each) for each in (allowed or {}).get(kind) or []} for kind in ("users", "roles")}
    shown = [part["content"] for part in walk(message.components) if part["type"] == 10]
    text = "\n".join([message.content, *shown])
    guild = message.channel.guild
    users = {int(each) for each in re.findall(r"<@!?(\d+)>", text)}
    users = users if "users" in parse else users & listed["users"]
    message.pinged_users = [call.world.users[each] for each in sorted(users) if each in call.world.users]
    if guild is None:
        return
    roles = {int(each) for each in re.findall(r"<@&(\d+)>", text)}
    roles = roles if "roles" in parse else roles & listed["roles"]
    message.pinged_roles = [guild.roles[each] for each in sorted(roles) if each in guild.roles]
    called = re.search(r"@(everyone|here)\b", text) is not None and "everyone" in parse
    may = in_channel(call.emulator.bot_in(guild), message.channel) & MENTION_EVERYONE
    message.pings_everyone = bool(called and may)


def ephemeral_flag(body: Json) -> int:
    return (body.get("flags") or 0) & EPHEMERAL

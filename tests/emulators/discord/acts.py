"""What Discord makes of a press, a choice, a filled-in modal; and the interaction around it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from . import payloads
from .compose import ATTACHMENT_LIMIT
from .model import Attachment, Channel, Interaction, Json, Message
from .options import Resolved
from .permissions import in_channel
from .replies import Reply

if TYPE_CHECKING:
    from .emulator import DiscordEmulator
    from .people import Person

BUTTON, STRING_SELECT, TEXT_INPUT, USER_SELECT, LABEL, TEXT, UPLOAD = 2, 3, 4, 5, 18, 10, 19
DM_APP_PERMISSIONS = "562949953601536"


def interact(
    emulator: DiscordEmulator,
    person: Person,
    channel: Channel,
    kind: int,
    data: Json,
    *,
    message: Message | None = None,
    trigger: Interaction | None = None,
) -> Reply:
    """Make the interaction, deliver it, return its (still empty) reply."""
    world = emulator.world
    payload: Json = {
        "id": str(world.new_id()),
        "application_id": str(world.application_id),
        "type": kind,
        "data": data,
        "token": f"aW50ZXJhY3Rpb24{secrets.token_urlsafe(48)}",
        "version": 1,
        "channel_id": str(channel.id),
        "locale": person.user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "attachment_size_limit": ATTACHMENT_LIMIT,
    }
    payload |= _setting(emulator, person, channel)
    if message is not None:
        payload["message"] = payloads.message(message)
    interaction = Interaction(
        int(payload["id"]), payload["token"], kind, person.user, channel, payload, world.now, message, trigger
    )
    interaction.sent_at = emulator.monotonic()
    world.interactions[interaction.id] = world.tokens[interaction.token] = interaction
    emulator.deliver(interaction)
    return Reply(emulator, interaction)


def _setting(emulator: DiscordEmulator, person: Person, channel: Channel) -> Json:
    """The part of an interaction that tells who acts, where, and what the bot may do there."""
    guild = channel.guild
    if guild is None:
        return {
            "user": payloads.user(person.user),
            "channel": payloads.channel(channel),
            "context": 1,
            "app_permissions": DM_APP_PERMISSIONS,
            "authorizing_integration_owners": {"0": "0"},
        }
    member = person.membership(channel)
    shown = payloads.member(member) | {"permissions": str(in_channel(member, channel))}
    return {
        "member": shown,
        "channel": payloads.partial_channel(channel, member),
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
        "context": 0,
        "app_permissions": str(in_channel(emulator.bot_in(guild), channel)),
        "authorizing_integration_owners": {"0": str(guild.id)},
    }


def component_data(
    person: Person, message: Message, name: str, chosen: list[str | Person] | None = None
) -> Json:
    """Data of a component interaction; AssertionError if the person cannot do this."""
    assert not message.deleted, "the message is deleted"
    owner = message.interaction.user if message.interaction else None
    assert not message.ephemeral or owner is person.user, f"{person.name} does not see this message"
    control = message.component(name)
    assert not control.get("disabled"), f"{name!r} is disabled"
    assert control.get("custom_id"), f"{name!r} is a link"
    data: Json = {"custom_id": control["custom_id"], "component_type": control["type"], "id": control["id"]}
    if chosen is None:
        assert control["type"] == BUTTON, f"{name!r} is no button"
        return data
    low, high = control.get("min_values"), control.get("max_values") or 1
    assert (1 if low is None else low) <= len(chosen) <= high, f"{name!r} takes {low} to {high} values"
    if control["type"] == STRING_SELECT:
        return data | {"values": [_option(control, str(each)) for each in chosen]}
    assert control["type"] == USER_SELECT, f"{name!r}: this kind of select is not emulated"
    resolved = Resolved(message.channel.guild)
    values = [resolved.user(each.user) for each in chosen if not isinstance(each, str)]
    return data | {"values": values, "resolved": resolved.data}


def _option(control: Json, wanted: str) -> str:
    for option in control["options"]:
        if wanted in (option["label"], option["value"]):
            return str(option["value"])
    raise AssertionError(f"no option {wanted!r}, only {[each['label'] for each in control['options']]}")


def modal_data(modal: Json, values: dict[str, str | Attachment]) -> Json:
    """Data of a submitted modal; AssertionError for what the client would not submit."""
    left = dict(values)
    resolved = Resolved(None)
    rows: list[Json] = []
    for number, row in enumerate(modal["components"], start=1):
        if row["type"] == LABEL:
            field = _filled(row["component"], row["label"], left, resolved)
            rows.append({"type": LABEL, "id": number, "component": field})
        elif row["type"] == TEXT:
            rows.append({"type": TEXT, "id": number})
        else:
            inputs = [_filled(each, each["label"], left, resolved) for each in row["components"]]
            rows.append({"type": 1, "id": number, "components": inputs})
    assert not left, f"the modal has no {list(left)}"
    data: Json = {"custom_id": modal["custom_id"], "components": rows}
    return data | ({"resolved": resolved.data} if resolved.data else {})


def _filled(field: Json, label: str, left: dict[str, str | Attachment], resolved: Resolved) -> Json:
    default = field.get("value") or ""
    value = left.pop(label, None) or left.pop(field["custom_id"], None) or default
    required = field.get("required") is not False
    assert value or not required, f"the modal needs {label!r}"
    filled: Json = {"type": field["type"], "id": field.get("id") or 1, "custom_id": field["custom_id"]}
    if field["type"] == UPLOAD:
        assert not value or isinstance(value, Attachment), f"{label!r} takes a file"
        return filled | {"values": [resolved.attachment(value)] if isinstance(value, Attachment) else []}
    assert isinstance(value, str), f"{label!r} does not take a file"
    if field["type"] == STRING_SELECT:
        return filled | {"values": [_option(field, value)] if value else []}
    assert field["type"] == TEXT_INPUT, f"{label!r}: this kind of field is not emulated"
    if value:
        low, high = field.get("min_length") or 0, field.get("max_length") or 4000
        assert low <= len(value) <= high, f"{label!r} takes {low} to {high} characters"
    return filled | {"value": value}

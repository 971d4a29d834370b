"""discord.py's interaction or event → Incoming. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import discord

from adapters.discord import forms
from bot.chat.incoming import (
    NOBODY,
    Act,
    Actor,
    BotAdded,
    BotRemoved,
    CommandCall,
    File,
    Incoming,
    PersonLeft,
    Place,
    Press,
    SpaceRenamed,
    Submit,
    Value,
    Where,
    Who,
)
from bot.chat.params import ParamKind
from bot.chat.registry import Registry

PLATFORM = "discord"
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
_SLASH, _MENU_OF_PERSON = 1, 2
_SUBCOMMANDS = (1, 2)
_USER, _CHANNEL, _ATTACHMENT = 6, 7, 11
_NAMED = re.compile(r"<@!?(\d{1,20})>|(\d{15,20})", re.ASCII)


class InteractionKind(StrEnum):
    """The kind of an interaction."""

    COMMAND = "command"
    PRESS = "press"
    SUBMIT = "submit"
    SUGGEST = "suggest"


@dataclass(frozen=True, slots=True)
class Asked:
    """An interaction: the act, and how it can be answered.

    `on_message`: it came from a message, which can be edited. `on_private`: that message is ephemeral.
    `focused`: the parameter that needs suggestions, and its text so far.
    """

    kind: InteractionKind
    incoming: Incoming
    id: str
    token: str
    application: str
    on_message: bool = False
    on_private: bool = False
    focused: tuple[str, str] = ("", "")

    @property
    def shared(self) -> bool:
        """Whether other people see an answer that is not ephemeral."""
        return self.incoming.place.space is not None


def asked(interaction: discord.Interaction[Any], registry: Registry) -> Asked | None:
    """Returns the interaction as an act; None for kinds that Muster does not offer."""
    data: Any = interaction.data
    number = interaction.type.value
    focused = ("", "")
    act: Act
    if number in (COMMAND, AUTOCOMPLETE) and data.get("type", _SLASH) == _SLASH:
        kind = InteractionKind.COMMAND if number == COMMAND else InteractionKind.SUGGEST
        act, focused = call(data, registry)
    elif number == COMMAND and data["type"] == _MENU_OF_PERSON:
        kind, act = InteractionKind.COMMAND, chosen(data, registry)
    elif number == COMPONENT:
        kind, act = InteractionKind.PRESS, Press(data["custom_id"])
    elif number == MODAL:
        kind, act = InteractionKind.SUBMIT, filled(data)
    else:
        return None
    message = interaction.message
    incoming = Incoming(
        str(interaction.id), actor(interaction), place(interaction), act, str(interaction.locale)
    )
    return Asked(
        kind,
        incoming,
        str(interaction.id),
        interaction.token,
        str(interaction.application_id),
        message is not None,
        message is not None and message.flags.ephemeral,
        focused,
    )


def call(data: Any, registry: Registry) -> tuple[CommandCall, tuple[str, str]]:
    """Returns the command with its values, and the option that is being typed.

    People are strings there, because Discord's own option cannot name somebody of another platform. A mention or an
    id is taken too.
    """
    words = [data["name"]]
    options = data.get("options") or []
    while options and options[0]["type"] in _SUBCOMMANDS:
        words.append(options[0]["name"])
        options = options[0].get("options") or []
    focused = next(((one["name"], str(one["value"])) for one in options if one.get("focused")), ("", ""))
    resolved = data.get("resolved") or {}
    path = " ".join(words)
    declared = registry.commands.get(path)
    people = (
        {param.name for param in declared.params if param.kind is ParamKind.PERSON} if declared else set()
    )
    values = {one["name"]: _value(one, resolved, one["name"] in people) for one in options}
    return CommandCall(path, values), focused


def chosen(data: Any, registry: Registry) -> CommandCall:
    """Returns the command that was chosen from the menu of a person, with that person as its value.

    If the menu no longer has that name, returns a command that does not exist.
    """
    command = registry.menus.get(data["name"])
    if command is None:
        return CommandCall(data["name"])
    values: dict[str, Value] = {}
    if target := data.get("target_id"):
        values[command.target] = _person(str(target), data.get("resolved") or {})
    return CommandCall(command.path, values)


def filled(data: Any) -> Submit:
    """Returns the form's answers, with the files that were uploaded in it."""
    sent = (data.get("resolved") or {}).get("attachments") or {}
    return Submit(data["custom_id"], forms.answers(data["components"], lambda id: _file(sent.get(id) or {})))


def _file(sent: Any) -> File:
    return File(
        str(sent.get("url") or ""),
        sent.get("filename") or "",
        sent.get("content_type") or "",
        sent.get("size") or 0,
    )


def _person(native_id: str, resolved: Any) -> Who:
    user = (resolved.get("users") or {}).get(native_id) or {}
    if user.get("bot"):
        return NOBODY
    nick = ((resolved.get("members") or {}).get(native_id) or {}).get("nick")
    return Who(native_id, nick or user.get("global_name") or user.get("username") or "")


def _value(option: Any, resolved: Any, person: bool) -> Value:
    value = option["value"]
    named = _NAMED.fullmatch(str(value).strip()) if person else None
    if named is not None:
        return _person(named[1] or named[2], resolved)
    if option["type"] == _USER:
        return _person(str(value), resolved)
    if option["type"] == _CHANNEL:
        channel = (resolved.get("channels") or {}).get(value) or {}
        return Where(str(value), channel.get("name") or "")
    if option["type"] == _ATTACHMENT:
        return _file((resolved.get("attachments") or {}).get(value) or {})
    plain: str | int | float | bool = value
    return plain


def actor(interaction: discord.Interaction[Any]) -> Actor:
    """Returns the person who acts; whether they moderate, as far as Discord tells it with the interaction."""
    user = interaction.user
    moderates = _moderates(interaction.permissions) if interaction.guild_id is not None else None
    return Actor(PLATFORM, str(user.id), user.display_name, user.name, moderates)


def _moderates(may: discord.Permissions) -> bool | None:
    """Whether a person moderates the server, by their permissions in a channel; None if the server must be asked.

    One channel's rules can give a person Manage Roles (there it is called Manage Permissions), and add any other bit
    to what Discord tells here. That is no power over the server, so only the lack of all bits says something.
    """
    return None if may.administrator or may.manage_guild or may.manage_roles else False


def place(interaction: discord.Interaction[Any]) -> Place:
    """Returns the place: a thread belongs to its channel, and a server's channel to the server."""
    channel = interaction.channel
    guild = interaction.guild_id
    here = str(channel.id if channel is not None else guild or interaction.user.id)
    if guild is None:
        return Place(PLATFORM, here)
    title = interaction.guild.name if interaction.guild is not None else ""
    if isinstance(channel, discord.Thread):
        return Place(PLATFORM, str(channel.parent_id), str(guild), here, title or "")
    return Place(PLATFORM, here, str(guild), None, title or "")


# -- events that are not interactions --------------------------------------------------------------------


def guild_place(guild: discord.Guild, chat: int | None = None) -> Place:
    return Place(PLATFORM, str(chat or guild.id), str(guild.id), None, guild.name or "")


def bot_added(guild: discord.Guild, me: Actor, chat: int | None, now: datetime) -> Incoming:
    """Returns the act "the bot was added"; `chat` is the channel where it may say hello."""
    joined = guild.me.joined_at or now
    return Incoming(f"added-{guild.id}-{_ms(joined)}", me, guild_place(guild, chat), BotAdded())


def bot_removed(guild: discord.Guild, me: Actor, now: datetime) -> Incoming:
    return Incoming(f"removed-{guild.id}-{_ms(now)}", me, guild_place(guild), BotRemoved())


def renamed(guild: discord.Guild, me: Actor, now: datetime) -> Incoming:
    return Incoming(f"renamed-{guild.id}-{_ms(now)}", me, guild_place(guild), SpaceRenamed())


def person_left(user: discord.User | discord.Member, guild_id: int, now: datetime) -> Incoming:
    who = Actor(PLATFORM, str(user.id), user.display_name, user.name)
    there = Place(PLATFORM, str(guild_id), str(guild_id))
    return Incoming(f"left-{guild_id}-{user.id}-{_ms(now)}", who, there, PersonLeft())


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)

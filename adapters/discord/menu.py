"""Registry → Discord's slash commands, and the commands in the menu of a person. Pure.

https://docs.discord.com/developers/interactions/application-commands
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.discord import limits
from adapters.discord.render import Json
from bot.chat.declarations import Command
from bot.chat.languages import said
from bot.chat.params import Param, ParamKind
from bot.chat.registry import Registry
from bot.domain.languages import ENGLISH, LANGUAGES
from bot.domain.people import Permission

_SLASH, _MENU_OF_PERSON = 1, 2
_SUBCOMMAND, _STRING, _INTEGER, _BOOLEAN, _ATTACHMENT = 1, 3, 4, 5, 11
_TYPES = {
    ParamKind.INTEGER: _INTEGER,
    ParamKind.BOOLEAN: _BOOLEAN,
    ParamKind.FILE: _ATTACHMENT,
}
_IN_GUILD, _IN_PRIVATE = 0, 1
_MANAGE_GUILD = str(1 << 5)
_SHORT = 100
_SIMPLE = frozenset(
    {"id", "da", "de", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "ro"}
    | {"fi", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "ja", "ko"}
)
_COMPARED = frozenset(
    {"name", "description", "description_localizations", "options", "type", "required", "choices", "value"}
    | {"autocomplete", "min_length", "max_length", "min_value", "max_value"}
    | {"contexts", "integration_types", "default_member_permissions"}
)


def menu(registry: Registry) -> list[Json]:
    """Returns every command, in the form that Discord's bulk overwrite takes."""
    drawn = [_top(registry, top) for top in registry.tops()]
    # Discord allows no description for the commands in the menu of a person.
    menus = registry.menus.items()
    return drawn + [{"type": _MENU_OF_PERSON, "name": name, **_offered([one])} for name, one in menus]


def same(ours: list[Json], theirs: list[Json]) -> bool:
    """Whether Discord's commands are the same as ours."""
    return _by_name(ours) == _by_name(theirs)


def _top(registry: Registry, top: str) -> Json:
    below = registry.subcommands(top)
    commands = below or [registry.commands[top]]
    drawn = {"type": _SLASH, **_described(registry, top), **_offered(commands)}
    if below:
        drawn["options"] = [
            {
                "type": _SUBCOMMAND,
                **_described(registry, command.path),
                "options": [_option(param) for param in command.params],
            }
            for command in below
        ]
    else:
        drawn["options"] = [_option(param) for param in registry.commands[top].params]
    return drawn


def _offered(commands: Sequence[Command]) -> Json:
    """Returns the fields that say where and to whom Discord offers the entry for these commands."""
    in_private = not all(command.space_only for command in commands)
    drawn: Json = {"contexts": [_IN_GUILD, _IN_PRIVATE] if in_private else [_IN_GUILD]}
    drawn["integration_types"] = [0]
    if all(map(_for_moderators_alone, commands)):
        drawn["default_member_permissions"] = _MANAGE_GUILD
    return drawn


def _for_moderators_alone(command: Command) -> bool:
    """Whether Discord shall offer the command to the server's moderators only.

    A command that needs a union is also for its founder, who may have no role in this server.
    """
    return command.permission is Permission.MODERATOR and not command.needs_union


def _described(registry: Registry, path: str) -> Json:
    description = registry.description(path)
    drawn: Json = {"name": path.split(" ")[-1], "description": said(description, ENGLISH)}
    translated = {
        language: said(description, language)
        for language in LANGUAGES
        if said(description, language) != description
    }
    return drawn | ({"description_localizations": translated} if translated else {})


def _option(param: Param) -> Json:
    drawn: Json = {
        "type": _TYPES.get(param.kind, _STRING),
        "name": param.name,
        "description": param.description,
        "required": param.required,
    }
    arg = param.arg
    match param.kind:
        case ParamKind.TEXT:
            drawn["max_length"] = min(arg.max_length, limits.MAX_STRING_OPTION)
            if arg.min_length > 0:
                drawn["min_length"] = arg.min_length
        case ParamKind.CHOICE:
            drawn["choices"] = [{"name": choice, "value": choice} for choice in param.choices]
        case ParamKind.INTEGER:
            drawn |= {"min_value": _bound(arg.minimum, -1), "max_value": _bound(arg.maximum, 1)}
        case ParamKind.AMOUNT | ParamKind.DURATION | ParamKind.WHEN | ParamKind.SPACE | ParamKind.PERSON:
            drawn["max_length"] = _SHORT
    return drawn | ({"autocomplete": True} if param.suggests else {})


def _bound(number: Any, sign: int) -> int:
    """Returns the bound, or the nearest one that Discord can hold; dispatch checks the real one again."""
    if number is None:
        return sign * limits.SAFE_INTEGER
    return max(-limits.SAFE_INTEGER, min(limits.SAFE_INTEGER, int(number)))


def _by_name(commands: list[Json]) -> dict[tuple[int, str], Any]:
    return {(one.get("type") or _SLASH, one["name"]): _bare({"type": _SLASH, **one}) for one in commands}


def _bare(value: Any) -> Any:
    """Returns the value without the fields that Discord adds or leaves out by itself: ids, versions, defaults."""
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    locales = all("-" in key or key in _SIMPLE for key in value)
    kept = {key: _bare(one) for key, one in value.items() if locales or key in _COMPARED}
    empty: tuple[Any, ...] = (None, "", [], {})
    return {key: one for key, one in kept.items() if one is not False and one not in empty}

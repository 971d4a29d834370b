"""The registry as the browser's command menu."""

from __future__ import annotations

from typing import Any

from bot.chat.declarations import Command
from bot.chat.languages import said
from bot.chat.model import Visibility
from bot.chat.params import Param
from bot.chat.registry import Registry
from bot.domain.languages import ENGLISH, spoken


def menu(registry: Registry, locale: str = ENGLISH) -> list[dict[str, Any]]:
    """Returns every command with its parameters, in the order of their declaration."""
    language = spoken(locale) or ENGLISH
    return [_command(command, registry, language) for command in registry.commands.values()]


def _command(command: Command, registry: Registry, language: str) -> dict[str, Any]:
    return {
        "path": command.path,
        "description": said(registry.description(command.path), language),
        "private": command.visibility is Visibility.PRIVATE,
        "space_only": command.space_only,
        "menu": command.menu,
        "params": [_param(param) for param in command.params],
    }


def _param(param: Param) -> dict[str, Any]:
    return {
        "name": param.name,
        "kind": str(param.kind),
        "description": param.description,
        "required": param.required,
        "choices": list(param.choices),
        "suggests": param.suggests,
        "long": param.arg.long,
        "max": param.arg.max_length,
    }

"""The command menus of Telegram's clients, by kind of chat and by language: first words of commands only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)

from bot.chat.declarations import Command
from bot.chat.languages import said
from bot.chat.model import Visibility
from bot.chat.registry import Registry
from bot.domain.languages import ENGLISH, LANGUAGES
from bot.domain.people import Permission

log = logging.getLogger(__name__)

PRIVATE: Final = BotCommandScopeAllPrivateChats()
GROUPS: Final = BotCommandScopeAllGroupChats()
ADMINISTRATORS: Final = BotCommandScopeAllChatAdministrators()
_FOR_MODERATORS: Final = (Permission.MODERATOR, Permission.UNION_MODERATOR)


@dataclass(frozen=True, slots=True)
class MenuLine:
    """One line of a menu. `ephemeral`: only the person and the bot see the command that is typed (Bot API 10.2)."""

    name: str
    description: str
    ephemeral: bool = False


def menus(registry: Registry) -> Iterator[tuple[BotCommandScope, str | None, list[MenuLine]]]:
    """Yields every menu: scope, language (None for all others), and its lines."""
    for language in (None, *(one for one in LANGUAGES if one != ENGLISH)):
        for scope in (PRIVATE, GROUPS, ADMINISTRATORS):
            tops = {top: registry.subcommands(top) or [registry.commands[top]] for top in registry.tops()}
            yield (
                scope,
                language,
                [
                    MenuLine(
                        top,
                        said(registry.description(top), language or ENGLISH),
                        scope is not PRIVATE and _is_private(commands),
                    )
                    for top, commands in tops.items()
                    if any(_belongs(command, scope) for command in commands)
                ],
            )


async def publish(bot: Bot, registry: Registry) -> bool:
    """Updates the menus that differ; returns whether the server claims to have ephemeral messages.

    A server older than Bot API 10.2 ignores that a command is ephemeral, and does not give that back. One that gives
    it back may do so with anything: only a message shows whether it has them (`whispers.py`). Raises TelegramError.
    """
    knows = asked = False
    for scope, language, wanted in menus(registry):
        for_one = any(entry.ephemeral for entry in wanted)
        found = await _current(bot, scope, language)
        if found == wanted:
            knows = knows or for_one
            continue
        if asked and not knows and _words(found) == _words(wanted):
            continue
        commands = [
            BotCommand(e.name, e.description, api_kwargs={"is_ephemeral": True} if e.ephemeral else None)
            for e in wanted
        ]
        await bot.set_my_commands(commands, scope=scope, language_code=language)
        log.info("menu set", extra={"action": "telegram.menu", "scope": scope.type, "language": language})
        if for_one and not asked:
            asked = True
            knows = any(entry.ephemeral for entry in await _current(bot, scope, language))
    return knows


async def _current(bot: Bot, scope: BotCommandScope, language: str | None) -> list[MenuLine]:
    commands = await bot.get_my_commands(scope=scope, language_code=language)
    return [MenuLine(it.command, it.description, bool(it.to_dict().get("is_ephemeral"))) for it in commands]


def _words(entries: list[MenuLine]) -> list[tuple[str, str]]:
    return [(entry.name, entry.description) for entry in entries]


def _belongs(command: Command, scope: BotCommandScope) -> bool:
    if scope is PRIVATE:
        return not command.space_only
    return scope is ADMINISTRATORS or command.permission not in _FOR_MODERATORS


def _is_private(commands: list[Command]) -> bool:
    return all(command.visibility is Visibility.PRIVATE for command in commands)

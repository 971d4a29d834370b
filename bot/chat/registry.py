"""Binds all declarations together, and checks them by the rules of all platforms at once.

So a mistake is an error when the program starts, and not a surprise in chat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot.chat.declarations import Action, Area, Chore, Command, DeepLink
from bot.chat.model import Reply
from bot.chat.platform_rules import find_problems
from bot.domain.phrases import Phrase, phrase
from bot.errors import ConfigError


class Registry:
    """All commands, actions, deep links, events and chores.

    Raises:
        ConfigError: one line for each problem.
    """

    def __init__(self, areas: Iterable[Area]) -> None:
        areas = list(areas)
        self.commands: dict[str, Command] = {}
        self.actions: dict[str, Action] = {}
        self.links: dict[str, DeepLink] = {}
        self.events: dict[type, list[Callable[..., Reply | None]]] = {}
        self.chores: list[Chore] = []
        self.groups: dict[str, str] = {}
        # defaults[group] is the path of the command that the group's name alone means
        self.defaults: dict[str, str] = {}
        problems = [problem for area in areas for problem in area.problems]
        for area in areas:
            self.groups.update(area.groups)
            self.defaults.update(area.defaults)
            self.chores += area.chores
            for kind, handler in area.events:
                self.events.setdefault(kind, []).append(handler)
            for command in area.commands:
                if command.path in self.commands:
                    problems.append(f"/{command.path} is declared twice")
                self.commands[command.path] = command
            for action in area.actions:
                if action.name in self.actions:
                    problems.append(f"the action {action.name} is declared twice")
                self.actions[action.name] = action
            for link in area.links:
                if link.prefix in self.links:
                    problems.append(f"the deep link {link.prefix} is declared twice")
                self.links[link.prefix] = link
        # menus[name] is the command that a person's context menu offers under that name
        self.menus = {command.menu: command for command in self.commands.values() if command.menu}
        problems += [
            f"/{group} alone means /{path}, which is not declared"
            for group, path in self.defaults.items()
            if path not in self.commands
        ]
        problems += find_problems(self.commands, self.groups)
        if problems:
            raise ConfigError("\n".join(problems))

    def subcommands(self, group: str) -> list[Command]:
        """Returns the commands of a group, in the order of their declarations."""
        return [command for command in self.commands.values() if command.group == group]

    def tops(self) -> list[str]:
        """Returns the first words that can be typed after the slash, in the order of the declarations."""
        return list(dict.fromkeys(path.split(" ")[0] for path in self.commands))

    def description(self, path: str) -> Phrase:
        """Returns the description of a command or group, to be said in any language."""
        return phrase(self.commands[path].description if path in self.commands else self.groups[path])

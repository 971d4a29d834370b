"""Declaring commands once, for every platform.

An `Area` collects declarations without an app; `Registry` binds areas together and checks all rules of
all platforms at once, so that a mistake is an error at start and not a surprise in chat.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.chat.model import Visibility
from bot.chat.params import Kind, Param, Undeclarable, read_params
from bot.domain.people import Permission
from bot.errors import ConfigError

Handler = TypeVar("Handler", bound=Callable[..., Any])

# The narrowest rules of the platforms served: Discord (name 32, description 100, 25 of each, 100 commands,
# 8000 characters a command) and Telegram (names [a-z0-9_], 100 commands).
NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
TOP_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
MAX_DESCRIPTION = 100
MAX_PARAMS = 25
MAX_SUBCOMMANDS = 25
MAX_CHOICES = 25
MAX_CHOICE_LENGTH = 100
MAX_COMMANDS = 100
MAX_COMMAND_CHARACTERS = 8000


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `times` in `per_s` seconds, for each member and command."""

    times: int
    per_s: int


DEFAULT_RATE = Rate(20, 60)


@dataclass(frozen=True, slots=True)
class Command:
    """What members type. `path` is "top" or "group sub"."""

    path: str
    description: str
    handler: Callable[..., Any]
    params: tuple[Param, ...]
    permission: Permission
    visibility: Visibility
    rate: Rate
    reads: bool
    needs_union: bool
    space_only: bool
    details: str

    @property
    def group(self) -> str | None:
        """The first word of a two-word path."""
        return self.path.split(" ")[0] if " " in self.path else None

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self.handler)


@dataclass(frozen=True, slots=True)
class Action:
    """What a button or a form does. Its arguments are JSON values, answers of a form among them."""

    name: str
    handler: Callable[..., Any]
    permission: Permission
    needs_union: bool


@dataclass(frozen=True, slots=True)
class DeepLink:
    """What opening the private chat with `prefix-rest` as payload does; the handler gets `rest`."""

    prefix: str
    handler: Callable[..., Any]


@dataclass(slots=True)
class Area:
    """The declarations of one module of `commands/`."""

    commands: list[Command] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    links: list[DeepLink] = field(default_factory=list)
    events: list[tuple[type, Callable[..., Any]]] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def group(self, name: str, description: str) -> None:
        """Describe the first word of two-word commands."""
        self.groups[name] = description

    def command(
        self,
        path: str,
        description: str,
        *,
        permission: Permission = Permission.MEMBER,
        visibility: Visibility = Visibility.PUBLIC,
        rate: Rate = DEFAULT_RATE,
        reads: bool = False,
        needs_union: bool = True,
        space_only: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declare a command; the handler's docstring is the command's help page.

        A plain `def` runs inside one write transaction, `reads=True` inside a read, `async def` outside both.
        """

        def declare(handler: Handler) -> Handler:
            try:
                params = read_params(handler)
            except Undeclarable as problem:
                self.problems.append(f"/{path}: {problem}")
                return handler
            details = inspect.getdoc(handler) or ""
            self.commands.append(
                Command(
                    path,
                    description,
                    handler,
                    params,
                    permission,
                    visibility,
                    rate,
                    reads,
                    needs_union,
                    space_only,
                    details,
                )
            )
            return handler

        return declare

    def action(
        self, name: str, *, permission: Permission = Permission.MEMBER, needs_union: bool = True
    ) -> Callable[[Handler], Handler]:
        """Declare what a button or form does; always one write transaction."""

        def declare(handler: Handler) -> Handler:
            self.actions.append(Action(name, handler, permission, needs_union))
            return handler

        return declare

    def deep_link(self, prefix: str) -> Callable[[Handler], Handler]:
        """Declare what a private chat opened with `prefix-…` does; always one write transaction."""

        def declare(handler: Handler) -> Handler:
            self.links.append(DeepLink(prefix, handler))
            return handler

        return declare

    def event(self, kind: type) -> Callable[[Handler], Handler]:
        """Declare what follows from an act of this kind (a platform event); always one write transaction."""

        def declare(handler: Handler) -> Handler:
            self.events.append((kind, handler))
            return handler

        return declare


class Registry:
    """All commands, actions and deep links, checked.

    Raises:
        ConfigError: one line for each thing that some platform would refuse.
    """

    def __init__(
        self, areas: Iterable[Area], translations: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        areas = list(areas)
        self.commands: dict[str, Command] = {}
        self.actions: dict[str, Action] = {}
        self.links: dict[str, DeepLink] = {}
        self.events: dict[type, list[Callable[..., Any]]] = {}
        self.groups: dict[str, str] = {}
        # translations[locale][path] is the description of that command or group in another language
        self.translations: Mapping[str, Mapping[str, str]] = translations or {}
        problems = [problem for area in areas for problem in area.problems]
        for area in areas:
            self.groups.update(area.groups)
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
        problems += self._problems()
        if problems:
            raise ConfigError("\n".join(problems))

    def subcommands(self, group: str) -> list[Command]:
        """The commands below a group, in the order declared."""
        return [command for command in self.commands.values() if command.group == group]

    def tops(self) -> list[str]:
        """The first words that can be typed after the slash, in the order declared."""
        return list(dict.fromkeys(path.split(" ")[0] for path in self.commands))

    def description(self, path: str, locale: str = "en") -> str:
        """The description of a command or group in the language of `locale`, else in English."""
        translated = self.translations.get(locale.split("-")[0], {}).get(path)
        return translated or (self.commands[path].description if path in self.commands else self.groups[path])

    def _problems(self) -> list[str]:
        problems = []
        tops = self.tops()
        if len(tops) > MAX_COMMANDS:
            problems.append(f"{len(tops)} top-level commands; platforms take {MAX_COMMANDS}")
        for top in tops:
            if not TOP_NAME.fullmatch(top):
                problems.append(f"/{top}: a first word is 1–32 of a–z, 0–9 and _")
            subs = self.subcommands(top)
            if subs and top in self.commands:
                problems.append(f"/{top} is both a command and a group")
            if len(subs) > MAX_SUBCOMMANDS:
                problems.append(f"/{top} has {len(subs)} subcommands; platforms take {MAX_SUBCOMMANDS}")
            if subs:
                problems += _described(f"/{top}", self.groups.get(top, ""))
                if sum(_characters(sub) for sub in subs) > MAX_COMMAND_CHARACTERS:
                    problems.append(f"/{top} has more than {MAX_COMMAND_CHARACTERS} characters in all")
        for command in self.commands.values():
            problems += _command_problems(command)
        return problems


def _described(subject: str, description: str) -> list[str]:
    if not 1 <= len(description) <= MAX_DESCRIPTION:
        return [f"{subject} needs a description of 1–{MAX_DESCRIPTION} characters"]
    return []


def _characters(command: Command) -> int:
    texts = [command.path, command.description]
    for param in command.params:
        texts += [param.name, param.description, *(choice * 2 for choice in param.choices)]
    return sum(map(len, texts))


def _command_problems(command: Command) -> list[str]:
    subject = f"/{command.path}"
    problems = _described(subject, command.description)
    words = command.path.split(" ")
    if len(words) > 2 or not NAME.fullmatch(words[-1]):
        problems.append(f"{subject}: a path is one or two words of a–z, 0–9, _ and -")
    if not command.details:
        problems.append(f"{subject} needs a docstring: it is its help page")
    if len(command.params) > MAX_PARAMS:
        problems.append(f"{subject} has over {MAX_PARAMS} parameters")
    if command.reads and command.is_async:
        problems.append(f"{subject} cannot be both reads=True and async")
    optional_seen = False
    for param in command.params:
        problems += _param_problems(subject, param)
        if param.required and optional_seen:
            problems.append(f"{subject}: {param.name} is required after an optional one")
        optional_seen |= not param.required
    return problems


def _param_problems(subject: str, param: Param) -> list[str]:
    problems = _described(f"{subject} {param.name}", param.description)
    if not TOP_NAME.fullmatch(param.name):
        problems.append(f"{subject}: the parameter name {param.name!r} is not 1–32 of a–z, 0–9 and _")
    if len(param.choices) > MAX_CHOICES or any(len(choice) > MAX_CHOICE_LENGTH for choice in param.choices):
        problems.append(
            f"{subject} {param.name}: at most {MAX_CHOICES} choices of {MAX_CHOICE_LENGTH} characters"
        )
    if param.arg.suggest is not None and param.kind not in (Kind.TEXT, Kind.SPACE):
        problems.append(f"{subject} {param.name}: only texts and spaces have suggestions")
    return problems

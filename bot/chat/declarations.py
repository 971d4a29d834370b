"""Declarations of commands, actions and chores, collected without an app; `bot.chat.registry` checks them all."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from bot.chat.chores import Office
from bot.chat.model import Visibility
from bot.chat.params import Param, Undeclarable, read_params
from bot.domain.people import Permission

Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `times` in `per_s` seconds, for each member and command."""

    times: int
    per_s: int


DEFAULT_RATE = Rate(20, 60)
CHORES_EVERY_S = 60


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
    menu: str | None = None

    @property
    def target(self) -> str:
        """The name of the parameter that the menu of a person fills: the only one needed."""
        return next(param.name for param in self.params if param.required)

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


@dataclass(frozen=True, slots=True)
class Chore:
    """Work that is looked for every so often."""

    handler: Callable[[Office], Awaitable[None]]
    every_s: float = CHORES_EVERY_S

    @property
    def name(self) -> str:
        return self.handler.__name__

    def __call__(self, office: Office) -> Awaitable[None]:
        """Do it once."""
        return self.handler(office)


@dataclass(slots=True)
class Area:
    """The declarations of one module of `commands/`."""

    commands: list[Command] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    links: list[DeepLink] = field(default_factory=list)
    events: list[tuple[type, Callable[..., Any]]] = field(default_factory=list)
    chores: list[Chore] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def group(self, name: str, description: str, *, default: str | None = None) -> None:
        """Describe the first word of two-word commands.

        `default` is the path of the command that the first word alone means, where it can be typed alone.
        """
        self.groups[name] = description
        if default is not None:
            self.defaults[name] = default

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
        menu: str | None = None,
    ) -> Callable[[Handler], Handler]:
        """Declare a command; the handler's docstring is the command's help page.

        A plain `def` runs inside one write transaction, with `reads=True` inside a read. An `async def` runs outside
        both, after the act is claimed; it returns a reply, or a function of the context that makes the changes and
        the reply in one write. With `reads=True` nothing is claimed or kept.
        `menu` is its name in the context menu of a person, who becomes its one required parameter.
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
                    menu,
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

    @overload
    def chore(self, handler: Handler) -> Handler: ...
    @overload
    def chore(self, *, every_s: float) -> Callable[[Handler], Handler]: ...
    def chore(
        self, handler: Handler | None = None, *, every_s: float = CHORES_EVERY_S
    ) -> Handler | Callable[[Handler], Handler]:
        """Declare work that is looked for every minute: `async def handler(office: Office) -> None`.

        Written `@area.chore`, or `@area.chore(every_s=5)` for what cannot wait so long.
        """

        def declare(handler: Handler) -> Handler:
            self.chores.append(Chore(handler, every_s))
            return handler

        return declare if handler is None else declare(handler)

"""Declarations of commands, actions and chores. An area collects them without an app; a `Registry` checks them."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar, overload

from bot.chat.chores import Office
from bot.chat.model import Reply, Visibility
from bot.chat.params import Param, Undeclarable, read_params
from bot.domain.people import Permission

Handler = TypeVar("Handler", bound=Callable[..., Any])
ReplyHandler = TypeVar("ReplyHandler", bound=Callable[..., Reply | None])
ChoreHandler = TypeVar("ChoreHandler", bound=Callable[[Office], Awaitable[None]])


LASTING_S = 600
"""A limit over so long a time protects others or a secret. It holds through restarts and a fail-over."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `times` uses in `per_s` seconds, for each member and command."""

    times: int
    per_s: int

    @property
    def lasting(self) -> bool:
        """Whether uses are counted in the database too, so that a restart does not forget them."""
        return self.per_s >= LASTING_S


DEFAULT_RATE = Rate(20, 60)
CHORES_EVERY_S = 60


@cache
def is_async(handler: Callable[..., Any]) -> bool:
    """Whether the handler is an `async def`. Asked for each command that is typed."""
    return inspect.iscoroutinefunction(handler)


@dataclass(frozen=True, slots=True)
class Command:
    """A command that members type. `path` is "top" or "group sub". `Area.command` explains the other fields."""

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
    for_banned: bool = False
    settled: bool = False

    @property
    def target(self) -> str:
        """The name of the parameter that the menu of a person fills: the only required one."""
        return next(param.name for param in self.params if param.required)

    @property
    def group(self) -> str | None:
        """The first word of a two-word path."""
        return self.path.split(" ")[0] if " " in self.path else None

    @property
    def is_async(self) -> bool:
        return is_async(self.handler)


@dataclass(frozen=True, slots=True)
class Action:
    """The effect of a button or a form. The handler's arguments are JSON values, including the answers of a form."""

    name: str
    handler: Callable[..., Reply | None]
    permission: Permission
    needs_union: bool
    for_banned: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class DeepLink:
    """The effect of opening the private chat with the payload `prefix-rest`. The handler gets `rest`."""

    prefix: str
    handler: Callable[..., Reply | None]
    for_banned: bool = False


@dataclass(frozen=True, slots=True)
class Chore:
    """Work that nobody asked for. The handler looks every `every_s` seconds whether some is due."""

    handler: Callable[[Office], Awaitable[None]]
    every_s: float = CHORES_EVERY_S

    @property
    def name(self) -> str:
        return self.handler.__name__

    def __call__(self, office: Office) -> Awaitable[None]:
        """Runs the handler once."""
        return self.handler(office)


@dataclass(slots=True)
class Area:
    """The declarations of one module of `commands/`."""

    commands: list[Command] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    links: list[DeepLink] = field(default_factory=list)
    events: list[tuple[type, Callable[..., Reply | None]]] = field(default_factory=list)
    chores: list[Chore] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def group(self, name: str, description: str, *, default: str | None = None) -> None:
        """Describes the first word of two-word commands.

        `default` is the path of the command that the first word means on platforms where it can be typed alone.
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
        for_banned: bool = False,
        settled: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declares a command. The handler's docstring is the command's help page.

        A plain `def` runs inside one write transaction; with `reads=True` inside a read, and neither the act nor the
        answer is kept. An `async def` runs outside of transactions, after the act is claimed (unless it `reads`). It
        returns a reply, or a function of the context that makes the changes and the reply in one write.

        A command without `needs_union` works also where no union is. A `space_only` command works only in a server or
        group. `menu` is the command's name in the context menu of a person, who becomes its one required parameter.
        A command `for_banned` works in a private chat also for members who are banned in all of the union's spaces.

        `settled` refuses an account that waits because it became one person with others a short while ago. It stands
        at whatever moves money, changes who somebody is, or lets others in. `Context.require` demands the same of
        all powers of leaders, of the founder and of the union's moderators.
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
                    for_banned,
                    settled,
                )
            )
            return handler

        return declare

    def action(
        self,
        name: str,
        *,
        permission: Permission = Permission.MEMBER,
        needs_union: bool = True,
        for_banned: bool = False,
        settled: bool = False,
    ) -> Callable[[ReplyHandler], ReplyHandler]:
        """Declares the handler of a button or form. It runs in one write transaction. See `command`."""

        def declare(handler: ReplyHandler) -> ReplyHandler:
            self.actions.append(Action(name, handler, permission, needs_union, for_banned, settled))
            return handler

        return declare

    def deep_link(self, prefix: str, *, for_banned: bool = False) -> Callable[[ReplyHandler], ReplyHandler]:
        """Declares the handler of private chats that are opened with `prefix-…`. It runs in one write transaction.

        A link `for_banned` also opens where the private chat is about a union in all of whose spaces the actor is
        banned. Its handler asks `require_welcome` for the union that the link is about.
        """

        def declare(handler: ReplyHandler) -> ReplyHandler:
            self.links.append(DeepLink(prefix, handler, for_banned))
            return handler

        return declare

    def event(self, kind: type) -> Callable[[ReplyHandler], ReplyHandler]:
        """Declares a handler of platform events of this kind. It runs in one write transaction."""

        def declare(handler: ReplyHandler) -> ReplyHandler:
            self.events.append((kind, handler))
            return handler

        return declare

    @overload
    def chore(self, handler: ChoreHandler) -> ChoreHandler: ...
    @overload
    def chore(self, *, every_s: float) -> Callable[[ChoreHandler], ChoreHandler]: ...
    def chore(
        self, handler: ChoreHandler | None = None, *, every_s: float = CHORES_EVERY_S
    ) -> ChoreHandler | Callable[[ChoreHandler], ChoreHandler]:
        """Declares a chore, `async def handler(office: Office) -> None`, which runs every minute.

        It is written `@area.chore`, or `@area.chore(every_s=5)` if the work cannot wait so long.
        """

        def declare(handler: ChoreHandler) -> ChoreHandler:
            self.chores.append(Chore(handler, every_s))
            return handler

        return declare if handler is None else declare(handler)

"""How a REST call becomes a function call: routes, the call, the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import ApiError, form_error
from .model import Interaction, Json
from .rule import Rule, broken

if TYPE_CHECKING:
    from .emulator import DiscordEmulator
    from .world import World


@dataclass
class Upload:
    """One part of a multipart request: `key` is its number n of `files[n]`."""

    key: int
    filename: str
    content_type: str
    data: bytes


@dataclass
class Call:
    """One request, parsed."""

    emulator: DiscordEmulator
    method: str
    template: str
    params: dict[str, str]
    query: dict[str, str]
    body: Any
    uploads: list[Upload] = field(default_factory=list)
    interaction: Interaction | None = None

    @property
    def world(self) -> World:
        return self.emulator.world

    def id(self, name: str) -> int:
        return int(self.params[name])

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")

    def obey(self, table: list[Rule], *request: Any) -> None:
        """Record every broken rule; answer 50035 if there is one."""
        found = list(broken(table, *request))
        for text, what in found:
            self.emulator.violate(text, what, f"{self.method} {self.template}")
        if found:
            raise form_error("; ".join(f"{text}: {what}" for text, what in found))

    def reject(self, rule: str, what: str, code: int = 50035) -> ApiError:
        """Record a violation and make its answer."""
        self.emulator.violate(rule, what, f"{self.method} {self.template}")
        return form_error(what) if code == 50035 else ApiError(code)


Answer = tuple[int, Json | list[Any] | None]
Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler
    needs_token: bool
    major: str | None


class Router:
    """Routes by method and number of segments: few candidates, so that each call is cheap."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, int], list[Route]] = {}

    def route(self, method: str, template: str, *, token: bool = True) -> Callable[[Handler], Handler]:
        """Register a handler for the specification's path template. `token`: the bot's token is needed."""
        parts = [
            f"(?P<{part[1:-1]}>{'[0-9]+' if part.endswith('_id}') else '[^/]+'})"
            if part.startswith("{")
            else re.escape(part)
            for part in template.split("/")
        ]
        first = re.search(r"\{((?:channel|guild|webhook)_id)\}", template)

        def add(handler: Handler) -> Handler:
            key = (method, template.count("/"))
            compiled = re.compile("/".join(parts))
            major = first.group(1) if first else None
            self._routes.setdefault(key, []).append(Route(method, template, compiled, handler, token, major))
            return handler

        return add

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        for route in self._routes.get((method, path.count("/")), ()):
            if match := route.pattern.fullmatch(path):
                return route, match.groupdict()
        return None

    @property
    def all(self) -> list[Route]:
        return [route for routes in self._routes.values() for route in routes]


ROUTER = Router()
route = ROUTER.route

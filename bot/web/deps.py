"""The surroundings of the web server. `bot.app` fills them in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias
from urllib.parse import urlsplit

from aiohttp import web
from prometheus_client import CollectorRegistry

from bot.chat.records import Store
from bot.domain.clock import Clock

Route: TypeAlias = web.AbstractRouteDef

_DEFAULT_PORTS = {"http": 80, "https": 443}


class ValidSignature(Protocol):
    """A signature that is valid. `kind` is the kind of wallet: "eoa" or "contract"."""

    @property
    def kind(self) -> str: ...


class Verify(Protocol):
    """Checks the signature of a text. Raises BadInput, or TryAgain when the chain does not answer."""

    async def __call__(self, *, address: str, message: str, signature: str) -> ValidSignature: ...


class Webhook(Protocol):
    """Takes a request from Telegram; returns the HTTP status to answer with.

    It reads the body only if the headers show that Telegram sent it.
    """

    async def __call__(self, headers: Mapping[str, str], read: Callable[[], Awaitable[bytes]], /) -> int: ...


@dataclass(frozen=True, slots=True)
class Health:
    """The health of the running bot.

    `ok` is the verdict, `database` whether the database takes writes. `contact_age_s` has the seconds since each
    platform last answered, None before the first time. `problems` says what the operator must do for a platform.
    """

    ok: bool
    database: bool
    contact_age_s: Mapping[str, float | None]
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deps:
    """The surroundings of one listener.

    `base_url` is scheme, host and port as browsers see them, without a path. `parse_address` returns the EIP-55 form
    of an address or raises BadInput. `private_link` makes a deep link from a platform and a payload, if the platform
    has such links. `demo` adds the playground's wallets to the link page. `extra` routes come before all others.
    """

    store: Store
    clock: Clock
    base_url: str
    chain_id: int
    verify: Verify
    parse_address: Callable[[str], str]
    private_link: Callable[[str, str], str | None]
    health: Callable[[], Awaitable[Health]]
    metrics: CollectorRegistry
    webhook: Webhook | None = None
    demo: bool = False
    extra: Sequence[Route] = ()

    @property
    def origin(self) -> str:
        """The page's origin as browsers write it (RFC 6454): in lower case, without a default port."""
        return f"{urlsplit(self.base_url).scheme.lower()}://{self.host}"

    @property
    def host(self) -> str:
        """The origin's host, with the port unless it is the default one."""
        parts = urlsplit(self.base_url)
        host = parts.hostname or ""
        host = f"[{host}]" if ":" in host else host
        port = parts.port
        return host if port in (None, _DEFAULT_PORTS[parts.scheme.lower()]) else f"{host}:{port}"


DEPS: web.AppKey[Deps] = web.AppKey("deps", Deps)

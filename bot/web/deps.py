"""What the web server is given; `app.py` fills it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from prometheus_client import CollectorRegistry

from bot.domain.clock import Clock

P = ParamSpec("P")
T = TypeVar("T")

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Store(Protocol):
    """Runs plain functions of a transaction; `write` returns after the change is durable."""

    async def write(
        self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T: ...
    async def read(self, fn: Callable[Concatenate[Any, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...


class Verified(Protocol):
    """A signature that holds; `kind` is "eoa" or "contract"."""

    @property
    def kind(self) -> str: ...


class Verify(Protocol):
    """Holds a signature against a text. Raises BadInput, or TryAgain when the chain does not answer."""

    async def __call__(self, *, address: str, message: str, signature: str) -> Verified: ...


@dataclass(frozen=True, slots=True)
class Health:
    """`ok` is the verdict; the ages are in seconds since each adapter's platform last answered."""

    ok: bool
    database: bool
    contact_age_s: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Deps:
    """One listener's surroundings.

    `base_url`: scheme, host and port as browsers see them, no path. `parse_address` gives the EIP-55 form or
    raises BadInput. `webhook` takes a Telegram request's headers and body and returns the status to answer.
    `demo` adds the playground's wallets to the link page; `extra` routes come before all others.
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
    webhook: Callable[[Mapping[str, str], bytes], Awaitable[int]] | None = None
    demo: bool = False
    extra: Sequence[web.AbstractRouteDef] = ()

    @property
    def origin(self) -> str:
        """The page's origin as browsers write it (RFC 6454): lower case, no default port."""
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

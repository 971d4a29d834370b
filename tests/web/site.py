"""The real web server over a real database, on a port of the system's choice."""

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter

from bot.areas.wallets.services import links
from bot.chain.addresses import parse_address
from bot.chain.signatures import Verified, verify
from bot.errors import TryAgain
from bot.storage.store import Store
from bot.web.connection import Patience
from bot.web.server import Deps, Health, build_app, serve
from tests.clock import ManualClock
from tests.web.people import People, Wallet, gather

CHAIN_ID = 31337
HEALTHY = Health(True, True, {"discord": 1.25, "telegram": None})


@dataclass
class Site:
    """A running page, `base` to browsers and found at `address`. `node_down` makes the chain unreachable;
    `posted` is what the webhook got."""

    base: str
    address: str
    store: Store
    clock: ManualClock
    http: aiohttp.ClientSession
    people: People
    app: web.Application
    node_down: bool = False
    deep_links: bool = False
    health: Health = HEALTHY
    posted: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    async def open_ticket(self) -> str:
        """A link for Anna's Discord account; its path."""
        return f"/link/{await self.store.write(links.open_ticket, self.people.anna)}"

    async def post(self, path: str, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        """POST as the page does; `headers` by name with _ for -, "" leaves one out."""
        sent = {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        sent = {name: value for name, value in sent.items() if value}
        async with self.http.post(self.base + path, json=body, headers=sent) as answer:
            return answer.status, await answer.json()

    async def text_for(self, path: str, wallet: Wallet) -> dict[str, str]:
        """The text to sign."""
        status, answer = await self.post(f"{path}/message", {"address": wallet.address})
        assert status == 200, answer
        return answer

    async def sign(self, path: str, wallet: Wallet, text: str, nonce: str) -> tuple[int, dict[str, Any]]:
        """Send what the wallet makes of a text."""
        return await self.post(f"{path}/signature", {"signature": wallet.sign(text), "nonce": nonce})


@asynccontextmanager
async def running(
    store: Store,
    clock: ManualClock,
    *,
    scheme: str = "http",
    tls: ssl.SSLContext | None = None,
    public_url: str | None = None,
    patience: Patience = Patience(),  # noqa: B008  # it is immutable
    most: int = 100,
    **names: str,
) -> AsyncIterator[Site]:
    """Serve until the block ends, as `public_url` if given; `names` go to `gather`, the rest to `serve`."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    base = public_url or address
    people = await store.write(gather, **names)
    metrics = CollectorRegistry()
    Counter("muster_tests", "Counted by the tests", registry=metrics).inc()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:

        async def checked(*, address: str, message: str, signature: str) -> Verified:
            if site.node_down:
                raise TryAgain(
                    "The Ethereum node did not answer. Nothing was changed. Try again in a minute."
                )
            return await verify(None, address=address, message=message, signature=signature)

        async def health() -> Health:
            return site.health

        async def webhook(headers: Mapping[str, str], read: Callable[[], Awaitable[bytes]]) -> int:
            if headers.get("X-Telegram-Bot-Api-Secret-Token") != "s3cret":
                return 403
            site.posted.append((headers, await read()))
            return 200

        deps = Deps(
            store=store,
            clock=clock,
            base_url=base,
            chain_id=CHAIN_ID,
            verify=checked,
            parse_address=parse_address,
            private_link=lambda platform, payload: (
                f"https://t.me/muster_bot?start={payload}" if site.deep_links else None
            ),
            health=health,
            metrics=metrics,
            webhook=webhook,
        )
        app = build_app(deps)
        site = Site(base, address, store, clock, http, people, app)
        runner = await serve(app, listener, tls, patience=patience, most=most)
        try:
            yield site
        finally:
            await runner.cleanup()

"""The playground's HTTP routes: the page and its files, the websocket, and the demo wallets.

Loopback only. Every request must name a loopback host: an attacker can point a name of their own to 127.0.0.1 (DNS
rebinding), and such names are refused. Requests that change or sign something must come from the playground's page.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, Protocol, TypeAlias, TypeVar
from urllib.parse import urlsplit

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from adapters.playground import frames, limits, people
from adapters.playground.check import STATIC
from adapters.playground.sockets import Socket
from bot.chat.files import MOST_BYTES, gathered, small_enough
from bot.chat.incoming import File
from bot.chat.untrusted import decoded
from bot.domain.clock import Clock
from bot.domain.names import one_line
from bot.errors import BadInput

T = TypeVar("T")

log = logging.getLogger(__name__)

CHUNK = 64 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Receive: TypeAlias = Callable[[Socket, frames.FromBrowser], Awaitable[None]]
Keep: TypeAlias = Callable[[bytes, str, str], File]


class Wallets(Protocol):
    """Demo wallets that make real signatures; their keys are never handed out."""

    def address(self, name: str) -> str:
        """Returns the EIP-55 address of the wallet of `name`."""

    def sign(self, name: str, message: str) -> str:
        """Returns the EIP-191 signature of `message` as 0x-hex."""


class ToSign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message that a page asks a demo wallet to sign; `wallet` is the player's key."""

    wallet: str
    message: Annotated[str, msgspec.Meta(min_length=1, max_length=limits.MAX_SIGNED_TEXT)]


class Upload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file that a page sends. `data` is base64 in JSON, because a form on another site cannot send JSON."""

    name: str
    mime: str
    data: bytes


class PlaygroundSite:
    """Serves the routes. Passes frames from browsers to `receive`, and files to `keep`."""

    def __init__(
        self, clock: Clock, wallets: Wallets, sockets: set[Socket], receive: Receive, keep: Keep
    ) -> None:
        self._clock = clock
        self._wallets = wallets
        self._sockets = sockets
        self._receive = receive
        self._keep = keep
        self._files = {path.name: path for path in STATIC.iterdir() if path.is_file()}

    def routes(self) -> list[web.RouteDef]:
        """Returns all routes of the playground."""
        return [
            web.get("/", self._page),
            web.get("/ws", self._websocket),
            web.get("/playground/static/{name}", self._file),
            web.get("/playground/wallet.js", self._wallet_script),
            web.get("/playground/wallets", self._wallet_list),
            web.post("/playground/wallet/sign", self._sign),
            web.post("/playground/file", self._upload),
        ]

    async def _page(self, request: web.Request) -> web.StreamResponse:
        _require_loopback(request)
        return web.FileResponse(self._files["index.html"], headers=HEADERS)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        _require_loopback(request)
        path = self._files.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=HEADERS)

    async def _wallet_script(self, request: web.Request) -> web.StreamResponse:
        _require_loopback(request)
        return web.FileResponse(self._files["wallet.js"], headers=HEADERS)

    async def _wallet_list(self, request: web.Request) -> web.StreamResponse:
        _require_loopback(request)
        wallets = [
            {"key": player.key, "name": player.name, "address": self._wallets.address(player.key)}
            for player in people.PLAYERS
        ]
        return web.json_response(wallets, headers=HEADERS)

    async def _sign(self, request: web.Request) -> web.StreamResponse:
        asked = await asked_of(request, ToSign)
        if people.player(asked.wallet) is None:
            raise web.HTTPNotFound
        signature = await asyncio.to_thread(self._wallets.sign, asked.wallet, asked.message)
        log.info("a demo wallet signed", extra={"action": "playground.sign", "wallet": asked.wallet})
        return web.json_response({"signature": signature}, headers=HEADERS)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        _require_loopback(request)
        _require_same_origin(request)
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            body = await gathered(request.content.iter_chunked(CHUNK), 2 * MOST_BYTES)
        except BadInput as problem:
            raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text=str(problem)) from problem
        try:
            sent = decoded(body, Upload)
        except BadInput as problem:
            raise web.HTTPBadRequest(text=str(problem)) from problem
        try:
            file = small_enough(File("", one_line(sent.name, 60), sent.mime, len(sent.data)))
        except BadInput as problem:
            raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text=str(problem)) from problem
        kept = self._keep(sent.data, file.name, file.mime)
        return web.Response(body=msgspec.json.encode(kept), content_type="application/json", headers=HEADERS)

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        _require_loopback(request)
        _require_same_origin(request)
        if len(self._sockets) >= limits.MAX_SOCKETS:
            raise web.HTTPServiceUnavailable(text="Too many tabs are open. Close some.")
        ws = web.WebSocketResponse(heartbeat=20, max_msg_size=limits.MAX_FRAME)
        try:
            await ws.prepare(request)
        except ValueError:  # aiohttp decodes the key before it looks at it
            raise web.HTTPBadRequest(text="This is not a websocket's key.") from None
        socket = Socket(ws, self._clock)
        self._sockets.add(socket)
        pump = asyncio.create_task(socket.pump())
        try:
            await self._listen(ws, socket)
        finally:
            self._sockets.discard(socket)
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)
        return ws

    async def _listen(self, ws: web.WebSocketResponse, socket: Socket) -> None:
        async for message in ws:
            if socket.too_slow:
                await ws.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"too slow")
                return
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                frame = frames.read(message.data)
            except BadInput as problem:
                socket.send(frames.write("refused", id=frames.id_of(message.data), why=str(problem)))
                continue
            if socket.may_ask():
                await self._receive(socket, frame)
            else:
                socket.send(frames.write("refused", id=getattr(frame, "id", ""), why="rate"))


async def asked_of(request: web.Request, shape: type[T]) -> T:
    """Returns the JSON that the playground's own page sent in this shape. Refuses all other requests."""
    _require_loopback(request)
    _require_same_origin(request)
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        return decoded(await request.read(), shape)
    except BadInput as problem:
        raise web.HTTPBadRequest(text=str(problem)) from problem


def _require_loopback(request: web.Request) -> None:
    """Refuses a request whose Host header does not name this machine."""
    try:
        named = urlsplit(f"//{request.host}").hostname
    except ValueError:
        named = None
    if named not in LOOPBACK:
        raise web.HTTPForbidden(text="The playground answers on 127.0.0.1 and localhost only.")


def _require_same_origin(request: web.Request) -> None:
    """Refuses a request of another site, or of another port of this machine."""
    if request.headers.get("Origin") != f"{request.scheme}://{request.host}":
        raise web.HTTPForbidden(text="Only the playground's own page may ask this.")

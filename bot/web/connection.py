"""One HTTP connection: how long the server waits for its client, and what it says to requests that are no HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from aiohttp import web

from bot.domain.phrases import phrase

NO_HTTP = "This is not a request that a browser sends. Open the address in a browser, or check the program that asks."
NOT_EXPECTED = "Muster does not know what this request expects. Send it without the header Expect."

TOO_SLOW = phrase("This took too long to arrive, so nothing was done. Try again with a better connection.")

READ_AT_ONCE = 4 * 1024
"""Bytes that are parsed before others have their turn: as chunks of one byte, 256 KiB take a tenth of a second. What
cannot be parsed also stays in memory until the garbage collector comes."""
_OUR_FAULT = 500
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Patience:
    """The seconds that a server waits for a client, and how often it looks whether they are over.

    `idle_s`: until the next request begins; reverse proxies keep their connections for about a minute.
    `headers_s`: from the first byte of a request to the end of its headers. `body_s`: from there to the end of its
    body. `answer_s`: until the client takes more of an answer. `linger_s`: until the rest of a body arrives that is
    not wanted any more. `work_s` is the longest that our own work for one request takes, websockets excepted.
    """

    idle_s: float = 75.0
    headers_s: float = 10.0
    body_s: float = 20.0
    answer_s: float = 20.0
    linger_s: float = 2.0
    work_s: float = 300.0
    look_every_s: float = 1.0


class TooSlow(TimeoutError):
    """The body of a request did not arrive in time."""


class Awaited(Enum):
    """The thing that a server waits for."""

    REQUEST = "idle_s"
    HEADERS = "headers_s"
    BODY = "body_s"
    READER = "answer_s"
    OURSELVES = "work_s"
    WEBSOCKET = ""


class Connection(web.RequestHandler):
    """Adds to aiohttp's protocol the limits of time that it lacks. It has one limit of its own, for idle connections.

    `waits_since` is the moment from which the server waits for the client, None while the server works.
    """

    __slots__ = (
        "_body_refused",
        "_heard_at",
        "_line",
        "_now",
        "_open",
        "_paused_at",
        "_request",
        "_since",
        "_websocket",
    )

    def __init__(self, server: web.Server, open_ones: set[Connection], patience: Patience) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(
            server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own runner passes None too
            keepalive_timeout=patience.idle_s,
            lingering_time=patience.linger_s,
            auto_decompress=False,  # a small body could become a big one, and nobody has to compress any
        )
        self._now = loop.time
        self._open = open_ones
        self._line: asyncio.Transport | None = None
        self._request: web.BaseRequest | None = None
        self._since = self._now()
        self._heard_at: float | None = None
        self._paused_at: float | None = None
        self._body_refused = False
        self._websocket = False

    # -- what happens --------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line = transport
        if hasattr(
            transport, "max_size"
        ):  # asyncio's own, which reads 256 KiB at once; under TLS there is no such
            transport.max_size = READ_AT_ONCE
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._open.discard(self)
        self._line = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._request is None and self._heard_at is None and data:
            self._heard_at = self._now()
        super().data_received(data)

    def pause_writing(self) -> None:
        self._paused_at = self._now()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._paused_at = None
        super().resume_writing()

    def set_parser(self, parser: Any, data_received_cb: Callable[[], None] | None = None) -> None:
        # aiohttp calls this when a request became a websocket, which has a heartbeat of its own.
        self._websocket = True
        super().set_parser(parser, data_received_cb)

    async def _handle_request(
        self,
        request: web.BaseRequest,
        start_time: float | None,
        request_handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
    ) -> tuple[web.StreamResponse, bool]:
        self._request, self._since, self._body_refused = request, self._now(), False
        if request.headers.get("Expect", "100-continue").lower() != "100-continue":
            request_handler = _refuse_expectation
        try:
            return await super()._handle_request(request, start_time, request_handler)
        finally:
            self._request, self._since, self._heard_at = None, self._now(), None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = _OUR_FAULT,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answers a request that aiohttp could not read, without a line in the log: anybody can send thousands."""
        if status == _OUR_FAULT:
            return super().handle_error(request, status, exc, message)
        return _closing(status, NO_HTTP) if status < _OUR_FAULT else _closing(408, TOO_SLOW)

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Logs errors of ours. A body that breaks off after it was answered is none."""
        if not isinstance(kw.get("exc_info"), web.RequestPayloadError | ConnectionError):
            super().log_exception(*args, **kw)

    # -- what is awaited -----------------------------------------------------------------------------------

    @property
    def awaited(self) -> Awaited:
        if self._paused_at is not None:
            return Awaited.READER
        if self._websocket:
            return Awaited.WEBSOCKET
        if self._request is None:
            return Awaited.REQUEST if self._heard_at is None else Awaited.HEADERS
        return Awaited.OURSELVES if self._request.content.is_eof() else Awaited.BODY

    @property
    def waits_since(self) -> float | None:
        awaited = self.awaited
        if self._line is None or awaited in (Awaited.OURSELVES, Awaited.WEBSOCKET):
            return None
        return self._paused_at if awaited is Awaited.READER else self._since

    def look(self, patience: Patience) -> bool:
        """Ends what takes too long, and returns whether it did.

        A body that is too slow is answered first, if somebody reads it.
        """
        awaited = self.awaited
        if awaited is Awaited.WEBSOCKET:
            return False
        since = {Awaited.READER: self._paused_at, Awaited.HEADERS: self._heard_at}.get(awaited, self._since)
        grace = patience.linger_s if awaited is Awaited.REQUEST or self._body_refused else 0.0
        assert since is not None
        if self._now() - since < getattr(patience, awaited.value) + grace:
            return False
        if awaited is Awaited.BODY and not self._body_refused and self._request is not None:
            self._body_refused = True
            self._request.content.set_exception(TooSlow())
        else:
            self.abort()
        return True

    def abort(self) -> None:
        """Closes the connection at once, without waiting for the client to take what was not sent yet."""
        if self._line is not None:
            self._line.abort()


async def _refuse_expectation(request: web.BaseRequest) -> web.StreamResponse:
    return _closing(417, NOT_EXPECTED)


def _closing(status: int, text: str) -> web.Response:
    response = web.Response(status=status, text=text + "\n", headers=_HEADERS)
    response.force_close()
    return response

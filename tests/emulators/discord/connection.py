"""One websocket of the gateway: framing, zlib-stream, heartbeats, send limits."""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections import deque
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from .model import Json

if TYPE_CHECKING:
    from .gateway import Gateway, Session

HEARTBEAT_MS = 41250
SENDS, SENDS_WINDOW = 120, 60.0
MAX_PAYLOAD = 4096


class Closed(Exception):
    """Close the connection with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Connection:
    """Writes in order from a queue, so that events can be sent from plain functions."""

    def __init__(self, gateway: Gateway, request: web.Request) -> None:
        self._gateway, self._request = gateway, request
        self._socket = web.WebSocketResponse(compress=False, max_msg_size=1 << 20, timeout=1.0)
        compress = request.query.get("compress") == "zlib-stream"
        self._deflate = zlib.compressobj() if compress else None
        self._queue: asyncio.Queue[bytes | Closed | None] = asyncio.Queue()
        self._recent: deque[float] = deque()
        self.session: Session | None = None
        self._ended = asyncio.Event()
        self._closing = False

    def send(self, message: Json) -> None:
        self.send_raw(json.dumps(message).encode())

    def send_raw(self, message: bytes) -> None:
        self._queue.put_nowait(message)

    async def close(self, code: int) -> None:
        """Send what is queued, then close; return when the client has gone."""
        self._queue.put_nowait(Closed(code, ""))
        await self._ended.wait()

    def abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    async def serve(self) -> web.WebSocketResponse:
        """Speak the protocol until the connection ends."""
        socket = self._socket
        await socket.prepare(self._request)
        self._gateway.connections.add(self)
        writer = asyncio.create_task(self._write())
        self.send({"op": 10, "t": None, "s": None, "d": {"heartbeat_interval": HEARTBEAT_MS, "_trace": []}})
        try:
            async for frame in socket:
                if frame.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    await self._receive(frame.data)
        except Closed as closed:
            self._queue.put_nowait(closed)
        finally:
            self._queue.put_nowait(None)
            await writer
            # The client's echo of a close that came from here says nothing about what it wants.
            self._gateway.lost(self, None if self._closing else socket.close_code)
            self._ended.set()
        return socket

    async def _write(self) -> None:
        while (message := await self._queue.get()) is not None:
            try:
                if isinstance(message, Closed):
                    self._closing = True
                    await self._socket.close(code=message.code, message=message.reason.encode())
                    return
                if self._deflate is None:
                    await self._socket.send_str(message.decode())
                else:
                    packed = self._deflate.compress(message) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                    await self._socket.send_bytes(packed)
            except (ConnectionError, RuntimeError):
                return  # lost on the way: RESUME replays it

    async def _receive(self, text: str | bytes) -> None:
        now = time.monotonic()
        self._recent.append(now)
        while self._recent[0] <= now - SENDS_WINDOW:
            self._recent.popleft()
        violate = self._gateway._emulator.violate
        if len(self._recent) > SENDS:
            violate("gateway: more than 120 sends in 60 s", f"{len(self._recent)} sends", "gateway")
            raise Closed(4008, "Rate limited.")
        if len(text) > MAX_PAYLOAD:
            violate("gateway: payload over 4096 bytes", f"{len(text)} bytes", "gateway")
            raise Closed(4002, "Decode error.")
        try:
            message = json.loads(text)
            operation, data = message["op"], message.get("d")
        except (ValueError, KeyError, TypeError):
            violate("gateway: malformed payload", "not a JSON object with op", "gateway")
            raise Closed(4002, "Decode error.") from None
        self._gateway.received.append(message)
        await self._operate(operation, data)

    async def _operate(self, operation: int, data: Json) -> None:
        if operation == 1:
            self.send({"op": 11, "d": None})
        elif operation in (2, 6):
            if self.session is not None:
                raise Closed(4005, "Already authenticated.")
            await (self._gateway.identify if operation == 2 else self._gateway.resume)(self, data)
        elif self.session is None:
            raise Closed(4003, "Not authenticated.")
        elif operation == 8:
            self._gateway.request_members(self.session, data)
        elif operation not in (3, 4, 31):  # presence, voice state, soundboard: heard and ignored
            self._gateway._emulator.violate("gateway: unknown opcode", f"op {operation}", "gateway")
            raise Closed(4001, "Unknown opcode.")

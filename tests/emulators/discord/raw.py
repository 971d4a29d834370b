"""Requests and gateway frames without a client library: for what discord.py itself would not send."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from .emulator import DiscordEmulator
from .model import Interaction, Json

API = "https://discord.com/api/v10"


class Raw:
    """A bot that speaks HTTP and websocket only."""

    def __init__(self, emulator: DiscordEmulator, session: aiohttp.ClientSession) -> None:
        self._emulator, self.session = emulator, session

    async def send(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """(status, JSON or text) of one request with the bot's token."""
        headers = {"Authorization": f"Bot {self._emulator.token}", **more.pop("headers", {})}
        async with self.session.request(method, API + path, json=body, headers=headers, **more) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text

    async def answer(self, interaction: Interaction, kind: int, data: Json | None = None) -> tuple[int, Any]:
        """Acknowledge an interaction."""
        body = {"type": kind} | ({} if data is None else {"data": data})
        return await self.send("POST", f"/interactions/{interaction.id}/{interaction.token}/callback", body)

    async def commands(self, *definitions: Json) -> tuple[int, Any]:
        """Register these commands and no others."""
        path = f"/applications/{self._emulator.world.application_id}/commands"
        return await self.send("PUT", path, list(definitions))

    async def upload(self, path: str, body: Json, *names: str) -> tuple[int, Any]:
        """A message with files."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", json.dumps(body))
        for number, name in enumerate(names):
            form.add_field(
                f"files[{number}]", b"data", filename=name, content_type="application/octet-stream"
            )
        headers = {"Authorization": f"Bot {self._emulator.token}"}
        async with self.session.post(API + path, data=form, headers=headers) as answer:
            return answer.status, await answer.json()

    @asynccontextmanager
    async def gateway(self, *, compress: bool = False) -> AsyncIterator[Socket]:
        query = "&compress=zlib-stream" if compress else ""
        async with self.session.ws_connect(
            f"wss://gateway.discord.gg/?v=10&encoding=json{query}"
        ) as connection:
            yield Socket(connection, self._emulator.token)


class Socket:
    def __init__(self, connection: aiohttp.ClientWebSocketResponse, token: str) -> None:
        self.connection, self._token = connection, token
        self._inflate = zlib.decompressobj()

    async def send(self, operation: int, data: Any = None) -> None:
        await self.connection.send_json({"op": operation, "d": data})

    async def identify(self, intents: int = 1, **more: Any) -> None:
        properties = {"os": "linux", "browser": "raw", "device": "raw"}
        await self.send(2, {"token": self._token, "properties": properties, "intents": intents} | more)

    async def receive(self) -> Json | int:
        """The next message, or the close code."""
        frame = await self.connection.receive(timeout=5)
        if frame.type == aiohttp.WSMsgType.BINARY:
            return json.loads(self._inflate.decompress(frame.data))
        if frame.type == aiohttp.WSMsgType.TEXT:
            return json.loads(frame.data)
        return self.connection.close_code or 1006

    async def until_op(self, operation: int) -> None:
        """Wait for a message of this opcode; AssertionError if a direct message comes first."""
        while (message := await self.receive())["op"] != operation:
            assert message.get("t") != "MESSAGE_CREATE", message

    async def until(self, event: str) -> Json:
        """Data of the next event of this name."""
        while True:
            message = await self.receive()
            assert isinstance(message, dict), f"closed with {message} before {event}"
            if message.get("t") == event:
                return message["d"]


@asynccontextmanager
async def raw(emulator: DiscordEmulator) -> AsyncIterator[Raw]:
    async with aiohttp.ClientSession(connector=emulator.connector()) as session:
        yield Raw(emulator, session)

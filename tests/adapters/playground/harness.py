"""The playground on a real loopback socket, a core that follows a script, and browsers that only speak frames."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec
from aiohttp import test_utils, web

from adapters.playground.adapter import PlaygroundAdapter
from bot.chat.declarations import Area
from bot.chat.incoming import Incoming
from bot.chat.model import Reply, say
from bot.chat.port import Progress, Turn
from bot.chat.registry import Registry
from tests.clock import ManualClock

Answer = Callable[[Incoming, Progress | None], Awaitable[Reply | None]]


class ScriptedCore:
    """Answers every act by `answer`, and remembers what it was asked."""

    def __init__(self) -> None:
        area = Area()

        @area.command("ping", "Answers")
        def ping(ctx: object) -> Reply:
            """Answers."""
            return say("pong")

        self.registry = Registry([area])
        self.acts: list[Incoming] = []
        self.done: list[str] = []
        self.left: list[Incoming] = []
        self.asked: list[tuple[Incoming, str, str]] = []
        self.offers: list[str] = ["ping"]
        self.answer: Answer = nothing

    async def dispatch(
        self, incoming: Incoming, progress: Progress | None = None, turn: Turn | None = None
    ) -> Reply | None:
        self.acts.append(incoming)
        return await self.answer(incoming, progress)

    async def unfinished(self, platform: str) -> Sequence[Incoming]:
        return self.left

    async def delivered(self, key: str) -> None:
        self.done.append(key)

    async def suggest(self, incoming: Incoming, param: str, typed: str) -> Sequence[tuple[str, str]]:
        self.asked.append((incoming, param, typed))
        return [("Eu\u202erope", "Europe/Berlin")]

    async def offered(self, incoming: Incoming) -> Sequence[str]:
        return self.offers


async def nothing(incoming: Incoming, progress: Progress | None) -> Reply | None:
    return None


def always(reply: Reply | None) -> Answer:
    async def answer(incoming: Incoming, progress: Progress | None) -> Reply | None:
        return reply

    return answer


class FakeWallets:
    """Says what it was asked to sign instead of signing."""

    def address(self, name: str) -> str:
        return f"0x{name}"

    def sign(self, name: str, message: str) -> str:
        return f"0x{name}:{message}"


class Browser:
    """One tab: sends frames, and reads until the frame it waits for."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.number = 0
        self.session = ""

    async def send(self, **frame: Any) -> None:
        await self.ws.send_str(msgspec.json.encode(frame).decode())

    async def next(self) -> dict[str, Any]:
        return msgspec.json.decode((await self.ws.receive(timeout=10)).data)

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """All frames up to and with the first of this kind."""
        seen = [await self.next()]
        while seen[-1]["t"] != kind:
            seen.append(await self.next())
        return seen

    async def become(self, player: str, session: str | None = None) -> dict[str, Any]:
        self.session = session or self.session
        await self.send(t="hello", player=player, session=self.session, locale="en-GB")
        return (await self.until("welcome"))[-1]

    async def act(
        self, player: str, chat: str, what: dict[str, Any], act_id: str | None = None
    ) -> list[dict[str, Any]]:
        """Do something and read up to its acknowledgement."""
        self.number += 1
        await self.begin(player, chat, what, act_id or str(self.number))
        return await self.until("ack")

    async def begin(self, player: str, chat: str, what: dict[str, Any], act_id: str) -> None:
        """Do something without waiting."""
        await self.send(t="act", id=f"{self.session}-{act_id}", player=player, chat=chat, what=what)

    async def silent(self) -> bool:
        """Whether nothing waits: an answer to a question asked now would come after it."""
        await self.send(t="suggest", n=-1, chat="room-discord", name="ping", param="x", typed="", values={})
        return [frame["t"] for frame in await self.until("suggestions")] == ["suggestions"]


class Playground:
    """The adapter, its core and its server."""

    def __init__(self, adapter: PlaygroundAdapter, core: ScriptedCore, server: test_utils.TestServer) -> None:
        self.adapter = adapter
        self.core = core
        self.server = server
        self.origin = f"http://127.0.0.1:{server.port}"
        self.http = aiohttp.ClientSession()
        self.browsers: list[Browser] = []

    async def browser(self, player: str = "ada", session: str = "session-of-tab") -> Browser:
        browser = Browser(await self.http.ws_connect(f"{self.origin}/ws", headers={"Origin": self.origin}))
        self.browsers.append(browser)
        await browser.become(player, session)
        return browser


@asynccontextmanager
async def playground(core: ScriptedCore, clock: ManualClock) -> AsyncIterator[Playground]:
    adapter = PlaygroundAdapter(clock, FakeWallets())
    app = web.Application()
    app.add_routes(adapter.routes())
    async with test_utils.TestServer(app, host="127.0.0.1") as server:
        running = Playground(adapter, core, server)
        try:
            await adapter.start(core)
            core.acts.clear()
            core.done.clear()
            yield running
        finally:
            await asyncio.gather(*(browser.ws.close() for browser in running.browsers))
            await asyncio.wait_for(adapter.stop(), 10)
            await running.http.close()

"""The playground's clock and its demo union, as the page asks for them. Only where no real member can be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import msgspec
from aiohttp import web

from adapters.playground import frames, people
from adapters.playground.demo import Demo
from adapters.playground.feed import Feed
from adapters.playground.server import HEADERS, Wallets, asked_of
from adapters.playground.sockets import Socket
from bot.chat.port import Core
from bot.domain.clock import Clock
from bot.domain.zones import zone
from bot.errors import BadInput, MusterError

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
_ROOMS = tuple(room.native_id for room in people.ROOMS)
_BUSY = "Time is moving already. Wait until it stands still again."
_TAKEN = "There is a union in these rooms already. Delete Muster's data folder to begin anew, then fill them."
_NO_CALL = "No call is open or planned, so there is no close to move to. Prepare one first: /call new."
_STARTING = "Muster is starting or stopping. Try again in a moment."


class Mover(Protocol):
    """Moves the clock and does what is due. `bot.playground_clock.Mover` implements it."""

    @property
    def address(self) -> str:
        """The address of the playground's own pages."""

    @property
    def is_moved(self) -> bool:
        """Whether the clock was ever moved on."""

    async def step(self, to: datetime) -> None:
        """Moves the clock on to that moment, at once, and does what is due then. Never moves it back."""

    async def move(self, to: datetime) -> None:
        """Moves the clock on to that moment step by step, and does on the way whatever falls due."""

    async def close_of_call(self) -> datetime | None:
        """Returns when the next call closes; None if none is open or planned."""

    async def is_free(self, platform: str, rooms: Sequence[str]) -> bool:
        """Whether none of these rooms belongs to a union."""

    async def is_filled(self) -> bool:
        """Whether the demo union's people live here."""

    async def set_filled(self) -> None:
        """Notes that the demo union's people live here from now on."""


class ToMove(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a page wants the clock moved: to the same hour of another day, or to the close of the next call."""

    to: Literal["day", "week", "close"]


class ToFill(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The time zone of the demo union: that of the browser."""

    time_zone: str


class Moving:
    """Does one thing at a time, and tells all tabs about it. Without a `mover` it does and shows nothing."""

    def __init__(self, clock: Clock, feed: Feed, wallets: Wallets, mover: Mover | None) -> None:
        self._clock, self._feed, self._wallets, self._mover = clock, feed, wallets, mover
        self._core: Core | None = None
        self._task: asyncio.Task[None] | None = None
        self._doing = ""
        self._free = False  # whether the rooms are in no union
        self._filled = False

    def routes(self) -> list[web.RouteDef]:
        """Returns the routes; none without a mover."""
        if self._mover is None:
            return []
        return [web.post("/playground/clock", self._on_clock), web.post("/playground/demo", self._on_demo)]

    async def start(self, core: Core) -> None:
        """Takes requests from now on."""
        self._core = core
        if self._mover is not None:
            self._filled = await self._mover.is_filled()
            await self._look(self._mover)

    async def stop(self) -> None:
        """Ends what is being done, between two steps of it."""
        self._core = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def people_in(self, manner: people.Manner) -> int:
        """Returns the number of people in the room of this manner."""
        return people.number_in(manner, filled=self._filled)

    def greet(self, socket: Socket) -> None:
        """Tells a new tab what the clock shows."""
        if self._mover is not None:
            socket.send(self._frame(self._mover))

    async def acted(self) -> None:
        """Takes the offer of a demo union back, once somebody founded another union."""
        if self._mover is not None and self._free and not self._doing:
            await self._look(self._mover)

    # -- requests ----------------------------------------------------------------------------------------------

    async def _on_clock(self, request: web.Request) -> web.StreamResponse:
        asked = await asked_of(request, ToMove)
        return await self._answer(lambda core, mover: self._move(mover, asked.to))

    async def _on_demo(self, request: web.Request) -> web.StreamResponse:
        asked = await asked_of(request, ToFill)
        return await self._answer(lambda core, mover: self._fill(core, mover, asked.time_zone))

    async def _answer(self, work: Callable[[Core, Mover], Coroutine[Any, Any, None]]) -> web.StreamResponse:
        """Does the work, even if the tab is closed meanwhile. Refuses while there is other work."""
        core, mover = self._core, self._mover
        if core is None or mover is None:
            return _refused(_STARTING)
        if self._task is not None and not self._task.done():
            return _refused(_BUSY)
        self._task = asyncio.create_task(self._do(mover, work(core, mover)), name="moving the clock")
        try:
            await asyncio.shield(self._task)
        except MusterError as problem:
            return _refused(str(problem))
        return web.Response(status=204, headers=HEADERS)

    async def _do(self, mover: Mover, work: Awaitable[None]) -> None:
        try:
            await work
        finally:
            await self._look(mover)
            self._tell(mover, "")

    async def _move(self, mover: Mover, to: str) -> None:
        start = self._clock.now()
        end = start + (7 * DAY if to == "week" else DAY)
        if to == "close":
            close = await mover.close_of_call()
            if close is None:
                raise BadInput(_NO_CALL)
            end = close
        self._tell(mover, "Time is moving…")
        at = start
        while at < end:
            at = min(at + DAY, end)
            await mover.move(at)
            self._tell(mover, "Time is moving…")

    async def _fill(self, core: Core, mover: Mover, time_zone: str) -> None:
        if not await mover.is_free(people.PLATFORM, _ROOMS):
            raise BadInput(_TAKEN)
        self._tell(mover, "Founding the union…")
        self._filled = True
        await mover.set_filled()
        demo = Demo(
            core, self._feed, mover, self._wallets, self._clock, _usable(time_zone, self._clock.now())
        )
        await demo.play(lambda doing: self._tell(mover, doing))

    # -- telling -----------------------------------------------------------------------------------------------

    async def _look(self, mover: Mover) -> None:
        before, self._free = self._free, await mover.is_free(people.PLATFORM, _ROOMS)
        if self._free != before:
            self._tell(mover, self._doing)

    def _tell(self, mover: Mover, doing: str) -> None:
        self._doing = doing
        for socket in self._feed.sockets:
            socket.send(self._frame(mover))

    def _frame(self, mover: Mover) -> str:
        return frames.write(
            "clock",
            now=self._clock.now().isoformat(timespec="milliseconds"),
            moved=mover.is_moved,
            doing=self._doing,
            free=self._free,
        )


def _refused(why: str) -> web.Response:
    return web.json_response({"error": why}, status=409, headers=HEADERS)


def _usable(time_zone: str, now: datetime) -> str:
    """Returns the browser's time zone, or UTC if it is none that a union can have."""
    try:
        return zone(time_zone, now).key
    except BadInput:
        return "UTC"

"""The websocket of one browser tab: its player, the frames that wait to be sent, and its rate limit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from aiohttp import WSCloseCode, web

from adapters.playground import limits, people
from bot.domain.clock import Clock


class Socket:
    """Sends frames in order, without waiting in `send`. A browser that is too slow is disconnected.

    It is `too_slow` when more frames wait than `limits.MAX_WAITING`. Further frames are dropped then, because it gets
    everything anew when it connects again.
    """

    def __init__(self, ws: web.WebSocketResponse, clock: Clock) -> None:
        self.player: people.Player | None = None
        self.session = ""
        self.locale = "en"
        self.offers: Mapping[str, Sequence[str]] = {}
        self.too_slow = False
        self._ws = ws
        self._clock = clock
        self._allowance = float(limits.ACTS_AT_ONCE)
        self._counted_at = clock.now()
        self._waiting: asyncio.Queue[str] = asyncio.Queue()

    def send(self, frame: str) -> None:
        """Queues a frame."""
        if self._waiting.qsize() > limits.MAX_WAITING:
            self.too_slow = True
        else:
            self._waiting.put_nowait(frame)

    async def pump(self) -> None:
        """Sends the queued frames, until the socket closes."""
        while not self._ws.closed:
            frame = await self._waiting.get()
            if self.too_slow:
                await self._ws.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"too slow")
                return
            try:
                await self._ws.send_str(frame)
            except ConnectionError:
                return

    def may_ask(self) -> bool:
        """Takes one from the allowance of frames; False when it is used up."""
        now = self._clock.now()
        # Less than nothing: the clock was set back.
        gained = max(0.0, (now - self._counted_at).total_seconds()) * limits.ACTS_PER_S
        self._counted_at = now
        self._allowance = min(self._allowance + gained, float(limits.ACTS_AT_ONCE))
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    async def close(self) -> None:
        """Closes the socket, because the program stops."""
        await self._ws.close(code=WSCloseCode.GOING_AWAY, message=b"stopping")

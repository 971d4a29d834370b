"""How many acts an adapter dispatches side by side. An act that waits for something outside gives its turn back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MOST_ASIDE = 1_000
"""Acts that wait outside without a turn. While there are so many, further ones keep theirs."""


class Turns:
    """Lets `at_once` acts be dispatched side by side."""

    def __init__(self, at_once: int, most_aside: int = MOST_ASIDE) -> None:
        self.free = asyncio.Semaphore(at_once)
        self.aside_left = most_aside

    @asynccontextmanager
    async def one(self) -> AsyncIterator[TakenTurn]:
        """Waits for a turn, and has it until the end of the block."""
        await self.free.acquire()
        turn = TakenTurn(self)
        try:
            yield turn
        finally:
            if turn.held:
                self.free.release()


class TakenTurn:
    """The turn of one act. Implements `chat.port.Turn`."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.held = True

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Gives the turn back for the block, and waits for another one at its end."""
        turns = self._turns
        if not turns.aside_left:
            yield
            return
        turns.aside_left -= 1
        self.held = False
        turns.free.release()
        try:
            yield
        finally:
            turns.aside_left += 1
            await turns.free.acquire()
            self.held = True

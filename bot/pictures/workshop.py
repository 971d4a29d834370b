"""Gives out the turns for members' pictures: who may have one fetched and decoded now, and who has to wait.

A member has one picture at a time in here, so that many pictures of one member keep nobody else waiting. Unions have
their turns one after the other, so that many members of one union keep no other union waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.domain.photos import Photo
from bot.errors import MusterError, TryAgain
from bot.pictures import process
from bot.pictures.turns import Turn, Turns

AT_ONCE = 2
"""Pictures that are decoded side by side. Each takes a processor and up to `worker.MOST_MEMORY`."""
LOADED = 3
"""Pictures whose bytes (8 MiB at most) are in memory: those that are decoded, and the next ones."""
MOST_PEOPLE = 32
"""People who wait, or whose picture is being decoded. Further people are asked to come back: those of the union that
has the most of them."""

ONE_AT_A_TIME = "One picture at a time: wait for the answer to your last one, then send this one again."
BUSY = "Many people send pictures at this moment. Nothing was changed. Send it again in a minute."
STOPPING = "Muster is being restarted, and nothing was changed. Send the picture again in a minute."


class Workshop:
    """Draws members' pictures anew, each in a process of its own. `decode` does it for one."""

    def __init__(self, decode: Callable[[bytes], Awaitable[Photo]] = process.redraw) -> None:
        self._decode = decode
        self._people: set[str] = set()
        self._tasks: set[asyncio.Task[Photo | MusterError]] = set()
        self._turns = Turns(LOADED, MOST_PEOPLE)
        self._decoding = asyncio.Semaphore(AT_ONCE)
        self._closed = False

    async def redraw(self, union: str, person: str, fetch: Callable[[], Awaitable[bytes]]) -> Photo:
        """Fetches a picture of this person and draws it anew, when it is their and their union's turn.

        Raises PictureRefused, the errors of `fetch`, and TryAgain if it is too much at once or Muster is stopping.
        """
        if self._closed:
            raise TryAgain(STOPPING)
        if person in self._people:
            raise TryAgain(ONE_AT_A_TIME)
        turn = self._turns.ask(union)
        if turn is None:
            raise TryAgain(BUSY)
        self._people.add(person)
        task = asyncio.create_task(self._drawn(turn, fetch))
        self._tasks.add(task)
        try:
            await asyncio.wait({task})
        finally:  # also when the caller is cancelled
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._turns.end(union, turn)
            self._tasks.discard(task)
            self._people.discard(person)
        if task.cancelled():
            raise TryAgain(STOPPING)
        result = task.result()
        if isinstance(result, MusterError):
            raise result
        return result

    async def close(self) -> None:
        """Kills the workers. Everybody who waits is told to come back."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _drawn(self, turn: Turn, fetch: Callable[[], Awaitable[bytes]]) -> Photo | MusterError:
        """Returns a refusal instead of raising it: with its frames, it would keep the picture's bytes in memory."""
        try:
            if not await turn:
                raise TryAgain(BUSY)
            data = await fetch()
            async with self._decoding:
                return await self._decode(data)
        except MusterError as refused:
            refused.__traceback__ = refused.__context__ = refused.__cause__ = None
            return refused

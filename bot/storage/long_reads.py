"""Reads of millions of rows that do not block the event loop: each has a thread and a connection of its own."""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Callable
from typing import Any

from bot.domain.clock import Clock
from bot.errors import StorageError, TryAgain
from bot.storage.session import FailureKind
from bot.storage.session_for import session_for
from bot.storage.snapshots import BEGIN, Arguments, Function, Keywords, tried_to_write
from bot.storage.transaction import Transaction


class LongReads:
    """Runs functions that read, each in a thread of its own, on one snapshot of the database."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._running: set[asyncio.Future[Any]] = set()
        self._numbers = itertools.count(1)

    async def read(self, function: Function, args: Arguments, kwargs: Keywords) -> Any:
        """Runs `function(tx, …)` in a transaction that only reads.

        Cancelling the caller does not stop the function. Raises StorageError when the database cannot be read,
        TryAgain when the connection was lost.
        """
        loop = asyncio.get_running_loop()
        result: asyncio.Future[Any] = loop.create_future()
        self._running.add(result)
        result.add_done_callback(self._ended)

        def run() -> None:
            tell: Callable[[Any], object] = result.set_result
            try:
                outcome = self._run(function, args, kwargs)
            except BaseException as error:
                tell = result.set_exception
                # A future refuses to carry StopIteration.
                outcome = RuntimeError(repr(error)) if isinstance(error, StopIteration) else error
            with contextlib.suppress(RuntimeError):  # the event loop has ended
                loop.call_soon_threadsafe(tell, outcome)

        threading.Thread(target=run, name=f"muster-scan-{next(self._numbers)}", daemon=True).start()
        return await asyncio.shield(result)

    def _ended(self, result: asyncio.Future[Any]) -> None:
        self._running.discard(result)
        result.exception()  # without this, asyncio would complain when the caller is gone

    def _run(self, function: Function, args: Arguments, kwargs: Keywords) -> Any:
        session, connected = session_for(self._url), False
        try:
            session.connect(writing=False)
            connected = True
            session.cursor.execute(BEGIN[session.dialect])
            return function(Transaction(session.cursor, session.dialect, self._clock.now()), *args, **kwargs)
        except Exception as error:
            failure = session.diagnose(error)
            if failure is None or tried_to_write(error):
                raise
            if failure.kind is FailureKind.LOST and connected:
                raise TryAgain("The connection to the database was lost. Try again in a moment.") from error
            raise StorageError(failure.text) from error
        finally:
            session.close()

    async def close(self) -> None:
        """Waits for the reads that run."""
        if self._running:
            await asyncio.wait(self._running)

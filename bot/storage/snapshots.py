"""Reads while others write, on a small pool of connections that cannot change anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.domain.clock import Clock
from bot.errors import StorageError, TryAgain
from bot.storage.session import FailureKind, Session
from bot.storage.sqlite import BUSY_SECONDS
from bot.storage.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

POOL_SIZE = 4
WAIT_SECONDS = 10.0
CONNECT_SECONDS = 10

Function = Callable[..., Any]
Arguments = tuple[Any, ...]
Keywords = dict[str, Any]

BEGIN = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


class SnapshotReads:
    """Runs functions that read on the async engine (aiosqlite or psycopg), each on one snapshot of the database."""

    def __init__(self, url: str, session: Session, clock: Clock) -> None:
        self._url = url
        self._session = session
        self._clock = clock
        self._reading: set[asyncio.Future[Any]] = set()

    @cached_property
    def _engine(self) -> AsyncEngine:
        """The async engine. It is made for the first read, because loading it takes a tenth of a start."""
        from sqlalchemy.ext.asyncio import create_async_engine

        patience = {"timeout": BUSY_SECONDS} if self._sqlite else {"connect_timeout": CONNECT_SECONDS}
        engine = create_async_engine(
            self._url,
            isolation_level="AUTOCOMMIT",  # `_run` opens the transactions itself, the same way on both databases
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=WAIT_SECONDS,
            connect_args=patience,
        )
        if self._sqlite:
            event.listen(engine.sync_engine, "connect", _forbid_writing)
        return engine

    @property
    def _sqlite(self) -> bool:
        return self._session.dialect == "sqlite"

    async def read(self, function: Function, args: Arguments, kwargs: Keywords) -> Any:
        """Runs a function in a transaction that only reads, and runs it again if its connection was lost.

        Cancelling the caller does not stop the function: its connection could not be used again.
        Raises StorageError when the database cannot be read, TryAgain when too many read at once.
        """
        reading = asyncio.ensure_future(self._read(function, args, kwargs))
        self._reading.add(reading)
        reading.add_done_callback(self._ended)
        return await asyncio.shield(reading)

    def _ended(self, reading: asyncio.Future[Any]) -> None:
        self._reading.discard(reading)
        if not reading.cancelled():
            reading.exception()  # without this, asyncio would complain when the caller is gone

    async def _read(self, function: Function, args: Arguments, kwargs: Keywords) -> Any:
        for _ in range(POOL_SIZE):  # every connection of the pool may have been lost unnoticed
            try:
                return await self._attempt(function, args, kwargs)
            except PoolTimeout as error:
                raise TryAgain("Too many are reading at once. Try again in a moment.") from error
            except Exception as error:
                # The pool wraps the driver's error only when connecting failed.
                connecting = error.orig if isinstance(error, DBAPIError) else None
                failure = self._session.diagnose(connecting or error)
                if failure is None or tried_to_write(error):
                    raise
                if connecting or failure.kind is not FailureKind.LOST:
                    raise StorageError(failure.text) from error
        raise TryAgain("The connection to the database was lost. Try again in a moment.")

    async def _attempt(self, function: Function, args: Arguments, kwargs: Keywords) -> Any:
        async with self._engine.connect() as connection:
            try:
                return await connection.run_sync(self._run, function, args, kwargs)
            except Exception as error:
                if self._session.diagnose(error) is not None:
                    await connection.invalidate()
                raise

    def _run(self, connection: Connection, function: Function, args: Arguments, kwargs: Keywords) -> Any:
        cursor = connection.connection.cursor()
        cursor.execute(BEGIN[self._session.dialect])
        try:
            return function(Transaction(cursor, self._session.dialect, self._clock.now()), *args, **kwargs)
        finally:
            cursor.execute("ROLLBACK")
            cursor.close()

    async def close(self) -> None:
        """Waits for the reads that run, then closes the connections."""
        if self._reading:
            await asyncio.wait(self._reading)
        if "_engine" in vars(self):
            await self._engine.dispose()


def tried_to_write(error: Exception) -> bool:
    """Whether a function that may only read tried to write: a bug, not a problem of the database."""
    return getattr(error, "sqlite_errorname", None) == "SQLITE_READONLY" or (
        getattr(error, "sqlstate", None) == "25006"
    )


def _forbid_writing(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()

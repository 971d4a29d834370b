"""Reading while others write: a small pool of connections that cannot change anything."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.domain.clock import Clock
from bot.errors import StorageError, TryAgain
from bot.storage.session import FailureKind, Session
from bot.storage.sqlite import BUSY_SECONDS
from bot.storage.transaction import Transaction

POOL_SIZE = 4
WAIT_SECONDS = 10.0
CONNECT_SECONDS = 10

Function = Callable[..., Any]
Arguments = tuple[Any, ...]
Keywords = dict[str, Any]

BEGIN = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


class Readers:
    """Runs functions on the async engine (aiosqlite or psycopg), each in one snapshot of the database."""

    def __init__(self, url: str, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        patience = {"timeout": BUSY_SECONDS} if self._sqlite else {"connect_timeout": CONNECT_SECONDS}
        self._engine: AsyncEngine = create_async_engine(
            url,
            isolation_level="AUTOCOMMIT",  # transactions are opened here, the same way on both
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=WAIT_SECONDS,
            connect_args=patience,
        )
        self._reading: set[asyncio.Future[Any]] = set()
        if self._sqlite:
            event.listen(self._engine.sync_engine, "connect", _forbid_writing)

    @property
    def _sqlite(self) -> bool:
        return self._session.dialect == "sqlite"

    async def read(self, function: Function, args: Arguments, kwargs: Keywords) -> Any:
        """Run a function in a transaction that only reads; again if its connection turned out to be lost.

        A cancelled caller does not stop it: its connection would be left in the middle of something.
        Raises StorageError when the database cannot be read, TryAgain when too many read at once.
        """
        reading = asyncio.ensure_future(self._read(function, args, kwargs))
        self._reading.add(reading)
        reading.add_done_callback(self._ended)
        return await asyncio.shield(reading)

    def _ended(self, reading: asyncio.Future[Any]) -> None:
        self._reading.discard(reading)
        if not reading.cancelled():
            reading.exception()  # looked at, also where the caller is gone

    async def _read(self, function: Function, args: Arguments, kwargs: Keywords) -> Any:
        for _ in range(POOL_SIZE):  # as many as there may be connections that died unnoticed
            try:
                return await self._attempt(function, args, kwargs)
            except PoolTimeout as error:
                raise TryAgain("Too many are reading at once. Try again in a moment.") from error
            except Exception as error:
                # The pool wraps what the driver says of a failed attempt to connect; the rest comes bare.
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

    def _run(
        self,
        connection: Connection,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        cursor = connection.connection.cursor()
        cursor.execute(BEGIN[self._session.dialect])
        try:
            return function(Transaction(cursor, self._session.dialect, self._clock.now()), *args, **kwargs)
        finally:
            cursor.execute("ROLLBACK")
            cursor.close()

    async def close(self) -> None:
        """Let what is being read end, then close the connections."""
        if self._reading:
            await asyncio.wait(self._reading)
        await self._engine.dispose()


def tried_to_write(error: Exception) -> bool:
    """Whether a function that only reads changed something: a bug, not a problem of the database."""
    return getattr(error, "sqlite_errorname", None) == "SQLITE_READONLY" or (
        getattr(error, "sqlstate", None) == "25006"
    )


def _forbid_writing(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()

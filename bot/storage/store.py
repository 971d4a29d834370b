"""The database as the rest of Muster sees it: functions of a transaction go in, their results come out."""

from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import MetaData

from bot.domain.clock import Clock
from bot.domain.transaction import Tx
from bot.storage.backup import back_up
from bot.storage.long_reads import Scans
from bot.storage.migrate import bring_to_head
from bot.storage.session_for import session_for
from bot.storage.snapshots import Readers
from bot.storage.writer import OnBatch, Writer

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """One database, one writer, several readers; used from one event loop."""

    def __init__(self, url: str, clock: Clock, writer: Writer, readers: Readers, scans: Scans) -> None:
        self._url = url
        self._clock = clock
        self._writer = writer
        self._readers = readers
        self._scans = scans

    @classmethod
    async def open(
        cls, url: str, clock: Clock, metadata: MetaData, *, on_batch: OnBatch | None = None
    ) -> "Store":
        """Open, creating (from `metadata`) or migrating what is needed.

        `url` is `sqlite+aiosqlite:///path` or `postgresql+psycopg://…`; `on_batch(functions, seconds)` is
        told of every durable transaction. Raises StorageError when the database is in use by another writer,
        newer than this program, damaged or out of reach.
        """
        session = session_for(url)
        writer = Writer(session, clock, lambda connected: bring_to_head(connected, url, metadata), on_batch)
        await writer.start()
        return cls(url, clock, writer, Readers(url, session, clock), Scans(url, clock))

    @property
    def problem(self) -> str | None:
        """Why writes are refused at present, with the remedy; None when they are not."""
        return self._writer.problem

    async def write(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(tx, …)` in the writer and return its result once it is durable.

        What `fn` raises undoes `fn` alone and is raised here. It may be run again (a deadlock, a lost
        connection), so it acts through `tx` only. A cancelled caller does not stop what was accepted.
        Raises StorageError when nothing can be saved, TryAgain when too much waits.
        """
        return cast(T, await self._writer.submit(fn, args, kwargs))

    async def read(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(tx, …)` on one snapshot of the database; it cannot change anything."""
        return cast(T, await self._readers.read(fn, args, kwargs))

    async def scan(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(tx, …)` like `read`, in a thread of its own: for what reads very many rows, or computes long.

        Rows of `read` pass through the event loop, which would be held up.
        """
        return cast(T, await self._scans.scan(fn, args, kwargs))

    async def backup(self, target: Path) -> None:
        """Copy the database (SQLite) to a new file while everything goes on. Raises StorageError."""
        await back_up(self._url, target)

    async def close(self) -> None:
        """Finish everything accepted, then let go of the database."""
        await self._writer.close()
        await self._readers.close()
        await self._scans.close()

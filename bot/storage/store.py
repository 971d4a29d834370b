"""The database for the rest of Muster: it takes functions of a transaction and returns their results."""

from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import MetaData

from bot.domain.clock import Clock
from bot.domain.transaction import Tx
from bot.storage.backup import back_up
from bot.storage.long_reads import LongReads
from bot.storage.migrate import bring_to_head
from bot.storage.session_for import session_for
from bot.storage.snapshots import SnapshotReads
from bot.storage.writer import OnBatch, Writer

P = ParamSpec("P")
T = TypeVar("T")


class Store:
    """One database with one writer and several readers; used from one event loop."""

    def __init__(
        self, url: str, writer: Writer, snapshot_reads: SnapshotReads, long_reads: LongReads
    ) -> None:
        self._url = url
        self._writer = writer
        self._snapshot_reads = snapshot_reads
        self._long_reads = long_reads

    @classmethod
    async def open(
        cls, url: str, clock: Clock, metadata: MetaData, *, on_batch: OnBatch | None = None
    ) -> "Store":
        """Opens the database. An empty one gets its tables from `metadata`, an older one is migrated.

        `url` is `sqlite+aiosqlite:///path` or `postgresql+psycopg://…`. `on_batch(functions, seconds)` is called
        after every durable transaction. Raises StorageError when the database is in use by another writer, newer
        than this program, damaged or out of reach.
        """
        session = session_for(url)
        writer = Writer(session, clock, lambda connected: bring_to_head(connected, url, metadata), on_batch)
        await writer.start()
        return cls(url, writer, SnapshotReads(url, session, clock), LongReads(url, clock))

    @property
    def problem(self) -> str | None:
        """The reason why writes fail at present, with the remedy; None when they work."""
        return self._writer.problem

    async def write(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn(tx, …)` in the writer, and returns its result once it is durable.

        An exception in `fn` undoes the changes of this `fn` alone and is raised here. The writer may run `fn` again
        (after a deadlock or a lost connection), so `fn` acts through `tx` only. Cancelling the caller does not stop
        `fn`. Raises StorageError when nothing can be saved, TryAgain when too much waits.
        """
        return cast(T, await self._writer.submit(fn, args, kwargs))

    async def read(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn(tx, …)`, which cannot change anything, on one snapshot of the database, and returns its result."""
        return cast(T, await self._snapshot_reads.read(fn, args, kwargs))

    async def scan(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn(tx, …)` like `read`, but in a thread of its own: for very many rows, or a long computation.

        The rows of `read` pass through the event loop, which they would block.
        """
        return cast(T, await self._long_reads.read(fn, args, kwargs))

    async def backup(self, target: Path) -> None:
        """Copies a SQLite database to a new file while Muster goes on. Raises StorageError."""
        await back_up(self._url, target)

    async def close(self) -> None:
        """Finishes all writes and reads that were accepted, then closes the database."""
        await self._writer.close()
        await self._snapshot_reads.close()
        await self._long_reads.close()

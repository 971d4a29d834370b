"""The database for a program that only reads beside a running bot: it takes no lock and migrates nothing."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import column, func, select, table

from bot.domain.clock import Clock
from bot.domain.transaction import Tx
from bot.errors import StorageError
from bot.storage.long_reads import LongReads
from bot.storage.migrate import HEAD
from bot.storage.session_for import session_for
from bot.storage.snapshots import SnapshotReads
from bot.storage.statements import Statement

P = ParamSpec("P")
T = TypeVar("T")

_TABLES = {
    "sqlite": Statement(
        select(column("name")).select_from(table("sqlite_master")).where(column("type") == "table")
    ),
    "postgresql": Statement(
        select(column("tablename"))
        .select_from(table("pg_tables"))
        .where(column("schemaname") == func.current_schema())
    ),
}
_VERSION = Statement(select(column("version_num")).select_from(table("alembic_version")))


class ReadOnlyStore:
    """A database that others write. Construct it inside the event loop, and close it."""

    def __init__(self, url: str, clock: Clock) -> None:
        session = session_for(url)  # never connected: it only explains errors
        # To be known before the driver connects, which would create a missing file.
        self._missing = session.missing
        self._snapshot_reads = SnapshotReads(url, session, clock)
        self._long_reads = LongReads(url, clock)
        self._dialect = session.dialect

    async def version(self) -> str | None:
        """Returns the schema's version; None when there is no database yet, or an empty one.

        Raises StorageError when the database cannot be read or is another program's.
        """
        if self._missing:
            return None
        version: str | None = await self._snapshot_reads.read(_version, (self._dialect,), {})
        return version

    async def require_head(self) -> None:
        """Raises StorageError unless the database has the schema of this program."""
        version = await self.version()
        if version is None:
            raise StorageError("There is no database yet: `muster run` makes it.")
        if version > HEAD:
            raise StorageError(
                f"The database has schema {version}, newer than this Muster knows ({HEAD}). "
                "Use the newer Muster."
            )
        if version < HEAD:
            raise StorageError(
                f"The database has schema {version}, older than this Muster's ({HEAD}). Run `muster migrate`."
            )

    async def read(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn(tx, …)` on one snapshot; returns its result. Call `require_head` first. Raises StorageError."""
        return cast(T, await self._snapshot_reads.read(fn, args, kwargs))

    async def scan(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn(tx, …)` like `read`, but in a thread of its own: for very many rows."""
        return cast(T, await self._long_reads.read(fn, args, kwargs))

    async def close(self) -> None:
        """Waits for reads that still run, then closes the connections."""
        await self._snapshot_reads.close()
        await self._long_reads.close()


def _version(tx: Tx, dialect: str) -> str | None:
    tables = {row[0] for row in tx.all(_TABLES[dialect]) if not row[0].startswith("sqlite_")}
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StorageError("This is another program's database. Give Muster a database of its own.")
    found: str | None = tx.value(_VERSION)
    return found

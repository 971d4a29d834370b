"""The database for who only reads, beside a running bot: no lock is taken and nothing is migrated."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import column, func, select, table

from bot.domain.clock import Clock
from bot.domain.transaction import Tx
from bot.errors import StorageError
from bot.storage.long_reads import Scans
from bot.storage.migrate import HEAD
from bot.storage.session_for import session_for
from bot.storage.snapshots import Readers
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


class Reader:
    """A database as others left it. Make one inside the event loop, and close it."""

    def __init__(self, url: str, clock: Clock) -> None:
        session = session_for(url)  # never connected: it knows what errors mean
        # The driver would make the file that is not there.
        self._missing = session.missing
        self._readers = Readers(url, session, clock)
        self._scans = Scans(url, clock)
        self._dialect = session.dialect

    async def version(self) -> str | None:
        """The schema's version; None when there is no database yet, or an empty one.

        Raises StorageError when it cannot be read or is another program's.
        """
        if self._missing:
            return None
        version: str | None = await self._readers.read(_version, (self._dialect,), {})
        return version

    async def require_head(self) -> None:
        """Raises StorageError unless the schema is the one this program reads."""
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
        """Run `fn(tx, …)` on one snapshot; the schema must be the current one. Raises StorageError."""
        return cast(T, await self._readers.read(fn, args, kwargs))

    async def scan(self, fn: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn(tx, …)` like `read`, in a thread of its own, for very many rows."""
        return cast(T, await self._scans.scan(fn, args, kwargs))

    async def close(self) -> None:
        """Close the connections."""
        await self._readers.close()
        await self._scans.close()


def _version(tx: Tx, dialect: str) -> str | None:
    tables = {row[0] for row in tx.all(_TABLES[dialect]) if not row[0].startswith("sqlite_")}
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StorageError("This is another program's database. Give Muster a database of its own.")
    found: str | None = tx.value(_VERSION)
    return found

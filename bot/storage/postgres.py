"""The session of PostgreSQL: one connection that holds an advisory lock until it is closed."""

import contextlib
from typing import Any

import psycopg
from sqlalchemy import URL

from bot.errors import StorageError
from bot.storage.session import Failure, FailureKind
from bot.storage.statements import Cursor, dialect_named

CONNECT_SECONDS = 10
WRITER_LOCK = int.from_bytes(b"muster")
"""The key of the session-level advisory lock. PostgreSQL keeps these locks for each database apart."""

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_OUTCOME_UNKNOWN = "40003"
_LOST = ("08", "57P", _OUTCOME_UNKNOWN)
_REFUSED = {
    "53": "The database server is out of disk, memory or connections. Give it what it lacks",
    "25006": "The database server only lets read. Point Muster at the primary server",
    "28": "The database server refuses Muster's user. Check name, password and pg_hba.conf",
    "3D": "The database does not exist. Create it with createdb",
    "42501": "Muster's database user lacks a right. Make it the owner of the database",
}


class PostgresSession:
    """The writing connection to a PostgreSQL database."""

    dialect = "postgresql"
    begin = "BEGIN"
    missing = False
    """Connecting creates no database on a server."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._connection: psycopg.Connection[Any] | None = None
        self._cursor: psycopg.Cursor[Any] | None = None

    @property
    def connected(self) -> bool:
        """Whether `cursor` can be used."""
        return self._connection is not None and not self._connection.closed

    @property
    def cursor(self) -> Cursor:
        """The one cursor."""
        if self._cursor is None:
            raise RuntimeError("not connected")
        return self._cursor

    def connect(self, *, writing: bool = True) -> None:
        """Connects, and takes the lock if `writing`. Raises StorageError when another writer holds it."""
        self.disconnect()
        arguments, options = dialect_named("postgresql").create_connect_args(self._url)
        options = {"connect_timeout": CONNECT_SECONDS, "application_name": "muster writer", **options}
        connection = psycopg.connect(*arguments, autocommit=True, **options)
        cursor = connection.cursor()
        if writing and not _try_lock(cursor):
            connection.close()
            raise StorageError(
                "Another Muster is using this database (it holds the writer's lock). Stop it first, "
                "or give this one a database of its own."
            )
        self._connection = connection
        self._cursor = cursor

    def keep_copy(self, suffix: str) -> None:
        """Copies nothing: the operator of a server makes the backups."""

    def version(self) -> str | None:
        """Returns the schema's version; None in an empty database. Raises StorageError if it is not Muster's."""
        self.cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = {name for (name,) in self.cursor.fetchall()}
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise StorageError("This is another program's database. Give Muster a database of its own.")
        self.cursor.execute("SELECT version_num FROM alembic_version")
        rows = self.cursor.fetchall()
        return str(rows[0][0]) if rows else None

    def purge(self) -> bool:
        """Does nothing: the files are the server's, and so is the time at which it writes over old rows."""
        return True

    def diagnose(self, error: BaseException) -> Failure | None:
        """Returns what an error says about the database; None when it concerns one statement only."""
        if not isinstance(error, psycopg.Error):
            return None
        state = error.sqlstate or ""
        for prefix, text in _REFUSED.items():
            if state.startswith(prefix):
                return Failure(FailureKind.REFUSED, f"{text}; then Muster goes on by itself.")
        if state.startswith("XX"):
            return Failure(
                FailureKind.BROKEN,
                "The database is damaged. Stop Muster, see the server's log, and restore a backup.",
            )
        if state.startswith("40") and state != _OUTCOME_UNKNOWN:
            return Failure(FailureKind.CONFLICT, "Other transactions were in the way. Try again.")
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) and (
            not state or state.startswith(_LOST)
        ):
            return Failure(
                FailureKind.LOST,
                "The database server cannot be reached. Start it, or check the network; "
                "then Muster goes on by itself.",
            )
        return None

    def disconnect(self) -> None:
        """Closes the connection, which also releases the lock; never raises."""
        connection, self._connection, self._cursor = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()

    def close(self) -> None:
        """Releases the lock and closes the connection; never raises."""
        if self._connection is not None and not self._connection.broken:
            # The server notices a closed connection only later, and would refuse a new start until then.
            with contextlib.suppress(psycopg.Error):
                self._connection.execute("SELECT pg_advisory_unlock_all()")
        self.disconnect()


def _try_lock(cursor: psycopg.Cursor[Any]) -> bool:
    row = cursor.execute("SELECT pg_try_advisory_lock(%s)", [WRITER_LOCK]).fetchone()
    return row is not None and bool(row[0])

"""The session of SQLite: WAL, every commit synced, one writer across processes."""

import contextlib
import os
import sqlite3
from pathlib import Path

from sqlalchemy import URL

from bot.errors import StorageError
from bot.storage.backup import copy_database
from bot.storage.locking import FileLock
from bot.storage.session import Failure, FailureKind
from bot.storage.statements import Cursor

BUSY_SECONDS = 5.0
CACHED_STATEMENTS = 512

_SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    # Zeros overwrite what is deleted, also in pages that become free ("fast" leaves those).
    "PRAGMA secure_delete=ON",
)

# https://www.sqlite.org/rescode.html: primary result codes, the low byte of the code that the driver reports.
_REFUSED = {
    sqlite3.SQLITE_FULL: "The disk of the database is full. Free some space",
    sqlite3.SQLITE_BUSY: "Another program has the database locked. End that program or its transaction",
    sqlite3.SQLITE_LOCKED: "Another program has the database locked. End that program or its transaction",
    sqlite3.SQLITE_READONLY: "The database cannot be written. Give Muster's user write access to it",
    sqlite3.SQLITE_PERM: "The database cannot be written. Give Muster's user write access to it",
    sqlite3.SQLITE_CANTOPEN: "The database file cannot be opened. Check its path, folder and permissions",
    sqlite3.SQLITE_IOERR: "Reading or writing the database failed. Check the disk and the system's log",
    sqlite3.SQLITE_NOMEM: "The database ran out of memory. Give the machine more",
}
_BROKEN = {
    sqlite3.SQLITE_CORRUPT: "The database file is damaged",
    sqlite3.SQLITE_NOTADB: "The database file is not a SQLite database",
}


class SqliteSession:
    """The writing connection to a SQLite file, and the lock beside it."""

    dialect = "sqlite"
    begin = "BEGIN IMMEDIATE"

    def __init__(self, url: URL) -> None:
        self.path = Path(url.database or "").absolute()
        self._lock = FileLock(self.path.with_name(self.path.name + ".lock"))
        self._connection: sqlite3.Connection | None = None
        self._cursor: sqlite3.Cursor | None = None

    @property
    def missing(self) -> bool:
        """Whether there is no file yet; the driver would create it."""
        return not self.path.exists()

    @property
    def connected(self) -> bool:
        """Whether `cursor` can be used."""
        return self._cursor is not None

    @property
    def cursor(self) -> Cursor:
        """The one cursor."""
        if self._cursor is None:
            raise RuntimeError("not connected")
        return self._cursor

    def connect(self, *, writing: bool = True) -> None:
        """Creates folder (0700) and file (0600) if missing, locks, connects. Without `writing`, only connects."""
        if writing:
            self._create_and_lock()
        connection = sqlite3.connect(
            self.path if writing else f"{self.path.as_uri()}?mode=ro",
            timeout=BUSY_SECONDS,
            isolation_level=None,
            cached_statements=CACHED_STATEMENTS,
            uri=not writing,
        )
        try:
            for setting in _SETTINGS if writing else ():
                connection.execute(setting).fetchall()
        except sqlite3.Error:
            connection.close()
            raise
        self._connection = connection
        self._cursor = connection.cursor()

    def _create_and_lock(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire()
            # SQLite gives its WAL files the permissions of the database.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StorageError(
                f"The database {self.path} cannot be opened ({error.strerror}). "
                "Check that the folder exists and that Muster's user may write there."
            ) from error

    def keep_copy(self, suffix: str) -> Path | None:
        """Copies the database to a file beside it whose name ends with `suffix`."""
        copy = self.path.with_name(f"{self.path.name}.{suffix}")
        copy_database(self.path, copy)
        return copy

    def version(self) -> str | None:
        """Returns the schema's version; None in an empty database. Raises StorageError if it is not Muster's."""
        self.cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = {name for (name,) in self.cursor.fetchall() if not name.startswith("sqlite_")}
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise StorageError(f"{self.path} is another program's database. Give Muster a file of its own.")
        self.cursor.execute("SELECT version_num FROM alembic_version")
        rows = self.cursor.fetchall()
        return str(rows[0][0]) if rows else None

    def purge(self) -> bool:
        """Empties the write-ahead log, which has copies of erased rows; returns False if a reader still needs it.

        Source: https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
        """
        self.cursor.execute("PRAGMA busy_timeout=0")
        try:
            self.cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            [(busy, _, _)] = self.cursor.fetchall()
        finally:
            self.cursor.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
        return not busy

    def diagnose(self, error: BaseException) -> Failure | None:
        """Returns what an error says about the database; None when it concerns one statement only."""
        if not isinstance(error, sqlite3.Error):
            return None
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
        if code in _BROKEN:
            return Failure(
                FailureKind.BROKEN,
                f"{_BROKEN[code]} ({self.path}). Stop Muster, keep a copy of the file, and restore a backup.",
            )
        if code in _REFUSED:
            return Failure(
                FailureKind.REFUSED, f"{_REFUSED[code]}; then Muster goes on by itself ({self.path})."
            )
        return None

    def disconnect(self) -> None:
        """Closes the connection; never raises."""
        connection, self._connection, self._cursor = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def close(self) -> None:
        """Closes the connection and releases the lock; never raises."""
        self.disconnect()
        self._lock.release()

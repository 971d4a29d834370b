"""Copying a SQLite database while it is in use."""

import asyncio
import contextlib
import os
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.errors import StorageError


async def back_up(url: str, target: Path) -> None:
    """Copies the database to `target` (mode 0600). The file appears only when it is complete and synced.

    Raises StorageError for PostgreSQL, which has its own tool, and when the copy cannot be written.
    Source: https://www.sqlite.org/backup.html
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise StorageError(
            "A PostgreSQL database is backed up with its own tool: "
            "pg_dump --format=custom --file=FILE DATABASE."
        )
    await asyncio.to_thread(copy_database, Path(parsed.database or ""), target)


def copy_database(source: Path, target: Path) -> None:
    """Copies a SQLite file that other connections may be writing. Raises StorageError; leaves no partial file."""
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # mode 0600
    except OSError as error:
        raise StorageError(f"The backup {target} cannot be written ({error.strerror}).") from error
    try:
        with os.fdopen(descriptor):
            _copy(source, name)
            os.fsync(descriptor)
        Path(name).replace(target)
        _sync_folder(target.parent)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise StorageError(
            f"The backup {target} was not written ({error}). Check the free space and permissions there."
        ) from error


def _copy(source: Path, target: str) -> None:
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
        contextlib.closing(sqlite3.connect(target, isolation_level=None)) as new,
    ):
        # All pages in one step: with smaller steps, each write of another connection restarts the copy.
        old.backup(new, pages=-1)
        # The copied header says WAL mode: without this, the copy would need a -wal and a -shm file beside it.
        new.execute("PRAGMA journal_mode=DELETE").fetchall()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

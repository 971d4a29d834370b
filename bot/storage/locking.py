"""The right to be the only writer of a SQLite database, across processes."""

import fcntl
import os
from pathlib import Path

from bot.errors import StorageError


class FileLock:
    """An exclusive `flock` on a file; the kernel releases it when the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Takes the lock; without effect when held. Raises StorageError when another process holds it."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise StorageError(
                f"Another Muster is using this database ({self._path} is locked). Stop it first, "
                "or give this one a database of its own."
            ) from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Releases the lock; without effect when not held. The file stays: removing it would race with others."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

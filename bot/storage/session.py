"""The form of a session: the writer's own connection, with the meaning of its errors. Each database has a class.

A session is used from one thread. The driver is in autocommit mode: only the writer opens transactions and
savepoints, so that one place decides when a change is durable.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from bot.storage.statements import Cursor


class FailureKind(Enum):
    """How to go on after a failure."""

    REFUSED = "refused"
    """Writes fail until the cause is removed; each next write tries again."""

    BROKEN = "broken"
    """Nothing may be written until the operator has repaired the database and restarted Muster."""

    CONFLICT = "conflict"
    """Another transaction was in the way: run the transaction again."""

    LOST = "lost"
    """The connection is lost; a transaction that was not committed was not done."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A problem of the database. `text` tells it to the operator, with the remedy."""

    kind: FailureKind
    text: str


class Session(Protocol):
    """One connection that may write, and the right to be the only one."""

    dialect: str
    begin: str
    """The SQL that opens a transaction which may write."""

    @property
    def missing(self) -> bool:
        """Whether there is no database yet, so that connecting would create one."""
        ...

    @property
    def connected(self) -> bool:
        """Whether `cursor` can be used."""
        ...

    @property
    def cursor(self) -> Cursor:
        """The one cursor."""
        ...

    def connect(self, *, writing: bool = True) -> None:
        """Takes the writer's lock and connects. Without `writing`, only connects, to read.

        Raises StorageError, or the driver's error.
        """

    def keep_copy(self, suffix: str) -> Path | None:
        """Copies the database to a file beside it whose name ends with `suffix`; returns None if it is no file."""

    def version(self) -> str | None:
        """Returns the schema's version; None in an empty database. Raises StorageError if it is not Muster's."""

    def purge(self) -> bool:
        """Takes what was erased out of all files of the database; returns False if a reader still needs it.

        Does not wait for readers. May raise the driver's error.
        """

    def diagnose(self, error: BaseException) -> Failure | None:
        """Returns what an error says about the database; None when it concerns one statement only."""

    def disconnect(self) -> None:
        """Closes the connection; never raises."""

    def close(self) -> None:
        """Closes the connection and releases the lock; never raises."""

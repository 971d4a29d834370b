"""The writer's own connection, and what its errors mean: one class of the same shape for each database.

Used from one thread. The driver is in autocommit mode: transactions and savepoints are opened by the
writer, so that what is durable when is in one place.
"""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from bot.storage.statements import Cursor


class FailureKind(Enum):
    """What to do about a failure."""

    REFUSED = "refused"
    """Writes fail until the cause goes away; each next write tries again."""

    BROKEN = "broken"
    """The database must not be written until the operator has repaired it and started again."""

    CONFLICT = "conflict"
    """Another transaction was in the way; running again is right."""

    LOST = "lost"
    """The connection is gone; what was not committed was not done."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with the database, in the operator's words, remedy included."""

    kind: FailureKind
    text: str


class Session(Protocol):
    """One connection that may write, and the right to be the only one."""

    dialect: str
    begin: str
    """The SQL that opens a transaction which may write."""

    @property
    def missing(self) -> bool:
        """Whether there is no database yet which connecting would make."""
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
        """Take the writer's lock and connect; only connect, to look, if not `writing`.

        Raises StorageError, or the driver's error.
        """

    def keep_copy(self, suffix: str) -> Path | None:
        """Copy the database to a file beside it, which is named by `suffix`; None where there is no file to copy."""

    def version(self) -> str | None:
        """The schema's version, None in an empty database. Raises StorageError if it is not Muster's."""

    def diagnose(self, error: BaseException) -> Failure | None:
        """What an error says about the database; None when it concerns one statement only."""

    def disconnect(self) -> None:
        """Close the connection; never raises."""

    def close(self) -> None:
        """Close the connection and give up the lock; never raises."""

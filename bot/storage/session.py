"""The writer's own connection, and what its errors mean. One class of the same shape for each database.

Used only from the writer's thread. The driver is in autocommit mode: transactions and savepoints are opened
here, so what is durable when is in one place.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bot.storage.statements import Cursor


class Kind(Enum):
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

    kind: Kind
    text: str


class Session(Protocol):
    """One connection that may write, and the right to be the only one."""

    dialect: str
    cursor: Cursor

    def connect(self) -> None:
        """Lock, connect and prepare. Raises StorageError (with the remedy) or the driver's error."""

    def version(self) -> str | None:
        """The schema's version; None when the database is empty. Raises StorageError if it is not Muster's."""

    def begin(self) -> None:
        """Open the transaction that may write."""

    def diagnose(self, error: BaseException) -> Failure | None:
        """What an error says about the database; None when it concerns one statement only."""

    def close(self) -> None:
        """Give up connection and lock; never raises."""

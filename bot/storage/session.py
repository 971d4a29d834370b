"""The writer's own connection, and what its errors mean: one class of the same shape for each database.

Used from one thread. The driver is in autocommit mode: transactions and savepoints are opened by the
writer, so that what is durable when is in one place.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from sqlalchemy.engine import make_url

from bot.errors import StorageError
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
    begin: str
    """The SQL that opens a transaction which may write."""

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

    def version(self) -> str | None:
        """The schema's version, None in an empty database. Raises StorageError if it is not Muster's."""

    def diagnose(self, error: BaseException) -> Failure | None:
        """What an error says about the database; None when it concerns one statement only."""

    def disconnect(self) -> None:
        """Close the connection; never raises."""

    def close(self) -> None:
        """Close the connection and give up the lock; never raises."""


def session_for(url: str) -> Session:
    """The session, not yet connected, for `sqlite+aiosqlite:///path` or `postgresql+psycopg://…`."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        from bot.storage.sqlite import SqliteSession

        return SqliteSession(parsed)
    if backend == "postgresql":
        from bot.storage.postgres import PostgresSession

        return PostgresSession(parsed)
    raise StorageError(
        f"The database URL {parsed.render_as_string()} cannot be used. "
        "Give sqlite+aiosqlite:///path/to/muster.db or postgresql+psycopg://user@host/database."
    )

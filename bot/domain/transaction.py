"""The transaction: every function that reads or changes state gets one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol


class Tx(Protocol):
    """One database transaction. Only `storage` calls its methods; all other code reads `now` and passes it on.

    The methods run a `bot.storage.statements.Statement` with exactly its parameters (otherwise TypeError), and raise
    the driver's own error when the database refuses. `bot.storage.transaction.Transaction` implements them. The
    kernel cannot name the types of statements and rows, so they are `Any` here.
    """

    @property
    def now(self) -> datetime:
        """The moment when the function of this transaction started: aware, in UTC, and fixed."""

    def all(self, statement: Any, /, **params: Any) -> list[Any]:
        """Returns all rows as named tuples."""

    def plain(self, statement: Any, /, **params: Any) -> Sequence[Any]:
        """Returns all rows as the driver gives them, which is faster. On SQLite, moments are in µs since 1970."""

    def one(self, statement: Any, /, **params: Any) -> Any | None:
        """Returns the first row, or None."""

    def value(self, statement: Any, /, **params: Any) -> Any:
        """Returns the first column of the first row, or None."""

    def run(self, statement: Any, /, **params: Any) -> int:
        """Inserts, updates or deletes; returns the number of rows that it touched."""

    def erased(self) -> None:
        """Says that something of a person is erased here, so that no file of the database may keep it either."""

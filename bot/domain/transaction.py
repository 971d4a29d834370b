"""The transaction that every function which reads or changes state is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol


class Tx(Protocol):
    """One database transaction. It is opaque outside `storage`: everybody else reads `now` and passes it on.

    The methods run a `bot.storage.statements.Statement` with exactly its parameters (else TypeError) and raise the
    driver's own error when the database refuses. `bot.storage.transaction.Transaction` implements them.
    """

    @property
    def now(self) -> datetime:
        """Aware, UTC; fixed when the function that was given this transaction started."""

    def all(self, statement: Any, /, **params: Any) -> list[Any]:
        """Every row, as named tuples."""

    def plain(self, statement: Any, /, **params: Any) -> Sequence[Any]:
        """Every row as the driver gives it, which is quicker: a moment is microseconds since 1970 on SQLite."""

    def one(self, statement: Any, /, **params: Any) -> Any | None:
        """The first row, or None."""

    def value(self, statement: Any, /, **params: Any) -> Any:
        """The first column of the first row, or None."""

    def run(self, statement: Any, /, **params: Any) -> int:
        """Insert, update or delete; how many rows it touched."""

"""The implementation of `bot.domain.transaction.Tx` on the driver's own cursor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.storage.statements import Cursor, Statement


class Transaction:
    """One transaction of either database.

    All methods raise TypeError when the parameters are not exactly those of the statement, and the
    driver's own error when the database refuses.
    """

    __slots__ = ("_cursor", "_dialect", "erases", "now")

    now: datetime
    """The time (aware, UTC) at which the function that got this transaction started; it does not change."""

    def __init__(self, cursor: Cursor, dialect: str, now: datetime) -> None:
        self._cursor = cursor
        self._dialect = dialect
        self.now = now
        self.erases = False
        """Whether something of a person is erased here."""

    def all(self, statement: Statement, /, **params: Any) -> list[Any]:
        """Returns every row, as named tuples."""
        prepared = statement.prepared(self._dialect)
        prepared.execute(self._cursor, params)
        return prepared.rows(self._cursor.fetchall())

    def plain(self, statement: Statement, /, **params: Any) -> Sequence[Any]:
        """Returns every row as the driver gives it: quicker, but moments are microseconds since 1970 on SQLite."""
        statement.prepared(self._dialect).execute(self._cursor, params)
        return self._cursor.fetchall()

    def one(self, statement: Statement, /, **params: Any) -> Any | None:
        """Returns the first row, or None."""
        prepared = statement.prepared(self._dialect)
        prepared.execute(self._cursor, params)
        # All rows are fetched: a SQLite statement that is still open blocks the commit.
        found = self._cursor.fetchall()
        return prepared.rows(found[:1])[0] if found else None

    def value(self, statement: Statement, /, **params: Any) -> Any:
        """Returns the first column of the first row, or None."""
        prepared = statement.prepared(self._dialect)
        prepared.execute(self._cursor, params)
        found = self._cursor.fetchall()
        return prepared.first_column(found[0]) if found else None

    def run(self, statement: Statement, /, **params: Any) -> int:
        """Inserts, updates or deletes; returns how many rows."""
        statement.prepared(self._dialect).execute(self._cursor, params)
        return self._cursor.rowcount

    def erased(self) -> None:
        """Says that something of a person is erased here, so that no file of the database may keep it either."""
        self.erases = True

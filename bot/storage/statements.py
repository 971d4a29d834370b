"""SQL that is written once with SQLAlchemy Core, compiled once, and run on the driver's own cursor.

SQLite runs a statement in less time than SQLAlchemy needs to compile it and to run its execution events. So a
statement is compiled once, and runs without these events. `ON CONFLICT` is written with the `insert` of this
module, which compiles for both databases.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol, Self

from sqlalchemy import Dialect, Double, Insert, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement, SyntaxExtension
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any]


class Cursor(Protocol):
    """The part of a DB-API cursor (PEP 249) that we use. sqlite3, psycopg and SQLAlchemy's adapters have it."""

    @property
    def rowcount(self) -> int: ...
    def execute(self, sql: Any, parameters: Any = ..., /) -> Any: ...
    def fetchall(self) -> Sequence[Any]: ...


class InsertOrUpdate(sqlite.Insert):
    """SQLite's `INSERT … ON CONFLICT`, which also compiles for PostgreSQL, without PostgreSQL's part of SQLAlchemy.

    Loading that part takes a twentieth of the program's start. All that PostgreSQL's compiler expects beyond
    SQLite's clause is the name of a constraint, which none of our statements give.
    """

    inherit_cache = True

    def ext(self, extension: SyntaxExtension) -> Self:
        """Adds a clause to this statement."""
        extension.constraint_target = None  # type: ignore[attr-defined]  # read by PostgreSQL's compiler
        return super().ext(extension)


def insert(table: Table) -> InsertOrUpdate:
    """Returns an `INSERT` into `table`, with methods for `ON CONFLICT`."""
    return InsertOrUpdate(table)


@lru_cache
def dialect_named(name: str) -> Dialect:
    """Returns SQLAlchemy's dialect for "sqlite" or "postgresql", for compiling statements."""
    if name == "sqlite":
        import sqlite3

        from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

        return SQLiteDialect_pysqlite(dbapi=sqlite3)
    import psycopg
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    return PGDialect_psycopg(dbapi=psycopg)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


class Statement:
    """A Core statement for both databases; a constant of a storage module.

    Every `bindparam` without a value is a parameter of the methods of `Tx`. An `insert` or `update` names its
    columns: `insert(t).values(ref=bindparam("ref"))`. Rows are named tuples; their fields have the labels of the
    selected (or returned) columns.
    """

    def __init__(self, clause: ClauseElement) -> None:
        self.clause = clause
        self._prepared: dict[str, Prepared] = {}

    def prepared(self, dialect: str) -> "Prepared":
        """Returns this statement compiled for "sqlite" or "postgresql"."""
        found = self._prepared.get(dialect)
        if found is None:
            found = self._prepared[dialect] = Prepared(self.clause, dialect_named(dialect))
        return found


class Prepared:
    """A statement compiled for one database, with the conversions of values to and from the driver's types."""

    def __init__(self, clause: ClauseElement, dialect: Dialect) -> None:
        if isinstance(clause, Insert):
            clause = clause.inline()  # the database gives the ids, also where none is returned
        compiled = clause.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(f"{type(clause).__name__} is not a query or a change of rows")
        self.sql = str(compiled)
        self._order = compiled.positiontup
        self._expanding = compiled if compiled.post_compile_params else None
        binds = {name: compiled.binds[name] for name in compiled.bind_names.values()}
        self.required = frozenset(name for name, bind in binds.items() if bind.required)
        self._defaults = {name: bind.effective_value for name, bind in binds.items() if not bind.required}
        lists = {name for name, bind in binds.items() if bind.expanding}
        self._into = [pair for pair in _bind_processors(binds, dialect) if pair[0] not in lists]
        for name, convert in self._into:
            if name in self._defaults:
                self._defaults[name] = convert(self._defaults[name])
        self._into = [pair for pair in self._into if pair[0] in self.required]
        columns = list(getattr(clause, "exported_columns", {}).items())
        row: Any = namedtuple("Row", [key for key, _ in columns], rename=True)  # type: ignore[misc]  # the fields are known only now
        self._make_row: Processor = row._make
        found = [_result_processor(column.type, dialect) for _, column in columns]
        self._first = found[0] if found else None
        self._from = [(at, convert) for at, convert in enumerate(found) if convert is not None]

    def execute(self, cursor: Cursor, values: dict[str, Any]) -> None:
        """Runs on `cursor`; changes `values`. Raises TypeError unless `values` are exactly the parameters."""
        if values.keys() != self.required:
            raise TypeError(self._mismatch(values))
        for name, convert in self._into:
            values[name] = convert(values[name])
        if self._defaults:
            values.update(self._defaults)
        if self._expanding is not None:
            _execute_expanded(self._expanding, cursor, values)
        elif self._order is None:
            cursor.execute(self.sql, values)
        else:
            cursor.execute(self.sql, [values[name] for name in self._order])

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """Returns the driver's rows as named tuples."""
        if not self._from:
            return list(map(self._make_row, found))
        return [self._make_row(self._converted(row)) for row in found]

    def _converted(self, row: Sequence[Any]) -> list[Any]:
        # Most columns need no conversion, so only the others are visited.
        values = list(row)
        for at, convert in self._from:
            if values[at] is not None:
                values[at] = convert(values[at])
        return values

    def first_column(self, row: Sequence[Any]) -> Any:
        """Returns the first column of one of the driver's rows."""
        return row[0] if self._first is None else self._first(row[0])

    def _mismatch(self, values: Mapping[str, Any]) -> str:
        missing = ", ".join(sorted(self.required - values.keys())) or "none"
        unknown = ", ".join(sorted(values.keys() - self.required)) or "none"
        return f"parameters missing: {missing}; unknown: {unknown}; statement: {self.sql}"


def _bind_processors(binds: Mapping[str, Any], dialect: Dialect) -> Iterable[tuple[str, Processor]]:
    for name, bind in binds.items():
        convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            yield name, convert


def _result_processor(type_: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    if isinstance(type_, Double):
        return None  # both drivers give a float; SQLAlchemy would ask for the server's type code
    return type_.dialect_impl(dialect).result_processor(dialect, None)


def _execute_expanded(compiled: SQLCompiler, cursor: Cursor, values: dict[str, Any]) -> None:
    # For `IN` with a list: only now is the number of placeholders known.
    state = compiled.construct_expanded_state(values)
    ready = dict(state.parameters)
    for name, convert in state.processors.items():
        ready[name] = convert(ready[name])
    if state.positiontup is None:
        cursor.execute(state.statement, ready)
    else:
        cursor.execute(state.statement, [ready[name] for name in state.positiontup])

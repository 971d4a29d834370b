"""Creating a fresh database from the declared tables. The result equals a migrated one, but needs no Alembic."""

from sqlalchemy import MetaData
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.storage.session import Session
from bot.storage.statements import dialect_named

# Alembic creates it like this, and later migrations expect it.
_VERSION_TABLE = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def create(session: Session, metadata: MetaData, version: str) -> None:
    """Creates all tables and indexes of an empty database and notes its version: all of it, or nothing."""
    dialect = dialect_named(session.dialect)
    statements = [_VERSION_TABLE]
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            index.dialect_options[dialect.name]["where"] = index.info.get("where")  # see `partial_index`
            statements.append(str(CreateIndex(index).compile(dialect=dialect)))
    # `version` is a constant of this program
    statements.append(f"INSERT INTO alembic_version (version_num) VALUES ('{version}')")  # noqa: S608
    cursor = session.cursor
    cursor.execute(session.begin)
    try:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("COMMIT")
    except BaseException:
        cursor.execute("ROLLBACK")
        raise

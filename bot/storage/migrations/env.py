"""Alembic's environment: all scripts of one run share one transaction, on both databases."""

from alembic import context
from sqlalchemy import Connection, create_engine, event, pool
from sqlalchemy.engine import make_url


def _begin(connection: Connection) -> None:
    # sqlite3 itself opens a transaction only at the first INSERT, which comes after changes of tables.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def run() -> None:
    """Runs the command that Alembic was given on the database of `config.attributes["url"]`."""
    url = make_url(context.config.attributes["url"])
    if url.get_backend_name() == "sqlite":
        url = url.set(drivername="sqlite")
    engine = create_engine(url, poolclass=pool.NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "begin", _begin)
    with engine.connect() as connection:
        context.configure(connection=connection, transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()

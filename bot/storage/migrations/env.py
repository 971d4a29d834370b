"""Alembic's environment: one transaction for all that is run, on both databases."""

from alembic import context
from sqlalchemy import Connection, create_engine, event, pool
from sqlalchemy.engine import make_url


def _begin(connection: Connection) -> None:
    # By itself, sqlite3 opens a transaction only at the first INSERT, after the tables were changed.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def run() -> None:
    """Run what Alembic has been asked for on the database of `config.attributes["url"]`."""
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

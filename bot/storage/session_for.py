"""The choice of a session by the database URL. A driver is loaded only when it is used."""

from sqlalchemy.engine import make_url

from bot.errors import StorageError
from bot.storage.session import Session


def session_for(url: str) -> Session:
    """Returns the session, not yet connected, for `sqlite+aiosqlite:///path` or `postgresql+psycopg://…`.

    Raises StorageError for any other URL.
    """
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

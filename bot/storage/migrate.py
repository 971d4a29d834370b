"""Migrating a database to the schema of this program. Alembic is loaded only when there is something to do."""

import logging
from pathlib import Path

from sqlalchemy import MetaData

from bot.errors import StorageError
from bot.storage.create import create
from bot.storage.session import Session
from bot.storage.session_for import session_for

SCRIPTS = Path(__file__).with_name("migrations")
HEAD = max(script.name.split("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*_*.py"))
"""The newest revision in `migrations/versions`. A newer revision has a greater number."""

log = logging.getLogger(__name__)


def migrate(url: str, metadata: MetaData) -> str | None:
    """Brings a database to `HEAD`, and creates a SQLite file if there is none; returns the version from before.

    Raises StorageError when the database is in use, newer than this program, damaged or out of reach.
    """
    session = session_for(url)
    try:
        session.connect()
        return bring_to_head(session, url, metadata)
    except Exception as error:
        failure = session.diagnose(error)
        if failure is None:
            raise
        raise StorageError(failure.text) from error
    finally:
        session.close()


def bring_to_head(session: Session, url: str, metadata: MetaData) -> str | None:
    """Migrates the database of a connected session, which holds the lock; returns the version from before.

    An empty database gets its tables from `metadata`.
    """
    version = session.version()
    if version == HEAD:
        return version
    if version is not None and version > HEAD:
        raise StorageError(
            f"The database has schema {version}, newer than this Muster knows ({HEAD}). "
            "Install the newer Muster again, or restore a backup from before it."
        )
    if version is not None and (copy := session.keep_copy(f"before-{HEAD}")) is not None:
        log.info("Copied the database to %s", copy, extra={"action": "storage.copy"})
    if version is None:
        create(session, metadata, HEAD)
    else:
        upgrade(url, HEAD)
    log.info("Database schema is now %s", HEAD, extra={"action": "storage.migrate", "before": version})
    return version


def upgrade(url: str, revision: str) -> None:
    """Runs the migration scripts up to `revision`: all of them, or none if one fails."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["url"] = url
    command.upgrade(config, revision)

"""A real PostgreSQL of our own: a temporary cluster on a unix socket, started once for all tests of a process."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bot.schema import metadata
from bot.storage.migrate import migrate
from tests.tools import memory

TEMPLATE = "muster_template"

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "128MB",  # it may be in memory
    "max_connections": "200",
    "deadlock_timeout": "50ms",
    "timezone": "Asia/Kathmandu",  # nothing may depend on the server's
}


def find_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; the newest Debian one, or what is on the PATH."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _major(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


class Cluster:
    """A running server; `new_database` gives a URL to a fresh migrated database."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._has_template = False

    def url(self, database: str) -> str:
        """The URL of a database of this server."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._socket}"

    def execute(self, sql: str) -> None:
        """Run SQL on the maintenance database, outside any transaction."""
        with self.connect("postgres") as connection:
            connection.execute(sql.encode())

    def connect(self, database: str) -> psycopg.Connection:
        """A connection of the test's own, in autocommit mode."""
        return psycopg.connect(host=str(self._socket), user="postgres", dbname=database, autocommit=True)

    def empty_database(self) -> str:
        """The name of a new database without tables."""
        name = f"empty_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return name

    def new_database(self) -> str:
        """The name of a new database with the current schema."""
        if not self._has_template:
            self.execute(f"CREATE DATABASE {TEMPLATE}")
            migrate(self.url(TEMPLATE), metadata())
            self._has_template = True
        name = f"muster_{next(self._numbers)}"
        with self.connect("postgres") as connection:
            # The other strategy, which PostgreSQL 15 prefers, writes all of it to the log first.
            fast = " STRATEGY file_copy" if connection.info.server_version >= 150_000 else ""
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}{fast}".encode())
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")


@contextmanager
def running_cluster(binaries: Path) -> Iterator[Cluster]:
    """Initialise and start a server; stop and remove it at the end."""
    # Not pytest's folder: it may be unreadable to the server's user and too long for a socket's path.
    folder = Path(tempfile.mkdtemp(prefix="muster-pg-", dir=memory()))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    control = [*as_user, binaries / "pg_ctl", "-D", data, "-w", "-s", "-l", folder / "log"]
    try:
        _run(*as_user, binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8")
        _run(*control, "-o", f"{options} -k {folder}", "start")
        try:
            yield Cluster(folder)
        finally:
            _run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd="/", env=_environment())


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8"}

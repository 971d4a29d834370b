"""Fixtures of the database: every test that asks for `database` or `store` runs on both."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from bot.schema import metadata
from bot.storage.migrate import migrate
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.storage.postgres import Cluster, find_binaries, running_cluster
from tests.tools import require

BACKENDS = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Database:
    """A database with the current schema, which no Muster has open."""

    url: str
    backend: str
    path: Path | None = None
    """The file, of SQLite."""
    name: str | None = None
    """The name in `cluster`, of PostgreSQL."""
    cluster: Cluster | None = None


@pytest.fixture
def clock() -> ManualClock:
    """Time, which stands still."""
    return ManualClock()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A real PostgreSQL server."""
    binaries = find_binaries()
    require(binaries, "PostgreSQL's initdb is not installed")
    assert binaries is not None
    with running_cluster(binaries) as running:
        yield running


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database a test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the current schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "muster.db"
    migrate(f"sqlite+aiosqlite:///{path}", metadata())
    return path


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Database:
    """A SQLite database."""
    path = tmp_path / "database" / "muster.db"
    path.parent.mkdir(mode=0o700)
    shutil.copy(sqlite_template, path)
    return Database(f"sqlite+aiosqlite:///{path}", "sqlite", path=path)


@pytest.fixture
def postgres_database(cluster: Cluster) -> Iterator[Database]:
    """A PostgreSQL database."""
    name = cluster.new_database()
    yield Database(cluster.url(name), "postgresql", name=name, cluster=cluster)
    cluster.drop(name)


@pytest.fixture
def database(backend: str, request: pytest.FixtureRequest) -> Database:
    """A database of either kind."""
    found = request.getfixturevalue("sqlite_database" if backend == "sqlite" else "postgres_database")
    assert isinstance(found, Database)
    return found


@pytest.fixture
async def store(database: Database, clock: ManualClock) -> AsyncIterator[Store]:
    """An open store of either kind."""
    opened = await Store.open(database.url, clock, metadata())
    yield opened
    await opened.close()


def sync_engine(url: str) -> Engine:
    """An engine of the test's own, beside the store."""
    parsed = make_url(url)
    return create_engine(
        parsed.set(drivername=parsed.drivername.replace("+aiosqlite", "")), poolclass=NullPool
    )

"""Fixtures of the database: every test that asks for `database` or `store` runs on both."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

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


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Database:
    """A SQLite database."""
    path = tmp_path / "database" / "muster.db"
    url = f"sqlite+aiosqlite:///{path}"
    migrate(url, metadata())
    return Database(url, "sqlite", path=path)


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

"""A fresh schema equals a migrated one, and no database is opened that this program does not understand."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from bot.errors import StorageError
from bot.schema import metadata
from bot.storage import migrate as migrating
from bot.storage.migrate import HEAD, SCRIPTS, migrate, upgrade
from bot.storage.read_only import ReadOnlyStore
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.storage.fixtures import Database, sync_engine
from tests.storage.keys import get, put


async def current_version(url: str, clock: ManualClock) -> str | None:
    store = ReadOnlyStore(url, clock)
    try:
        return await store.version()
    finally:
        await store.close()


def schema(engine: Engine) -> dict[str, Any]:
    """Everything that reflection tells of a database, in an order that does not matter."""
    found = inspect(engine)
    tables = [name for name in found.get_table_names() if name != "alembic_version"]
    return {name: table(found, name) for name in tables}


def table(found: Any, name: str) -> dict[str, Any]:
    columns = [column | {"type": repr(column["type"])} for column in found.get_columns(name)]
    return {
        "columns": by_name(columns),
        "key": found.get_pk_constraint(name),
        "foreign": by_name(found.get_foreign_keys(name)),
        "unique": by_name(found.get_unique_constraints(name)),
        "indexes": by_name(index | {"where": where(index)} for index in found.get_indexes(name)),
        "checks": by_name(found.get_check_constraints(name)),
    }


def by_name(items: Iterable[dict[str, Any]]) -> list[str]:
    return sorted(repr(sorted(item.items(), key=str)) for item in items)


def where(index: dict[str, Any]) -> str:
    options = index.pop("dialect_options", {})
    return str(options.get("sqlite_where", options.get("postgresql_where")))


def indexes_sql(engine: Engine) -> list[str]:
    """What the database itself keeps of its indexes, partial conditions included."""
    query = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND tablename <> 'alembic_version'",
    }[engine.dialect.name]
    with engine.connect() as connection:
        return sorted(connection.exec_driver_sql(query).scalars())


def test_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_fresh_schema_equals_a_migrated_one(database: Database, tmp_path: Path) -> None:
    if database.cluster:
        migrated_url = database.cluster.url(database.cluster.empty_database())
    else:
        migrated_url = f"sqlite+aiosqlite:///{tmp_path / 'migrated.db'}"
    upgrade(migrated_url, HEAD)
    fresh, migrated = sync_engine(database.url), sync_engine(migrated_url)
    assert schema(fresh).keys() == {table.name for table in metadata().tables.values()}
    assert schema(migrated) == schema(fresh)
    assert indexes_sql(migrated) == indexes_sql(fresh)
    assert sum("WHERE" in sql for sql in indexes_sql(migrated)) == 22, "partial indexes are partial"


def test_ids_are_never_given_out_again(sqlite_database: Database) -> None:
    with sqlite3.connect(sqlite_database.path) as connection:
        made = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    connection.close()
    with_id = [name for name, table in metadata().tables.items() if "id" in table.c]
    assert with_id
    assert [name for name in with_id if "AUTOINCREMENT" not in made[name]] == []


class TestOpening:
    async def test_an_empty_database_is_migrated(
        self, backend: str, tmp_path: Path, clock: ManualClock, request: pytest.FixtureRequest
    ) -> None:
        path = tmp_path / "new" / "folder" / "muster.db"
        url = f"sqlite+aiosqlite:///{path}"
        if backend == "postgresql":
            cluster = request.getfixturevalue("cluster")
            url = cluster.url(cluster.empty_database())
        store = await Store.open(url, clock, metadata())
        await store.write(put, "a", "b")
        await store.close()
        assert migrate(url, metadata()) == HEAD
        if backend == "sqlite":
            assert path.stat().st_mode & 0o777 == 0o600
            assert path.parent.stat().st_mode & 0o777 == 0o700
            assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}

    async def test_a_newer_database_is_refused(self, database: Database, clock: ManualClock) -> None:
        with sync_engine(database.url).begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(StorageError, match=r"newer than this Muster.*Install the newer Muster"):
            await Store.open(database.url, clock, metadata())
        with pytest.raises(StorageError, match="newer"):
            migrate(database.url, metadata())

    async def test_another_program_s_database_is_refused(
        self, database: Database, clock: ManualClock
    ) -> None:
        with sync_engine(database.url).begin() as connection:
            connection.exec_driver_sql("DROP TABLE alembic_version")
        with pytest.raises(StorageError, match="another program's database"):
            await Store.open(database.url, clock, metadata())

    async def test_an_older_database_is_copied_and_migrated(
        self, sqlite_database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = await Store.open(sqlite_database.url, clock, metadata())
        await store.write(put, "kept", "here")
        await store.close()
        with sync_engine(sqlite_database.url).begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
        upgrades: list[str] = []
        monkeypatch.setattr(migrating, "upgrade", lambda url, revision: upgrades.append(revision))
        store = await Store.open(sqlite_database.url, clock, metadata())
        await store.close()
        assert upgrades == [HEAD]
        assert sqlite_database.path is not None
        copy = sqlite_database.path.with_name(f"muster.db.before-{HEAD}")
        assert copy.stat().st_mode & 0o777 == 0o600
        with sqlite3.connect(copy) as connection:
            assert connection.execute("SELECT value FROM meta").fetchall() == [("here",)]
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0000",)]
        connection.close()

    async def test_the_version_can_be_seen_at_any_time(
        self, database: Database, tmp_path: Path, clock: ManualClock
    ) -> None:
        assert await current_version(database.url, clock) == HEAD
        assert await current_version(f"sqlite+aiosqlite:///{tmp_path}/not/there.db", clock) is None
        empty = f"sqlite+aiosqlite:///{tmp_path}/empty.db"
        if database.cluster:
            empty = database.cluster.url(database.cluster.empty_database())
        else:
            sqlite3.connect(tmp_path / "empty.db").close()
        assert await current_version(empty, clock) is None

    async def test_the_version_can_be_seen_while_it_is_open(
        self, database: Database, store: Store, clock: ManualClock
    ) -> None:
        assert await current_version(database.url, clock) == HEAD
        await store.write(put, "still", "open")

    async def test_while_it_is_open_nobody_migrates_it(self, database: Database, store: Store) -> None:
        with pytest.raises(StorageError, match="Another Muster"):
            migrate(database.url, metadata())
        await store.write(put, "still", "open")
        assert await store.read(get, "still") == "open"

    @pytest.mark.parametrize(
        "url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "mysql://muster:secret@host/db"]
    )
    async def test_other_urls_are_refused_without_their_password(self, url: str, clock: ManualClock) -> None:
        with pytest.raises(StorageError, match="cannot be used") as refused:
            await Store.open(url, clock, metadata())
        assert "secret" not in str(refused.value)

    async def test_a_migration_that_fails_leaves_nothing(
        self, backend: str, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        url = f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}"
        if backend == "postgresql":
            cluster = request.getfixturevalue("cluster")
            url = cluster.url(cluster.empty_database())
        engine = sync_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE meta (in_the_way integer)")
        with pytest.raises(Exception, match="already exists"):
            migrating.upgrade(url, HEAD)
        assert inspect(engine).get_table_names() == ["meta"]

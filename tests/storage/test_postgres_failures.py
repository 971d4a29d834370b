"""What a PostgreSQL database can suffer: connections lost at every moment, deadlocks, another writer."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.domain.transaction import Tx
from bot.errors import OutcomeUnknown, StorageError, TryAgain
from bot.schema import metadata
from bot.storage import writer
from bot.storage.postgres import WRITER_LOCK
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.storage.fixtures import Database
from tests.storage.keys import SET, count, get, put


@pytest.fixture
def other(postgres_database: Database) -> Iterator[psycopg.Connection]:
    """Another program's connection to the same database."""
    assert postgres_database.cluster is not None
    with postgres_database.cluster.connect(postgres_database.name or "") as connection:
        yield connection


@pytest.fixture
def database(postgres_database: Database) -> Database:
    return postgres_database


def end_others(connection: psycopg.Connection) -> None:
    """Cut every other connection to the database."""
    connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


async def test_a_connection_lost_between_writes(store: Store, other: psycopg.Connection) -> None:
    await store.write(put, "before")
    end_others(other)
    assert await store.write(put, "after") == "after"
    assert store.problem is None
    assert await store.read(count) == 2


async def test_a_connection_lost_in_the_middle_of_a_batch(store: Store, other: psycopg.Connection) -> None:
    runs: list[str] = []

    def lose(tx: Tx) -> str:
        runs.append("run")
        put(tx, "lost once")
        if len(runs) == 1:
            end_others(other)
        return put(tx, "second half")

    results = await asyncio.gather(store.write(put, "a"), store.write(lose), store.write(put, "b"))
    assert results == ["a", "second half", "b"]
    assert len(runs) == 2
    assert await store.read(count) == 4


async def test_a_connection_lost_while_committing(store: Store, other: psycopg.Connection) -> None:
    # A deferred trigger runs inside COMMIT; this one ends its own connection there.
    other.execute(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END$$"
    )
    other.execute(
        "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON meta DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION die()"
    )
    results = await asyncio.gather(store.write(put, "a"), store.write(put, "b"), return_exceptions=True)
    assert [type(result) for result in results] == [OutcomeUnknown] * 2
    assert "it may have been done or not. Look before you do it again." in str(results[0])
    other.execute("DROP TRIGGER die ON meta")
    assert await store.write(put, "a") == "a"
    assert store.problem is None
    assert await store.read(count) == 1


async def test_a_server_that_stays_away(
    store: Store, other: psycopg.Connection, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RECONNECT_DELAYS", (0.0, 0.001, 0.002))
    assert database.cluster is not None
    database.cluster.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS false")
    end_others(other)
    with pytest.raises(StorageError, match=r"cannot be reached\. Start it"):
        await store.write(put, "a")
    assert store.problem is not None
    with pytest.raises(StorageError, match="cannot be reached"):
        await store.read(count)
    database.cluster.execute(f"ALTER DATABASE {database.name} ALLOW_CONNECTIONS true")
    assert await store.write(put, "b") == "b"
    assert store.problem is None
    assert await store.read(count) == 1


async def test_another_writer_that_took_over(
    store: Store, other: psycopg.Connection, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "RECONNECT_DELAYS", (0.0,))
    assert database.cluster is not None
    with database.cluster.connect(database.name or "") as taker:
        waiting = threading.Thread(target=taker.execute, args=(f"SELECT pg_advisory_lock({WRITER_LOCK})",))
        waiting.start()
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        )
        waiting.join()
        with pytest.raises(StorageError, match="Another Muster is using this database"):
            await store.write(put, "a")
        # A closed connection gives its lock back some time later; this gives it back at once.
        taker.execute(f"SELECT pg_advisory_unlock({WRITER_LOCK})")
    assert await store.write(put, "b") == "b"
    assert await store.read(count) == 1


async def test_readers_that_were_cut_off(store: Store, other: psycopg.Connection) -> None:
    await asyncio.gather(*(store.read(count) for _ in range(8)))
    end_others(other)
    assert await asyncio.gather(*(store.read(count) for _ in range(8))) == [0] * 8


class Rival(threading.Thread):
    """Another program that holds row b and then wants row a, patiently: so that we are the victim."""

    def __init__(self, connection: psycopg.Connection) -> None:
        super().__init__()
        self._connection = connection
        self.holds_b, self.may_want_a = threading.Event(), threading.Event()

    def run(self) -> None:
        self._connection.execute("SET deadlock_timeout = '1min'")
        with self._connection.transaction():
            self._connection.execute("UPDATE meta SET value = value || '+' WHERE key = 'b'")
            self.holds_b.set()
            self.may_want_a.wait(20)
            self._connection.execute("UPDATE meta SET value = value || '+' WHERE key = 'a'")


async def test_a_deadlock_is_run_again_one_by_one(store: Store, other: psycopg.Connection) -> None:
    await asyncio.gather(store.write(put, "a"), store.write(put, "b"))
    rival = Rival(other)
    rival.start()
    rival.holds_b.wait(20)
    runs: list[str] = []

    def take_both(tx: Tx) -> str:
        runs.append("run")
        if len(runs) > 1:
            rival.join(20)  # it goes on now: what is read here may not be from before its commit
        tx.run(SET, key="a", value=(get(tx, "a") or "") + "-")
        rival.may_want_a.set()
        tx.run(SET, key="b", value=(get(tx, "b") or "") + "-")
        return "both"

    results = await asyncio.gather(store.write(put, "x"), store.write(take_both), store.write(put, "y"))
    rival.join(20)
    assert results == ["x", "both", "y"]
    assert len(runs) >= 2
    assert await store.read(get, "a") == "+-"
    assert await store.read(count) == 4


async def test_a_conflict_that_does_not_end_is_try_again(store: Store) -> None:
    runs: list[str] = []

    def conflict(tx: Tx) -> None:
        runs.append("run")
        put(tx, "never")
        tx._cursor.execute("DO $$BEGIN RAISE EXCEPTION SQLSTATE '40001'; END$$")

    results = await asyncio.gather(
        store.write(put, "a"), store.write(conflict), store.write(put, "b"), return_exceptions=True
    )
    assert results[::2] == ["a", "b"]
    assert isinstance(results[1], TryAgain)
    assert len(runs) > writer.ATTEMPTS
    assert store.problem is None
    assert await store.read(count) == 2


async def test_backup_names_postgresql_s_tool(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="pg_dump"):
        await store.backup(tmp_path / "copy")


async def test_a_server_that_is_not_there(tmp_path: Path, clock: ManualClock) -> None:
    with pytest.raises(StorageError, match="cannot be reached"):
        await Store.open(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}", clock, metadata())

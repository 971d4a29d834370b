"""Long readings: a thread and a snapshot of their own, on every database."""

import asyncio
import threading

import pytest
from sqlalchemy.exc import DBAPIError

from bot.domain.clock import SystemClock
from bot.domain.transaction import Tx
from bot.errors import StorageError, TryAgain
from bot.schema import metadata
from bot.storage import long_reads
from bot.storage.read_only import ReadOnlyStore
from bot.storage.session import Failure, FailureKind
from bot.storage.store import Store
from tests.clock import START
from tests.storage.fixtures import Database
from tests.storage.keys import Refusal, count, get, put


async def test_what_it_gives(store: Store) -> None:
    await store.write(put, "a", "1")
    assert await store.scan(get, "a") == "1"
    assert await store.scan(get, key="a") == "1"

    def where_and_when(tx: Tx) -> tuple[str, object]:
        return threading.current_thread().name, tx.now

    name, now = await store.scan(where_and_when)
    assert name.startswith("muster-scan")
    assert now == START


async def test_one_snapshot_while_others_write_and_read(store: Store) -> None:
    """The event loop goes on meanwhile; the scan does not see what came later."""
    seen, go_on = threading.Event(), threading.Event()

    def twice(tx: Tx) -> tuple[int, int]:
        before = count(tx)
        seen.set()
        assert go_on.wait(20)
        return before, count(tx)

    before = await store.read(count)
    scan = asyncio.ensure_future(store.scan(twice))
    await asyncio.to_thread(seen.wait, 20)
    await store.write(put, "new")
    assert await store.read(count) == before + 1
    go_on.set()
    assert await scan == (before, before)
    assert await store.scan(count) == before + 1


async def test_nothing_can_be_written(store: Store) -> None:
    before = await store.read(count)
    with pytest.raises(Exception, match=r"(?i)read-?only") as refused:
        await store.scan(put, "a")
    assert not isinstance(refused.value, StorageError | TryAgain | DBAPIError)
    assert await store.read(count) == before


@pytest.mark.parametrize("error", [Refusal, StopIteration, KeyboardInterrupt])
async def test_errors_of_the_function_are_its_callers(store: Store, error: type[BaseException]) -> None:
    def fail(_: Tx) -> None:
        raise error("no")

    with pytest.raises(RuntimeError if error is StopIteration else error, match="no"):
        await store.scan(fail)
    assert await store.scan(count) >= 0


async def test_closing_waits_for_who_reads_though_nobody_wants_it_any_more(
    database: Database, clock: SystemClock
) -> None:
    store = await Store.open(database.url, clock, metadata())
    seen, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        seen.set()
        assert go_on.wait(20)
        count(tx)
        ended.set()

    scan = asyncio.ensure_future(store.scan(slow))
    await asyncio.to_thread(seen.wait, 20)
    scan.cancel()
    with pytest.raises(asyncio.CancelledError):
        await scan
    closing = asyncio.ensure_future(store.close())
    await asyncio.sleep(0)
    assert not closing.done()
    go_on.set()
    await closing
    assert ended.is_set()


async def test_a_database_that_went_away(sqlite_database: Database, clock: SystemClock) -> None:
    reader = ReadOnlyStore(sqlite_database.url, clock)
    assert sqlite_database.path is not None
    sqlite_database.path.unlink()
    with pytest.raises(StorageError, match="cannot be opened"):
        await reader.scan(count)
    await reader.close()
    assert not sqlite_database.path.exists()


async def test_a_server_that_is_not_there(postgres_database: Database, clock: SystemClock) -> None:
    away = ReadOnlyStore(
        postgres_database.url.replace(str(postgres_database.name), "no_such_database"), clock
    )
    with pytest.raises(StorageError, match="cannot be reached"):
        await away.scan(count)
    await away.close()


async def test_a_lost_connection(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    session = long_reads.session_for

    def losing(url: str):  # type: ignore[no-untyped-def]
        made = session(url)
        made.diagnose = lambda error: Failure(FailureKind.LOST, "gone")  # type: ignore[method-assign]
        return made

    monkeypatch.setattr(long_reads, "session_for", losing)

    def fail(_: Tx) -> None:
        raise OSError

    with pytest.raises(TryAgain, match="was lost"):
        await store.scan(fail)


async def test_a_database_that_nobody_has_open(database: Database, clock: SystemClock) -> None:
    """Also in a folder without the files that a running Muster makes."""
    reader = ReadOnlyStore(database.url, clock)
    await reader.require_head()
    assert await reader.scan(count) >= 0
    await reader.close()

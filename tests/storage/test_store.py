"""The store's promises, on every database: one durable transaction for many functions, each on its own."""

import asyncio
import contextlib
import threading
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.util import await_only

from bot.areas.unions.tables import unions as unions_table
from bot.domain.transaction import Tx
from bot.errors import StorageError, TryAgain
from bot.schema import metadata
from bot.storage import writer
from bot.storage.statements import Statement, insert
from bot.storage.store import Store
from tests.clock import START, ManualClock
from tests.storage.fixtures import Database
from tests.storage.keys import SET, Refusal, count, get, put


class HeldCommit:
    """A cursor that waits before it commits."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self.reached, self.go_on = threading.Event(), threading.Event()

    def execute(self, sql: str, *parameters: Any) -> None:
        if sql == "COMMIT":
            self.reached.set()
            self.go_on.wait(20)
        self._cursor.execute(sql, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def put_and_refuse(tx: Tx, key: str) -> None:
    put(tx, key)
    raise Refusal(key)


class TestWriting:
    async def test_many_functions_share_few_transactions(
        self, database: Database, clock: ManualClock
    ) -> None:
        batches: list[int] = []
        store = await Store.open(
            database.url, clock, metadata(), on_batch=lambda size, _: batches.append(size)
        )
        keys = [f"key {n}" for n in range(1_200)]
        assert await asyncio.gather(*(store.write(put, key) for key in keys)) == keys
        await store.close()
        assert sum(batches) == 1_200
        assert max(batches) == writer.BATCH_LIMIT
        assert len(batches) <= 10

    async def test_a_function_that_raises_is_undone_alone(self, store: Store) -> None:
        results = await asyncio.gather(
            store.write(put, "before"),
            store.write(put_and_refuse, "refused"),
            store.write(put, "after"),
            return_exceptions=True,
        )
        assert results[0] == "before"
        assert isinstance(results[1], Refusal)
        assert results[2] == "after"
        assert await store.read(get, "refused") is None
        assert await store.read(count) == 2

    async def test_a_statement_that_fails_is_undone_alone(self, store: Store) -> None:
        def twice(tx: Tx) -> None:
            put(tx, "mine")
            put(tx, "taken")

        results = await asyncio.gather(
            store.write(put, "taken", "first"),
            store.write(twice),
            store.write(put, "after"),
            return_exceptions=True,
        )
        assert type(results[1]).__name__ in {"IntegrityError", "UniqueViolation"}
        assert await store.read(get, "mine") is None
        assert await store.read(get, "taken") == "first"
        assert await store.read(get, "after") is not None

    async def test_a_swallowed_error_of_the_database_harms_nobody_else(self, store: Store) -> None:
        def swallow(tx: Tx) -> str:
            put(tx, "mine")
            with contextlib.suppress(Exception):
                put(tx, "taken")
            return "swallowed"

        await store.write(put, "taken")
        results = await asyncio.gather(
            store.write(put, "before"),
            store.write(swallow),
            store.write(put, "after"),
            return_exceptions=True,
        )
        assert results[::2] == ["before", "after"]
        assert (await store.read(get, "mine") is not None) == (results[1] == "swallowed")
        assert store.problem is None

    async def test_nobody_is_told_before_the_commit(self, store: Store) -> None:
        held = HeldCommit(store._writer._session.cursor)
        store._writer._session._cursor = held  # type: ignore[attr-defined]
        tasks = [asyncio.ensure_future(store.write(put, f"key {n}")) for n in range(5)]
        await asyncio.to_thread(held.reached.wait, 20)
        assert await store.read(count) == 0
        assert not any(task.done() for task in tasks)
        held.go_on.set()
        await asyncio.gather(*tasks)
        assert await store.read(count) == 5

    async def test_later_functions_of_a_batch_see_earlier_ones(self, store: Store) -> None:
        def increment(tx: Tx) -> int:
            value = int(get(tx, "n") or 0) + 1
            tx.run(SET, key="n", value=str(value))
            return value

        await store.write(put, "n", "0")
        results = await asyncio.gather(*(store.write(increment) for _ in range(100)))
        assert results == list(range(1, 101))

    async def test_who_is_told_can_see_it_from_another_connection(self, store: Store) -> None:
        async def write_and_look(key: str) -> str | None:
            await store.write(put, key, key)
            return await store.read(get, key)

        keys = [f"key {n}" for n in range(40)]
        assert await asyncio.gather(*map(write_and_look, keys)) == keys

    async def test_a_cancelled_caller_changes_nothing_for_the_batch(self, store: Store) -> None:
        tasks = [asyncio.ensure_future(store.write(put, f"key {n}")) for n in range(20)]
        await asyncio.sleep(0)
        tasks[7].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results].count(asyncio.CancelledError) == 1
        await store.write(put, "later")
        assert await store.read(count) == 21, "what was accepted is done, whoever still waits"

    @pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), StopIteration("x")])
    async def test_any_exception_is_delivered_and_the_writer_goes_on(
        self, store: Store, error: BaseException
    ) -> None:
        def fail(tx: Tx) -> None:
            raise error

        with pytest.raises(RuntimeError if isinstance(error, Exception) else type(error)):
            await _outcome(store, fail)
        assert await store.write(put, "after") == "after"

    async def test_closing_finishes_what_was_accepted(self, database: Database, clock: ManualClock) -> None:
        store = await Store.open(database.url, clock, metadata())
        tasks = [asyncio.ensure_future(store.write(put, f"key {n}")) for n in range(700)]
        await asyncio.sleep(0)
        await store.close()
        assert len(await asyncio.gather(*tasks)) == 700
        with pytest.raises(StorageError, match="stopping"):
            await store.write(put, "late")
        reopened = await Store.open(database.url, clock, metadata())
        assert await reopened.read(count) == 700
        await reopened.close()

    async def test_too_much_waiting_is_refused_at_once(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writer, "WAITING_LIMIT", 3)
        results = await asyncio.gather(*(store.write(put, f"{n}") for n in range(9)), return_exceptions=True)
        refused = [result for result in results if isinstance(result, TryAgain)]
        assert refused
        assert await store.read(count) == 9 - len(refused)

    async def test_one_writer_at_a_time(self, database: Database, store: Store, clock: ManualClock) -> None:
        with pytest.raises(StorageError, match="Another Muster is using this database"):
            await Store.open(database.url, clock, metadata())
        await store.close()
        second = await Store.open(database.url, clock, metadata())
        await second.write(put, "now")
        await second.close()


async def _outcome(store: Store, function: object) -> None:
    # A future's KeyboardInterrupt or SystemExit would end the event loop; look at it as a value.
    future = store._writer.submit(function, (), {})  # type: ignore[arg-type]
    await asyncio.wait([future])
    error = future.exception()
    assert error is not None
    raise error


class TestReading:
    async def test_a_reader_cannot_write(self, store: Store) -> None:
        with pytest.raises(Exception, match=r"read-?only"):
            await store.read(put, "never")
        assert await store.read(count) == 0

    async def test_one_read_sees_one_moment(self, store: Store) -> None:
        await store.write(put, "n", "1")
        loop = asyncio.get_running_loop()
        first_seen, written = asyncio.Event(), asyncio.Event()

        async def change() -> None:
            await first_seen.wait()
            await store.write(lambda tx: tx.run(SET, key="n", value="2"))
            written.set()

        changing = loop.create_task(change())

        def look_twice(tx: Tx) -> tuple[str | None, str | None]:
            before = get(tx, "n")
            first_seen.set()
            await_only(written.wait())
            return before, get(tx, "n")

        assert await store.read(look_twice) == ("1", "1")
        await changing
        assert await store.read(get, "n") == "2"

    async def test_more_readers_than_connections_wait_their_turn(self, store: Store) -> None:
        await store.write(put, "key", "value")
        found = await asyncio.gather(*(store.read(get, "key") for _ in range(60)))
        assert found == ["value"] * 60

    async def test_an_error_or_a_cancellation_frees_the_connection(self, store: Store) -> None:
        def fail(tx: Tx) -> None:
            count(tx)
            raise Refusal

        for _ in range(12):
            with pytest.raises(Refusal):
                await store.read(fail)
        for _ in range(12):
            task = asyncio.ensure_future(store.read(count))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert await store.read(count) == 0


class TestMoments:
    ADD = Statement(
        insert(unions_table)
        .values(ref="u", name="", purpose="", time_zone="UTC", created_at=bindparam("created_at"))
        .returning(unions_table.c.created_at)
    )
    BETWEEN = Statement(
        select(unions_table.c.created_at).where(
            unions_table.c.created_at >= bindparam("start"), unions_table.c.created_at < bindparam("end")
        )
    )

    @pytest.mark.parametrize(
        "moment",
        [
            datetime(2026, 3, 29, 2, 30, 0, 999_999, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
            datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
            datetime(9999, 12, 31, 0, 0, tzinfo=UTC),
            datetime(1, 1, 2, tzinfo=UTC),
        ],
    )
    async def test_come_back_exact_and_in_utc(self, store: Store, moment: datetime) -> None:
        returned = await store.write(lambda tx: tx.value(self.ADD, created_at=moment))
        row = await store.read(
            lambda tx: tx.one(self.BETWEEN, start=moment, end=moment + timedelta(microseconds=1))
        )
        assert returned == row.created_at == moment
        assert row.created_at.tzinfo is UTC

    async def test_without_a_time_zone_are_refused(self, store: Store) -> None:
        with pytest.raises(ValueError, match="no time zone"):
            await store.write(lambda tx: tx.value(self.ADD, created_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - meant

    async def test_now_is_the_clock_s(self, store: Store, clock: ManualClock) -> None:
        assert await store.write(lambda tx: tx.now) == START
        clock.advance(timedelta(hours=1))
        assert await store.read(lambda tx: tx.now) == START + timedelta(hours=1)


async def test_a_reader_who_is_cancelled_leaves_nothing_behind(store: Store) -> None:
    """Neither a connection in the middle of something nor a thread that answers into nothing."""
    readers = [asyncio.create_task(store.read(get, "a")) for _ in range(8)]
    await asyncio.sleep(0)
    for reader in readers:
        reader.cancel()
    gone = await asyncio.gather(*readers, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in gone)
    await store.write(put, "a", "b")
    assert await store.read(get, "a") == "b"

"""What a SQLite database can suffer: a clear error, nothing half done, and going on when it is over."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from bot.domain.transaction import Tx
from bot.errors import StorageError
from bot.schema import metadata
from bot.storage import sqlite
from bot.storage.backup import copy_database
from bot.storage.meta import meta
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.storage.fixtures import Database
from tests.storage.keys import count, get, put

KEYS = Statement(select(meta.c.key))
CLEAR = Statement(delete(meta))


@pytest.fixture
def path(sqlite_database: Database) -> Path:
    assert sqlite_database.path is not None
    return sqlite_database.path


@pytest.fixture
def url(sqlite_database: Database) -> str:
    return sqlite_database.url


def limit_pages(tx: Tx, more: int) -> None:
    """Let the database grow by so many pages: what SQLite then says is what it says of a full disk."""
    tx._cursor.execute("PRAGMA page_count")
    pages = tx._cursor.fetchall()[0][0]
    tx._cursor.execute(f"PRAGMA max_page_count = {pages + more}")
    tx._cursor.fetchall()


async def test_disk_full(url: str, clock: ManualClock) -> None:
    store = await Store.open(url, clock, metadata())
    await store.write(limit_pages, 3)
    results = await asyncio.gather(
        store.write(put, "small"), store.write(put, "big", "x" * 100_000), return_exceptions=True
    )
    assert all(isinstance(result, StorageError) for result in results), "told nobody that it was saved"
    assert "disk of the database is full. Free some space" in str(results[0])
    assert store.problem == str(results[0])
    assert await store.read(count) == 0
    await store.write(limit_pages, 1_000)
    assert store.problem is None
    await store.write(put, "big", "x" * 100_000)
    await store.close()


async def test_a_function_that_hides_a_full_disk_is_not_believed(url: str, clock: ManualClock) -> None:
    store = await Store.open(url, clock, metadata())

    def hide(tx: Tx) -> str:
        try:
            return put(tx, "big", "x" * 1_000_000)
        except sqlite3.Error:
            return "done"

    await store.write(limit_pages, 3)
    results = await asyncio.gather(
        store.write(put, "a"), store.write(hide), store.write(put, "b"), return_exceptions=True
    )
    found = set(await store.read(lambda tx: [row.key for row in tx.all(KEYS)]))
    told = {result for result in results if isinstance(result, str)}
    assert told <= found | {"done"}
    await store.close()


async def test_locked_by_another_program(
    url: str, path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.02)
    store = await Store.open(url, clock, metadata())
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="Another program has the database locked"):
            await store.write(put, "locked out")
        assert store.problem is not None
        assert await store.read(count) == 0, "reading goes on"
        other.execute("ROLLBACK")
    assert await store.write(put, "after") == "after"
    assert store.problem is None
    await store.close()


@pytest.fixture
def text_file(path: Path) -> Iterator[None]:
    """A text in place of the database."""
    path.write_bytes(b"this is a text file, and a long one" * 500)
    yield
    assert path.read_bytes().startswith(b"this is"), "left as it was"


@pytest.mark.usefixtures("text_file")
async def test_not_a_database(url: str, clock: ManualClock) -> None:
    with pytest.raises(StorageError, match=r"not a SQLite database.*restore a backup"):
        await Store.open(url, clock, metadata())


async def test_damaged_while_in_use(url: str, path: Path, clock: ManualClock) -> None:
    store = await Store.open(url, clock, metadata())
    for n in range(200):
        await store.write(put, f"key {n}", "x" * 1_000)
    await store.close()
    damage(path)

    store = await Store.open(url, clock, metadata())
    with pytest.raises(StorageError, match=r"damaged.*restore a backup"):
        await store.write(lambda tx: tx.run(CLEAR))
    with pytest.raises(StorageError, match="damaged"):
        await store.write(lambda tx: tx.now)  # which would touch no damaged page
    assert "damaged" in (store.problem or "")
    with pytest.raises(StorageError, match="damaged"):
        await store.read(lambda tx: tx.all(Statement(select(meta))))
    await store.close()


def damage(path: Path) -> None:
    """Overwrite the pages of `meta`, all but its root."""
    size = 4096
    with path.open("r+b") as file:
        data = file.read()
        for start in range(size, len(data), size):
            if b"x" * 500 in data[start : start + size]:
                file.seek(start)
                file.write(b"\xff" * size)


async def test_no_right_to_write(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"cannot be opened.*Check that the folder"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/file/muster.db", clock, metadata())


def told_before_the_kill(url: str) -> set[str]:
    """What a process that was killed in the middle of writing had been told is durable."""
    process = subprocess.Popen([sys.executable, "-m", "tests.storage.crashing", url], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as output:
        told = [output.readline() for _ in range(500)]
        process.kill()
        told += output.readlines()
    process.wait()
    # The last line may be cut off in the middle.
    return {line.decode().strip() for line in told if line.endswith(b"\n")}


async def test_killed_in_the_middle(url: str, clock: ManualClock) -> None:
    promised = told_before_the_kill(url)
    assert len(promised) >= 500
    store = await Store.open(url, clock, metadata())  # the lock died with the process
    found = {row.key for row in await store.read(lambda tx: tx.all(KEYS))}
    assert promised <= found
    firsts = {key for key in found if not key.endswith("too")}
    assert found == firsts | {f"{key} too" for key in firsts}, "nothing is half done"
    await store.close()


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


class TestBackup:
    async def test_while_writing(self, url: str, clock: ManualClock, tmp_path: Path) -> None:
        store = await Store.open(url, clock, metadata())
        await store.write(put, "big", "x" * 3_000_000)
        await store.write(put, "before")
        stop = asyncio.Event()

        async def keep_writing() -> int:
            written = 0
            while not stop.is_set():
                await asyncio.gather(*(store.write(put, f"{written} {n}") for n in range(20)))
                written += 20
            return written

        writing = asyncio.ensure_future(keep_writing())
        target = tmp_path / "copy.db"
        for _ in range(5):
            await store.backup(target)
        stop.set()
        written = await writing
        assert written > 0
        assert mode(target) == 0o600
        assert names(tmp_path) == ["copy.db", "database"]
        with closing(sqlite3.connect(target)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert copy.execute("SELECT value FROM meta WHERE key = 'before'").fetchall() == [("",)]
        await store.close()

    async def test_can_be_opened(self, url: str, clock: ManualClock, tmp_path: Path) -> None:
        store = await Store.open(url, clock, metadata())
        await store.write(put, "key", "value")
        await store.backup(tmp_path / "copy.db")
        await store.close()
        copy = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/copy.db", clock, metadata())
        assert await copy.read(get, "key") == "value"
        await copy.close()

    async def test_to_where_nothing_can_be_written(
        self, url: str, clock: ManualClock, tmp_path: Path
    ) -> None:
        store = await Store.open(url, clock, metadata())
        with pytest.raises(StorageError, match="cannot be written"):
            await store.backup(tmp_path / "nowhere" / "copy.db")
        (tmp_path / "folder").mkdir()
        with pytest.raises(StorageError, match="was not written"):
            await store.backup(tmp_path / "folder")
        assert names(tmp_path) == ["database", "folder"]
        await store.close()

    def test_of_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "text").write_text("no database" * 100)
        with pytest.raises(StorageError, match="was not written"):
            copy_database(tmp_path / "text", tmp_path / "copy")
        assert names(tmp_path) == ["text"]

"""`muster recount`: the tree counted again from the ledger, while the bot runs; repaired while it does not."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot import operate
from bot.areas.tree.services import endorsements
from bot.config import Settings
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.errors import NotFound, StorageError
from bot.schema import metadata
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.operator.process import muster, running
from tests.operator.unions import another
from tests.scenes import found as found_crowd
from tests.scenes import join
from tests.storage.fixtures import Database


def settings_for(database: Database, folder: Path) -> Settings:
    return Settings(_env_file=None, database_url=database.url, data_dir=folder)


def crowd(tx: Tx) -> Union:
    """A founder whom three follow."""
    union, founder = found_crowd(tx)
    for number in range(3):
        endorsements.endorse(tx, union, join(tx, union, f"m{number}"), founder, "words")
    return union


async def test_beside_an_open_store(store: Store, database: Database, tmp_path: Path, capsys: Any) -> None:
    settings = settings_for(database, tmp_path)
    with pytest.raises(NotFound, match="no union yet"):
        await operate.recount(settings, None)
    union = await store.write(crowd)
    other = await store.write(another)
    assert await operate.recount(settings, None) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Crowd (union-{union.ref}): 11 ledger entries, which verify; 4 members, 3 endorsements; "
        "the tables say the same",
        f"Another (union-{other.ref}): 4 ledger entries, which verify; 1 member, 0 endorsements; "
        "the tables say the same",
    ]
    assert await operate.recount(settings, "Another") == 0
    assert "Crowd" not in capsys.readouterr().out
    # Nothing is to be put right, so that the running Muster is not in the way.
    assert await operate.recount(settings, None, repair=True) == 0


def damage(path: Path, change: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()


async def closed(database: Database, clock: ManualClock) -> Path:
    """The crowd's database, which nobody has open."""
    store = await Store.open(database.url, clock, metadata())
    await store.write(crowd)
    await store.close()
    assert database.path is not None
    return database.path


async def test_repair_needs_the_writers_lock(
    sqlite_database: Database, clock: ManualClock, tmp_path: Path, capsys: Any
) -> None:
    settings = settings_for(sqlite_database, tmp_path)
    path = await closed(sqlite_database, clock)
    damage(path, "UPDATE support SET headcount = 8")
    assert await operate.recount(settings, None) == 1
    said, first = capsys.readouterr().out.splitlines()
    assert said.endswith("3 endorsements; DIFFERENCES: 1 in support")
    assert first.endswith(
        ": support of 3 directly, 3 in all, 0 with wallets by the ledger, "
        "support of 3 directly, 8 in all, 0 with wallets by the tables"
    )
    store = await Store.open(sqlite_database.url, clock, metadata())
    with pytest.raises(StorageError, match="Another Muster is using"):
        await operate.recount(settings, None, repair=True)
    await store.close()
    assert await operate.recount(settings, None, repair=True) == 0
    assert "DIFFERENCES: 1 in support (repaired)" in capsys.readouterr().out
    assert await operate.recount(settings, None) == 0


async def test_a_ledger_that_does_not_verify(
    sqlite_database: Database, clock: ManualClock, tmp_path: Path, capsys: Any
) -> None:
    settings = settings_for(sqlite_database, tmp_path)
    path = await closed(sqlite_database, clock)
    damage(path, "UPDATE ledger SET kind = 'x' WHERE seq = 5")
    damage(path, "UPDATE support SET headcount = 8")
    for repair in (False, True):
        assert await operate.recount(settings, None, repair=repair) == 1
        assert capsys.readouterr().out.endswith("the ledger does NOT verify: entry 5 is wrong or missing\n")


def test_the_command_line_beside_a_running_bot(tmp_path: Path) -> None:
    for arguments in ([], ["--repair"]):
        refused = muster("recount", *arguments, cwd=tmp_path)
        assert (refused.returncode, "There is no database yet" in refused.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
    with running(tmp_path) as bot_process:
        nothing = muster("recount", cwd=tmp_path)
        assert (nothing.returncode, "no union yet" in nothing.stderr) == (1, True)
        assert bot_process.get("/healthz")[0] == 200
        assert bot_process.stop() == 0

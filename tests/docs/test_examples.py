"""The tutorials' examples work as printed."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

import commands
from bot.schema import metadata
from bot.storage import columns
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.docs.examples import Block, blocks, cases_of, install
from tests.stage import Stage

COMMAND, ADAPTER = "adding-a-command.md", "adding-an-adapter.md"


@pytest.fixture
async def sqlite_store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}", clock, metadata())
    yield store
    await store.close()


def declare(block: Block, monkeypatch: pytest.MonkeyPatch) -> sa.Table:
    """Run a module of tables on a copy of the schema, which other tests compare with the migrations."""
    schema = sa.MetaData(naming_convention=metadata().naming_convention)
    for table in metadata().sorted_tables:
        table.to_metadata(schema)
    monkeypatch.setattr(columns, "metadata", schema)
    added = install(block, monkeypatch).shifts
    assert isinstance(added, sa.Table)
    return added


def migrate(block: Block, path: Path) -> None:
    """Run an example's migration on a database."""
    namespace: dict[str, object] = {}
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        block.run(namespace)
        namespace["upgrade"]()  # type: ignore[operator]  # what the page defines
    engine.dispose()


def shape(path: Path) -> list[str]:
    """Columns, indexes and foreign keys of the example's table."""
    parts = (
        "SELECT name, type, \"notnull\" FROM pragma_table_info('shifts')",
        "SELECT name FROM pragma_index_list('shifts')",
        'SELECT "table", "from", "to" FROM pragma_foreign_key_list(\'shifts\')',
    )
    with contextlib.closing(sqlite3.connect(path)) as connection:
        found = [str(row) for part in parts for row in connection.execute(part)]
    assert len(found) == 6 + 1 + 2
    return sorted(found)


@pytest.fixture
def printed() -> dict[str, Block]:
    return {block.path: block for page in (COMMAND, ADAPTER) for block in blocks(page)}


@pytest.mark.parametrize("name", cases_of(COMMAND))
async def test_the_command_of_the_tutorial(
    name: str,
    printed: dict[str, Block],
    sqlite_store: Store,
    clock: ManualClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declare(printed["bot/areas/shifts/tables.py"], monkeypatch)
    migrate(printed["bot/storage/migrations/versions/0099_shifts.py"], tmp_path / "muster.db")
    install(printed["bot/areas/shifts/storage.py"], monkeypatch)
    install(printed["bot/areas/shifts/services.py"], monkeypatch)
    area = install(printed["commands/shifts.py"], monkeypatch).area
    tests = install(printed["tests/areas/shifts/test_dialogue.py"], monkeypatch)
    await getattr(tests, name)(Stage(sqlite_store, clock, areas=(*commands.areas(), area)))


def test_the_migration_of_the_tutorial_makes_the_table_that_it_declares(
    printed: dict[str, Block], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = declare(printed["bot/areas/shifts/tables.py"], monkeypatch)
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    table.metadata.create_all(engine)
    engine.dispose()
    migrate(printed["bot/storage/migrations/versions/0099_shifts.py"], tmp_path / "migrated.db")
    assert shape(tmp_path / "migrated.db") == shape(tmp_path / "declared.db")


@pytest.mark.parametrize("name", cases_of(ADAPTER))
async def test_the_adapter_of_the_tutorial(
    name: str,
    printed: dict[str, Block],
    sqlite_store: Store,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for file in ("events", "render", "adapter"):
        install(printed[f"adapters/lines/{file}.py"], monkeypatch)
    tests = install(printed["tests/adapters/lines/test_adapter.py"], monkeypatch)
    await getattr(tests, name)(Stage(sqlite_store, clock))


def test_every_printed_file_is_run(printed: dict[str, Block]) -> None:
    """A block that no test above uses would be only claimed to work."""
    assert sorted(printed) == [
        "adapters/lines/adapter.py",
        "adapters/lines/events.py",
        "adapters/lines/render.py",
        "bot/areas/shifts/services.py",
        "bot/areas/shifts/storage.py",
        "bot/areas/shifts/tables.py",
        "bot/storage/migrations/versions/0099_shifts.py",
        "commands/shifts.py",
        "tests/adapters/lines/test_adapter.py",
        "tests/areas/shifts/test_dialogue.py",
    ]

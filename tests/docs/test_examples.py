"""The tutorials' examples work as printed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.schema import metadata
from bot.storage.migrate import HEAD
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.docs.examples import Block, blocks, cases_of, copy_checkout, follow, insertions, install
from tests.stage import Stage

AREA, ADAPTER = "adding-an-area.md", "adding-an-adapter.md"
MOST_FILES, MOST_LINES = 8, 3
MIGRATION = "bot/storage/migrations/versions/0099_shifts.py"
CHECKS = (
    "tests/areas/shifts",
    "tests/test_imports.py",
    "tests/test_membership.py",
    "tests/test_exports.py",
    "tests/test_docs.py",
    "tests/docs/test_pages.py",
    "tests/storage/test_migrations.py::test_head_is_the_newest_script",
    "tests/storage/test_migrations.py::test_a_fresh_schema_equals_a_migrated_one",
    "tests/storage/test_migrations.py::test_ids_are_never_given_out_again",
    "tests/operator/test_export.py::test_every_file_is_documented",
)
"""The tests of the tutorial's area, and those that look at all areas."""
LEFT_OUT = "not postgresql and not test_nothing_happens_at_import and not test_what_is_slow_to_load"
"""Tests that take long, and that an area could hardly fail alone."""


@pytest.fixture
async def sqlite_store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}", clock, metadata())
    yield store
    await store.close()


@pytest.fixture
def printed() -> dict[str, Block]:
    return {block.path: block for block in blocks(ADAPTER)}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this project in which the area of the tutorial was added."""
    copy = tmp_path_factory.mktemp("tutorial") / "muster"
    copy_checkout(copy)
    follow(AREA, copy)
    script = copy / MIGRATION
    # The page names the newest migration that there was when it was written.
    script.write_text(
        script.read_text("utf-8").replace('down_revision = "0003"', f'down_revision = "{HEAD}"')
    )
    python(copy, "tests.docs.made")
    return copy


def python(checkout: Path, module: str, *arguments: str) -> None:
    """Runs a module in a checkout, as `make` does."""
    run = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(run, cwd=checkout, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_area_of_the_tutorial_passes_the_tests_of_all_areas(checkout: Path) -> None:
    python(checkout, "pytest", "-q", "-p", "no:cacheprovider", "-k", LEFT_OUT, *CHECKS)


def test_the_area_of_the_tutorial_is_formatted_and_linted(checkout: Path) -> None:
    files = [block.path for block in blocks(AREA)] + [insertion.path for insertion in insertions(AREA)]
    python(checkout, "ruff", "format", "--no-cache", "--check", *files)
    python(checkout, "ruff", "check", "--no-cache", *files)


def test_an_area_is_few_files_and_lines() -> None:
    assert len(blocks(AREA)) <= MOST_FILES
    assert sum(insertion.lines.count("\n") for insertion in insertions(AREA)) <= MOST_LINES


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
        "tests/adapters/lines/test_adapter.py",
    ]

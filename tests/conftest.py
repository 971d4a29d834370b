"""Fixtures for all tests."""

import os

import pytest
from hypothesis import settings

from bot.storage.store import Store
from tests.clock import ManualClock
from tests.stage import Stage
from tests.storage.fixtures import (
    backend,
    clock,
    cluster,
    database,
    postgres_database,
    sqlite_database,
    sqlite_template,
    store,
)
from tests.tools import memory

__all__ = [
    "backend",
    "clock",
    "cluster",
    "database",
    "postgres_database",
    "sqlite_database",
    "sqlite_template",
    "stage",
    "store",
]

if (folder := memory()) is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))  # where pytest makes `tmp_path`
settings.register_profile("untimed", deadline=None)  # a slow machine is no failure
settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Twice as many workers as processors for `-n auto`: a good part of the tests' time is waiting."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture
async def stage(store: Store, clock: ManualClock) -> Stage:
    """A Muster with two platforms, on both databases."""
    return Stage(store, clock)

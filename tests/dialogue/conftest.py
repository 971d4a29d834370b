"""The stage, on both databases."""

import pytest

from bot.storage.store import Store
from tests.clock import ManualClock
from tests.dialogue.stage import Stage


@pytest.fixture
async def stage(store: Store, clock: ManualClock) -> Stage:
    return Stage(store, clock)

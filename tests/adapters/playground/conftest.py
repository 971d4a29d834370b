"""A playground with a scripted core."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.adapters.playground.harness import Playground, ScriptedCore, playground
from tests.clock import ManualClock


@pytest.fixture
def moment() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def play(moment: ManualClock) -> AsyncIterator[Playground]:
    async with playground(ScriptedCore(), moment) as running:
        yield running

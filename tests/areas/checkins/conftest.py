"""Fixtures of the tests of check-ins."""

from __future__ import annotations

import pytest

from tests.areas.checkins.farm import Farm
from tests.scenes import founded, joined
from tests.stage import Stage


@pytest.fixture(params=["words", "values"])
async def farm(stage: Stage, request: pytest.FixtureRequest) -> Farm:
    ada, place = await founded(stage, request.param)
    bob, cat = await joined(stage, place, "Bob", "Cat")
    return Farm(stage, request.param, place, ada, bob, cat)

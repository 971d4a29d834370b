"""Fixtures of joining two members."""

import pytest

from tests.areas.joinings.village import Village, gather
from tests.stage import Stage


@pytest.fixture
async def village(stage: Stage) -> Village:
    return await gather(stage)

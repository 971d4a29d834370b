"""Fixtures of the dialogue tests about wallets."""

import pytest

from tests.areas.wallets.cast import Cast
from tests.stage import Stage


@pytest.fixture
async def cast(stage: Stage) -> Cast:
    """A union in a group and a server, with its people."""
    made = Cast(stage)
    await made.gather()
    return made

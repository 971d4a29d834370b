"""Fixtures for whoever tests against the emulated Discord: import them in a conftest."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from .emulator import DiscordEmulator


@pytest.fixture
async def emulator() -> AsyncIterator[DiscordEmulator]:
    """A running Discord; the test fails if anything that Discord would refuse was sent to it."""
    async with DiscordEmulator(check_answers=True) as emulator:
        emulator.patience = 5.0
        yield emulator
        emulator.assert_clean()
        assert not emulator.answer_errors, emulator.answer_errors

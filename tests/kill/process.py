"""The real process between two kills, and a look into its database."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing
from pathlib import Path

from tests.clock import ManualClock
from tests.emulators.discord import DiscordEmulator
from tests.operator.process import Running, running

PATIENCE_S = 120.0


def patient_discord() -> DiscordEmulator:
    """Discord on which no time passes, so that an acknowledgement is never late, however busy the machine is."""
    return DiscordEmulator(clock=ManualClock())


async def start(stack: AsyncExitStack, folder: Path, variables: dict[str, str]) -> Running:
    """The real process, serving both platforms; the emulators go on answering meanwhile."""
    manager = running(folder, **variables)
    bot = await asyncio.to_thread(manager.__enter__)
    stack.callback(manager.__exit__, None, None, None)
    return bot


def read(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()

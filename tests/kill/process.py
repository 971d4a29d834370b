"""The real process between two kills, and a look into its database."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing
from pathlib import Path

from tests.operator.process import Running, running

PATIENCE_S = 120.0
NEVER_LATE = "from adapters.discord import limits\nlimits.ACKNOWLEDGE_S = 120.0"
"""Hundreds type at once on a machine that may be busy: the process takes longer than Discord's 3 s for an
acknowledgement, and on an emulator whose clock stands still none is late."""


async def start(stack: AsyncExitStack, folder: Path, variables: dict[str, str]) -> Running:
    """The real process, serving both platforms; the emulators go on answering meanwhile."""
    manager = running(folder, NEVER_LATE, **variables)
    bot = await asyncio.to_thread(manager.__enter__)
    stack.callback(manager.__exit__, None, None, None)
    return bot


def read(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()

"""The real process between two kills, and a look into its database."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path
from typing import Any

from tests.emulators.discord import Person, Reply
from tests.emulators.discord.model import Channel
from tests.operator.process import Running, running

PATIENCE_S = 120.0
SILENCE_S = 5.0
"""Discord wants to hear of an interaction within 3 s, and on a busy machine some of hundreds are later."""


async def acknowledged(member: Person, channel: Channel, path: str, **options: Any) -> Reply:
    """Type a command as people do: once more when Discord shows that the bot did not respond."""
    while True:
        reply = member.send_slash(channel, path, **options)
        with suppress(TimeoutError):
            async with asyncio.timeout(SILENCE_S):
                return await reply.acked()


async def start(stack: AsyncExitStack, folder: Path, variables: dict[str, str]) -> Running:
    """The real process, serving both platforms; the emulators go on answering meanwhile."""
    manager = running(folder, **variables)
    bot = await asyncio.to_thread(manager.__enter__)
    stack.callback(manager.__exit__, None, None, None)
    return bot


def read(database: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()

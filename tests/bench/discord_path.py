"""From a member's slash command to the answer they see: gateway, dispatch, a durable change, the reply.

The emulated Discord and its 50 members run in a process of their own, so that neither their time nor their
processor counts as the bot's. The baseline is discord.py's own way to answer a slash command with the same words,
which keeps nothing: no database, no permission, no idempotence. Both are measured alike, in turns.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from pydantic import SecretStr

import commands
from adapters.discord.rest import connectors
from bot.app import App
from bot.config import Settings
from tests.bench.commands import area
from tests.bench.figures import Bench, Figure, percentile, ratio_at_most, told

ROUNDS = 3
WARM_UP = 300
ANSWERS = 2_000
TYPED = {"path": "stand", "options": {"side": "for", "reason": "because it is right"}}


@dataclass
class Measured:
    """Seconds of each answer, and processor seconds of the bot for all of them."""

    seconds: list[float] = field(default_factory=list)
    processor: float = 0.0

    @property
    def processor_each(self) -> float:
        return self.processor / len(self.seconds)


class Members:
    """The other process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.environment: dict[str, str] = {}

    async def order(self, **what: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(TYPED | what).encode() + b"\n")
        return await self.answer()

    async def answer(self) -> Any:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the emulated Discord ended")
        return json.loads(line)


@asynccontextmanager
async def members() -> AsyncIterator[Members]:
    """An emulated Discord of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench._discord_members",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    crowd = Members(process)
    try:
        crowd.environment = (await crowd.answer())["environment"]
        yield crowd
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def muster(crowd: Members) -> AsyncIterator[None]:
    """The whole program, with one command more."""
    areas, before = commands.areas, commands.areas()
    commands.areas = lambda: [*before, area]
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        settings = Settings(
            data_dir=Path(folder),
            discord_token=SecretStr(crowd.environment["MUSTER_DISCORD_TOKEN"]),
            discord_api=crowd.environment["MUSTER_DISCORD_API"],
            discord_api_ca=Path(crowd.environment["MUSTER_DISCORD_API_CA"]),
            playground=False,
            port=0,
        )
        app = await App.start(settings)
        try:
            await crowd.order(people=1, path="union create", options={"name": "Farm", "purpose": "Grow"})
            await crowd.order(people=50, path="join", options={})
            yield
        finally:
            await app.stop()
            commands.areas = areas


class Echo(discord.Client):
    """A bare discord.py bot."""

    async def setup_hook(self) -> None:
        tree = app_commands.CommandTree(self)

        @tree.command(name="stand", description="Say where one stands")
        @app_commands.describe(side="Which side", reason="Why")
        async def stand(interaction: discord.Interaction, side: str, reason: str) -> None:
            await interaction.response.send_message(f"You stand {side}.")

        await tree.sync()


@asynccontextmanager
async def echo(crowd: Members) -> AsyncIterator[None]:
    """The baseline, connected."""
    api, ca = crowd.environment["MUSTER_DISCORD_API"], Path(crowd.environment["MUSTER_DISCORD_API_CA"])
    client = Echo(intents=discord.Intents(guilds=True), connector=connectors(api, ca)())
    task = asyncio.create_task(client.start(crowd.environment["MUSTER_DISCORD_TOKEN"]))
    try:
        yield
    finally:
        await client.close()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def typing(crowd: Members, into: Measured) -> None:
    """One round: fifty members type, after a warm-up."""
    await crowd.order(people=1)
    await crowd.order(count=WARM_UP)
    began = time.process_time()
    into.seconds += (await crowd.order(count=ANSWERS))["seconds"]
    into.processor += time.process_time() - began


async def discord_path() -> list[Figure]:
    """Both in turns, each round with a Discord and a bot of its own."""
    ours, bare = Measured(), Measured()
    for _ in range(ROUNDS):
        async with members() as crowd, echo(crowd):
            await typing(crowd, bare)
        async with members() as crowd, muster(crowd):
            await typing(crowd, ours)
    p50, p99 = (percentile(ours.seconds, percent) * 1e3 for percent in (50, 99))
    bare50, bare99 = (percentile(bare.seconds, percent) * 1e3 for percent in (50, 99))
    return [
        ratio_at_most("discord_path.p50", p50, "ms", bare50, 1.5),
        told("discord_path.p99", p99, "ms", bare99),
        told("discord_path.processor", ours.processor_each * 1e3, "ms/answer", bare.processor_each * 1e3),
        told("discord_path.ours", (p50 - bare50) / p50, "share of p50"),
    ]


FIGURES: dict[str, Bench] = {"discord_path": discord_path}

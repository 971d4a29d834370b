"""The near side of the fan-out bench, a process of its own: who sends.

`python -m tests.bench._fanout_near <muster|usual> <discord|telegram|paid>` reads from its input how the platform is
reached and whom to write to, and ends when all is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import discord
import msgspec
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.rest import connectors
from adapters.telegram.adapter import TelegramAdapter
from bot.areas.delivery import services as delivery
from bot.areas.delivery.storage import outbox as outbox_storage
from bot.chat.model import encode, say
from bot.chat.sender import Sender
from bot.chat.targets import Target
from bot.domain.clock import SystemClock
from bot.domain.messages import NewMessage
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.store import Store

WORDS = "Today: tell one person why it matters."
WORKERS = 50
TRIES = 5

Reach = dict[str, Any]


def post(tx: Tx, platform: str, people: list[int]) -> None:
    body = encode(say(WORDS))
    for person in people:
        target = msgspec.json.encode(Target(platform, person=str(person))).decode()
        outbox_storage.add(tx, NewMessage(platform, 1, target, body, str(person), bulk=True))


async def muster(platform: str, reach: Reach) -> None:
    """Our outbox, planner and adapter; the database is synced as always."""
    clock = SystemClock()
    adapter: Any
    if platform == "discord":
        adapter = DiscordAdapter(
            reach["MUSTER_DISCORD_TOKEN"],
            clock,
            api=reach["MUSTER_DISCORD_API"],
            api_ca=Path(reach["MUSTER_DISCORD_API_CA"]),
        )
    else:
        stars = 10**6 if platform == "paid" else 0
        adapter = TelegramAdapter(reach["token"], clock, api=reach["api"], stars_a_day=stars)
        for request in adapter._requests:
            await request.initialize()
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{Path(folder) / 'muster.db'}", clock, metadata())
        people = reach["to"]
        for at in range(0, len(people), 500):
            await store.write(post, adapter.name, people[at : at + 500])
        left, done = len(people), asyncio.Event()

        def sent(name: str, outcome: str) -> None:
            nonlocal left
            left -= outcome in ("sent", "parked")
            if not left:
                done.set()

        sender = Sender(adapter, store, delivery, clock, sent)
        await sender.start()
        await done.wait()
        await sender.stop()
        await adapter.stop()
        await store.close()


async def usual(platform: str, reach: Reach) -> None:
    """The platforms' own libraries with their own limiters."""
    if platform == "discord":
        await discord_py(reach)
    else:
        await python_telegram_bot(reach, platform == "paid")


async def discord_py(reach: Reach) -> None:
    api, ca = reach["MUSTER_DISCORD_API"], Path(reach["MUSTER_DISCORD_API_CA"])
    client = discord.Client(intents=discord.Intents.none(), connector=connectors(api, ca)())
    await client.login(reach["MUSTER_DISCORD_TOKEN"])
    left = iter(reach["to"])

    async def worker() -> None:
        for person in left:
            with contextlib.suppress(discord.HTTPException):
                opened = await client.http.start_private_message(person)
                await client.get_partial_messageable(int(opened["id"])).send(WORDS)

    await asyncio.gather(*(worker() for _ in range(WORKERS)))
    await client.close()


async def python_telegram_bot(reach: Reach, paid: bool) -> None:
    """`AIORateLimiter` knows no paid rate: without it there, with as many at a time as its pool allows."""
    bot: ExtBot[Any] = ExtBot(
        reach["token"],
        base_url=f"{reach['api']}/bot",
        request=HTTPXRequest(connection_pool_size=256, pool_timeout=60, httpx_kwargs={"trust_env": False}),
        rate_limiter=None if paid else AIORateLimiter(max_retries=TRIES),
    )
    left = iter(reach["to"])

    async def worker() -> None:
        for person in left:
            with contextlib.suppress(TelegramError):
                await bot.send_message(person, WORDS, allow_paid_broadcast=paid or None)

    async with bot.request:
        await asyncio.gather(*(worker() for _ in range(200 if paid else len(reach["to"]))))


if __name__ == "__main__":
    os.environ["PTB_TIMEDELTA"] = "1"
    asyncio.run({"muster": muster, "usual": usual}[sys.argv[1]](sys.argv[2], json.loads(sys.stdin.read())))

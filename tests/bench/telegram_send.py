"""Telegram sending: messages per CPU-second of the sending process.

The baseline is python-telegram-bot as it comes (httpx), ours the same `Bot` over our transport. Each round sends
from a fresh process to a server in a process of its own, so that neither the server's work nor the other
transport's imports are counted. The goal is for 50 messages on their way at a time (a fan-out, or 50 members
typing at once), where the default transport's pool costs most; the ratio with fewer at a time is told beside it.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from adapters.telegram.transport import AiohttpRequest
from tests.bench.figures import Bench, Figure, median, ratio_at_least, told

ROUNDS = 3
AT_ONCE = 50
FEWER = (1, 10)
WARM_UP = 200
MESSAGES = {"usual": 800, "ours": 4_000}
TEXT = "<b>Farmers of Lerida</b>\nYour support counts for <i>Alice</i> now, and for those she follows."


@contextmanager
def server() -> Iterator[str]:
    """The base URL of a server that answers at once."""
    command = [sys.executable, "-m", "tests.emulators.telegram.stub"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/bot"
        process.stdin.close()


def transport(name: str) -> BaseRequest:
    """Ours, or python-telegram-bot's own with its own settings except environment proxies."""
    return AiohttpRequest() if name == "ours" else HTTPXRequest(httpx_kwargs={"trust_env": False})


async def send(name: str, base_url: str, at_once: int) -> tuple[float, float]:
    """(messages per CPU-second of this process, messages per second)."""
    bot = Bot("7000000001:bench", base_url=base_url, request=transport(name))
    left = iter(range(0))

    async def worker() -> None:
        for _ in left:
            await bot.send_message(1001, TEXT, parse_mode="HTML")

    async with bot.request:
        left = iter(range(WARM_UP))
        await asyncio.gather(*(worker() for _ in range(at_once)))
        left = iter(range(MESSAGES[name]))
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(at_once)))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return MESSAGES[name] / cpu, MESSAGES[name] / wall


def measured(name: str, base_url: str, at_once: int) -> tuple[float, float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.telegram_send", name, base_url, str(at_once)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    per_cpu, per_second = map(float, output.split())
    return per_cpu, per_second


def both(base_url: str, at_once: int) -> dict[str, tuple[float, float]]:
    """Medians of `measured` for both transports, turn about."""
    found: dict[str, list[tuple[float, float]]] = {"usual": [], "ours": []}
    for _ in range(ROUNDS):
        for name, rounds in found.items():
            rounds.append(measured(name, base_url, at_once))
    return {name: (median([c for c, _ in r]), median([w for _, w in r])) for name, r in found.items()}


def telegram_send() -> list[Figure]:
    """Many at a time, and fewer."""
    with server() as base_url:
        many = both(base_url, AT_ONCE)
        fewer = {at_once: both(base_url, at_once) for at_once in FEWER}
    figures = [
        ratio_at_least("telegram_send", many["ours"][0], "messages/CPU-second", many["usual"][0], 6),
        told("telegram_send.wall", many["ours"][1], "messages/s", many["usual"][1]),
    ]
    return figures + [
        told(f"telegram_send.{at_once}_at_once", found["ours"][0], "messages/CPU-second", found["usual"][0])
        for at_once, found in fewer.items()
    ]


FIGURES: dict[str, Bench] = {"telegram_send": telegram_send}


if __name__ == "__main__":
    print(*asyncio.run(send(sys.argv[1], sys.argv[2], int(sys.argv[3]))))

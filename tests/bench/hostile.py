"""10,000 hostile requests against the real process, and how it is for a monitor meanwhile.

`python -m bot run`, with 1,024 open files as most systems allow and a log in a file. A warm-up of the same requests
comes first, because modules, templates and pages of memory are loaded once. Meanwhile another connection asks for
`/healthz` at an even rate; its latency counts from when the question was due. At the same time 1,020 clients have
sent the headers of a request and send its body a byte at a time; whenever one is cut off, another comes.
"""

import asyncio
import contextlib
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests.bench.figures import Bench, Figure, at_most, percentile, told
from tests.web.hostile import REFUSED, TOKEN, made
from tests.web.raw import dialled, heard, hung_up, sent

ROOT = Path(__file__).resolve().parents[2]
REQUESTS = int(os.environ.get("HOSTILE", "10000"))
AT_ONCE = 32
SLOW = 1020
FILES = 1024
ASK_EVERY_S = 0.02
SETTLE_S = 5.0
AGAIN_S = 2.0
# These wait until the server gives up waiting: the slow clients do that too.
KINDS = [name for name in REFUSED if name not in ("a body that ends early", "a body for a page")]


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, and the address of its playground, which has the wallet pages too."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MUSTER_")}
    ours = {
        "MUSTER_ENV_FILE": os.devnull,
        "MUSTER_DATA_DIR": str(folder / "data"),
        "MUSTER_PLAYGROUND_PORT": "0",
        "PYTHONPATH": str(ROOT),
    }
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=folder,
            env=kept | ours,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES)),
        ) as process,
    ):
        assert process.stdout is not None
        url = ""
        for line in process.stdout:
            if line.startswith("playground: "):
                url = line.split()[1]
            if line.startswith("Muster is ready"):
                break
        try:
            yield process, url
        finally:
            process.terminate()
            process.stdout.read()  # a closed pipe would break its last words


async def flood(url: str, requests: int) -> int:
    """Send so many, of all kinds by turns; the number that got an answer from 400 to 499."""
    left = iter(range(requests))
    refused = 0

    async def attack() -> None:
        nonlocal refused
        for number in left:
            # Each guessed token is another one, or remembering them would cost nothing.
            token = f"{number:043}".encode()
            request = REFUSED[KINDS[number % len(KINDS)]].replace(TOKEN, token)
            ticket = "/link/" + token.decode()
            answer = await sent(url, made(request, url, ticket))
            refused += 400 <= answer.status < 500

    await asyncio.gather(*(attack() for _ in range(AT_ONCE)))
    return refused


async def drip(url: str) -> None:
    """Be a client that takes for ever; whenever it is cut off, be another."""
    head = (
        f"POST /telegram/webhook HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nContent-Length: 100000\r\n\r\n"
    )
    while True:
        with contextlib.suppress(OSError):
            line = await dialled(url)
            try:
                line[1].write(head.encode())
                hearing = asyncio.create_task(heard(line[0]))
                while not (await asyncio.wait({hearing}, timeout=1.0))[0]:
                    line[1].write(b"x")
            finally:
                await hung_up(line)
        await asyncio.sleep(AGAIN_S)


@contextlib.asynccontextmanager
async def slow_clients(url: str) -> AsyncIterator[None]:
    """So many of them, while the block runs."""
    clients = [asyncio.create_task(drip(url)) for _ in range(SLOW)]
    try:
        yield
    finally:
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)


async def watch(url: str, latencies: list[float]) -> None:
    """Ask for /healthz on a new connection each time, as monitors do; keep the latencies in ms."""
    due = time.perf_counter()
    question = f"GET /healthz HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nConnection: close\r\n\r\n".encode()
    while True:
        answer = await sent(url, question)
        if answer.status != 200:
            raise AssertionError(f"/healthz: {answer}")
        latencies.append((time.perf_counter() - due) * 1e3)
        due += ASK_EVERY_S
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


async def measure(url: str, process: psutil.Process, log: Path) -> list[Figure]:
    """The figures of one running process."""
    await flood(url, REQUESTS // 5)
    await asyncio.sleep(SETTLE_S)
    before, logged = process.memory_info().rss, log.stat().st_size
    latencies: list[float] = []
    async with slow_clients(url):
        watching = asyncio.create_task(watch(url, latencies))
        began = time.perf_counter()
        refused = await flood(url, REQUESTS)
        seconds = time.perf_counter() - began
        most = process.memory_info().rss
        if watching.done():
            watching.result()
        watching.cancel()
    await asyncio.sleep(SETTLE_S)
    grown = (process.memory_info().rss - before) / 2**20
    return [
        at_most("hostile_http.memory_after", grown, "MiB", 20),
        told("hostile_http.memory_meanwhile", (most - before) / 2**20, "MiB"),
        at_most("hostile_http.healthz_p99", percentile(latencies, 99), "ms", 100),
        told("hostile_http.healthz_p50", percentile(latencies, 50), "ms"),
        at_most("hostile_http.not_refused", REQUESTS - refused, "requests", REQUESTS * 0.01),
        told("hostile_http.requests", REQUESTS / seconds, "1/s"),
        at_most("hostile_http.log", (log.stat().st_size - logged) / 2**10, "KiB", 64),
    ]


async def hostile() -> list[Figure]:
    """Memory, latency and log under hostile requests."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        folder = Path(name)
        with running(folder) as (process, url):
            return await measure(url, psutil.Process(process.pid), folder / "log")


FIGURES: dict[str, Bench] = {"hostile_http": hostile}

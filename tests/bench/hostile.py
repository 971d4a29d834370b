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
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from tests.bench.figures import Bench, Figure, at_most, percentile, told
from tests.web.raw import sent

ROOT = Path(__file__).resolve().parents[2]
REQUESTS = int(os.environ.get("HOSTILE", "10000"))
SLOW = 1020
FILES = 1024
ASK_EVERY_S = 0.2
SETTLE_S = 5.0


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


async def attacked(url: str, requests: int, slow: int) -> tuple[int, float]:
    """Let others send so many requests and hold so many slow connections: how many were refused, in what time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench._hostile_far", url, str(requests), str(slow),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    refused, seconds = out.split()
    return int(refused), float(seconds)


async def watch(url: str, process: psutil.Process, latencies: list[float], memory: list[int]) -> None:
    """Ask for /healthz on a new connection each time, as monitors do; keep the latencies in ms, and the memory."""
    due = time.perf_counter()
    question = f"GET /healthz HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nConnection: close\r\n\r\n".encode()
    while True:
        answer = await sent(url, question)
        if answer.status != 200:
            raise AssertionError(f"/healthz: {answer}")
        latencies.append((time.perf_counter() - due) * 1e3)
        memory.append(process.memory_info().rss)
        due += ASK_EVERY_S
        await asyncio.sleep(max(0.0, due - time.perf_counter()))


async def measure(url: str, process: psutil.Process, log: Path) -> list[Figure]:
    """The figures of one running process."""
    await attacked(url, REQUESTS // 5, 0)
    await asyncio.sleep(SETTLE_S)
    before, logged, worked = process.memory_info().rss, log.stat().st_size, sum(process.cpu_times()[:2])
    latencies: list[float] = []
    memory: list[int] = []
    watching = asyncio.create_task(watch(url, process, latencies, memory))
    attack = asyncio.create_task(attacked(url, REQUESTS, SLOW))
    await asyncio.wait({watching, attack}, return_when=asyncio.FIRST_COMPLETED)
    if watching.done():
        watching.result()  # raises: the monitor was not answered
    refused, seconds = await attack
    watching.cancel()
    worked = sum(process.cpu_times()[:2]) - worked
    await asyncio.sleep(SETTLE_S)
    grown = (process.memory_info().rss - before) / 2**20
    return [
        at_most("hostile_http.memory_after", grown, "MiB", 20),
        told("hostile_http.memory_meanwhile", (max(memory) - before) / 2**20, "MiB"),
        at_most("hostile_http.healthz_p99", percentile(latencies, 99), "ms", 100),
        told("hostile_http.healthz_p50", percentile(latencies, 50), "ms"),
        at_most("hostile_http.not_refused", REQUESTS - refused, "requests", REQUESTS * 0.01),
        told("hostile_http.requests", REQUESTS / seconds, "1/s"),
        told("hostile_http.processor", worked / REQUESTS * 1e3, "ms each"),
        at_most("hostile_http.log", (log.stat().st_size - logged) / 2**10, "KiB", 64),
    ]


async def hostile() -> list[Figure]:
    """Memory, latency and log under hostile requests."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as name:
        folder = Path(name)
        with running(folder) as (process, url):
            return await measure(url, psutil.Process(process.pid), folder / "log")


FIGURES: dict[str, Bench] = {"hostile_http": hostile}

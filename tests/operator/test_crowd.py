"""A running Muster with few descriptors, and more slow clients than it has descriptors."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

from tests.operator.process import running
from tests.web.raw import dialled, hung_up, sent

FILES = 128
FEW_FILES = f"import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, ({FILES}, {FILES}))"


async def crowd(url: str) -> None:
    """Open many connections with slow bodies, and ask after each tenth whether somebody still answers."""
    host = urlsplit(url).netloc
    slow = f"POST /telegram/webhook HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\n".encode()
    question = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    lines = []
    for number in range(3 * FILES):
        lines.append(await dialled(url))
        lines[-1][1].write(slow)
        if number % 10 == 0:
            assert (await sent(url, question)).status == 200, number
    await hung_up(*lines)


def test_slow_clients_shut_nobody_out_and_fill_no_log(tmp_path: Path) -> None:
    with running(tmp_path, FEW_FILES) as bot:
        asyncio.run(crowd(bot.urls["playground"]))
        assert bot.get("/healthz")[0] == 200
        assert bot.stop() == 0
    told = [line for line in bot.errors if " INFO " not in line]
    assert len(told) == 1, told
    assert "connections were closed to make room for others" in told[0]

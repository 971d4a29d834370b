"""The attackers of `hostile.py`, in a process of their own: `python -m tests.bench._hostile_far URL REQUESTS SLOW`.

Prints how many requests were refused with 400 to 499, and how many seconds all took.
"""

import asyncio
import contextlib
import sys
import time
from urllib.parse import urlsplit

from tests.web.hostile import REFUSED, TOKEN, made
from tests.web.raw import dialled, heard, hung_up, sent

AT_ONCE = 32
DRIP_EVERY_S = 2.0
# These wait until the server gives up waiting. The slow clients do that too.
KINDS = [name for name in REFUSED if name not in ("a body that ends early", "a body for a page")]


async def flood(url: str, requests: int) -> int:
    """Send so many, of all kinds by turns; the number that was refused."""
    left = iter(range(requests))
    refused = 0

    async def attack() -> None:
        nonlocal refused
        for number in left:
            token = f"{time.time_ns() % 10**12}{number:031}"  # another guess each time
            request = REFUSED[KINDS[number % len(KINDS)]].replace(TOKEN, token.encode())
            answer = await sent(url, made(request, url, f"/link/{token}"))
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
                while not (await asyncio.wait({hearing}, timeout=DRIP_EVERY_S))[0]:
                    line[1].write(b"x")
            finally:
                await hung_up(line)
        await asyncio.sleep(DRIP_EVERY_S)


async def attack(url: str, requests: int, slow: int) -> None:
    """Be all of them until every request was answered."""
    clients = [asyncio.create_task(drip(url)) for _ in range(slow)]
    await asyncio.sleep(DRIP_EVERY_S if slow else 0)  # until they hang on
    began = time.perf_counter()
    refused = await flood(url, requests)
    print(refused, time.perf_counter() - began, flush=True)
    for client in clients:
        client.cancel()
    await asyncio.gather(*clients, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(attack(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

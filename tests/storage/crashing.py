"""A process that writes as fast as it can and tells on stdout what it was told is durable; for `kill -9`."""

import asyncio
import itertools
import os
import sys

from sqlalchemy import bindparam

from bot.domain.clock import SystemClock
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.meta import meta
from bot.storage.statements import Statement, insert
from bot.storage.store import Store

PUT = Statement(insert(meta).values(key=bindparam("key"), value=bindparam("value")))


def put(tx: Tx, key: str) -> None:
    tx.run(PUT, key=key, value="first half")
    tx.run(PUT, key=f"{key} too", value="second half")


async def run(url: str) -> None:
    store = await Store.open(url, SystemClock(), metadata())
    numbers = itertools.count()

    async def talk() -> None:
        while True:
            key = f"key {next(numbers)}"
            await store.write(put, key)
            os.write(1, f"{key}\n".encode())

    await asyncio.gather(*(talk() for _ in range(20)))


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))

"""Waiting for something that gives no signal."""

from __future__ import annotations

import asyncio
from typing import Any


async def eventually(happened: Any) -> None:
    """Wait until `happened()` (plain or async) is true."""
    for _ in range(1000):
        found = happened()
        if await found if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")

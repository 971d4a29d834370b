"""Acts side by side and in their order."""

from __future__ import annotations

import asyncio

import pytest

from adapters.telegram.queues import Aside, Queues


async def test_a_queue_keeps_its_order_and_does_not_hold_up_others() -> None:
    done: list[str] = []
    gate = asyncio.Event()

    async def work(item: str, aside: Aside) -> None:
        if item == "a1":
            await gate.wait()
        done.append(item)

    queues = Queues(work)
    for item in ("a1", "a2", "b1", "a3", "b2"):
        queues.put(item[0], item)
    await queues.below(3)
    assert done == ["b1", "b2"]
    gate.set()
    await queues.idle()
    assert done == ["b1", "b2", "a1", "a2", "a3"]
    assert queues.size == 0
    await queues.close(1)


async def test_a_failure_does_not_end_its_queue(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    async def work(item: int, aside: Aside) -> None:
        if item == 1:
            raise ValueError("broken")
        done.append(item)

    queues = Queues(work)
    queues.put("a", 1)
    queues.put("a", 2)
    await queues.idle()
    assert done == [2]
    assert "an act was not answered" in caplog.text


async def test_closing_leaves_what_takes_too_long(caplog: pytest.LogCaptureFixture) -> None:
    started: list[int] = []

    async def work(item: int, aside: Aside) -> None:
        started.append(item)
        await asyncio.Event().wait()

    queues = Queues(work)
    queues.put("a", 1)
    queues.put("a", 2)
    await queues.close(0)
    assert started in ([], [1])
    assert queues.size == 0
    assert "left for the next start" in caplog.text

"""Turns of acts, and giving them back."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat.turns import Turns


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_an_act_that_waits_outside_lets_the_next_one_begin() -> None:
    turns, back, log = Turns(1), asyncio.Event(), list[str]()

    async def waits(name: str) -> None:
        async with turns.one() as turn, turn.aside():
            log.append(f"{name} waits")
            await back.wait()
        log.append(f"{name} ends")

    async def acts(name: str) -> None:
        async with turns.one():
            log.append(name)

    tasks = [asyncio.create_task(waits("a")), asyncio.create_task(waits("b")), asyncio.create_task(acts("c"))]
    await settled()
    assert log == ["a waits", "b waits", "c"]
    back.set()
    await asyncio.gather(*tasks)
    async with asyncio.timeout(1), turns.one():
        assert turns.free.locked()
    assert not turns.free.locked()


async def test_only_so_many_acts_wait_without_a_turn() -> None:
    turns, back, began = Turns(1, most_aside=1), asyncio.Event(), list[int]()

    async def waits(number: int) -> None:
        async with turns.one() as turn, turn.aside():
            began.append(number)
            await back.wait()

    tasks = [asyncio.create_task(waits(number)) for number in range(4)]
    await settled()
    assert began == [0, 1]  # the second keeps its turn, so the third has none
    back.set()
    await asyncio.gather(*tasks)
    assert not turns.free.locked()


@pytest.mark.parametrize("when", ["outside", "on the way back"])
async def test_a_turn_is_not_lost_and_not_doubled_by_an_act_that_is_cancelled(when: str) -> None:
    turns, back = Turns(1), asyncio.Event()

    async def waits() -> None:
        async with turns.one() as turn, turn.aside():
            await back.wait()

    task = asyncio.create_task(waits())
    await settled()
    async with turns.one():
        if when == "on the way back":
            back.set()
            await settled()
        task.cancel()
        await settled()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await turns.free.acquire()
    assert turns.free.locked()

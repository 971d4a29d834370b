"""Whose picture is fetched and decoded when."""

from __future__ import annotations

import asyncio
import gc
import sys

import pytest

from bot.domain.photos import Photo
from bot.errors import BadInput, TryAgain
from bot.pictures import workshop
from bot.pictures.refusals import PictureRefused, Refusal
from bot.pictures.workshop import AT_ONCE, LOADED, MOST_PEOPLE, Workshop

PHOTO = Photo(b"", "image/png", 1, 1)


class Bench:
    """A workshop whose decoder waits until it is let go, and the order in which things happened."""

    def __init__(self) -> None:
        self.fetched: list[str] = []
        self.decoded: list[str] = []
        self.ended: list[str] = []
        self.go = asyncio.Event()
        self.shop = Workshop(self._decode)

    async def _decode(self, data: bytes) -> Photo:
        self.decoded.append(data.decode())
        try:
            await self.go.wait()
        finally:
            self.ended.append(data.decode())
        return PHOTO

    def send(self, person: str) -> asyncio.Task[Photo]:
        async def fetch() -> bytes:
            self.fetched.append(person)
            return person.encode()

        return asyncio.create_task(self.shop.redraw(person, fetch))


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_member_has_one_picture_at_a_time_and_keeps_nobody_waiting() -> None:
    bench = Bench()
    many = [bench.send("ada") for _ in range(64)]
    await settled()
    others = [bench.send("bo"), bench.send("cy")]
    await settled()
    refused = [task for task in many if task.done()]
    assert len(refused) == 63
    assert {str(task.exception()) for task in refused} == {workshop.ONE_AT_A_TIME}
    assert bench.decoded == ["ada", "bo"]
    bench.go.set()
    await asyncio.gather(*others)
    assert await bench.send("ada") == PHOTO  # the next one, once the last one is answered


async def test_only_so_many_are_in_memory_and_only_so_many_people_wait() -> None:
    bench = Bench()
    tasks = [bench.send(f"p{number}") for number in range(MOST_PEOPLE + 5)]
    await settled()
    assert len(bench.fetched) == LOADED
    assert len(bench.decoded) == AT_ONCE
    assert [str(task.exception()) for task in tasks if task.done()] == [workshop.BUSY] * 5
    bench.go.set()
    await asyncio.gather(*tasks[:MOST_PEOPLE])
    assert bench.decoded == [f"p{number}" for number in range(MOST_PEOPLE)]  # in the order in which they came


async def test_what_fails_gives_its_turn_back() -> None:
    bench = Bench()
    bench.go.set()

    async def gone() -> bytes:
        raise BadInput("That picture is no longer there.")

    for _ in range(LOADED * 3):
        with pytest.raises(BadInput, match="no longer there"):
            await bench.shop.redraw("ada", gone)
    assert await bench.send("ada") == PHOTO


async def test_an_act_that_is_cancelled_ends_its_decoder() -> None:
    bench = Bench()
    task = bench.send("ada")
    await settled()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.ended == ["ada"]
    bench.go.set()
    assert await bench.send("ada") == PHOTO


async def test_a_stop_waits_for_nobody_and_tells_everybody() -> None:
    bench = Bench()
    tasks = [bench.send(f"p{number}") for number in range(10)]
    await settled()
    await bench.shop.close()
    for task in tasks:
        with pytest.raises(TryAgain, match="being restarted"):
            await task
    assert sorted(bench.ended) == ["p0", "p1"]
    with pytest.raises(TryAgain, match="being restarted"):
        await bench.send("late")


async def test_the_bytes_of_a_refused_picture_are_free_at_once() -> None:
    """With the refusal, its frames would hold them until the garbage collector comes."""
    data = bytes(100)

    async def decode(given: bytes) -> Photo:
        raise PictureRefused(Refusal.COMPLEX)

    async def fetch() -> bytes:
        return data

    shop, before = Workshop(decode), sys.getrefcount(data)
    gc.disable()
    try:
        with pytest.raises(PictureRefused):
            await shop.redraw("ada", fetch)
        assert sys.getrefcount(data) == before
    finally:
        gc.enable()

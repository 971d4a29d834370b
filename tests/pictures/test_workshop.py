"""Whose picture is fetched and decoded when."""

from __future__ import annotations

import asyncio
import gc
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from bot.chat.incoming import Actor, File
from bot.chat.tokens import actor_key
from bot.domain.photos import Photo
from bot.errors import BadInput, TryAgain
from bot.pictures import workshop
from bot.pictures.refusals import PictureRefused, Refusal
from bot.pictures.workshop import AT_ONCE, LOADED, MOST_PEOPLE, Workshop
from commands.files import drawn

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

    def send(self, person: str, union: str = "farm") -> asyncio.Task[Photo]:
        async def fetch() -> bytes:
            self.fetched.append(person)
            return person.encode()

        return asyncio.create_task(self.shop.redraw(union, person, fetch))


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


async def test_many_of_one_union_keep_no_other_union_waiting() -> None:
    """Attack: as many accounts as there is room for, each with a slow picture."""
    bench = Bench()
    many = [bench.send(f"p{number}") for number in range(MOST_PEOPLE)]
    await settled()
    others = [bench.send("ada", "town"), bench.send("bo", "lake"), bench.send("cy", "lake")]
    await settled()
    gone = [number for number, task in enumerate(many) if task.done()]
    assert gone == [MOST_PEOPLE - 3, MOST_PEOPLE - 2, MOST_PEOPLE - 1]
    assert {str(many[number].exception()) for number in gone} == {workshop.BUSY}
    bench.go.set()
    await asyncio.gather(*others, *many[: MOST_PEOPLE - 3])
    assert [who for who in bench.decoded if not who.startswith("p")] == ["ada", "bo", "cy"]
    assert bench.decoded.index("cy") <= LOADED + 5


async def test_a_union_has_its_share_and_no_more() -> None:
    bench = Bench()
    farm = [bench.send(f"farm {number}") for number in range(MOST_PEOPLE)]
    await settled()
    town = [bench.send(f"town {number}", "town") for number in range(MOST_PEOPLE)]
    await settled()
    assert [sum(not task.done() for task in tasks) for tasks in (farm, town)] == [MOST_PEOPLE // 2] * 2
    bench.go.set()
    await asyncio.gather(*farm, *town, return_exceptions=True)
    assert len(bench.decoded) == MOST_PEOPLE
    in_turns = [who.split()[0] for who in bench.decoded[LOADED:]]
    assert all(in_turns[at : at + 3].count("farm") <= 2 for at in range(MOST_PEOPLE // 2 - LOADED))


async def test_a_command_says_whose_union_the_picture_is_of() -> None:
    asked: list[tuple[str, str]] = []

    async def redraw(union: str, person: str, fetch: object) -> Photo:
        asked.append((union, person))
        return PHOTO

    actor = Actor("words", "bo", "Bo")
    for member in (SimpleNamespace(id=7, union_id=3), None):
        context: Any = SimpleNamespace(
            standing=SimpleNamespace(member=member), actor=actor, runtime=SimpleNamespace(redraw=redraw)
        )
        await drawn(context, File("1", "image/png", 1))
    assert asked == [("union 3", "member 7"), ("", actor_key(actor))]


async def test_acts_that_are_cancelled_give_their_room_and_their_turns_back() -> None:
    bench = Bench()
    for _ in range(3):
        tasks = [bench.send(f"p{number}", f"union {number % 5}") for number in range(MOST_PEOPLE)]
        await settled()
        assert not any(task.done() for task in tasks)
        for task in reversed(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    bench.go.set()
    assert await bench.send("ada") == PHOTO


async def test_what_fails_gives_its_turn_back() -> None:
    bench = Bench()
    bench.go.set()

    async def gone() -> bytes:
        raise BadInput("That picture is gone.")

    for _ in range(LOADED * 3):
        with pytest.raises(BadInput, match="is gone"):
            await bench.shop.redraw("farm", "ada", gone)
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
            await shop.redraw("farm", "ada", fetch)
        assert sys.getrefcount(data) == before
    finally:
        gc.enable()

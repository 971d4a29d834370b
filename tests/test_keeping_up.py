"""Throwing away goes on, whatever happens to one round of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from bot import upkeep as module
from bot.areas.conversations import services as conversations
from bot.chat.chores import Office
from bot.chat.declarations import Area, Chore
from bot.chat.registry import Registry
from bot.domain.transaction import Tx
from bot.metrics import Metrics
from bot.storage.store import Store
from bot.upkeep import Upkeep
from tests.clock import ManualClock
from tests.stage import Stage


def upkeep(store: Store, chores: Sequence[Chore] = ()) -> Upkeep:
    return Upkeep(store, Office(store, conversations, Stage(store, ManualClock())), chores, Metrics())


async def test_a_failed_round_is_not_the_last(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    again = asyncio.Event()
    loop, rounds = asyncio.get_running_loop(), []

    def prune(tx: Tx) -> None:
        rounds.append(1)
        if len(rounds) == 1:
            raise RuntimeError("bug")
        loop.call_soon_threadsafe(again.set)

    monkeypatch.setattr(module.retention, "prune", prune)
    monkeypatch.setattr(module, "UPKEEP_EVERY_S", 0.0)
    task = asyncio.create_task(dict(upkeep(store).loops())["upkeep"]())
    try:
        async with asyncio.timeout(5):
            await again.wait()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, RuntimeError):
            await task
    assert "bug" in caplog.text


async def test_a_chore_that_fails_does_not_stop_the_others_nor_itself(
    store: Store, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    area, done, twice = Area(), [], asyncio.Event()

    @area.chore
    async def slow(office: Office) -> None:
        done.append("slow")

    @area.chore(every_s=0.0)
    async def fails(office: Office) -> None:
        done.append("fails")
        raise RuntimeError("bug")

    @area.chore(every_s=0.0)
    async def works(office: Office) -> None:
        done.append("works")
        if done.count("works") == 2:
            twice.set()

    chores = Registry([area]).chores
    assert [(chore.name, chore.every_s) for chore in chores] == [("slow", 60), ("fails", 0.0), ("works", 0.0)]
    task = asyncio.create_task(dict(upkeep(store, chores[1:]).loops())["chores every 0.0 s"]())
    try:
        async with asyncio.timeout(5):
            await twice.wait()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert done[:4] == ["fails", "works", "fails", "works"]
    assert "bug" in caplog.text


async def test_a_chore_never_runs_twice_at_the_same_time(store: Store) -> None:
    area, running, most = Area(), [], []
    begun, go_on = asyncio.Event(), asyncio.Event()

    @area.chore(every_s=60.0)
    async def slow(office: Office) -> None:
        running.append(1)
        most.append(len(running))
        begun.set()
        await go_on.wait()
        running.pop()

    keeping = upkeep(store, Registry([area]).chores)
    task = asyncio.create_task(dict(keeping.loops())["chores every 60.0 s"]())
    await begun.wait()
    now = asyncio.create_task(keeping.do_chores())
    try:
        await store.read(lambda tx: None)  # time enough to begin
        go_on.set()
        await now
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert most == [1, 1]

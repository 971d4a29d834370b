"""Throwing away goes on, whatever happens to one round of it."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from bot import app as module
from bot.app import App
from bot.chat.chores import Office
from bot.chat.declarations import Area
from bot.chat.registry import Registry
from bot.config import Settings
from bot.domain.transaction import Tx
from bot.metrics import Metrics
from bot.storage.store import Store
from tests.clock import ManualClock


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
    task = asyncio.create_task(App(Settings(_env_file=None), clock, store, Metrics())._keep_up())
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
    task = asyncio.create_task(
        App(Settings(_env_file=None), clock, store, Metrics())._do_chores(chores[1:], 0.0)
    )
    try:
        async with asyncio.timeout(5):
            await twice.wait()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert done[:4] == ["fails", "works", "fails", "works"]
    assert "bug" in caplog.text

"""Requests wait as Discord says, and no longer."""

from __future__ import annotations

import asyncio

import pytest

from adapters.discord import limits, pacing
from adapters.discord.pacing import Pacer

WAIT_S = 0.05


async def seconds(pacer: Pacer, route: str) -> float:
    """How long a turn is waited for."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with pacer.turn(route):
        return loop.time() - began


@pytest.mark.parametrize("everything", [True, False])
async def test_after_a_refusal_the_route_or_all_wait(everything: bool) -> None:
    pacer = Pacer()
    pacer.refused("POST /a", WAIT_S, everything=everything)
    elsewhere, here = await asyncio.gather(seconds(pacer, "GET /b"), seconds(pacer, "POST /a"))
    assert here >= WAIT_S
    assert (elsewhere >= WAIT_S) is everything


async def test_an_empty_bucket_is_waited_for() -> None:
    pacer = Pacer()
    pacer.learn("POST /a", {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset-After": "60"})
    assert await seconds(pacer, "POST /a") < WAIT_S
    pacer.learn("POST /a", {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": str(WAIT_S)})
    assert await seconds(pacer, "POST /a") >= WAIT_S


async def test_one_route_goes_one_after_another_and_others_beside_it() -> None:
    pacer = Pacer()
    async with pacer.turn("POST /a"):
        assert await seconds(pacer, "POST /b") < WAIT_S
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(seconds(pacer, "POST /a"), WAIT_S)
    assert await seconds(pacer, "POST /a") < WAIT_S


async def test_no_more_than_discord_takes_in_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "_WINDOW_S", WAIT_S)
    pacer = Pacer()
    waited = await asyncio.gather(*(seconds(pacer, f"GET /{n}") for n in range(limits.PER_SECOND + 1)))
    assert sum(one < WAIT_S for one in waited) == limits.PER_SECOND


async def test_what_is_over_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "_KEPT", 10)
    monkeypatch.setattr(pacing, "_MARGIN_S", 0.0)
    pacer = Pacer()
    for number in range(100):
        pacer.refused(f"GET /{number}", -1.0, everything=False)
    assert len(pacer._closed_until) <= 12
    assert len(pacer._routes) == 0

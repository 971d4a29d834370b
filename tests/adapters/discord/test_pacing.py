"""Requests wait as Discord says, and no longer; against a server that counts strictly, in virtual time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable

import pytest

from adapters.discord import limits, pacing
from adapters.discord.pacing import Pacer
from tests.adapters.telegram.virtual_time import VirtualTime
from tests.emulators.discord.limits import Limits

SEED = 20261121
MESSAGES = "/channels/{channel_id}/messages"


class Wire:
    """Discord some milliseconds away; counts as the emulator does."""

    def __init__(self, time: VirtualTime, pacer: Pacer, delay: Callable[[], float]) -> None:
        self.time, self.pacer, self.delay = time, pacer, delay
        self.limits = Limits(time.monotonic)

    async def request(self, route: str, template: str, major: str = "", *, urgent: bool = False) -> float:
        """Monotonic time at which the request was received."""
        async with self.pacer.at(route, urgent=urgent) as turn:
            await self.time.sleep(self.delay())
            received = self.time.monotonic()
            verdict = self.limits.check(route.split()[0], template, major)
            await self.time.sleep(self.delay())
            self.pacer.learn(route, turn, verdict.headers)
            return received

    async def post(self, channel: int, *, urgent: bool = False) -> float:
        route = f"POST /channels/{channel}/messages"
        return await self.request(route, MESSAGES, str(channel), urgent=urgent)


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
async def pacer(time: VirtualTime) -> AsyncIterator[Pacer]:
    pacer = Pacer(time.monotonic, time.sleep)
    yield pacer
    await pacer.close()


def jittering(base: float, jitter: float) -> Callable[[], float]:
    random_ = random.Random(SEED)
    return lambda: base + random_.uniform(0, jitter)


async def all_of(sends: list[object]) -> list[float]:
    return list(await asyncio.gather(*sends))  # type: ignore[call-overload]


@pytest.mark.parametrize(("base", "jitter"), [(0.0005, 0.0), (0.04, 0.0), (0.035, 0.01), (0.15, 0.1)])
async def test_many_channels_at_the_overall_limit_without_a_single_429(
    time: VirtualTime, pacer: Pacer, base: float, jitter: float
) -> None:
    wire = Wire(time, pacer, jittering(base, jitter))
    received = await time.run(all_of([wire.post(100_000 + channel) for channel in range(1500)]))
    assert wire.limits.refused == 0
    seconds = max(received) - min(received)
    assert seconds <= 1500 / 50 * (1.03 + 2 * jitter + base)


async def test_a_channel_is_written_to_as_its_bucket_allows(time: VirtualTime, pacer: Pacer) -> None:
    wire = Wire(time, pacer, jittering(0.04, 0.005))
    wire.limits.route("POST", MESSAGES, 5, 5.0)
    received = await time.run(all_of([wire.post(100_000) for _ in range(23)]))
    assert wire.limits.refused == 0
    assert max(received) - min(received) < 23
    for start in received:
        assert sum(start <= at < start + 5 for at in received) <= 5


async def test_requests_of_one_bucket_go_side_by_side_once_it_is_known(
    time: VirtualTime, pacer: Pacer
) -> None:
    """Opening private channels is one route for all people: 100 take two seconds, not a hundred round trips."""
    wire = Wire(time, pacer, jittering(0.05, 0.0))
    opens = [wire.request("POST /users/@me/channels", "/users/@me/channels") for _ in range(100)]
    received = await time.run(all_of(opens))
    assert wire.limits.refused == 0
    assert max(received) - min(received) < 3


async def test_an_answer_to_a_person_overtakes_a_fan_out(time: VirtualTime, pacer: Pacer) -> None:
    wire = Wire(time, pacer, jittering(0.04, 0.0))

    async def both() -> list[float]:
        fan_out = asyncio.gather(*(wire.post(100_000 + channel) for channel in range(500)))
        waits = []
        for person in range(200_000, 200_008):
            await time.sleep(0.9)
            asked = time.monotonic()
            waits.append(await wire.post(person, urgent=True) - asked)
        await fan_out
        return waits

    assert max(await time.run(both())) < 0.25


@pytest.mark.parametrize("everything", [True, False])
async def test_after_a_refusal_the_route_or_all_wait(
    time: VirtualTime, pacer: Pacer, everything: bool
) -> None:
    async def turn(route: str) -> float:
        async with pacer.at(route):
            return time.monotonic()

    async def scenario() -> list[float]:
        async with pacer.at("POST /channels/100001/messages") as refused:
            pacer.refused(refused, 7, everything=everything)
        assert pacer.closed("POST /channels/100001/messages") >= 7 or everything
        assert (pacer.closed(None) >= 7) is everything
        return await all_of([turn("GET /gateway"), turn("POST /channels/100001/messages")])

    began = time.monotonic()
    elsewhere, here = await time.run(scenario())
    assert here - began >= 7
    assert (elsewhere - began >= 7) is everything


async def test_routes_that_share_a_bucket_wait_for_each_other(time: VirtualTime, pacer: Pacer) -> None:
    shared = {"X-RateLimit-Bucket": "b", "X-RateLimit-Reset": "1"}
    post, edit = "POST /channels/100001/messages", "PATCH /channels/100001/messages/200002"

    async def scenario() -> float:
        for route in (post, edit):
            async with pacer.at(route) as turn:
                pacer.learn(route, turn, shared | {"X-RateLimit-Remaining": "3"})
        async with pacer.at(post) as turn:
            empty = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2", "X-RateLimit-Reset-After": "9"}
            pacer.learn(post, turn, shared | empty)
        async with pacer.at("PATCH /channels/100001/messages/200003"):
            return time.monotonic()

    began = time.monotonic()
    assert await time.run(scenario()) - began >= 9


async def test_what_is_over_is_forgotten(
    time: VirtualTime, pacer: Pacer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "_KEPT_PLACES", 10)
    pacer._sweep_at = 10
    wire = Wire(time, pacer, jittering(0.001, 0.0))
    for channel in range(100):
        await time.run(wire.post(100_000 + channel))
        await time.run(time.sleep(1.1))
    assert len(pacer._places) <= 12


async def test_no_more_than_discord_takes_in_a_second(time: VirtualTime, pacer: Pacer) -> None:
    wire = Wire(time, pacer, jittering(0.01, 0.02))
    received = sorted(await time.run(all_of([wire.post(100_000 + n, urgent=True) for n in range(200)])))
    gaps = [later - earlier for earlier, later in zip(received, received[limits.PER_SECOND :], strict=False)]
    assert min(gaps) >= 1.0
    assert max(gaps) < 1.3

"""The pacer against a server that counts strictly, in virtual time."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
from telegram import Bot, Message

from adapters.telegram.pacing import Pacer
from adapters.telegram.transport import AiohttpRequest, FloodWait
from tests.adapters.telegram.virtual_time import VirtualTime
from tests.emulators.telegram import Person, TelegramEmulator
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.floods import FloodControl

SEED = 20260301


class Wire:
    """A server some milliseconds away; counts as strictly as the emulator."""

    def __init__(self, time: VirtualTime, pacer: Pacer, delay: Callable[[], float]) -> None:
        self.time, self.pacer, self.delay = time, pacer, delay
        self.floods = FloodControl(time.monotonic)
        self.refused: list[float] = []
        self.paid = 0

    async def send(
        self, chat: int, *, group: bool = False, urgent: bool = False, tries: int = 5, may_pay: bool = False
    ) -> float:
        """Monotonic time at which the message was received."""

        async def call(*, allow_paid_broadcast: bool = False) -> float:
            await self.time.sleep(self.delay())
            received = self.time.monotonic()
            self.paid += allow_paid_broadcast
            try:
                self.floods.admit(chat, group, allow_paid_broadcast)
            except ApiError as refused:
                self.refused.append(received)
                raise FloodWait(refused.parameters["retry_after"]) from None
            await self.time.sleep(self.delay())
            return received

        return await self.pacer.run(chat, call, group=group, urgent=urgent, tries=tries, may_pay=may_pay)


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


@pytest.mark.parametrize(
    ("base", "jitter"), [(0.0005, 0.0), (0.02, 0.0), (0.02, 0.01), (0.15, 0.1), (0.001, 0.02)]
)
async def test_many_chats_at_the_overall_limit_without_a_single_429(
    time: VirtualTime, pacer: Pacer, base: float, jitter: float
) -> None:
    wire = Wire(time, pacer, jittering(base, jitter))
    received = await time.run(_all(wire.send(chat) for chat in range(900)))
    assert wire.refused == []
    seconds = max(received) - min(received)
    slack = 2 * jitter + base  # what the closed loop gives up for not knowing the way there
    assert seconds <= 900 / 30 * (1.03 + slack)
    assert len(received) == 900


async def test_one_chat_gets_one_a_second(time: VirtualTime, pacer: Pacer) -> None:
    wire = Wire(time, pacer, jittering(0.03, 0.02))
    received = await time.run(_all(wire.send(7) for _ in range(40)))
    gaps = [later - earlier for earlier, later in itertools.pairwise(received)]
    assert wire.refused == []
    assert min(gaps) >= 1.0
    assert max(gaps) < 1.15


async def test_a_group_gets_twenty_a_minute(time: VirtualTime, pacer: Pacer) -> None:
    wire = Wire(time, pacer, jittering(0.03, 0.02))
    received = await time.run(_all(wire.send(-7, group=True) for _ in range(50)))
    assert wire.refused == []
    for start in received:
        assert sum(start <= at < start + 60 for at in received) <= 20
    assert max(received) - min(received) < 2 * 60 + 15


async def test_a_reply_to_a_person_overtakes_a_fan_out(time: VirtualTime, pacer: Pacer) -> None:
    wire = Wire(time, pacer, jittering(0.02, 0.005))

    async def reply_amid_the_fan_out() -> list[float]:
        fan_out = asyncio.gather(*(wire.send(chat) for chat in range(600)))
        waits = []
        for person in range(1000, 1012):
            await time.sleep(0.7)
            asked = time.monotonic()
            waits.append(await wire.send(person, urgent=True) - asked)
        await fan_out
        return waits

    waits = await time.run(reply_amid_the_fan_out())
    assert wire.refused == []
    assert max(waits) < 0.15  # the fan-out itself takes 20 s


async def test_urgent_goes_first_within_one_chat(time: VirtualTime, pacer: Pacer) -> None:
    wire = Wire(time, pacer, jittering(0.02, 0.0))

    async def post() -> tuple[list[float], float]:
        bulk = [asyncio.ensure_future(wire.send(7)) for _ in range(5)]
        await time.sleep(0.5)
        urgent = await wire.send(7, urgent=True)
        return list(await asyncio.gather(*bulk)), urgent

    bulk, urgent = await time.run(post())
    assert sorted([*bulk, urgent]).index(urgent) == 1


async def test_a_stall_on_our_side_bunches_nothing(time: VirtualTime, pacer: Pacer) -> None:
    """Answers held up for three seconds (a blocked event loop) must not be followed by a burst."""
    delays = jittering(0.02, 0.0)
    stalled: list[float] = []

    def delay() -> float:
        if len(stalled) < 25 and time.monotonic() > 1002:
            stalled.append(time.monotonic())
            return 3.0
        return delays()

    wire = Wire(time, pacer, delay)
    received = await time.run(_all(wire.send(chat) for chat in range(300)))
    assert stalled
    assert wire.refused == []
    assert len(received) == 300


async def test_a_flood_wait_delays_its_chat_only(time: VirtualTime, pacer: Pacer) -> None:
    refusals = [FloodWait(7)]

    async def refused_once() -> float:
        await time.sleep(0.02)
        if refusals:
            raise refusals.pop()
        return time.monotonic()

    async def other() -> float:
        await time.sleep(0.02)
        return time.monotonic()

    async def both() -> tuple[float, float]:
        slow = asyncio.ensure_future(pacer.run(1, refused_once, group=False, urgent=False))
        await time.sleep(0.5)
        return await slow, await pacer.run(2, other, group=False, urgent=False)

    async def meanwhile() -> float:
        await time.sleep(1)
        return await pacer.run(3, other, group=False, urgent=False)

    (delayed, _), unharmed = await time.run(_pair(both(), meanwhile()))
    assert delayed >= 1007.02
    assert unharmed < 1001.1


async def test_flood_waits_of_two_chats_stop_everything(time: VirtualTime, pacer: Pacer) -> None:
    refusals = {1: [FloodWait(5)], 2: [FloodWait(5)]}

    def call(chat: int) -> Callable[[], "asyncio.Future[float] | object"]:
        async def send() -> float:
            await time.sleep(0.02)
            if refusals.get(chat):
                raise refusals[chat].pop()
            return time.monotonic()

        return send

    async def scenario() -> float:
        refused = [asyncio.ensure_future(pacer.run(c, call(c), group=False, urgent=False)) for c in (1, 2)]
        await time.sleep(0.5)
        third = await pacer.run(3, call(3), group=False, urgent=True)
        await asyncio.gather(*refused)
        return third

    assert await time.run(scenario()) >= 1005.0


async def test_the_last_try_raises_the_flood_wait(time: VirtualTime, pacer: Pacer) -> None:
    async def always() -> None:
        raise FloodWait(3)

    with pytest.raises(FloodWait) as caught:
        await time.run(pacer.run(1, always, group=False, urgent=False, tries=2))
    assert caught.value.seconds == 3
    assert time.monotonic() >= 1003


async def test_other_errors_pass_and_free_the_turn(time: VirtualTime, pacer: Pacer) -> None:
    async def broken() -> None:
        raise ValueError("broken")

    async def works() -> str:
        return "sent"

    with pytest.raises(ValueError, match="broken"):
        await time.run(pacer.run(1, broken, group=False, urgent=False))
    assert await time.run(pacer.run(1, works, group=False, urgent=False)) == "sent"


async def test_a_cancelled_waiter_leaves_its_place(time: VirtualTime, pacer: Pacer) -> None:
    wire = Wire(time, pacer, jittering(0.02, 0.0))

    async def scenario() -> list[float]:
        first = asyncio.ensure_future(wire.send(7))
        given_up = asyncio.ensure_future(wire.send(7))
        third = asyncio.ensure_future(wire.send(7))
        await time.sleep(0.1)
        given_up.cancel()
        return list(await asyncio.gather(first, third))

    first, third = await time.run(scenario())
    assert 1.0 <= third - first < 1.1


async def test_chats_long_done_are_forgotten(time: VirtualTime, pacer: Pacer) -> None:
    wire = Wire(time, pacer, jittering(0.001, 0.0))
    for wave in range(8):
        await time.run(_all(wire.send(1000 * wave + chat) for chat in range(300)))
        await time.run(time.sleep(2))
    assert len(pacer._places) < 1400


async def test_beyond_the_free_rate_bulk_is_paid_for_while_there_is_an_allowance(
    time: VirtualTime, pacer: Pacer
) -> None:
    wire = Wire(time, pacer, jittering(0.04, 0.0))
    pacer.allowance = 2900
    received = await time.run(_all(wire.send(chat, may_pay=True) for chat in range(3030)))
    assert wire.refused == []
    assert (wire.paid, pacer.allowance) == (2900, 0)
    assert sorted(received)[2900] - min(received) < 3.5  # 1,030 a second; then the free rate goes on
    assert max(received) - min(received) > 4


async def test_answers_and_changes_are_never_paid_for_and_hold_up_nobody_who_pays(
    time: VirtualTime, pacer: Pacer
) -> None:
    wire = Wire(time, pacer, jittering(0.04, 0.0))
    pacer.allowance = 1000
    answers = [wire.send(chat, urgent=True, may_pay=True) for chat in range(60)]
    changes = [wire.send(chat) for chat in range(100, 130)]
    received = await time.run(
        _all([*answers, *changes, *(wire.send(n, may_pay=True) for n in range(200, 700))])
    )
    assert wire.refused == []
    assert wire.paid == 500
    assert max(received[90:]) - min(received) < 1.0
    assert max(received[:60]) - min(received) > 0.99


async def test_the_real_thing_on_the_real_clock() -> None:
    """Bot, transport, pacer and the strict emulator: 45 messages are one full window and a half."""
    pacer = Pacer()
    async with TelegramEmulator(limits=True) as emu:
        people = [emu.user(f"P{number}", started=True) for number in range(45)]
        async with Bot(emu.token, base_url=emu.base_url, request=AiohttpRequest()) as bot:

            async def send(person: Person) -> Message:
                return await bot.send_message(person.id, "hello")

            await asyncio.gather(
                *(pacer.run(p.id, partial(send, p), group=False, urgent=False) for p in people)
            )
        assert emu.floods
        assert emu.floods.refused == 0
        assert len(emu.floods.accepted) == 45
    await pacer.close()


async def _all(sends: object) -> list[float]:
    return list(await asyncio.gather(*sends))  # type: ignore[misc]


async def _pair(one: object, other: object) -> list:
    return await asyncio.gather(one, other)  # type: ignore[misc, return-value]


async def test_a_long_flood_wait_of_one_chat_holds_up_no_bulk(time: VirtualTime, pacer: Pacer) -> None:
    """An hour for one group: its posts are given back to the outbox, which sends to others meanwhile."""

    async def flooded() -> None:
        await time.sleep(0.02)
        raise FloodWait(3600)

    async def works() -> str:
        return "sent"

    async def scenario() -> list[object]:
        return await asyncio.gather(
            *(pacer.run(-7, flooded, group=True, urgent=False) for _ in range(3)),
            pacer.run(8, works, group=False, urgent=False),
            return_exceptions=True,
        )

    *given_back, other = await time.run(scenario())
    assert other == "sent"
    assert [type(one) for one in given_back] == [FloodWait] * 3
    with pytest.raises(FloodWait) as later:
        await time.run(pacer.run(-7, works, group=True, urgent=False))
    assert 3590 < later.value.seconds <= 3601
    assert time.monotonic() < 1010

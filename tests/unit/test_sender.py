"""The outbox: retried, parked, reported, and finished once."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from bot.chat.model import Reply, encode, say
from bot.chat.port import RetryLater, Target, Undeliverable
from bot.chat.sender import MOST_ATTEMPTS, Sender, key_of
from bot.errors import StorageError
from bot.services import outbox, unions
from bot.services.unions import Founder
from bot.storage import accounts
from bot.storage import outbox as rows
from bot.storage.statements import Statement
from bot.storage.store import Store
from bot.storage.tables import outbox as table
from bot.storage.transaction import Tx
from tests.clock import ManualClock
from tests.dialogue.stage import Platform


class Moody(Platform):
    """Fails as told, then delivers."""

    def __init__(self) -> None:
        super().__init__("words", False)
        self.moods: list[Exception] = []
        self.keys: list[str] = []
        self.arrived = asyncio.Event()

    async def deliver(self, target: Target, reply: Reply, key: str) -> str:
        self.keys.append(key)
        if self.moods:
            raise self.moods.pop(0)
        self.arrived.set()
        return await super().deliver(target, reply, key)


ALL = Statement(
    select(table.c.state, table.c.last_error, table.c.attempts, table.c.body).order_by(table.c.id)
)


def post(tx: Tx, dedupe: str | None = None) -> None:
    target = Target("words", person="bo")
    body = encode(say("hello"))
    rows.add(tx, "words", None, msgspec.json.encode(target).decode(), body, "bo", dedupe)


async def state(store: Store) -> list[tuple[str, str | None]]:
    return [(row.state, row.last_error) for row in await store.read(lambda tx: tx.all(ALL))]


async def settle(store: Store, sender: Sender, clock: ManualClock, rounds: int = 1) -> None:
    for _ in range(rounds):
        for row in await store.write(outbox.claim, "words", 10):
            await sender._send(row)
        clock.advance(timedelta(hours=1))


async def test_sent_once_with_its_key_and_the_text_dropped(store: Store, clock: ManualClock) -> None:
    platform = Moody()
    await store.write(post)
    await settle(store, Sender(platform, store, outbox, clock), clock, 2)
    assert len(platform.delivered) == 1
    assert await state(store) == [("sent", None)]
    assert (await store.read(lambda tx: tx.all(ALL)))[0].body == b""


async def test_the_same_dedupe_key_is_one_message(store: Store, clock: ManualClock) -> None:
    await store.write(post, "today")
    await store.write(post, "today")
    assert len(await state(store)) == 1


async def test_retry_waits_as_long_as_the_platform_says(store: Store, clock: ManualClock) -> None:
    platform = Moody()
    platform.moods = [RetryLater("slow down", after_s=600)]
    sender = Sender(platform, store, outbox, clock)
    await store.write(post)
    for row in await store.write(outbox.claim, "words", 10):
        await sender._send(row)
    clock.advance(timedelta(seconds=599))
    assert await store.write(outbox.claim, "words", 10) == []
    clock.advance(timedelta(seconds=2))
    await settle(store, sender, clock)
    assert await state(store) == [("sent", None)]
    assert platform.keys[0] == platform.keys[1]


async def test_poison_is_parked_and_reported(
    store: Store, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    platform, outcomes = Moody(), []
    platform.moods = [RuntimeError("bug")] * MOST_ATTEMPTS
    sender = Sender(platform, store, outbox, clock, lambda _, outcome: outcomes.append(outcome))
    await store.write(post)
    await settle(store, sender, clock, MOST_ATTEMPTS + 3)
    assert len(platform.keys) == MOST_ATTEMPTS
    assert (await state(store))[0][0] == "parked"
    assert outcomes == ["retried"] * (MOST_ATTEMPTS - 1) + ["parked"]
    assert "is parked" in caplog.text
    assert "hello" not in caplog.text


async def test_an_outage_of_hours_loses_nothing(store: Store, clock: ManualClock) -> None:
    platform = Moody()
    platform.moods = [RetryLater("down")] * 30
    await store.write(post)
    await settle(store, Sender(platform, store, outbox, clock), clock, 31)
    assert await state(store) == [("sent", None)]


async def test_who_blocked_the_bot_is_marked_unreachable(store: Store, clock: ManualClock) -> None:
    founder = Founder("words", "bo", "Bo", None)
    await store.write(unions.found, "Farm", "Grow", "UTC", founder, "space", "Farm")
    platform = Moody()
    platform.moods = [Undeliverable("blocked", person_gone=True)]
    await store.write(post)
    await settle(store, Sender(platform, store, outbox, clock), clock, 2)
    assert await state(store) == [("parked", "blocked")]
    account = (await store.read(accounts.everywhere, "words", "bo"))[0]
    assert account.unreachable_at is not None


async def test_what_a_killed_process_left_half_sent_goes_out_with_the_same_key(
    store: Store, clock: ManualClock
) -> None:
    platform = Moody()
    await store.write(post)
    claimed = await store.write(outbox.claim, "words", 10)  # and then the process dies
    sender = Sender(platform, store, outbox, clock)
    await sender.start()
    await platform.arrived.wait()
    await sender.stop()
    assert platform.keys == [key_of(claimed[0])]
    assert await state(store) == [("sent", None)]


async def test_a_post_wakes_the_sender(store: Store, clock: ManualClock) -> None:
    platform = Moody()
    sender = Sender(platform, store, outbox, clock)
    await sender.start()
    await store.write(post)
    sender.wake()
    await platform.arrived.wait()
    await sender.stop()


class Flaky:
    """A store whose next writes of these functions fail."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read = store.read
        self.failures: dict[str, Exception] = {}

    async def write(self, fn: Any, *args: Any) -> Any:
        failure = self.failures.pop(fn.__name__, None)
        if failure is not None:
            raise failure
        return await self._store.write(fn, *args)


@pytest.mark.parametrize("failure", [StorageError("The disk is full"), RuntimeError("bug")])
@pytest.mark.parametrize("at", ["claim", "finish"])
async def test_sending_goes_on_after_the_database_refused(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, failure: Exception, at: str
) -> None:
    """What could not be recorded as sent is sent again, with the same key: nothing stays half sent for ever."""
    monkeypatch.setattr("bot.chat.sender.FIRST_WAIT_S", 0.01)
    platform, flaky = Moody(), Flaky(store)
    sent = asyncio.Event()
    flaky.failures[at] = failure
    await store.write(post)
    sender = Sender(platform, flaky, outbox, clock, lambda *_: sent.set())
    await sender.start()
    async with asyncio.timeout(5):
        await sent.wait()
    await sender.stop()
    assert await state(store) == [("sent", None)]
    assert len(set(platform.keys)) == 1


async def test_a_target_that_cannot_be_read_does_not_stop_the_others(
    store: Store, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    platform = Moody()
    await store.write(lambda tx: rows.add(tx, "words", None, "{}", encode(say("hello")), "bo"))
    await store.write(post)
    await settle(store, Sender(platform, store, outbox, clock), clock, 1)
    assert [name for name, _ in await state(store)] == ["due", "sent"]
    assert "hello" not in caplog.text


async def test_a_number_that_comes_again_is_another_key(store: Store, clock: ManualClock) -> None:
    """A restored backup gives new rows the numbers of messages that Discord still remembers."""
    await store.write(post)
    (before,) = await store.write(outbox.claim, "words", 10)
    clock.advance(timedelta(minutes=1))
    after = dataclasses.replace(before, created_at=clock.now())
    assert key_of(after) != key_of(before)
    assert len(key_of(dataclasses.replace(before, id=99_999_999_999))) < 25

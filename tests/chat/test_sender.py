"""The outbox: retried, parked, reported, and finished once."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from bot import membership
from bot.areas.delivery import services as delivery
from bot.areas.delivery.storage import outbox as outbox_storage
from bot.areas.delivery.tables import outbox as outbox_table
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.unions import storage as unions_storage
from bot.chat import planner
from bot.chat.model import Reply, decode, encode, say
from bot.chat.paid_budget import AT_A_TIME
from bot.chat.planner import FIRST, Capacity
from bot.chat.port import Capabilities, RetryLater, Uncertain, Undeliverable
from bot.chat.sender import MOST_ATTEMPTS, Sender, key_of
from bot.chat.targets import Lane, Target
from bot.domain.messages import NewMessage
from bot.domain.transaction import Tx
from bot.errors import StorageError
from bot.membership import Founder
from bot.storage import meta
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.stage import Heard, Platform


class Moody(Platform):
    """Fails as told, then delivers."""

    def __init__(self, *, keys: bool = True) -> None:
        super().__init__("words", False)
        self.capabilities = Capabilities(modals=False, keys=keys)
        self.moods: list[Exception] = []
        self.keys: list[str] = []
        self.lanes: list[Lane] = []
        self.arrived = asyncio.Event()

    async def deliver(self, target: Target, reply: Reply, key: str, lane: Lane = Lane.URGENT) -> str:
        self.keys.append(key)
        self.lanes.append(lane)
        if self.moods:
            raise self.moods.pop(0)
        self.arrived.set()
        return await super().deliver(target, reply, key, lane)

    @property
    def told(self) -> list[str]:
        """Who was written to, in order."""
        return [target.person or target.chat or "" for target, _, _ in self.delivered]

    @property
    def said(self) -> list[str]:
        return [Heard(reply).text for _, reply, _ in self.delivered]


class Pacing(Moody):
    """Also says which chats are closed, and until when."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.at_once = 4
        self.closed: dict[str, float] = {}
        self.most = self.flying = 0
        self.gate = asyncio.Event()
        self.gate.set()

    def closed_for(self, target: Target | None) -> float:
        return self.closed.get((target.person or target.chat or "") if target else "", 0.0)

    async def deliver(self, target: Target, reply: Reply, key: str, lane: Lane = Lane.URGENT) -> str:
        self.flying += 1
        self.most = max(self.most, self.flying)
        try:
            await self.gate.wait()
            return await super().deliver(target, reply, key, lane)
        finally:
            self.flying -= 1


class Payer(Pacing):
    """May pay to send."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.paid_a_day = AT_A_TIME + 100
        self.allowance = self.paid = 0

    async def deliver(self, target: Target, reply: Reply, key: str, lane: Lane = Lane.URGENT) -> str:
        if lane is Lane.BULK and self.allowance > 0:
            self.allowance -= 1
            self.paid += 1
        return await super().deliver(target, reply, key, lane)


ALL = Statement(
    select(
        outbox_table.c.state, outbox_table.c.last_error, outbox_table.c.attempts, outbox_table.c.body
    ).order_by(outbox_table.c.id)
)


def post(tx: Tx, dedupe: str | None = None) -> None:
    to(tx, "bo", dedupe=dedupe)


def to(
    tx: Tx,
    person: str,
    words: str = "hello",
    *,
    union: int | None = None,
    bulk: bool = False,
    dedupe: str | None = None,
) -> None:
    target = msgspec.json.encode(Target("words", person=person)).decode()
    outbox_storage.add(
        tx,
        NewMessage("words", union, target, encode(say(words)), person, dedupe_key=dedupe, bulk=bulk),
    )


def fan_out(tx: Tx, union: int, people: int, *, bulk: bool = True) -> None:
    for number in range(people):
        to(tx, f"u{union}p{number}", union=union, bulk=bulk)


async def state(store: Store) -> list[tuple[str, str | None]]:
    return [(row.state, row.last_error) for row in await store.read(lambda tx: tx.all(ALL))]


async def states(store: Store) -> list[str]:
    return [name for name, _ in await state(store)]


async def settle(store: Store, sender: Sender, clock: ManualClock, rounds: int = 1) -> None:
    for _ in range(rounds):
        await sender.send_due()
        clock.advance(timedelta(hours=1))


async def until(done: Callable[[], bool]) -> None:
    """Let the event loop and the writer work until something holds."""
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110  # what is waited for has no event
            await asyncio.sleep(0)


async def until_all(store: Store, wanted: str) -> None:
    """Until every row is in this state."""
    async with asyncio.timeout(10):
        while set(await states(store)) != {wanted}:  # noqa: ASYNC110  # a database tells nobody
            await asyncio.sleep(0)


async def test_sent_once_with_its_key_and_the_text_dropped(store: Store, clock: ManualClock) -> None:
    platform = Moody()
    await store.write(post)
    await settle(store, Sender(platform, store, delivery, clock), clock, 2)
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
    sender = Sender(platform, store, delivery, clock)
    await store.write(post)
    await sender.send_due()
    clock.advance(timedelta(seconds=599))
    await sender.send_due()
    assert platform.delivered == []
    clock.advance(timedelta(seconds=2))
    await sender.send_due()
    assert await state(store) == [("sent", None)]
    assert platform.keys[0] == platform.keys[1]


async def test_poison_is_parked_and_reported(
    store: Store, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    platform, outcomes = Moody(), []
    platform.moods = [RuntimeError("bug")] * MOST_ATTEMPTS
    sender = Sender(platform, store, delivery, clock, lambda _, outcome: outcomes.append(outcome))
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
    await settle(store, Sender(platform, store, delivery, clock), clock, 31)
    assert await state(store) == [("sent", None)]


async def test_who_blocked_the_bot_is_marked_unreachable_and_reported_once(
    store: Store, clock: ManualClock
) -> None:
    founder = Founder("words", "bo", "Bo", None)
    union, _, _ = await store.write(membership.found, "Farm", "Grow", "UTC", founder, "space", "Farm")
    platform = Moody()
    platform.moods = [Undeliverable("blocked", kind="blocked") for _ in range(2)]
    sender = Sender(platform, store, delivery, clock)
    for _ in range(2):
        await store.write(lambda tx: to(tx, "bo", union=union.id))
        await settle(store, sender, clock)
    assert await state(store) == [("parked", "blocked")] * 2
    account = (await store.read(accounts_storage.everywhere, "words", "bo"))[0]
    assert account.unreachable_at is not None
    assert await store.read(delivery.unions_to_tell) == []  # people are told of in the morning
    clock.advance(timedelta(days=1))
    assert await store.read(delivery.unions_to_tell) == [await store.read(unions_storage.by_id, union.id)]
    (found,) = await store.write(delivery.take_unreached, union)
    assert (found.platform, found.chat, found.person, found.kind) == ("words", "bo", "bo", "blocked")
    assert await store.write(delivery.take_unreached, union) == []


async def test_a_chat_that_is_reached_again_is_reported_when_it_fails_again(
    store: Store, clock: ManualClock
) -> None:
    founder = Founder("words", "bo", "Bo", None)
    union, _, _ = await store.write(membership.found, "Farm", "Grow", "UTC", founder, "space", "Farm")
    platform = Moody()
    sender = Sender(platform, store, delivery, clock)
    target = msgspec.json.encode(Target("words", chat="square")).decode()
    reports = []
    for mood in ("rights", None, "gone", "message"):
        platform.moods = [Undeliverable("no", kind=mood)] if mood else []  # type: ignore[arg-type]  # of the list
        message = NewMessage("words", union.id, target, encode(say("x")), chat="square")
        await store.write(outbox_storage.add, message)
        await settle(store, sender, clock)
        reports.append([found.kind for found in await store.write(delivery.take_unreached, union)])
    assert reports == [["rights"], [], ["gone"], []]


async def test_what_a_killed_process_left_half_sent_goes_out_with_the_same_key(
    store: Store, clock: ManualClock
) -> None:
    platform = Moody()
    await store.write(post)
    (claimed,) = await store.write(delivery.take, "words", 0, 0, 10)  # and then the process dies
    sender = Sender(platform, store, delivery, clock)
    await sender.start()
    await platform.arrived.wait()
    await sender.stop()
    assert platform.keys == [key_of(claimed)]
    assert await state(store) == [("sent", None)]


async def test_after_a_kill_a_platform_without_keys_may_get_it_twice_and_that_is_counted(
    store: Store, clock: ManualClock
) -> None:
    platform, outcomes = Moody(keys=False), []
    await store.write(fan_out, 1, 3)
    assert len(await store.write(delivery.take, "words", 1, 1, 2)) == 2  # and then the process dies
    sender = Sender(platform, store, delivery, clock, lambda _, outcome: outcomes.append(outcome))
    await sender.start()
    await until(lambda: len(platform.delivered) == 3)
    await sender.stop()
    assert outcomes == ["uncertain"] * 2 + ["sent"] * 3
    assert await state(store) == [("sent", delivery.REPEATED)] * 2 + [("sent", None)]


async def test_bulk_whose_answer_was_lost_is_not_repeated(store: Store, clock: ManualClock) -> None:
    platform, outcomes = Moody(keys=False), []
    platform.moods = [Uncertain("lost")]
    sender = Sender(platform, store, delivery, clock, lambda _, outcome: outcomes.append(outcome))
    await store.write(fan_out, 1, 1)
    await settle(store, sender, clock, 3)
    assert await state(store) == [("uncertain", "lost")]
    assert outcomes == ["uncertain"]


async def test_a_post_in_a_group_whose_answer_was_lost_is_repeated_once(
    store: Store, clock: ManualClock
) -> None:
    platform, outcomes = Moody(keys=False), []
    # The server's own failures are no lost answers, and do not use the repeat up.
    platform.moods = [RetryLater("502"), RetryLater("502"), Uncertain("lost"), RetryLater("502")]
    sender = Sender(platform, store, delivery, clock, lambda _, outcome: outcomes.append(outcome))
    target = msgspec.json.encode(Target("words", chat="farm")).decode()
    message = NewMessage("words", None, target, encode(say("hello")), chat="farm", bulk=True)
    await store.write(outbox_storage.add, message)
    await settle(store, sender, clock, 6)
    assert await state(store) == [("sent", delivery.REPEATED)]
    assert outcomes.count("uncertain") == 1


async def test_an_answer_to_a_person_is_repeated_once_and_counted(store: Store, clock: ManualClock) -> None:
    platform, outcomes = Moody(keys=False), []
    platform.moods = [Uncertain("lost"), Uncertain("lost")]
    sender = Sender(platform, store, delivery, clock, lambda _, outcome: outcomes.append(outcome))
    await store.write(post)
    await store.write(post)
    await settle(store, sender, clock, 4)
    assert outcomes.count("uncertain") == 2
    assert await state(store) == [("uncertain", delivery.REPEATED), ("sent", None)]


async def test_a_post_wakes_the_sender(store: Store, clock: ManualClock) -> None:
    platform = Moody()
    sender = Sender(platform, store, delivery, clock)
    await sender.start()
    await store.write(post)
    sender.wake()
    await platform.arrived.wait()
    await sender.stop()


class Flaky:
    """A store of which writes fail as told: by which of them it is, before or after it is durable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.read = store.read
        self.failures: dict[int, tuple[bool, Exception]] = {}
        self.writes = 0

    async def write(self, fn: Any, *args: Any) -> Any:
        self.writes += 1
        after, failure = self.failures.pop(self.writes, (False, None))
        if failure is not None and not after:
            raise failure
        done = await self._store.write(fn, *args)
        if failure is not None:
            raise failure
        return done


@pytest.mark.parametrize("failure", [StorageError("The disk is full"), RuntimeError("bug")])
@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("at", [2, 3])
async def test_sending_goes_on_after_the_database_refused(
    store: Store,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    after: bool,
    at: int,
) -> None:
    """The first write recovers, the second claims, the third settles: nothing is sent twice, or stays claimed."""
    monkeypatch.setattr("bot.chat.sender.FIRST_WAIT_S", 0.01)
    platform, flaky = Moody(), Flaky(store)
    flaky.failures[at] = after, failure
    await store.write(post)
    sender = Sender(platform, flaky, delivery, clock)
    await sender.start()
    await until_all(store, "sent")
    await sender.stop()
    assert len(platform.keys) == 1


async def test_an_outcome_that_cannot_be_written_keeps_back_no_other(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.chat.sender.FIRST_WAIT_S", 0.01)
    original = delivery.finish

    def finish(tx: Tx, row: Any, sent_id: str, open_at: datetime) -> None:
        if row.target.find("poison") > 0 and row.attempts == 1:
            raise ValueError("NUL in a text")
        original(tx, row, sent_id, open_at)

    monkeypatch.setattr(delivery, "finish", finish)
    platform = Moody()
    await store.write(lambda tx: [to(tx, name) for name in ("poison", "bo", "cy")])
    sender = Sender(platform, store, delivery, clock)
    await sender.start()
    await until_all(store, "sent")
    await sender.stop()
    assert sorted(platform.told) == ["bo", "cy", "poison", "poison"]


async def test_a_target_that_cannot_be_read_does_not_stop_the_others(
    store: Store, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    platform = Moody()
    await store.write(outbox_storage.add, NewMessage("words", None, "{}", encode(say("hello")), "bo"))
    await store.write(post)
    await settle(store, Sender(platform, store, delivery, clock), clock, 1)
    assert await states(store) == ["due", "sent"]
    assert "hello" not in caplog.text


async def test_a_number_that_comes_again_is_another_key(store: Store, clock: ManualClock) -> None:
    """A restored backup gives new rows the numbers of messages that Discord still remembers."""
    await store.write(post)
    (before,) = await store.write(delivery.take, "words", 0, 0, 10)
    clock.advance(timedelta(minutes=1))
    after = dataclasses.replace(before, created_at=clock.now())
    assert key_of(after) != key_of(before)
    assert len(key_of(dataclasses.replace(before, id=99_999_999_999))) < 25


# -- order and fairness ----------------------------------------------------------------------------------


def claimed(tx: Tx, room: Capacity, after: dict[Lane, int]) -> tuple[list[int], dict[Lane, int]]:
    """Claim, and finish at once: whose rows those were."""
    plan = planner.claim(tx, delivery, "words", room, after)
    for row in plan.rows:
        delivery.finish(tx, row, "1", tx.now)
    return [row.union_id or 0 for row in plan.rows], plan.after


async def test_a_big_union_does_not_delay_a_small_one(store: Store) -> None:
    await store.write(fan_out, 1, 300)
    for union in range(2, 6):
        await store.write(fan_out, union, 10)
    order, after = [], {Lane.BULK: FIRST}
    for _ in range(50):
        shares, after = await store.write(claimed, Capacity(1, 1), after)
        order += shares
    assert all(order.count(union) == 10 for union in range(1, 6))
    order, _ = await store.write(claimed, Capacity(16, 16), after)
    assert order == [1] * 16  # nobody else is left: all room is for those who wait


async def test_room_is_shared_and_what_one_does_not_need_goes_to_others(store: Store) -> None:
    for union, people in ((1, 50), (2, 2), (3, 50)):
        await store.write(fan_out, union, people)
    order, _ = await store.write(claimed, Capacity(12, 12), {})
    assert [order.count(union) for union in (1, 2, 3)] == [4, 2, 6]


async def test_very_many_unions_all_come_to_their_turn(store: Store) -> None:
    for union in range(1, 101):
        await store.write(fan_out, union, 2)
    order, after = [], {}
    for _ in range(40):
        shares, after = await store.write(claimed, Capacity(5, 5), after)
        order += shares
    first, second = order[:100], order[100:]
    assert sorted(first) == sorted(second) == list(range(1, 101))


async def test_answers_go_before_what_many_get(store: Store, clock: ManualClock) -> None:
    platform = Moody()
    await store.write(fan_out, 1, 5)
    await store.write(fan_out, 2, 3, bulk=False)
    plan = await store.write(planner.claim, delivery, "words", Capacity(4, 4), {})
    assert [row.union_id for row in plan.rows] == [2, 2, 2, 1]
    await store.write(delivery.recover, "words")
    await settle(store, Sender(platform, store, delivery, clock), clock)
    assert platform.lanes == [Lane.URGENT] * 3 + [Lane.BULK] * 5


async def test_one_chat_gets_its_messages_in_order_and_one_at_a_time(
    store: Store, clock: ManualClock
) -> None:
    platform = Pacing(clock)
    for number in range(5):
        await store.write(lambda tx, number=number: to(tx, "bo", f"{number}"))
    platform.gate.clear()
    sender = Sender(platform, store, delivery, clock)
    await sender.start()
    await until(lambda: platform.flying == 1)
    platform.gate.set()
    await until(lambda: len(platform.delivered) == 5)
    await sender.stop()
    assert platform.most == 1
    assert platform.said == [f"{number}" for number in range(5)]


async def test_what_fails_by_our_own_fault_stands_aside(store: Store, clock: ManualClock) -> None:
    platform = Moody()
    platform.moods = [RuntimeError("bug")]
    for words in ("broken", "second"):
        await store.write(lambda tx, words=words: to(tx, "bo", words))
    sender = Sender(platform, store, delivery, clock)
    await sender.send_due()
    assert platform.said == ["second"]
    clock.advance(timedelta(hours=1))
    await sender.send_due()
    assert platform.said == ["second", "broken"]


async def test_a_closed_chat_takes_up_no_slot(store: Store, clock: ManualClock) -> None:
    """Thirty groups may not be written to for a minute: everybody else is, and they are afterwards."""
    platform = Pacing(clock)
    platform.closed = {f"u1p{number}": 60.0 for number in range(30)}
    await store.write(fan_out, 1, 60)
    sender = Sender(platform, store, delivery, clock)
    await sender.start()
    await until(lambda: len(platform.delivered) == 30)
    assert sorted(platform.told) == sorted(f"u1p{number}" for number in range(30, 60))
    platform.closed = {}
    clock.advance(timedelta(seconds=61))
    sender.wake()
    await until(lambda: len(platform.delivered) == 60)
    await sender.stop()
    assert {row.attempts for row in await store.read(lambda tx: tx.all(ALL))} == {1}


async def test_the_next_to_a_chat_waits_until_it_may_be_written_to(store: Store, clock: ManualClock) -> None:
    platform = Pacing(clock)
    for words in ("first", "second"):
        await store.write(lambda tx, words=words: to(tx, "bo", words))
    sender = Sender(platform, store, delivery, clock)
    plan = await store.write(planner.claim, delivery, "words", Capacity(4, 4), {})
    await store.write(delivery.finish, plan.rows[0], "1", clock.now() + timedelta(seconds=1))
    await sender.send_due()
    assert platform.said == []
    clock.advance(timedelta(seconds=1))
    await sender.send_due()
    assert platform.said == ["second"]


async def test_slots_are_filled_one_by_one(store: Store, clock: ManualClock) -> None:
    platform = Pacing(clock)
    platform.gate.clear()
    await store.write(fan_out, 1, 40)
    sender = Sender(platform, store, delivery, clock)
    await sender.start()
    await until(lambda: platform.flying == platform.at_once)
    await store.write(fan_out, 2, 3, bulk=False)
    sender.wake()
    await until(lambda: platform.flying == platform.at_once + 3)  # room is kept for answers
    platform.gate.set()
    await until(lambda: len(platform.delivered) == 43)
    await sender.stop()
    assert sorted(await states(store)) == ["sent"] * 43


async def test_while_everything_is_closed_nothing_is_claimed(store: Store, clock: ManualClock) -> None:
    platform = Pacing(clock)
    platform.closed = {"": 0.05}
    await store.write(fan_out, 1, 3)
    sender = Sender(platform, store, delivery, clock)
    await sender.start()
    for _ in range(50):
        await asyncio.sleep(0)
    assert await states(store) == ["due"] * 3
    platform.closed = {}
    await until(lambda: len(platform.delivered) == 3)
    await sender.stop()


async def test_a_platform_that_is_down_is_not_asked_with_everything_that_waits(
    store: Store, clock: ManualClock
) -> None:
    platform = Pacing(clock)
    platform.moods = [RetryLater("down")] * 100
    await store.write(fan_out, 1, 50)
    sender = Sender(platform, store, delivery, clock)
    await sender.start()
    await until(lambda: len(platform.keys) >= platform.at_once)
    for _ in range(200):
        await asyncio.sleep(0)
    await sender.stop()
    assert len(platform.keys) <= platform.at_once + 1
    assert (await states(store)).count("due") == 50


# -- changes of messages ---------------------------------------------------------------------------------


def change(tx: Tx, words: str) -> None:
    target = Target("words", chat="square", message="7")
    where, body = msgspec.json.encode(target).decode(), encode(say(words))
    outbox_storage.replace(
        tx, NewMessage("words", 1, where, body, chat="square", dedupe_key="edit", bulk=True)
    )


async def test_a_newer_change_takes_the_place_of_one_that_waits(store: Store, clock: ManualClock) -> None:
    platform = Moody()
    for words in ("1 answer", "2 answers", "3 answers"):
        await store.write(change, words)
    await settle(store, Sender(platform, store, delivery, clock), clock)
    assert platform.said == ["3 answers"]
    assert platform.delivered[0][0].message == "7"


@pytest.mark.parametrize("failed", [True, False])
async def test_a_change_that_is_being_sent_is_followed_by_the_newer_one(
    store: Store, clock: ManualClock, failed: bool
) -> None:
    platform = Moody()
    await store.write(change, "1 answer")
    (row,) = await store.write(delivery.take, "words", 1, 1, 1)
    await store.write(change, "2 answers")
    await store.write(change, "3 answers")
    if failed:
        await store.write(delivery.retry, row, clock.now(), "down")
    else:
        await store.write(delivery.finish, row, "7", clock.now())
    sender = Sender(platform, store, delivery, clock)
    await settle(store, sender, clock)
    assert platform.said == ["3 answers"]
    await store.write(change, "4 answers")
    await settle(store, sender, clock)
    assert platform.said == ["3 answers", "4 answers"]
    assert decode((await store.read(lambda tx: tx.all(ALL)))[0].body or encode(say(""))) == say("")


async def test_the_id_of_what_was_sent_is_found_by_its_key(store: Store, clock: ManualClock) -> None:
    platform = Moody()
    await store.write(post, "call 7")
    assert await store.read(delivery.sent_id, "call 7") is None
    await settle(store, Sender(platform, store, delivery, clock), clock)
    assert await store.read(delivery.sent_id, "call 7") == f"sent-{platform.keys[0]}"


# -- paying ----------------------------------------------------------------------------------------------


async def paid_today(store: Store) -> str | None:
    return await store.read(meta.get, "paid words")


async def test_the_day_s_budget_is_kept_and_given_back(store: Store, clock: ManualClock) -> None:
    today = f"{clock.now():%Y-%m-%d}"
    platform = Payer(clock)
    await store.write(fan_out, 1, 30)
    sender = Sender(platform, store, delivery, clock)
    await sender.start()
    await until(lambda: len(platform.delivered) == 30)
    await sender.stop()
    assert 0 < platform.paid < 30  # not before more waits than goes out for nothing
    assert await paid_today(store) == f"{today} {platform.paid}"


async def test_when_the_budget_is_used_up_the_free_rate_goes_on_and_tomorrow_is_another_day(
    store: Store, clock: ManualClock
) -> None:
    platform = Payer(clock)
    platform.paid_a_day = 10  # read when a sender is made
    day = itertools.count()
    for _ in range(2):
        for _ in range(2):  # a restart does not forget what was spent
            number = next(day)
            await store.write(fan_out, 100 + number, 40)
            sender = Sender(platform, store, delivery, clock)
            await sender.start()
            await until(lambda: len(platform.delivered) == 40 * (number + 1))  # noqa: B023  # awaited here
            await sender.stop()
        clock.advance(timedelta(days=1))
    assert platform.paid == 20
    assert platform.allowance == 0


async def test_a_clock_that_steps_back_over_midnight_gives_no_second_budget(store: Store) -> None:
    first, second = date(2026, 3, 1), date(2026, 3, 2)
    taken = [
        await store.write(delivery.spend, "paid x", day, 500, 500) for day in (first, second, first, second)
    ]
    assert taken == [500, 500, 0, 0]
    assert await store.write(delivery.spend, "paid x", second + timedelta(days=1), 500, 500) == 500

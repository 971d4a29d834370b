"""Rules, queue, opening and closing on both databases: over changes of clocks, and cut off between any two steps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot import membership
from bot.areas.calls.domain.calls import Call, CallState, read_call
from bot.areas.calls.domain.schedule import Frequency, RepeatPattern
from bot.areas.calls.domain.texts import Texts
from bot.areas.calls.services import calls, schedule, writing
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.calls.storage import lists as lists_storage
from bot.areas.calls.storage import posts as posts_storage
from bot.areas.calls.storage import repeats as repeats_storage
from bot.areas.calls.tables import CALL_COLUMNS
from bot.areas.calls.tables import calls as calls_table
from bot.areas.ledger import storage as ledger_storage
from bot.areas.tree.domain.leadership import Lead, Rules
from bot.areas.tree.services import endorsements
from bot.areas.tree.storage import rules as rules_storage
from bot.domain.people import Member, Union
from bot.domain.times import moment, union_day
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests import scenes
from tests.clock import ManualClock

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAILY = RepeatPattern(Frequency.DAILY)
ALL = Statement(select(*CALL_COLUMNS).order_by(calls_table.c.id))


class Farm:
    """A union and its founder, with the chores that schedule its calls."""

    def __init__(self, store: Store, clock: ManualClock, union: Union, founder: Member) -> None:
        self.store, self.clock, self.union, self.founder = store, clock, union, founder

    @classmethod
    async def found(cls, store: Store, clock: ManualClock, zone: str = "UTC") -> Farm:
        union, founder = await store.write(scenes.found, zone)
        return cls(store, clock, union, founder)

    async def draft(self, title: str = "Plant", leader: int | None = None, **more: int) -> Call:
        return await self.store.write(
            writing.draft, self.union, self.founder, Texts(title, "Do it", **more), leader
        )

    async def queue(self, title: str = "Plant") -> Call:
        return await self.store.write(schedule.queue, self.union, self.founder, await self.draft(title))

    async def plan(self, call: Call, day: int) -> Call:
        return await self.store.write(schedule.plan, self.union, self.founder, call, day)

    async def repeat(self, call: Call, repetition: RepeatPattern = DAILY) -> None:
        await self.store.write(schedule.start_repeat, self.union, self.founder, call, repetition, None)

    async def all(self, *states: CallState) -> list[Call]:
        found = [read_call(row._asdict()) for row in await self.store.read(lambda tx: tx.all(ALL))]
        return [call for call in found if call.state in states] if states else found

    async def today(self) -> int:
        return await self.store.read(schedule.today, self.union)

    async def lay(self) -> None:
        for union in await self.store.read(schedule.due):
            await self.store.write(schedule.lay_out, union)

    async def open(self) -> None:
        for union, call in await self.store.read(calls.to_open):
            await self.store.write(calls.open_, union, call.id, lambda: "token")

    async def close(self) -> None:
        for union, call in await self.store.read(calls.to_close):
            await self.store.write(calls.close, union, call.id)

    async def chores(self) -> None:
        await self.lay()
        await self.open()
        await self.close()


async def entries(farm: Farm, kind: str) -> int:
    found = await farm.store.read(ledger_storage.entries, farm.union.id, 0, 100_000)
    return sum(entry.kind == kind for entry in found)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"])
async def test_each_day_has_one_call_whatever_clocks_do(store: Store, clock: ManualClock, zone: str) -> None:
    # From before the change in March or April to after the one in September or October, by steps of odd lengths.
    farm = await Farm.found(store, clock, zone)
    await farm.repeat(await farm.draft(opens=150, closes=1200))
    random = Random(7)
    for end in (datetime(2026, 4, 20, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)):
        while clock.now() < end:
            clock.advance(timedelta(minutes=random.randint(5, 400)))
            await farm.chores()
        if end.month == 4:
            clock.advance(datetime(2026, 8, 25, tzinfo=UTC) - clock.now())
    closed = await farm.all(CallState.CLOSED)
    by_day = [call.day for call in closed]
    assert len(set(by_day)) == len(by_day)
    spring = [day for day in by_day if day is not None and day < date(2026, 4, 19).toordinal()]
    autumn = [day for day in by_day if day is not None and day >= date(2026, 8, 26).toordinal()]
    assert spring == list(range(min(spring), max(spring) + 1))
    assert autumn == list(range(min(autumn), max(autumn) + 1))
    assert len(spring) >= 48
    assert len(autumn) >= 75
    changes = 0
    for call in closed:
        assert call.day is not None
        assert call.opens_at is not None
        assert call.opens_at == moment(call.day, 150, zone)
        changes += call.opens_at.astimezone(ZoneInfo(zone)).strftime("%H:%M") != "02:30"
    skipped = {"Europe/Berlin": 1, "America/Santiago": 0, "Australia/Lord_Howe": 0}
    assert changes == skipped[zone]


async def test_chores_cut_off_anywhere_and_repeated_do_nothing_twice(
    store: Store, clock: ManualClock
) -> None:
    farm, random = await Farm.found(store, clock), Random(3)
    await farm.repeat(await farm.draft("Rule"), RepeatPattern(Frequency.WEEKLY, (0, 2, 4)))
    for number in range(4):
        await farm.queue(f"Queued {number}")
    for _ in range(10 * 24):
        clock.advance(HOUR)
        for _ in range(random.randint(1, 4)):  # each is one transaction: a crash lies between them
            await random.choice([farm.lay, farm.open, farm.close])()
    await farm.chores()
    closed = await farm.all(CallState.CLOSED)
    titles = [call.title for call in sorted(closed, key=lambda call: call.day or 0)]
    assert [title for title in titles if title != "Rule"] == [f"Queued {number}" for number in range(4)]
    assert len({call.day for call in closed}) == len(closed)
    assert await entries(farm, "call.opened") == len([*closed, *await farm.all(CallState.OPEN)])
    assert await entries(farm, "call.closed") == len(closed)
    for call in closed:
        weekday = date.fromordinal(call.day or 0).weekday()
        assert (weekday in (0, 2, 4)) == (call.title == "Rule")


async def test_opening_and_closing_happen_once(store: Store, clock: ManualClock) -> None:
    farm = await Farm.found(store, clock)
    call = await farm.plan(await farm.draft(), await farm.today())
    opened = await store.write(calls.open_, farm.union, call.id, lambda: "one")
    assert opened is not None
    assert (opened.call.state, opened.call.token, opened.missed) == (CallState.OPEN, "one", False)
    assert await store.write(calls.open_, farm.union, call.id, lambda: "two") is None
    assert await store.read(calls.to_close) == []
    clock.advance(DAY)
    assert await store.write(calls.close, farm.union, call.id) is not None
    assert await store.write(calls.close, farm.union, call.id) is None


async def test_what_waits_for_approval_blocks_no_others(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "AT_ONCE", 1)
    farm = await Farm.found(store, clock)
    today = await farm.today()
    waiting = await store.write(
        writing.draft, farm.union, farm.founder, Texts("Link", "x", link="a.example"), farm.founder.id
    )
    await farm.plan(waiting, today)
    good = await farm.plan(await farm.draft(), today)
    assert [call.id for _, call in await store.read(calls.to_open)] == [good.id]
    assert await store.write(calls.open_, farm.union, waiting.id, lambda: "token") is None
    await farm.open()
    clock.advance(DAY)
    assert [call.id for _, call in await store.read(calls.to_open)] == [waiting.id], "it is over"


async def test_after_days_of_silence_today_gets_its_call_late(store: Store, clock: ManualClock) -> None:
    farm = await Farm.found(store, clock)
    for title in ("One", "Two", "Three"):
        await farm.queue(title)
    await farm.lay()
    clock.advance(5 * DAY)  # One was planned for the day after the beginning, and is over
    await farm.chores()
    found = {call.title: call for call in await farm.all()}
    assert found["One"].state is CallState.CANCELLED
    assert (found["Two"].state, found["Two"].late) == (CallState.OPEN, True)
    assert found["Three"].day == await farm.today() + 1


async def test_the_queue_does_not_post_at_once_what_is_queued_after_the_hour(
    store: Store, clock: ManualClock
) -> None:
    farm = await Farm.found(store, clock)  # noon
    await farm.lay()
    call = await farm.queue()
    assert call.day == await farm.today() + 1
    later = await store.write(
        schedule.queue, farm.union, farm.founder, await farm.draft("Evening", opens=18 * 60)
    )
    assert later.day == await farm.today()


async def test_a_clock_that_was_a_year_ahead_for_a_moment_stops_no_rule(
    store: Store, clock: ManualClock
) -> None:
    farm = await Farm.found(store, clock)
    await farm.repeat(await farm.draft(opens=9 * 60))
    clock.advance(365 * DAY)
    await farm.lay()
    clock.advance(-365 * DAY)
    for _ in range(3):
        clock.advance(DAY)
        await farm.chores()
    now = await farm.today()
    assert [call.day for call in await farm.all(CallState.OPEN, CallState.CLOSED) if call.day] == [
        now - 2,
        now - 1,
        now,
    ]
    assert await store.read(schedule.due) == []


async def test_laying_out_reads_the_rules_once_however_many_queues_there_are(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    farm = await Farm.found(store, clock)
    for name in "abcdef":
        leader = await store.write(scenes.join, farm.union, name)
        await farm.repeat(await farm.draft(name, leader.id))
        await store.write(
            schedule.queue, farm.union, farm.founder, await farm.draft(f"{name} waits", leader.id)
        )
    read, reads = repeats_storage.of_union, []
    monkeypatch.setattr(repeats_storage, "of_union", lambda tx, union: reads.append(1) or read(tx, union))
    clock.advance(DAY)
    await farm.lay()
    assert len(reads) == 1


async def test_a_cancelled_day_of_a_rule_stays_free(store: Store, clock: ManualClock) -> None:
    farm = await Farm.found(store, clock)
    await farm.repeat(await farm.draft())
    await farm.lay()
    [made] = await farm.all(CallState.PLANNED)
    await store.write(writing.cancel, farm.union, farm.founder, made)
    await farm.queue("Queued")
    for _ in range(3):
        await farm.lay()
    assert await farm.all(CallState.PLANNED) == []
    clock.advance(DAY)
    await farm.chores()
    assert [call.day for call in await farm.all(CallState.PLANNED)] == [await farm.today() + 1]


async def test_only_unions_with_something_to_lay_out_are_due(store: Store, clock: ManualClock) -> None:
    farm = await Farm.found(store, clock, "Asia/Tokyo")
    assert await store.read(schedule.due) == []
    await farm.queue()
    await farm.queue()
    assert [union.id for union in await store.read(schedule.due)] == [farm.union.id]
    await farm.lay()
    assert await store.read(schedule.due) == []
    clock.advance(timedelta(hours=2, minutes=59))
    assert await store.read(schedule.due) == []
    clock.advance(timedelta(minutes=1))  # midnight in Tokyo
    assert len(await store.read(schedule.due)) == 1


async def test_branches_have_days_queues_and_rules_of_their_own(store: Store, clock: ManualClock) -> None:
    farm = await Farm.found(store, clock)
    bo = await store.write(scenes.join, farm.union, "Bo")
    cy = await store.write(scenes.join, farm.union, "Cy")
    today = await farm.today()
    union_call = await farm.plan(await farm.draft(), today)
    branch_call = await farm.plan(await farm.draft(leader=bo.id), today)
    with pytest.raises(NotAllowed, match=rf"that one has “Plant” \(no\. {branch_call.id}\) already"):
        await farm.plan(await farm.draft("Second", leader=bo.id), today)
    assert (await store.read(calls.of_day, farm.union, today)) == union_call
    assert (await store.read(calls.of_day, farm.union, today, bo.id)) == branch_call
    assert await store.read(calls.todays, farm.union, cy) == [union_call]
    assert await store.read(calls.todays, farm.union, bo) == [union_call, branch_call]
    await store.write(endorsements.endorse, farm.union, cy, bo, "words")
    assert await store.read(calls.todays, farm.union, cy) == [union_call, branch_call]
    assert await store.read(calls.concerns, branch_call, cy)
    assert not await store.read(calls.concerns, branch_call, farm.founder)
    assert await store.read(calls.concerns, union_call, cy)


async def test_when_a_call_can_be_answered(store: Store, clock: ManualClock) -> None:
    farm = await Farm.found(store, clock, "Europe/Berlin")
    with pytest.raises(NotFound):
        await store.read(calls.answerable, farm.union, 99)
    call = await farm.plan(await farm.draft(), await farm.today() + 1)
    with pytest.raises(NotAllowed, match="not open yet"):
        await store.read(calls.answerable, farm.union, call.id)
    clock.advance(DAY)
    await farm.open()
    assert (await store.read(calls.answerable, farm.union, call.id)).state is CallState.OPEN
    other, _ = await store.write(lambda tx: membership.found(
        tx, "Other", "x", "UTC", membership.Founder("words", "x", "X", None), "y", "Y"
    )[:2])  # fmt: skip
    with pytest.raises(NotFound):
        await store.read(calls.answerable, other, call.id)
    clock.advance(datetime(2026, 3, 3, 10, 59, 59, tzinfo=UTC) - clock.now())  # noon in Berlin is 11:00 UTC
    await farm.close()
    assert (await store.read(calls.answerable, farm.union, call.id)).state is CallState.CLOSED
    clock.advance(timedelta(seconds=1))
    with pytest.raises(NotAllowed, match="no longer count"):
        await store.read(calls.answerable, farm.union, call.id)


async def test_answers_are_counted(store: Store, clock: ManualClock) -> None:
    farm = await Farm.found(store, clock)
    call = await farm.draft()
    for more in (3, 0, -1):
        await store.write(calls.answers_changed, call.id, more)
    found = await store.read(calls_storage.by_id, call.id)
    assert found is not None
    assert found.answered == 2


async def test_who_becomes_one_person_has_both_their_calls(store: Store, clock: ManualClock) -> None:
    farm = await Farm.found(store, clock)
    bo, cy = [await store.write(scenes.join, farm.union, name) for name in ("Bo", "Cy")]
    today = await farm.today()
    texts = Texts("Plant", "Do it")

    def prepared(tx: Tx, member: Member, days: int) -> Call:
        call = writing.draft(tx, farm.union, member, texts, member.id)
        return schedule.plan(tx, farm.union, member, call, today + days)

    kept = [await store.write(prepared, bo, 1), await store.write(prepared, cy, 2)]
    clash = [await store.write(prepared, bo, 3), await store.write(prepared, cy, 3)]
    draft = await store.write(writing.draft, farm.union, bo, texts, bo.id)
    await store.write(membership.merge, farm.union.id, bo, cy)
    found = {call.id: call for call in await farm.all()}
    assert {call.author_id for call in found.values()} == {cy.id}
    assert {call.leader_id for call in found.values()} == {cy.id}
    assert [found[call.id].day for call in kept] == [today + 1, today + 2]
    assert [found[call.id].state for call in clash] == [CallState.CANCELLED, CallState.PLANNED]
    assert [call.id for call in await store.read(lists_storage.drafts, farm.union.id, cy.id, 9)] == [draft.id]


async def test_union_days_differ_from_utc(store: Store, clock: ManualClock) -> None:
    farm = await Farm.found(store, clock, "Pacific/Kiritimati")
    assert await farm.today() == union_day("UTC", clock.now()) + 1


async def test_posts_of_every_call_have_their_turn_however_many_change(
    store: Store, clock: ManualClock
) -> None:
    farm = await Farm.found(store, clock)
    now = await farm.today()
    made = [await farm.plan(await farm.draft(f"{at}"), now + at) for at in range(3)]

    def press(tx: Tx) -> None:
        for call in made:
            posts_storage.add(tx, call.id, 1)
            calls_storage.count_answers(tx, call.id, 1)

    def turn(tx: Tx) -> list[int]:
        found = [call for _, call in posts_storage.to_edit(tx, timedelta(seconds=15), 2)]
        for call in found:
            posts_storage.set_shown(tx, call, 1, 0)
        return found

    seen = set()
    for _ in range(2):
        await store.write(press)
        seen.update(await store.write(turn))
        clock.advance(timedelta(seconds=15))
    assert seen == {call.id for call in made}


async def test_what_a_leader_arranged_rests_while_they_do_not_lead(store: Store, clock: ManualClock) -> None:
    farm = await Farm.found(store, clock)
    bo, cy = [await store.write(scenes.join, farm.union, name) for name in ("Bo", "Cy")]
    led = Rules(Lead.SUPPORTED, n=1, linked_only=False, grace_days=0, switch_hours=0)
    await store.write(rules_storage.put, farm.union.id, led)
    await store.write(endorsements.endorse, farm.union, cy, bo, "words")
    await farm.repeat(await farm.draft(leader=bo.id))
    clock.advance(DAY)
    await farm.lay()
    planned = {call.day for call in await farm.all(CallState.PLANNED, CallState.OPEN)}
    await store.write(endorsements.unendorse, farm.union, cy)
    clock.advance(3 * DAY)
    await farm.lay()
    assert {call.day for call in await farm.all(CallState.PLANNED, CallState.OPEN)} == planned
    await store.write(endorsements.endorse, farm.union, cy, bo, "words")
    clock.advance(DAY)
    await farm.lay()
    assert {call.day for call in await farm.all(CallState.PLANNED, CallState.OPEN)} > planned

"""Streaks as they are kept and told, on both databases: equal to a walk over all days, whatever is done when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from bot import membership
from bot.areas.calls.domain.calls import Call, CallState, Proof, forgiven_until
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.checkins.domain.streaks import PlacedStreak, Streak
from bot.areas.checkins.services import checkins, streaks
from bot.areas.checkins.storage import streaks as streaks_storage
from bot.areas.ledger import services as ledger
from bot.areas.unions import storage as unions_storage
from bot.domain.people import Member, Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import BadInput, MusterError, NotAllowed
from bot.storage.store import Store
from tests.areas.checkins.answering import call, counter
from tests.areas.checkins.walking import walked
from tests.clock import ManualClock
from tests.scenes import found, join

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Niue",
)


@dataclass
class Simulated:
    """A union, one of its members, and what the member did, kept beside in plain sets."""

    union: Union
    founder: Member
    member: Member
    random: Random
    calls: dict[int, Call] = field(default_factory=dict)
    counts: set[int] = field(default_factory=set)
    waits: set[int] = field(default_factory=set)
    done: dict[str, int] = field(default_factory=dict)

    def act(self, tx: Tx) -> None:
        """A call opens if the day has none yet; then something that the member or the founder does."""
        today = union_day(self.union.time_zone, tx.now)
        # In order: a union that moves back by a day gives that day no second call.
        if not self.calls or (today > max(self.calls) and self.random.random() < 0.7):
            proof = Proof.LEADER if self.random.random() < 0.15 else Proof.WORD
            self.calls[today] = call(tx, self.union, self.founder, proof=proof)
        name = self.random.choice(
            ["answer", "answer", "answer", "answer", "take_back", "confirm", "confirm", "repair", "move"]
        )
        try:
            getattr(self, f"_{name}")(tx, today)
        except MusterError:
            name = f"{name} refused"
        self.done[name] = self.done.get(name, 0) + 1

    def _some(self, today: int) -> tuple[int, Call]:
        known = [day for day in self.calls if day >= today - 1] or list(self.calls)
        day = self.random.choice(known)
        return day, self.calls[day]

    def _answer(self, tx: Tx, today: int) -> None:
        day, asked = self._some(today)
        given = checkins.answer(tx, self.union, self.member, asked.id)
        if given.outcome is checkins.AnswerOutcome.DONE:
            self.counts.add(day)
            assert given.counted is not None
            assert given.counted.streak.current == self.expected(tx)[0]
        elif given.outcome is checkins.AnswerOutcome.WAITING:
            self.waits.add(day)

    def _take_back(self, tx: Tx, today: int) -> None:
        day = max(self.counts | self.waits, default=today)
        asked = self.calls.get(day) or self.calls[max(self.calls)]
        checkins.take_back(tx, self.union, self.member, asked.id)
        self.counts.discard(day)
        self.waits.discard(day)

    def _confirm(self, tx: Tx, today: int) -> None:
        for day in sorted(self.waits):
            yes = self.random.random() < 0.8
            try:
                checkins.judge(
                    tx, self.union, self.founder, self.calls[day].id, self.member.ref, confirmed=yes
                )
            except MusterError:
                continue
            self.waits.discard(day)
            if yes:
                self.counts.add(day)

    def _repair(self, tx: Tx, today: int) -> None:
        if self.random.random() < 0.3:
            words = self.random.choice(["yesterday", "monday", "thursday"])
            day, _ = streaks.repair(tx, self.union, self.founder, self.member, words)
            self.counts.add(day)
            self.waits.discard(day)

    def _move(self, tx: Tx, today: int) -> None:
        """The union moves to another time zone."""
        if self.random.random() < 0.1:
            zone = self.random.choice(ZONES)
            unions_storage.edit(tx, self.union.id, self.union.name, self.union.purpose, zone, "en")
            changed = unions_storage.by_id(tx, self.union.id)
            assert changed is not None
            self.union = changed

    def expected(self, tx: Tx, *, last: int | None = None) -> tuple[int, int, int]:
        """The walk over all days that are over, or (`last`) over all before the last that counted."""
        days = sorted({*self.calls, *self.counts})
        zone, today = self.union.time_zone, union_day(self.union.time_zone, tx.now)
        if last is not None:
            return walked([day for day in days if day <= last], self.counts)
        still = {
            day
            for day in days
            if tx.now < forgiven_until(day, zone) or (day in self.waits and day >= today - 7)
        }
        return walked([day for day in days if day in self.counts or day not in still], self.counts)

    def differences(self, tx: Tx) -> Any:
        """What is told and kept, where it is not what the walks say."""
        told = streaks.standing(tx, self.union, self.member.id).streak
        if (told.current, told.best, told.freezes) != self.expected(tx):
            return "told", told, self.expected(tx), sorted(self.calls), sorted(self.counts), tx.now
        kept = streaks_storage.of(tx, self.member.id, 0)
        if kept is None:
            return ("kept", None, self.counts) if self.counts else None
        streak = kept[0]
        wanted = self.expected(tx, last=max(self.counts))
        if (streak.current, streak.best, streak.freezes) != wanted or streak.last_day != max(self.counts):
            return "kept", streak, wanted
        return None


@pytest.mark.parametrize("seed", range(10))
async def test_any_sequence_of_acts_keeps_the_streak_exact(
    store: Store, clock: ManualClock, seed: int
) -> None:
    union, founder = await store.write(found, ZONES[seed % len(ZONES)])
    member = await store.write(join, union, "Bo")
    one = Simulated(union, founder, member, Random(seed))

    def step(tx: Tx) -> Any:
        one.act(tx)
        return one.differences(tx)

    for _ in range(300):
        assert await store.write(step) is None
        clock.advance(timedelta(minutes=one.random.choice((20, 240, 500, 900))))
    assert {"answer", "answer refused", "take_back", "confirm", "repair", "move"} <= one.done.keys()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"])
async def test_a_year_of_days_with_all_changes_of_clocks(store: Store, clock: ManualClock, zone: str) -> None:
    """A call each day; answers at hours that wander over the day, a tenth of them late: nothing breaks."""
    union, founder = await store.write(found, zone)
    member = await store.write(join, union, "Bo")
    first = union_day(zone, clock.now())

    def day(tx: Tx, today: int, late: bool) -> int:
        asked = calls_storage.of_day(tx, union.id, today)
        assert asked is not None
        given = checkins.answer(tx, union, member, asked.id)
        assert given.late == late
        assert given.counted is not None
        return given.counted.streak.current

    for number in range(366):
        today = first + number
        opened = await store.write(call, union, founder, today)
        late = number % 10 == 3
        ends = forgiven_until(today, zone) if late else opened.closes_at
        assert ends is not None
        clock.advance(ends - timedelta(minutes=1 + number * 7 % 700) - clock.now())
        assert await store.write(day, today, late) == number + 1
    told = await store.read(streaks.standing, union, member.id)
    assert told.streak == Streak(366, 366, first + 365, 3, 366 % 7)


class Town:
    """A union with a call a day, and members who answer."""

    def __init__(self, store: Store, clock: ManualClock, union: Union, founder: Member, bo: Member) -> None:
        self.store, self.clock, self.union, self.founder, self.bo = store, clock, union, founder, bo

    async def answers(self, member: Member, day: int | None = None) -> checkins.Answer:
        def do(tx: Tx) -> checkins.Answer:
            on = union_day(self.union.time_zone, tx.now) if day is None else day
            asked = calls_storage.of_day(tx, self.union.id, on) or call(tx, self.union, self.founder, on)
            return checkins.answer(tx, self.union, member, asked.id)

        return await self.store.write(do)

    async def next_day(self) -> int:
        """Noon of the next day, at which it has a call."""
        self.clock.advance(timedelta(days=1))
        return (await self.store.write(call, self.union, self.founder)).day or 0

    async def streak(self, member: Member) -> Streak:
        return (await self.store.read(streaks.standing, self.union, member.id)).streak


@pytest.fixture
async def town(store: Store, clock: ManualClock) -> Town:
    union, founder = await store.write(found)
    town = Town(store, clock, union, founder, await store.write(join, union, "Bo"))
    await town.next_day()
    return town


async def test_a_missed_day_breaks_at_the_next_noon_and_not_before(town: Town) -> None:
    await town.answers(town.bo)
    await town.next_day()
    town.clock.advance(timedelta(hours=23))  # 11 the next day
    assert (await town.streak(town.bo)).current == 1
    town.clock.advance(timedelta(hours=1))
    assert (await town.streak(town.bo)).current == 0


async def test_in_the_morning_yesterday_can_be_added_before_and_after_today(town: Town) -> None:
    first = await town.answers(town.bo)
    yesterday = await town.next_day()
    town.clock.advance(timedelta(hours=20))
    given = await town.answers(town.bo)  # today's, while yesterday's is open
    assert given.counted is not None
    assert (given.counted.streak.current, given.counted.open_days) == (2, (yesterday,))
    assert (await town.streak(town.bo)).current == 2
    late = await town.answers(town.bo, yesterday)
    assert late.counted is not None
    assert (late.late, late.counted.streak.current, first.late) == (True, 3, False)


async def test_a_leader_repairs_a_day_of_their_base_and_nobody_elses(town: Town, store: Store) -> None:
    union, founder, bo = town.union, town.founder, town.bo
    other = await store.write(join, union, "Cy")
    await town.answers(bo)
    missed = await town.next_day()
    town.clock.advance(timedelta(hours=20))
    with pytest.raises(NotAllowed, match="can still be answered"):
        await store.write(streaks.repair, union, founder, bo, "yesterday")
    town.clock.advance(timedelta(hours=6))
    with pytest.raises(NotAllowed, match="follow you"):
        await store.write(streaks.repair, union, other, bo, "yesterday")
    with pytest.raises(NotAllowed, match="your own"):
        await store.write(streaks.repair, union, founder, founder, "yesterday")
    assert (await town.streak(bo)).current == 0
    day, streak = await store.write(streaks.repair, union, founder, bo, "yesterday")
    assert (day, streak.current) == (missed, 2)
    assert await store.read(lambda tx: counter(tx, calls_storage.of_day(tx, union.id, missed).id)) == 0  # type: ignore[union-attr]
    with pytest.raises(BadInput, match="already counts for them"):
        await store.write(streaks.repair, union, founder, bo, "yesterday")
    with pytest.raises(NotAllowed, match="last 7 days"):
        await store.write(streaks.repair, union, founder, bo, "2026-02-01")
    town.clock.advance(timedelta(days=1))
    with pytest.raises(BadInput, match="no call on that day"):
        await store.write(streaks.repair, union, founder, bo, "yesterday")
    _, broken = await store.read(ledger.verify, union)
    assert broken is None


async def test_two_who_are_one_person_have_the_days_of_both_once(town: Town, store: Store) -> None:
    union, bo = town.union, town.bo
    same = await store.write(join, union, "Bo2")
    days = []
    for number in range(6):
        days.append(union_day(union.time_zone, town.clock.now()))
        for member in ((bo,), (same,), (bo, same))[number % 3]:
            await town.answers(member)
        await town.next_day()
    await store.write(membership.merge, union.id, bo, same)
    assert (await town.streak(same)).current == 6
    assert await store.read(streaks_storage.of, bo.id, 0) is None
    counts = [
        await store.read(lambda tx, on=day: calls_storage.of_day(tx, union.id, on).answered) for day in days
    ]  # type: ignore[misc]
    assert counts == [1] * 6


async def test_who_left_has_no_streak_and_counts_no_longer_in_open_calls(town: Town, store: Store) -> None:
    union, bo = town.union, town.bo
    closed = (await town.answers(bo)).call.id
    await store.write(calls_storage.set_state, closed, CallState.OPEN, CallState.CLOSED)
    await town.next_day()
    given = await town.answers(bo)
    await store.write(membership.leave, union, bo)
    assert await store.read(streaks_storage.of, bo.id, 0) is None
    assert await store.read(streaks.longest, union, 5) == []
    assert await store.read(counter, given.call.id) == 0
    assert await store.read(counter, closed) == 1


async def test_the_board_has_streaks_that_go_on_and_no_others(town: Town, store: Store) -> None:
    """Against all members' own standings, page by page."""
    union, chance = town.union, Random(3)
    crowd = [town.bo, *[await store.write(join, union, f"M{number}") for number in range(25)]]
    keen = {member.id: chance.choice((0.3, 0.8, 0.95, 1)) for member in crowd}
    for number in range(40):
        for member in crowd:
            if chance.random() < keen[member.id]:
                await town.answers(member)
        standings = [(await town.streak(member), member.id) for member in crowd]
        wanted = sorted((-streak.current, one) for streak, one in standings if streak.current)
        pages: list[PlacedStreak] = []
        while page := await store.read(
            streaks.longest, union, 7, pages[-1] if pages else streaks.FIRST_PLACE
        ):
            pages += page
        assert [(-one.current, one.member_id) for one in pages] == wanted, number
        await town.next_day()
        if chance.random() < 0.2:
            town.clock.advance(timedelta(days=2))  # without calls

"""A year of daily calls in three zones that change their clocks, each call at an hour that the clock skips once.

Berlin skips 02:00 to 03:00, Lord Howe half an hour, Santiago the first hour of a day; in autumn the same hours come
twice. Chores run at the hours that matter, and every quarter of an hour around each change. PostgreSQL, where a day
takes longer, lives the weeks around the changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.domain.schedule import Frequency, RepeatPattern
from bot.areas.calls.domain.texts import Texts
from bot.areas.calls.services import schedule, writing
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.checkins.domain.streaks import FREEZE_EVERY, MOST_FREEZES
from bot.areas.checkins.services import checkins, streaks
from bot.areas.conversations import services as conversations
from bot.areas.ledger import storage as ledger_storage
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.members.storage import members as members_storage
from bot.areas.reminders import services as reminders
from bot.areas.unions import storage as unions_storage
from bot.chat.chores import Office
from bot.chat.incoming import Place
from bot.domain.people import Member, Union
from bot.domain.times import moment
from bot.domain.transaction import Tx
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.stage import Persona, Stage

YEAR = 2026
FIRST, LAST = date(YEAR, 1, 1).toordinal(), date(YEAR, 12, 31).toordinal()
MINUTE = timedelta(minutes=1)
CHORES = {"lay_out_days", "open_calls", "close_calls", "remind", "count_activation"}
SPRING, AUTUMN = (
    date(YEAR, 4, 5).toordinal(),
    date(YEAR, 10, 4).toordinal(),
)  # when Lord Howe changes its clocks
YEARS = [
    ("sqlite", "Europe/Berlin", 2 * 60 + 30, FIRST, LAST),
    ("sqlite", "America/Santiago", 30, FIRST, LAST),
    ("sqlite", "Australia/Lord_Howe", 2 * 60 + 15, FIRST, LAST),
    ("postgresql", "Australia/Lord_Howe", 2 * 60 + 15, SPRING - 7, SPRING + 7),
    ("postgresql", "Australia/Lord_Howe", 2 * 60 + 15, AUTUMN - 7, AUTUMN + 7),
]
"""Database, time zone, hour of the calls in minutes, first and last day."""


def changes(zone: str) -> list[int]:
    """The days of the year that do not have 24 hours."""
    return [
        day
        for day in range(FIRST, LAST + 1)
        if moment(day + 1, 0, zone) - moment(day, 0, zone) != timedelta(days=1)
    ]


def moments(zone: str, opens: int, days: range) -> Iterator[datetime]:
    """When the bot looks what is due."""
    found = set()
    for day in (*days, days.stop):
        found |= {moment(day, 0, zone) + MINUTE, moment(day, opens, zone) + MINUTE}
        found |= {moment(day, minutes, zone) for minutes in (11 * 60 + 59, 23 * 60 + 59)}
    for day in set(changes(zone)).intersection(days):
        start = moment(day - 1, 0, zone)
        found |= {start + quarter * timedelta(minutes=15) for quarter in range(3 * 24 * 4)}
    return iter(sorted(found))


@dataclass
class Year:
    """A union with a daily call. Early answers at once, Late in the last minute, Grace in the last of the grace,
    and Told never does, but asked for reminders at the hour of the call."""

    stage: Stage
    union: Union
    folk: dict[str, Persona]
    members: dict[str, Member]
    place: Place

    async def work(self) -> None:
        office = Office(self.stage.store, conversations, self.stage)
        for chore in self.stage.registry.chores:
            if chore.name in CHORES:
                await chore(office)

    async def answer(self, name: str, day: int) -> None:
        def press(tx: Tx) -> None:
            call = calls_storage.of_day(tx, self.union.id, day)
            assert call is not None
            answered = checkins.answer(tx, self.union, self.members[name], call.id)
            assert answered.outcome in (checkins.AnswerOutcome.DONE, checkins.AnswerOutcome.AGAIN)

        await self.stage.store.write(press)


def settle(tx: Tx, opens: int, last: int, folk: dict[str, Persona]) -> tuple[Union, dict[str, Member]]:
    """The rule of the daily call, and who is who."""
    union = unions_storage.by_id(tx, 1)
    assert union is not None
    found = {}
    for name, persona in folk.items():
        account = accounts_storage.in_union(tx, 1, "words", persona.actor.native_id)
        assert account is not None
        member = members_storage.by_id(tx, account.member_id)
        assert member is not None
        found[name] = member
        if name == "Told":
            reminders.start(tx, union, member, account, opens)
    call = writing.draft(tx, union, found["Ada"], Texts("Plant", "One each", opens=opens), None)
    schedule.start_repeat(tx, union, found["Ada"], call, RepeatPattern(Frequency.DAILY), last)
    return union, found


async def begun(store: Store, clock: ManualClock, zone: str, opens: int, days: range) -> Year:
    """Just before the first day begins there."""
    clock.advance(moment(days[0], 0, zone) - 10 * MINUTE - clock.now())
    stage = Stage(store, clock)
    farm = stage.group("Farm")
    folk = {name: stage.person(name, moderator=True) for name in ("Ada", "Early", "Late", "Grace", "Told")}
    await folk["Ada"].runs("union create", farm, name="Farm", purpose="Grow", time_zone=zone)
    for name in ("Early", "Late", "Grace", "Told"):
        await folk[name].runs("join", farm)
    await folk["Ada"].runs("call here", farm)
    union, found = await store.write(settle, opens, days[-1], folk)
    return Year(stage, union, folk, found, farm)


async def lived(year: Year, zone: str, opens: int, days: range) -> None:
    """Everybody does their thing, day after day."""
    clock, local = year.stage.clock, ZoneInfo(zone)
    for at in moments(zone, opens, days):
        clock.advance(at - clock.now())
        await year.work()
        now = at.astimezone(local)
        day = now.date().toordinal()
        if day in days and at == moment(day, opens, zone) + MINUTE:
            await year.answer("Early", day)
        if day in days and (now.hour, now.minute) == (23, 59):
            await year.answer("Late", day)
        if day - 1 in days and (now.hour, now.minute) == (11, 59):
            await year.answer("Grace", day - 1)
        if (now.hour, now.minute) == (11, 59):
            await year.stage.told(year.folk["Told"])


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("backend", "zone", "opens", "first", "last"), YEARS)
async def test_each_day_has_exactly_one_call_and_no_streak_breaks(
    store: Store, clock: ManualClock, zone: str, opens: int, first: int, last: int
) -> None:
    days = range(first, last + 1)
    year = await begun(store, clock, zone, opens, days)
    assert len(changes(zone)) == 2
    assert set(changes(zone)).intersection(days)
    await lived(year, zone, opens, days)

    def all_calls(tx: Tx) -> list[Call]:
        return calls_storage.of_days(tx, year.union.id, first - 9, last + 9)

    found = await store.read(all_calls)
    assert [call.day for call in found] == list(days)
    for call in found:
        assert call.day is not None
        assert call.opens_at is not None
        opened = call.opens_at.astimezone(ZoneInfo(zone))
        assert opened.date().toordinal() == call.day
        skipped = (opened.hour, opened.minute) != divmod(opens, 60)
        assert not skipped or (opened.time() > time(*divmod(opens, 60)) and call.day in changes(zone))
        assert call.closes_at == datetime.combine(
            date.fromordinal(call.day + 1), time(), ZoneInfo(zone)
        ).astimezone(UTC) or call.day + 1 in changes(zone)
        assert (call.state, call.late, call.answered) == (CallState.CLOSED, False, 3)

    kinds = await store.read(told_by_ledger, year.union.id)
    numbers = sorted(call.id for call in found)
    assert sorted(kinds["call.opened"]) == sorted(kinds["call.closed"]) == numbers

    delivered = year.stage.platforms["words"].delivered
    posts = [reply for target, reply, _ in delivered if target.person is None and target.message is None]
    assert len(posts) == len(days)
    reminded = await year.stage.told(year.folk["Told"])
    assert len(reminded) == len(days)

    for name in ("Early", "Late", "Grace"):
        standing = await store.read(streaks.standing, year.union, year.members[name].id)
        assert standing.streak.best == len(days), name
        assert standing.streak.freezes == min(MOST_FREEZES, len(days) // FREEZE_EVERY), name  # none was used


def told_by_ledger(tx: Tx, union_id: int) -> dict[str, list[int]]:
    """The calls that the ledger says were opened, and closed."""
    found: dict[str, list[int]] = {"call.opened": [], "call.closed": []}
    after = 0
    while page := ledger_storage.entries(tx, union_id, after=after):
        for entry in page:
            if entry.kind in found:
                found[entry.kind].append(json.loads(entry.payload)["call"])
        after = page[-1].seq
    return found

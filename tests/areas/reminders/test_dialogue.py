"""Being reminded of the day's call: asking for it, when it comes, by which account, and when it does not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from bot import membership
from bot.areas.calls.domain.calls import WHOLE_DAY, CallState
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.members.services import members
from bot.areas.members.storage import accounts as accounts_storage
from bot.areas.members.storage import members as members_storage
from bot.areas.reminders import services as reminders
from bot.areas.tree.services import endorsements
from bot.areas.unions import storage as unions_storage
from bot.chat.incoming import Place
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from commands import reminders as declared
from tests.areas.calls import daily
from tests.scenes import DAY, HOUR, founded, member_of
from tests.stage import Heard, Persona, Stage

T = TypeVar("T")


class Farm:
    """A union in UTC at noon, with a call that opens at nine; Ada founded it."""

    def __init__(self, stage: Stage, on: str) -> None:
        self.stage, self.on = stage, on
        self.ada: Persona
        self.place: Place

    async def found(self, zone: str = "UTC") -> None:
        self.ada, self.place = await founded(self.stage, self.on, time_zone=zone)
        self.union = await self.do(self._union)

    async def person(self, name: str, on: str | None = None) -> Persona:
        one = self.stage.person(name, on or self.on)
        await one.runs("join", self.stage.group("Farm", self.on))
        return one

    async def do(self, fn: Callable[..., T], *args: object) -> T:
        return await self.stage.store.write(fn, *args)

    def _union(self, tx: Tx) -> Union:
        found = unions_storage.by_id(tx, 1)
        assert found is not None
        return found

    async def member(self, persona: Persona) -> Member:
        return (await self.do(member_of, persona))[0]

    async def endorse(self, one: Persona, leader: Persona) -> None:
        who, whom = await self.member(one), await self.member(leader)
        await self.do(endorsements.endorse, self.union, who, whom, self.on)

    async def call(
        self, *, day: int = 0, opens: int = 9 * 60, leader: Persona | None = None, closes: int = WHOLE_DAY
    ) -> int:
        """A call of that many days from now, planned; the chores open it."""
        author = await self.member(leader or self.ada)

        def plan(tx: Tx) -> int:
            on = daily.today(tx, self.union) + day
            return daily.call(
                tx, self.union, author, on, CallState.PLANNED, author if leader else None, opens, closes
            )

        return await self.do(plan)

    async def told(self, persona: Persona) -> list[Heard]:
        await self.stage.chores()
        return await self.stage.told(persona)


@pytest.fixture(params=["words", "values"])
async def farm(stage: Stage, request: pytest.FixtureRequest) -> Farm:
    found = Farm(stage, str(request.param))
    await found.found()
    return found


# -- asking for it -------------------------------------------------------------------------------------------


async def test_it_is_asked_for_shown_and_ended(farm: Farm) -> None:
    bo = await farm.person("Bo")
    assert "Reminders are off" in (await bo.runs("call reminders")).text
    on = await bo.runs("call reminders", farm.place, switch="on")
    assert on.private
    assert "Reminders are on: at 09:00 (UTC)" in on.text
    assert "comes tomorrow" in on.text
    later = await bo.runs("call reminders", hour="18:30")
    assert "Reminders are on: at 18:30" in later.text
    assert "comes today" in later.text
    again = await bo.runs("call reminders", switch="on")
    assert "Reminders are on: at 18:30" in again.text
    shown = await bo.runs("call reminders")
    assert "Reminders are on: at 18:30" in shown.text
    assert "The first one" not in shown.text
    assert "Reminders are off" in (await bo.presses(shown, "Stop reminders")).text
    assert "Reminders are off" in (await bo.presses(shown, "Stop reminders")).text
    assert "Reminders are off" in (await bo.runs("call reminders")).text
    await bo.runs("call reminders", hour="7:05")
    assert "Reminders are off" in (await bo.runs("call reminders", switch="off")).text


async def test_words_are_understood_too(farm: Farm) -> None:
    bo = await farm.person("Bo")
    assert "Reminders are on: at 20:15" in (await bo.says("/call reminders on 20:15")).text
    assert "Reminders are on: at 07:00" in (await bo.says("/call reminders hour:7:00")).text


@pytest.mark.parametrize("hour", ["25:00", "24:00", "lunch", "9", "12:60"])
async def test_an_hour_that_is_none_is_refused(farm: Farm, hour: str) -> None:
    bo = await farm.person("Bo")
    assert "not a time of day" in (await bo.runs("call reminders", hour=hour)).text
    assert "Reminders are off" in (await bo.runs("call reminders")).text


async def test_who_has_not_joined_cannot(farm: Farm) -> None:
    stranger = farm.stage.person("Eve", farm.on)
    assert "/join" in (await stranger.runs("call reminders", farm.place, switch="on")).text


# -- being reminded ------------------------------------------------------------------------------------------


async def test_the_call_comes_once_at_ones_hour_with_its_button(farm: Farm) -> None:
    bo = await farm.person("Bo")
    call = await farm.call()
    await bo.runs("call reminders", hour="13:00")
    assert await farm.told(bo) == []
    farm.stage.clock.advance(HOUR)
    told = await farm.told(bo)
    assert len(told) == 1
    assert told[0].text.startswith("Today's call in Farm:\nPlant a tree\nPlant one.")
    assert told[0].labels == ["Done", "Stop reminders"]
    assert (await farm.do(calls_storage.by_id, call)).answered == 0  # type: ignore[union-attr]  # it is there
    await bo.presses(told[0], "Done")
    assert (await farm.do(calls_storage.by_id, call)).answered == 1  # type: ignore[union-attr]  # it is there
    assert len(await farm.told(bo)) == 1
    assert await farm.do(daily.reminded, call) == 1


async def test_an_hour_after_the_close_gets_its_reminder_an_hour_before_it(farm: Farm) -> None:
    bo, cy = await farm.person("Bo"), await farm.person("Cy")
    await farm.call(closes=18 * 60)
    said = await bo.runs("call reminders", hour="20:00")
    assert "“Plant a tree” (no. 1) closes at 18:00, before your hour" in said.text
    assert "closes at" not in (await cy.runs("call reminders", hour="17:30")).text
    farm.stage.clock.advance(HOUR * 5 - timedelta(minutes=1))
    assert await farm.told(bo) == []
    farm.stage.clock.advance(timedelta(minutes=1))
    [told] = await farm.told(bo)
    assert told.text.startswith("Today's call in Farm:\nPlant a tree")
    assert await farm.told(cy) == [], "their hour is before the close"
    farm.stage.clock.advance(HOUR / 2)
    assert len(await farm.told(cy)) == 1
    farm.stage.clock.advance(HOUR * 3)
    assert len(await farm.told(bo)) == 1, "once a day"


async def test_reminders_are_turned_on_by_the_button(farm: Farm) -> None:
    bo = await farm.person("Bo")
    on = await bo.presses(await bo.runs("call reminders"), "Turn on")
    assert "Reminders are on: at 09:00" in on.text


async def test_the_button_stops_only_ones_own(farm: Farm) -> None:
    bo, cy = await farm.person("Bo"), await farm.person("Cy")
    await farm.call()
    for one in (bo, cy):
        await one.runs("call reminders", hour="13:00")
    farm.stage.clock.advance(HOUR)
    [told] = await farm.told(bo)
    assert "Reminders are off" in (await bo.presses(told, "Stop reminders")).text
    assert "Reminders are on: at 13:00" in (await cy.runs("call reminders")).text


async def test_who_answered_is_not_reminded(farm: Farm) -> None:
    bo, cy, di = [await farm.person(name) for name in ("Bo", "Cy", "Di")]
    call = await farm.call()
    for one in (bo, cy, di):
        await one.runs("call reminders", hour="13:00")
    await farm.stage.chores()
    for one, state in ((bo, "done"), (cy, "waiting"), (di, "refused")):
        member = await farm.member(one)
        await farm.do(lambda tx, m=member, s=state: daily.answer(tx, call, m, m.id, state=s))
    farm.stage.clock.advance(HOUR)
    assert await farm.told(bo) == []
    assert await farm.told(cy) == []
    assert len(await farm.told(di)) == 1


async def test_without_an_open_call_there_is_none(farm: Farm) -> None:
    bo = await farm.person("Bo")
    await bo.runs("call reminders", hour="13:00")
    farm.stage.clock.advance(HOUR)
    assert await farm.told(bo) == []
    await farm.call(opens=15 * 60)
    assert await farm.told(bo) == []
    farm.stage.clock.advance(2 * HOUR)
    assert len(await farm.told(bo)) == 1


async def test_each_day_has_its_own(farm: Farm) -> None:
    bo = await farm.person("Bo")
    await bo.runs("call reminders", hour="13:00")
    for day in (0, 1, 3):
        await farm.call(day=day)
    counts = []
    farm.stage.clock.advance(HOUR)
    for _ in range(5):
        counts.append(len(await farm.told(bo)))
        farm.stage.clock.advance(DAY)
    assert counts == [1, 2, 2, 3, 3]


async def test_a_late_bot_sends_it_late_while_the_call_is_open(farm: Farm) -> None:
    bo = await farm.person("Bo")
    await farm.call()
    await bo.runs("call reminders", hour="13:00")
    farm.stage.clock.advance(8 * HOUR)
    assert len(await farm.told(bo)) == 1
    await farm.call(day=1)
    farm.stage.clock.advance(DAY + 5 * HOUR)  # past midnight: that call is over
    assert len(await farm.told(bo)) == 1


async def test_the_hour_is_the_unions(stage: Stage) -> None:
    farm = Farm(stage, "words")
    await farm.found("Asia/Tokyo")  # it is 21:00 there
    bo = await farm.person("Bo")
    await farm.call()
    assert "comes today" in (await bo.runs("call reminders", hour="22:00")).text
    farm.stage.clock.advance(HOUR - timedelta(minutes=1))
    assert await farm.told(bo) == []
    farm.stage.clock.advance(timedelta(minutes=1))
    assert len(await farm.told(bo)) == 1


@pytest.mark.parametrize(
    ("start", "hour", "comes_at"),
    [
        ("2026-03-28T20:00", "02:30", "2026-03-29T01:00"),  # skipped by the clock: at 03:00 summer time
        ("2026-10-24T20:00", "02:30", "2026-10-25T00:30"),  # comes twice: the first
    ],
)
async def test_days_on_which_the_clock_is_changed(stage: Stage, start: str, hour: str, comes_at: str) -> None:
    farm = Farm(stage, "words")
    stage.clock.advance(datetime.fromisoformat(start).replace(tzinfo=UTC) - stage.clock.now())
    await farm.found("Europe/Berlin")
    bo = await farm.person("Bo")
    await farm.call(day=1, opens=0)
    await bo.runs("call reminders", hour=hour)
    came = []
    for _ in range(48):
        stage.clock.advance(timedelta(minutes=15))
        came += [stage.clock.now()] if len(await farm.told(bo)) > len(came) else []
    # The hour had passed on the day that it was set: a day with no call, so that it is the next day's.
    assert came == [datetime.fromisoformat(comes_at).replace(tzinfo=UTC)]


async def test_it_comes_by_the_account_that_asked(farm: Farm) -> None:
    bo = await farm.person("Bo")
    elsewhere = farm.stage.person("Bo", "values" if farm.on == "words" else "words")

    def second(tx: Tx) -> None:
        member, _ = member_of(tx, bo)
        actor = elsewhere.actor
        accounts_storage.add(tx, 1, member.id, actor.platform, actor.native_id, actor.name, None)

    await farm.do(second)
    await farm.call()
    await elsewhere.runs("call reminders", hour="13:00")
    farm.stage.clock.advance(HOUR)
    assert await farm.told(bo) == []
    assert len(await farm.told(elsewhere)) == 1


async def test_whom_messages_do_not_reach_is_passed_over(farm: Farm) -> None:
    bo, cy = await farm.person("Bo"), await farm.person("Cy")
    await farm.call()
    for one in (bo, cy):
        await one.runs("call reminders", hour="13:00")
    await farm.do(members.set_reachable, bo.actor.platform, bo.actor.native_id, False)
    assert "do not reach you" in (await bo.runs("call reminders", farm.place)).text
    await farm.do(members.set_reachable, bo.actor.platform, bo.actor.native_id, False)
    farm.stage.clock.advance(HOUR)
    assert await farm.told(bo) == []
    assert len(await farm.told(cy)) == 1


async def test_branches_have_their_own_beside_the_unions(farm: Farm) -> None:
    """Bo calls his branch, in which Cy is; Di is not in it."""
    bo, cy, di = [await farm.person(name) for name in ("Bo", "Cy", "Di")]
    await farm.endorse(cy, bo)
    await farm.call(leader=bo)
    for one in (bo, cy, di):
        await one.runs("call reminders", hour="13:00")
    farm.stage.clock.advance(HOUR)
    assert [heard.text.split(" call")[0] for heard in await farm.told(cy)] == ["Your branch's"]
    assert await farm.told(di) == []
    assert len(await farm.told(bo)) == 1
    await farm.call(day=1, leader=bo)
    await farm.call(day=1)
    farm.stage.clock.advance(DAY)
    assert [heard.text.split(" call")[0] for heard in await farm.told(cy)] == [
        "Your branch's",
        "Today's",
        "Your branch's",
    ]
    assert len(await farm.told(di)) == 1


async def test_of_several_branches_the_nearest_calls(farm: Farm) -> None:
    bo, cy, di = [await farm.person(name) for name in ("Bo", "Cy", "Di")]
    await farm.endorse(cy, bo)
    await farm.endorse(di, cy)
    far, near = await farm.call(leader=bo), await farm.call(leader=cy)
    await di.runs("call reminders", hour="13:00")
    farm.stage.clock.advance(HOUR)
    assert len(await farm.told(di)) == 1
    assert [await farm.do(daily.reminded, call) for call in (far, near)] == [0, 1]


async def test_another_unions_call_is_none_of_ours(farm: Farm) -> None:
    bo = await farm.person("Bo")
    await bo.runs("call reminders", hour="13:00")
    await founded(farm.stage, farm.on, founder="Eve", place="Barn", name="Barn")

    def elsewhere(tx: Tx) -> None:
        other = unions_storage.by_id(tx, 2)
        assert other is not None
        assert other.founder_id is not None
        founder = members_storage.by_id(tx, other.founder_id)
        assert founder is not None
        daily.call(tx, other, founder, daily.today(tx, other), CallState.PLANNED)

    await farm.do(elsewhere)
    farm.stage.clock.advance(HOUR)
    assert await farm.told(bo) == []


# -- leaving, merging, crashing ------------------------------------------------------------------------------


async def test_who_left_is_not_reminded(farm: Farm) -> None:
    bo = await farm.person("Bo")
    await farm.call()
    await bo.runs("call reminders", hour="13:00")
    await farm.do(membership.leave, farm.union, await farm.member(bo))
    farm.stage.clock.advance(HOUR)
    assert await farm.told(bo) == []
    again = await farm.person("Bo")
    assert "Reminders are off" in (await again.runs("call reminders")).text


@pytest.mark.parametrize("own", [True, False])
async def test_one_person_has_one_reminder(farm: Farm, own: bool) -> None:
    """The survivor's own wish, else the other's, who goes on getting it by the same account."""
    bo, cy = await farm.person("Bo"), await farm.person("Cy")
    await cy.runs("call reminders", hour="13:00")
    if own:
        await bo.runs("call reminders", hour="14:00")
    await farm.call()
    await farm.do(membership.merge, 1, await farm.member(cy), await farm.member(bo))
    farm.stage.clock.advance(HOUR)
    assert [len(await farm.told(cy)), len(await farm.told(bo))] == [0 if own else 1, 0]
    farm.stage.clock.advance(HOUR)
    assert [len(await farm.told(cy)), len(await farm.told(bo))] == [0, 1] if own else [1, 0]


async def test_a_crash_between_chunks_repeats_nothing(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    folk = [await farm.person(f"P{number}") for number in range(7)]
    call = await farm.call()
    for one in folk:
        await one.runs("call reminders", hour="13:00")
    monkeypatch.setattr(declared, "AT_ONCE", 3)
    await farm.stage.chores()
    farm.stage.clock.advance(HOUR)
    message, made = declared._message, []

    def fails(duty: object, of: object) -> object:
        made.append(of)
        if len(made) == 2:
            raise ConnectionError
        return message(duty, of)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(declared, "_message", fails)
    with contextlib.suppress(ConnectionError):
        await farm.stage.chores()
    assert len(made) == 2
    assert sum([len(await farm.stage.told(one)) for one in folk]) == 3
    assert [len(await farm.told(one)) for one in folk] == [1] * 7
    assert await farm.do(daily.reminded, call) == 7


async def test_a_call_that_ends_meanwhile_ends_the_round(farm: Farm) -> None:
    bo = await farm.person("Bo")
    call = await farm.call()
    await bo.runs("call reminders", hour="13:00")
    await farm.stage.chores()
    farm.stage.clock.advance(HOUR)
    ids = await farm.stage.store.read(reminders.waiting, farm.union, 10)
    assert ids == [(await farm.member(bo)).id]
    await farm.do(daily.set_state, call, CallState.CANCELLED)
    assert await farm.do(reminders.take, farm.union, ids) is None
    assert await farm.stage.store.read(reminders.waiting, farm.union, 10) == []

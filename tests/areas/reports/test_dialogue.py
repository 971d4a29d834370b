"""Reports of calls: what they say to whom, who has not answered, and reminding them quietly."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TypeVar

import pytest
from PIL import Image as Pillow

from bot import membership
from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.storage import posts as posts_storage
from bot.areas.members.services import daily_notice, members
from bot.areas.reports import services as reports
from bot.areas.spaces import storage as spaces_storage
from bot.areas.tree.domain.leadership import Lead, Rules
from bot.areas.tree.services import endorsements
from bot.areas.tree.storage import rules as rules_storage
from bot.areas.unions import storage as unions_storage
from bot.chat.incoming import Place
from bot.chat.model import Image
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from tests import scenes
from tests.areas.calls import daily
from tests.scenes import founded, joined, member_of
from tests.stage import Heard, Persona, Stage

T = TypeVar("T")


class Farm:
    """Ada founded it; Bo and Cy follow her, B1 to B4 follow Bo, C1 follows Cy; everybody with two or more leads."""

    def __init__(self, stage: Stage, on: str) -> None:
        self.stage, self.on = stage, on
        self.place: Place
        self.people: dict[str, Persona] = {}

    async def found(self) -> None:
        self.people["Ada"], self.place = await founded(self.stage, self.on)
        self.union = await self.do(self._union)
        for name, leader in (
            ("Bo", "Ada"), ("Cy", "Ada"), ("B1", "Bo"), ("B2", "Bo"), ("B3", "Bo"), ("B4", "B3"), ("C1", "Cy"),
        ):  # fmt: skip
            await self.joins(name, leader)
        await self.do(rules_storage.put, 1, Rules(Lead.SUPPORTED, 2, linked_only=False, switch_hours=0))

    async def joins(self, name: str, leader: str | None = None) -> None:
        [self.people[name]] = await joined(self.stage, self.place, name)
        if leader is not None:
            who, whom = await self.member(name), await self.member(leader)
            await self.do(endorsements.endorse, self.union, who, whom, self.on)

    async def do(self, fn: Callable[..., T], *args: object) -> T:
        return await self.stage.store.write(fn, *args)

    def _union(self, tx: Tx) -> Union:
        found = unions_storage.by_id(tx, 1)
        assert found is not None
        return found

    async def member(self, name: str) -> Member:
        return (await self.do(member_of, self.people[name]))[0]

    async def call(
        self, *answered: str, ago: int = 0, leader: str | None = None, state: CallState = CallState.OPEN
    ) -> int:
        """A call of so many days ago, answered by these."""
        author = await self.member(leader or "Ada")
        who = [await self.member(name) for name in answered]

        def put(tx: Tx) -> int:
            day = daily.today(tx, self.union) - ago
            call = daily.call(tx, self.union, author, day, state, author if leader else None)
            for one in who:
                daily.answer(tx, call, one, day)
            return call

        return await self.do(put)

    async def answer(self, call: int, name: str, **how: object) -> None:
        member = await self.member(name)
        await self.do(lambda tx: daily.answer(tx, call, member, daily.today(tx, self.union), **how))  # type: ignore[arg-type]  # as there

    async def report(self, name: str, day: str | None = None) -> Heard:
        values = {"day": day} if day is not None else {}
        return await self.people[name].runs("call report", self.place, **values)

    async def told(self, name: str) -> list[Heard]:
        return await self.stage.told(self.people[name])


@pytest.fixture(params=["words", "values"])
async def farm(stage: Stage, request: pytest.FixtureRequest) -> Farm:
    found = Farm(stage, str(request.param))
    await found.found()
    return found


# -- the report ----------------------------------------------------------------------------------------------


async def test_the_founder_sees_the_whole_union(farm: Farm) -> None:
    call = await farm.call("Ada", "Bo", "B1", "B4")
    await farm.answer(call, "C1", late=True)
    await farm.answer(call, "B2", state="waiting")
    await farm.answer(call, "B3", state="refused")
    heard = await farm.report("Ada")
    assert heard.private
    assert heard.text.splitlines()[:10] == [
        "Plant a tree",
        "The union's call · today · open",
        "Answered: 5 of 8 people (62%)",
        "Late: 1 answer",
        "To be confirmed: 1 answer",
        "Pressed: in private 5",
        "The biggest branches:",
        "- Bo · 3 of 5 (60%)",
        "- Cy · 1 of 2 (50%)",
        "[Answers to the call of 1 March 2026: 5. Branches: Bo 3 of 5, Cy 1 of 2.]",
    ]
    picture = heard.reply.blocks[-1]
    assert isinstance(picture, Image)
    with Pillow.open(BytesIO(picture.data)) as drawn:
        assert drawn.format == "PNG"


async def test_another_leader_sees_only_their_branch(farm: Farm) -> None:
    await farm.call("Ada", "Cy", "C1", "Bo", "B4", "B1", state=CallState.CLOSED)
    heard = await farm.report("Bo")
    assert "The union's call in your branch · today · closed" in heard.text
    assert "Answered: 2 of 4 people (50%)" in heard.text
    assert "- B3 · 1 of 2 (50%)" in heard.text
    assert "- B1 · 1 of 1 (100%)" in heard.text
    assert "Cy" not in heard.text
    assert "Pressed: in private 2" in heard.text


async def test_who_does_not_lead_sees_none(farm: Farm) -> None:
    await farm.call("Bo")
    heard = await farm.report("C1")
    assert "This is for leaders" in heard.text
    assert "Answered" not in heard.text


async def test_a_branchs_own_call_is_reported_to_its_leader_and_to_nobody_else(farm: Farm) -> None:
    await farm.call("B1", "B2", leader="Bo")
    heard = await farm.report("Bo")
    assert "Your branch's call · today" in heard.text
    assert "Answered: 2 of 4 people (50%)" in heard.text
    assert "Posted" not in heard.text
    assert "no call on that day" in (await farm.report("Ada")).text
    await farm.call("Bo")
    both = await farm.report("Bo")
    assert both.labels == [
        "Who has not answered the union's call",
        "Who has not answered your branch's call",
    ]
    assert "Answered: 0 of 4 people (0%)" in both.text


async def test_places_and_what_was_sent_are_told(farm: Farm) -> None:
    call = await farm.call()
    [space] = await farm.stage.store.read(spaces_storage.of_union, 1)
    await farm.do(posts_storage.add, call, space.id)
    await farm.answer(call, "Bo", space=space.id)
    await farm.answer(call, "B1", space=space.id)
    await farm.answer(call, "B2")
    heard = await farm.report("Ada")
    assert "Reached: Posted in 1 place.\n" in heard.text
    assert "Pressed: Farm 2, in private 1" in heard.text


async def test_it_is_set_beside_the_calls_of_the_month(farm: Farm) -> None:
    for ago, who in ((31, ("B1", "B2", "Bo", "Ada")), (30, ("B1",)), (2, ("B1", "B2", "Ada")), (1, ())):
        await farm.call(*who, ago=ago, state=CallState.CLOSED)
    await farm.call("B1", "Bo")
    heard = await farm.report("Ada")
    assert "The 30 days before: 1.3 answers on average (+50%)" in heard.text
    assert "Average of 3 calls in the days before: 1.3." in heard.text
    of_bo = await farm.report("Bo")
    assert "The 30 days before: 1.0 answers on average (+0%)" in of_bo.text
    yesterday = await farm.report("Ada", "yesterday")
    assert "Answered: 0 of 8 people (0%)" in yesterday.text
    assert "The 30 days before: 2.7 answers on average (-100%)" in yesterday.text
    assert "Friday 27 February" in (await farm.report("Ada", "2026-02-27")).text


async def test_without_a_day_it_is_the_last_that_has_opened(farm: Farm) -> None:
    assert "no call on that day" in (await farm.report("Ada")).text
    await farm.call("Bo", ago=3, state=CallState.CLOSED)
    await farm.call(ago=1, state=CallState.CANCELLED)
    await farm.call(ago=-1, state=CallState.PLANNED)
    assert "· Thursday 26 February · closed" in (await farm.report("Ada")).text
    assert "no call on that day" in (await farm.report("Ada", "today")).text
    assert "not a day" in (await farm.report("Ada", "someday")).text


# -- who has not answered ------------------------------------------------------------------------------------


async def test_who_has_not_answered_is_named_the_nearest_first(farm: Farm) -> None:
    call = await farm.call("B1")
    await farm.answer(call, "B2", state="waiting")
    bo = farm.people["Bo"]
    shown = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    assert shown.private
    assert shown.text.splitlines() == [
        "2 people have not answered Plant a tree, those nearest to you first:",
        "- @B3",
        "- @B4",
    ]
    assert shown.labels == ["Remind them"]
    await farm.answer(call, "B3")
    one = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    assert one.text.startswith("1 person has not answered Plant a tree:")
    await farm.answer(call, "B4")
    again = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    assert again.text == "Everyone in your branch has answered."


async def test_of_a_large_base_the_nearest_are_looked_at(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "LOOKED_AT", 3)
    call = await farm.call("B1")
    bo = farm.people["Bo"]
    shown = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    assert shown.text.startswith("Of the 3 people nearest to you, 2 have not answered")
    assert "B4" not in shown.text
    for name in ("B2", "B3"):
        await farm.answer(call, name)
    again = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    assert again.text == "The 3 people nearest to you have all answered."


async def test_pages_of_names(farm: Farm) -> None:
    for number in range(25):
        await farm.joins(f"N{number:02}", "Cy")
    await farm.call()
    cy = farm.people["Cy"]
    first = await cy.presses(await farm.report("Cy"), "Who has not answered", farm.place)
    assert first.text.startswith("26 people have not answered")
    assert len(first.text.splitlines()) == 21
    assert first.labels == ["Next", "Remind them"]
    second = await cy.presses(first, "Next", farm.place)
    assert second.text.splitlines()[1:] == [f"- @N{number:02}" for number in range(19, 25)]
    assert second.labels == ["First page", "Remind them"]
    assert (await cy.presses(second, "First page", farm.place)).text == first.text


async def test_one_press_reminds_them_with_the_button(farm: Farm) -> None:
    call = await farm.call("B1")
    bo = farm.people["Bo"]
    shown = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    done = await bo.presses(shown, "Remind them", farm.place)
    assert done.private
    assert done.text == "3 people are reminded."
    [told] = await farm.told("B4")
    assert told.text.startswith("@Bo reminds you of this call in Farm:\nPlant a tree")
    assert told.labels == ["Done"]
    for name in ("Ada", "Bo", "B1", "Cy", "C1"):
        assert await farm.told(name) == []
    await farm.people["B4"].presses(told, "Done")
    again = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    assert again.text.startswith("2 people have not answered")
    assert "You reminded them" in again.text
    assert again.labels == []
    assert "2 leaders" not in (await farm.report("Ada")).text
    assert "3 people were reminded by 1 leader" in (await farm.report("Ada")).text
    assert call == 1


async def test_once_a_call_and_leader_also_from_an_older_button(farm: Farm) -> None:
    await farm.call()
    bo = farm.people["Bo"]
    one = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    two = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    assert "4 people are reminded" in (await bo.presses(one, "Remind them", farm.place)).text
    assert "already" in (await bo.presses(two, "Remind them", farm.place)).text
    assert len(await farm.told("B1")) == 1


async def test_nobody_is_told_twice_in_a_day_and_the_leader_hears_how_many_were_left_out(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_NUDGED", 2)
    await farm.call()
    b1 = await farm.member("B1")
    assert await farm.do(daily_notice.claim, farm.union, b1.id)
    await farm.do(members.set_reachable, farm.on, farm.people["B2"].actor.native_id, False)
    bo = farm.people["Bo"]
    shown = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    done = await bo.presses(shown, "Remind them", farm.place)
    assert done.text == (
        "1 person is reminded. 1 person is left out, because I wrote to them about something else today. "
        "My messages do not reach 1 person. 1 person is left out, because I cannot remind more people at once."
    )
    assert [len(await farm.told(name)) for name in ("B1", "B2", "B3", "B4")] == [0, 0, 1, 0]
    assert not await farm.do(daily_notice.claim, farm.union, (await farm.member("B3")).id)


async def test_if_nobody_could_be_reminded_it_can_be_tried_again(farm: Farm) -> None:
    await farm.call("Bo", "B1", "B2", "B3")
    b4 = await farm.member("B4")
    assert await farm.do(daily_notice.claim, farm.union, b4.id)
    bo = farm.people["Bo"]
    shown = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    assert "Nobody could be reminded." in (await bo.presses(shown, "Remind them", farm.place)).text
    again = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    assert again.labels == ["Remind them"]


async def test_of_a_closed_call_nobody_is_reminded(farm: Farm) -> None:
    call = await farm.call()
    bo = farm.people["Bo"]
    shown = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    await farm.do(daily.set_state, call, CallState.CLOSED)
    assert "closed" in (await bo.presses(shown, "Remind them", farm.place)).text
    closed = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    assert closed.labels == []
    assert await farm.told("B1") == []


async def test_a_leader_who_leads_no_more_learns_nothing(farm: Farm) -> None:
    await farm.call()
    bo = farm.people["Bo"]
    heard = await farm.report("Bo")
    await farm.do(rules_storage.put, 1, Rules(Lead.FOUNDER))
    assert "This is for leaders" in (await bo.presses(heard, "Who has not answered", farm.place)).text


async def test_a_merge_keeps_the_limit(farm: Farm) -> None:
    """Who reminded people by one account does not do so again by another that turns out to be theirs."""
    await farm.call()
    bo, cy = farm.people["Bo"], farm.people["Cy"]
    shown = await bo.presses(await farm.report("Bo"), "Who has not answered", farm.place)
    await bo.presses(shown, "Remind them", farm.place)
    await farm.do(membership.merge, 1, await farm.member("Bo"), await farm.member("Cy"))
    await farm.do(scenes.settle)
    listed = await cy.presses(await farm.report("Cy"), "Who has not answered", farm.place)
    assert "You reminded them" in listed.text
    assert listed.labels == []


async def test_who_leaves_is_no_longer_counted(farm: Farm) -> None:
    await farm.call("B4")
    await farm.do(membership.leave, farm.union, await farm.member("B3"))
    heard = await farm.report("Bo")
    assert "Answered: 0 of 2 people" in heard.text

"""What waits for somebody: the one queue, and the private note about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.discord import render as discord
from adapters.playground import render as playground
from adapters.telegram import limits as telegram_limits
from adapters.telegram import render as telegram
from bot.areas.calls.domain.calls import Call, Proof
from bot.areas.flags import services as flags
from bot.areas.flags.domain import Evidence, FlagKind, NewFlag
from bot.areas.flags.services import Look
from bot.areas.members.services import members
from bot.chat.incoming import PersonLeft, Place, Press, Who
from bot.domain.transaction import Tx
from tests.areas.checkins.answering import call
from tests.scenes import DAY, HOUR, endorse, founded, joined, member_of, place_code, support, write_call
from tests.stage import Heard, Persona, Stage

ONCE = "I write about each thing only once."


async def notes(stage: Stage, persona: Persona) -> list[Heard]:
    """The private notes that this person got."""
    return [heard for heard in await stage.told(persona) if ONCE in heard.text]


async def moderating(stage: Stage, ada: Persona, farm: Place, *names: str) -> list[Persona]:
    """Members whom the founder named moderators of the union."""
    people = await joined(stage, farm, *names)
    for one in people:
        question = await ada.runs("moderators add", farm, person=Who(one.actor.native_id, one.actor.name))
        await ada.presses(question, "Let them moderate", farm)
    return people


async def flagged(stage: Stage, ada: Persona, key: str = "one") -> None:
    """A crowd looks made up."""

    def raised(tx: Tx) -> None:
        [union] = members.unions_of(tx, ada.actor.platform, ada.actor.native_id)
        evidence = Evidence(20, tx.now, tx.now, 20, {"words": 20}, 0, [], 0, [])
        flags.raise_flags(tx, Look(union, 0, True, True), [NewFlag(FlagKind.BURST, None, key, evidence)])

    await stage.store.write(raised)


async def asking(stage: Stage, ada: Persona, title: str = "Plant a tree", *, in_days: int = 0) -> Call:
    """A call for all that asks for the leader's word."""
    founder, _ = await stage.store.read(member_of, ada)

    def made(tx: Tx) -> Call:
        [union] = members.unions_of(tx, ada.actor.platform, ada.actor.native_id)
        day = tx.now.date().toordinal() + in_days
        return call(tx, union, founder, day, proof=Proof.LEADER, title=title)

    return await stage.store.write(made)


async def answers(person: Persona, asked: Call, place: Place) -> Heard:
    return await person.runs("call done", place, call=asked.id)


@pytest.mark.parametrize("on", ["words", "values"])
async def test_nothing_waits(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    heard = await ada.runs("waiting", farm)
    assert heard.private
    assert heard.text == "Nothing is waiting for you in Farm. Enjoy your day!"
    stranger = stage.person("Cy", on)
    assert "/join" in (await stranger.runs("waiting", farm)).text


@pytest.mark.parametrize("on", ["words", "values"])
async def test_what_waits_is_one_queue_the_oldest_first(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    [bo] = await joined(stage, farm, "Bo")
    await endorse(bo, ada, farm)
    await answers(bo, await asking(stage, ada), farm)
    stage.clock.advance(HOUR)
    code = await place_code(ada, farm)
    await stage.person("Eve", on, moderator=True).runs("union connect", stage.group("Barn", on), code=code)
    first = await ada.runs("waiting")
    assert "2 things are waiting for you in Farm. This is number 1" in first.text
    assert "These answers wait for you to confirm them:" in first.text
    assert "within a week, it expires" in first.text
    assert first.labels == ["Confirm Bo", "Refuse Bo", "Next"]
    second = await ada.presses(first, "Next")
    assert second.reply.edit
    assert "A place wants to become part of Farm" in second.text
    assert "If you do not answer by" in second.text
    assert second.labels == ["Connect Barn", "Do not connect Barn", "Back"]
    assert "now belongs to Farm" in (await ada.presses(second, "Connect Barn")).text
    assert "Confirmed: Bo." in (await ada.presses(first, "Confirm Bo")).text
    assert "Nothing is waiting" in (await ada.presses(second, "Back")).text
    assert "Nothing is waiting" in (await bo.runs("waiting", farm)).text


async def test_each_thing_is_one_message_on_every_platform(stage: Stage) -> None:
    ada, farm = await founded(stage)
    people = await joined(stage, farm, *(f"Somebody With A Rather Long Name {number}" for number in range(5)))
    asked = await asking(stage, ada, "A title of a call, as long as titles of calls are")
    for one in people:
        await answers(one, asked, farm)
    await flagged(stage, ada)
    heard = await ada.runs("waiting")
    assert len(heard.reply.buttons) == 5, "four answers, and the turn of the page"
    for shown in (heard, await ada.presses(heard, "Next")):
        [drawn] = discord.render(shown.reply).parts
        assert len(drawn.payload["content"]) <= 2000
        [payload] = telegram.render(shown.reply).payloads
        assert payload.length <= telegram_limits.TEXT
        assert "Waiting since" in str(playground.payload(shown.reply))


@pytest.mark.parametrize("on", ["words", "values"])
async def test_a_leader_is_told_once_of_answers_that_wait(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    bo, cy, di = await joined(stage, farm, "Bo", "Cy", "Di")
    for follower in (cy, di):
        await endorse(follower, bo, farm)
    asked = await asking(stage, ada)
    await answers(cy, asked, farm)
    await stage.chores()
    [note] = await notes(stage, bo)
    assert note.text.startswith("1 thing is waiting for you in Farm.")
    assert note.labels == ["Confirm Cy", "Refuse Cy", "Turn off notes"]
    await answers(di, asked, farm)
    stage.clock.advance(DAY)
    await stage.chores()
    assert len(await notes(stage, bo)) == 1, "of one call they are told once"
    assert await notes(stage, ada) == []
    confirmed = await bo.presses(note, "Confirm Cy")
    assert "Confirmed: Cy." in confirmed.text
    assert confirmed.labels == ["Confirm Di", "Refuse Di"]


async def test_a_note_is_the_one_message_of_the_day_and_never_in_the_night(stage: Stage) -> None:
    ada, farm = await founded(stage)
    [bo] = await joined(stage, farm, "Bo")
    stage.clock.advance(timedelta(hours=27 - stage.clock.now().hour))  # three at night
    await answers(bo, await asking(stage, ada), farm)
    await stage.chores()
    assert await notes(stage, ada) == []
    stage.clock.advance(6 * HOUR)
    await stage.chores()
    assert len(await notes(stage, ada)) == 1
    await answers(bo, await asking(stage, ada, "Water it", in_days=-1), farm)
    await answers(bo, await asking(stage, ada, "Prune it", in_days=1), farm)
    await stage.chores()
    assert len(await notes(stage, ada)) == 1, "a second message waits for tomorrow"
    stage.clock.advance(DAY)
    await stage.chores()
    assert len(await notes(stage, ada)) == 2, "both in one note"


@pytest.mark.parametrize("on", ["words", "values"])
async def test_moderators_are_told_of_flags_that_no_chat_is_told_of(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    [bo] = await moderating(stage, ada, farm, "Bo")
    await flagged(stage, ada)
    await stage.chores()
    [note] = await notes(stage, bo)
    assert "many joined at once" in note.text
    assert "nothing happens to these members" in note.text
    assert note.labels == ["Close no. 1", "Turn off notes"]
    await flagged(stage, ada, "two")
    stage.clock.advance(DAY)
    await stage.chores()
    again = (await notes(stage, bo))[-1]
    assert "This is number 2" in again.text, "it begins with the new one"
    assert again.labels == ["Close no. 2", "Back", "Turn off notes"]
    await bo.presses(again, "Close no. 2")
    assert "1 thing is waiting for you" in (await bo.runs("waiting")).text
    await ada.runs("flags here", farm)
    await flagged(stage, ada, "three")
    stage.clock.advance(DAY)
    await stage.chores()
    assert len(await notes(stage, bo)) == 2, "the chat of moderators is told"


@pytest.mark.parametrize("on", ["words", "values"])
async def test_a_call_that_the_founder_wrote_waits_for_a_moderator_who_is_asked_at_once(
    stage: Stage, on: str
) -> None:
    ada, farm = await founded(stage, on)
    [bo, cy] = await moderating(stage, ada, farm, "Bo", "Cy")
    heard = await write_call(ada, "Sign", link="https://petition.example/a")
    told = await ada.presses(heard, "Post today")
    assert "I asked someone else to approve it" in told.text
    [request] = [one for one in await stage.told(bo) if "Approve no. 1" in one.labels]
    shown = await cy.runs("waiting")
    assert "https://petition.example/a" in shown.text
    assert "it is not posted, and its author is told" in shown.text
    await stage.chores()
    assert await notes(stage, bo) == [], "they were asked already"
    assert "Nothing is waiting" in (await ada.runs("waiting")).text, "nobody approves their own"
    await cy.presses(shown, "Approve no. 1")
    assert "Nothing is waiting" in (await cy.runs("waiting")).text
    assert "does not wait for approval any more" in (await bo.presses(request, "Approve no. 1")).text


@pytest.mark.parametrize("on", ["words", "values"])
async def test_every_other_moderator_is_told_of_a_call_that_waits(stage: Stage, on: str) -> None:
    """The founder was asked at once, and may be away."""
    ada, farm = await founded(stage, on)
    await ada.runs("union rules", farm, leaders="supported", how_many="3")
    [bo] = await moderating(stage, ada, farm, "Bo")
    [cy] = await joined(stage, farm, "Cy")
    await support(stage, cy, 3)
    heard = await write_call(cy, "Sign", link="https://petition.example/a")
    await cy.presses(heard, heard.labels[0])
    await stage.chores()
    [note] = await notes(stage, bo)
    assert "Approve no. 1" in note.labels
    assert await notes(stage, ada) == []
    await bo.presses(note, "Approve no. 1")


async def test_who_wants_no_notes_gets_none_and_can_turn_them_on(stage: Stage) -> None:
    ada, farm = await founded(stage)
    [bo] = await moderating(stage, ada, farm, "Bo")
    await flagged(stage, ada)
    await stage.chores()
    [note] = await notes(stage, bo)
    off = await bo.presses(note, "Turn off notes")
    assert "Notes are off." in off.text
    await flagged(stage, ada, "two")
    stage.clock.advance(DAY)
    await stage.chores()
    assert len(await notes(stage, bo)) == 1
    await bo.presses(off, "Turn on notes")
    await stage.chores()
    assert len(await notes(stage, bo)) == 2
    assert "Notes are off." in (await bo.says("/waiting off")).text


async def test_nobody_sees_or_turns_what_waits_for_others(stage: Stage) -> None:
    ada, farm = await founded(stage)
    [bo] = await moderating(stage, ada, farm, "Bo")
    [cy] = await joined(stage, farm, "Cy")
    for key in ("one", "two"):
        await flagged(stage, ada, key)
    shown = await bo.runs("waiting")
    stolen = await cy.does(Press(shown.button("Next").token))
    assert stolen is not None
    assert "made up" not in stolen.text
    assert "Nothing is waiting" in (await cy.runs("waiting")).text


async def test_a_moderator_who_may_be_banned_gets_no_notes(stage: Stage) -> None:
    ada, farm = await founded(stage)
    bo, cy = await moderating(stage, ada, farm, "Bo", "Cy")
    await bo.does(PersonLeft(), farm)
    await flagged(stage, ada)
    await stage.chores()
    assert await notes(stage, bo) == []
    assert len(await notes(stage, cy)) == 1

"""What somebody may try from chat: acts repeated after leaving, old buttons, other places, floods."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from bot.areas.conversations import services as conversations
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.incoming import CommandCall, Incoming, Press, Say, Start, Submit
from bot.chat.model import Button, Form, Question, Reply, say
from bot.domain.people import Permission
from tests.scenes import FREE_FARMERS, connected, founded, joined
from tests.stage import Persona, Stage

probe = Area()


@probe.command("beckon", "Post a button for everybody", permission=Permission.ANYONE)
def beckon(ctx: Context) -> Reply:
    """The button works for as long as the post stands."""
    return say("Join us", buttons=((Button("Join", "/join", anyone=True, lasts_s=None),),))


@probe.command("slowly", "Ask first, then look long", reads=True)
def slowly(ctx: Context) -> Reply:
    """The button runs a slow command."""
    return say("Sure?", buttons=((Button("Look", "/look"),),))


@probe.command("look", "Tell the union")
async def look(ctx: Context) -> Reply:
    """Takes its time."""
    return say(ctx.union.name)


@probe.command("pick", "Choose a colour", permission=Permission.ANYONE, needs_union=False)
def pick(ctx: Context) -> Reply:
    """Asks one question."""
    question = Question("colour", "Colour", "choice", choices=(("Red", "r"), ("Blue", "b")))
    return Reply(form=Form("Pick", (question,), "probe.picked"))


@probe.action("probe.picked", permission=Permission.ANYONE, needs_union=False)
def picked(ctx: Context, colour: str) -> Reply:
    return say(colour)


@pytest.fixture
def stage(stage: Stage) -> Stage:
    return Stage(stage.store, stage.clock, areas=(*stage.areas, probe))


FOUND = '/union create name:"Free Farmers" purpose:"Grow food together"'


async def test_an_act_repeated_after_leaving_does_not_bring_the_person_back(stage: Stage) -> None:
    """The process died before it told the platform how far it got: the platform sends all of it again."""
    ada, farm = await founded(stage, **FREE_FARMERS)
    bo = stage.person("Bo")
    join = Incoming("501", bo.actor, farm, CommandCall("join", words=""))
    await stage.core.accept([join])
    await stage.core.dispatch(join)
    asked = await bo.says("/leave", farm)
    leave = Incoming("502", bo.actor, farm, Press(asked.button("Leave and erase").token))
    later = Incoming("503", bo.actor, farm, CommandCall("union about", words=""))
    await stage.core.accept([leave, later])
    left = await stage.core.dispatch(leave)
    await stage.core.delivered(leave.key)
    assert [act.key for act in await stage.core.unfinished("words")] == [later.key]

    await stage.core.accept([join, leave, later])
    await stage.core.dispatch(join)
    assert "Members: 1" in (await ada.says("/union about", farm)).text
    assert await stage.core.dispatch(leave) == left
    assert await stage.core.dispatch(later) is not None


async def test_an_old_post_lets_nobody_in_from_a_place_that_was_taken_out(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    post = await ada.says("/beckon", farm)
    assert "Welcome to Free Farmers" in (await stage.person("Cy").presses(post, "Join", farm)).text
    asked = await ada.says("/union disconnect", farm)
    await ada.presses(asked, "Disconnect", farm)
    bo = stage.person("Bo")
    for place in (farm, stage.group("Lair")):
        assert "no longer belongs to Free Farmers" in (await bo.presses(post, "Join", place)).text
    assert "not in a union" in (await bo.says("/me")).text


async def test_asking_the_platform_who_moderates_counts_an_act_once(stage: Stage) -> None:
    """Telegram does not say it with the message: dispatch asks and starts over."""
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    wrong = "/union create name:F purpose:P time_zone:Mars/Olympus"
    heard = [(await ada.says(wrong, farm)).text for _ in range(6)]
    assert ["is not a time zone" in text for text in heard] == [True] * 5 + [False]
    assert "Try again in" in heard[5]
    await ada.says(FOUND, stage.group("Hall"))
    heard = [(await ada.says("/union disconnect", stage.group("Hall"))).text for _ in range(21)]
    assert ["Try again in" in text for text in heard] == [False] * 20 + [True]


async def test_who_does_not_moderate_cannot_have_the_platform_asked_without_end(stage: Stage) -> None:
    bo, farm = stage.person("Bo"), stage.group("Farm")
    for _ in range(20):
        await bo.says(FOUND, farm)
    assert stage.platforms["words"].asked_for_moderators <= 6


async def test_the_join_button_of_a_founding_is_for_that_union_whoever_comes_after(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    post = await ada.says(FOUND, farm)
    asked = await ada.says("/union disconnect", farm)
    await ada.presses(asked, "Disconnect", farm)
    await ada.says("/union create name:Weeds purpose:Choke", farm)
    heard = await stage.person("Bo").presses(post, "Join Free Farmers", farm)
    assert "no longer belongs to Free Farmers" in heard.text
    assert "Members: 1" in (await ada.says("/union about", farm)).text


async def test_a_union_is_handed_to_the_account_that_was_shown(stage: Stage) -> None:
    """The heir is known by a name of another platform, where somebody here has the same id."""
    ada, farm = await founded(stage, **FREE_FARMERS)
    hall = stage.group("Hall", "values")
    await connected(stage, ada, farm, stage.person("Mara", "values", moderator=True), hall)
    bo, eve = stage.person("Bo", "values"), stage.person("Eve")
    eve = Persona(stage, msgspec.structs.replace(eve.actor, native_id=bo.actor.native_id))
    await bo.runs("join", hall)
    await eve.says("/join", farm)
    assert "I do not know “@bo” here" in (await ada.says("/union hand-over @bo", farm)).text
    asked = await ada.says("/union hand-over values:bo", farm)
    assert "to @Bo · Values · @bo?" in asked.text
    assert "Bo is now the founder" in (await ada.presses(asked, "Hand over", farm)).text
    assert "Founder: @Bo" in (await ada.says("/union about", farm)).text


async def test_a_button_of_a_slow_command_acts_in_the_union_that_it_was_given_in(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    eve, lair = stage.person("Eve", moderator=True), stage.group("Lair")
    await eve.says("/union create name:Lair purpose:Secrets", lair)
    await ada.says("/join", lair)
    asked = await ada.says("/slowly", farm)
    for place in (farm, lair, None):
        assert (await ada.presses(asked, "Look", place)).text == "Free Farmers"


async def test_pressing_and_talking_without_end_is_refused(stage: Stage) -> None:
    """Each is a durable write and an answer: who floods the bot is told to wait, and nothing is kept of it."""
    ada, farm = await founded(stage, **FREE_FARMERS)
    post = await ada.says("/beckon", farm)
    bo = stage.person("Bo")
    heard = [(await bo.presses(post, "Join", farm)).text for _ in range(5)]
    heard += [(await bo.says("hello")).text for _ in range(55)]
    assert "Try again in" not in heard[-1]
    for act in (Say("hello"), Press("x" * 22), Start("y" * 22), Submit("z" * 22, {})):
        refused = await bo.does(act)
        assert refused is not None
        assert "Try again in 60 seconds" in refused.text
    assert "Try again" not in (await ada.presses(post, "Join", farm)).text
    stage.clock.advance(timedelta(seconds=60))
    assert "Try again" not in (await bo.says("hello")).text


async def test_an_accepted_act_that_cannot_be_read_does_not_stop_the_others(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Another version of the program wrote it."""
    bo = stage.person("Bo")
    act = Incoming("2", bo.actor, stage.private(bo), Say("good"))
    await stage.store.write(conversations.receive, "words:1", "words:bo", b'{"act":{"type":"new secret"}}')
    await stage.core.accept([act])
    assert list(await stage.core.unfinished("words")) == [act]
    assert "cannot be read" in caplog.text
    assert "secret" not in caplog.text


async def test_a_button_of_one_question_never_sends_the_answers_to_another(stage: Stage) -> None:
    """Two forms were filled in; the older summary shows what the newer one does not say."""
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    await ada.says("/union create", farm)
    await ada.says("Free Farmers", farm)
    older = await ada.says("Grow food", farm)
    await ada.says("/union create", farm)
    await ada.says("Weeds", farm)
    newer = await ada.says("Choke", farm)
    assert "expired" in (await ada.presses(older, "Send", farm)).text
    assert "nothing to cancel" in (await ada.presses(older, "Cancel", farm)).text
    assert "Weeds is founded" in (await ada.presses(newer, "Send", farm)).text


async def test_a_choice_of_one_question_never_answers_another(stage: Stage) -> None:
    bo = stage.person("Bo")
    older, newer = await bo.says("/pick"), await bo.says("/pick")
    assert "expired" in (await bo.presses(older, "Blue")).text
    assert (await bo.presses(newer, "Red")).text == "r"


async def test_nobody_presses_anothers_button(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    [bo] = await joined(stage, farm, "Bo")
    question = await bo.says("/leave", farm)
    assert "someone else" in (await ada.presses(question, "Leave and erase", farm)).text
    assert "Member since" in (await bo.says("/me", farm)).text

"""Founding, describing, handing over and ending a union, as people type it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scenes import FREE_FARMERS, founded, joined
from tests.stage import Stage

FOUND = '/union create name:"Free Farmers" purpose:"Grow food together" time_zone:europe/berlin'


async def test_a_moderator_founds_a_union_and_is_its_first_member(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    heard = await ada.says(FOUND, farm)
    assert "Free Farmers is founded" in heard.text
    assert "Europe/Berlin" in heard.text
    assert not heard.private
    about = await ada.says("/union about", farm)
    assert "Grow food together" in about.text
    assert "Founder: @Ada" in about.text
    assert "Members: 1" in about.text
    assert "Farm" in about.text


async def test_who_does_not_moderate_cannot_found(stage: Stage) -> None:
    bo, farm = stage.person("Bo"), stage.group("Farm")
    heard = await bo.says(FOUND, farm)
    assert heard.private
    assert "moderators" in heard.text
    assert "There is no union here" in (await bo.says("/join", farm)).text


async def test_a_union_needs_a_place(stage: Stage) -> None:
    heard = await stage.person("Ada", moderator=True).says(FOUND)
    assert "only in a server or group" in heard.text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ('/union create name:"F" purpose:"P" time_zone:Mars/Olympus', "is not a time zone"),
        ('/union create name:"' + "x" * 61 + '" purpose:"P"', "at most 60"),
        ('/union create name:"F" purpose:"P" UTC extra', "extra"),
        ('/union create "unclosed', "Close the quotation mark"),
        ("/union crate", "Did you mean /union create?"),
    ],
)
async def test_bad_input_says_what_to_do(stage: Stage, line: str, answer: str) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    assert answer in (await ada.says(line, farm)).text
    assert "There is no union here" in (await ada.says("/join", farm)).text


async def test_missing_values_are_asked_for_one_by_one(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    first = await ada.says("/union create", farm)
    assert "What the union is called" in first.text
    assert first.reply.ask is not None
    long = await ada.says("y" * 61, farm)
    assert "at most 60" in long.text
    second = await ada.says("Free Farmers", farm)
    assert "What it is for" in second.text
    summary = await ada.says("Grow food", farm)
    assert "Is this right?" in summary.text
    assert "Free Farmers" in summary.text
    done = await ada.presses(summary, "Send", farm)
    assert "Free Farmers is founded" in done.text
    again = await ada.presses(summary, "Send", farm)
    assert "Already done" in again.text


async def test_questions_can_be_cancelled(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    await ada.says("/union create", farm)
    assert "Nothing was changed" in (await ada.says("/cancel", farm)).text
    assert await ada.says_quietly("Free Farmers", farm) is None


async def test_where_forms_are_modals_the_form_opens(stage: Stage) -> None:
    ada, farm = stage.person("Ada", "values", moderator=True), stage.group("Farm", "values")
    heard = await ada.runs("union create", farm)
    assert heard.reply.form is not None
    assert [q.name for q in heard.reply.form.questions] == ["name", "purpose"]
    missing = await ada.fills(heard, farm, name="Free Farmers")
    assert "cannot be left out" in missing.text
    done = await ada.fills(heard, farm, name="Free Farmers", purpose="Grow")
    assert "is founded" in done.text


async def test_join_button_of_the_founding_post_works_for_everyone_for_ever(stage: Stage) -> None:
    ada, farm = stage.person("Ada", moderator=True), stage.group("Farm")
    post = await ada.says(FOUND, farm)
    stage.clock.advance(timedelta(days=400))
    heard = await stage.person("Bo").presses(post, "Join Free Farmers", farm)
    assert "Welcome to Free Farmers" in heard.text
    assert heard.private


async def test_edit_is_the_founders(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    [bo] = await joined(stage, farm, "Bo")
    assert "for the founder" in (await bo.says("/union edit name:Weeds", farm)).text
    assert "Name: Weeds" in (await ada.says("/union edit name:Weeds", farm)).text
    assert "Say what to change" in (await ada.says("/union edit", farm)).text
    assert "is not a time zone" in (await ada.says("/union edit time_zone:nowhere", farm)).text


async def test_two_unions_never_see_each_other(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    eve, lair = stage.person("Eve", moderator=True), stage.group("Lair")
    await eve.says('/union create name:Lair purpose:"Secrets"', lair)
    assert "I do not know “@ada” here" in (await eve.says("/whois @ada", lair)).text
    assert "has not joined" in (await eve.says("/whois", lair, reply_to=ada)).text
    assert "Join" in (await ada.says("/me", lair)).text
    assert "Join" in (await eve.says("/union edit name:Mine", farm)).text
    assert "Members: 1" in (await ada.says("/union about", farm)).text


async def test_a_private_chat_of_two_unions_asks_which(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    bo, lair = stage.person("Bo", moderator=True), stage.group("Lair")
    await bo.says("/join", farm)
    await ada.says("/join", farm)
    await stage.person("Eve", moderator=True).says('/union create name:Lair purpose:"Secrets"', lair)
    await bo.says("/join", lair)
    asked = await bo.says("/me")
    assert asked.labels == ["Free Farmers", "Lair"]
    await bo.presses(asked, "Lair")
    assert "Bo in Lair" in (await bo.says("/me")).text
    switched = await bo.says("/union switch")
    await bo.presses(switched, "Free Farmers")
    assert "Bo in Free Farmers" in (await bo.says("/me")).text


async def test_the_founder_hands_over_before_leaving(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    alone = await ada.says("/leave", farm)
    assert "hand-over" not in alone.text
    [bo] = await joined(stage, farm, "Bo")
    assert "hand-over" in (await ada.says("/leave", farm)).text
    assert "hand-over" in (await ada.presses(alone, "Leave and erase", farm)).text
    question = await ada.says("/union hand-over @bo", farm)
    assert "Bo is now the founder" in (await ada.presses(question, "Hand over", farm)).text
    assert "You are now the founder of Free Farmers" in (await stage.told(bo))[0].text
    again = await ada.says("/leave", farm)
    assert "erased" in (await ada.presses(again, "Leave and erase", farm)).text


async def test_a_union_ends_with_its_last_member(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    await ada.presses(await ada.says("/leave", farm), "Leave and erase", farm)
    assert "There is no union here" in (await stage.person("Bo").says("/join", farm)).text
    assert "is founded" in (await ada.says(FOUND, farm)).text


async def test_handing_over_to_oneself_is_no_question(stage: Stage) -> None:
    ada, farm = await founded(stage, **FREE_FARMERS)
    assert "You are already the founder" in (await ada.says("/union hand-over @ada", farm)).text

"""One person on Discord and on Telegram: two accounts become one by a code, and a stranger's is thrown out."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.emulators.discord import Message
from tests.emulators.discord import Person as Member
from tests.emulators.telegram import Person as User
from tests.emulators.telegram.model import Message as Note
from tests.journeys.town import Town


def code_in(text: str) -> str:
    found = re.search(r"/me same-person ([A-Z2-9-]{19})", text)
    assert found is not None, text
    return found[1]


async def newest_dm(town: Town, person: Member, words: str) -> Message:
    await town.sent()
    return next(each for each in reversed(person.dms) if words in each.content)


async def newest_note(town: Town, person: User, words: str) -> Note:
    await town.sent()
    return next(each for each in reversed(person.chat.from_bot) if words in each.text)


@pytest.mark.parametrize("typed_on", ["telegram", "discord"])
async def test_a_person_on_both_platforms_becomes_one_by_a_code(town: Town, typed_on: str) -> None:
    (dora,) = await town.members("Dora")
    (theodora,) = await town.users("Theodora")
    if typed_on == "telegram":
        shown = await dora.slash(town.room, "me same-person")
        assert shown.ephemeral
        asked = (await theodora.says(f"/me same-person {code_in(shown.text)}")).one
        assert f"id {dora.id}" in asked.text
        question = await newest_dm(town, dora, "Is this also you")
        assert f"{theodora.id}" in question.content
        await theodora.presses(asked, "Yes, that is me", expect=1)
        done = await dora.press(question, "Yes, that is me")
        assert "You are now one person" in done.text
        told = (await newest_note(town, theodora, "You are now one person")).text
        assert "Dora" in told
    else:
        code = code_in((await theodora.says("/me same-person")).text)
        asked_here = await dora.slash(town.room, "me same-person", code=code)
        assert asked_here.ephemeral
        assert "Theodora" in asked_here.text
        note = await newest_note(town, theodora, "Is this also you")
        assert f"id {dora.id}" in note.text
        await dora.press(asked_here, "Yes, that is me")
        done_there = await theodora.presses(note, "Yes, that is me", expect=1)
        assert "You are now one person" in done_there.text
        assert "Theodora" in (await newest_dm(town, dora, "You are now one person")).content
    mine = (await theodora.says("/me")).text
    assert "Dora · Discord" in mine
    assert "Theodora · Telegram" in mine
    assert "waits until" in mine
    here = await dora.slash(town.room, "me show")
    assert here.ephemeral
    assert "Theodora" in here.text
    assert "cannot do this before" in (await dora.slash(town.room, "leave")).text


async def test_a_stranger_is_refused_from_the_question_itself(town: Town) -> None:
    (dora,) = await town.members("Dora")
    (eve,) = await town.users("Eve")
    code = code_in((await dora.slash(town.room, "me same-person")).text)
    asked = (await eve.says(f"/me same-person {code}")).one
    await eve.presses(asked, "Yes, that is me", expect=1)
    question = await newest_dm(town, dora, "Is this also you")
    assert "Noted: **Eve (Telegram)** is not you" in (await dora.press(question, "Not me")).text
    assert "you are not the same person" in (await newest_note(town, eve, "Nothing was changed")).text
    assert "not them" in (await eve.says("/me same-person")).text


async def test_the_button_of_the_warning_throws_the_stranger_out(town: Town) -> None:
    """Pressed in the private chat of the account that was there first, on the other platform."""
    (dora,) = await town.members("Dora")
    town.clock.advance(timedelta(hours=1))
    (eve,) = await town.users("Eve")
    code = code_in((await eve.says("/me same-person")).text)
    asked = await dora.slash(town.room, "me same-person", code=code)
    await dora.press(asked, "Yes, that is me")
    note = await newest_note(town, eve, "Is this also you")
    await eve.presses(note, "Yes, that is me", expect=1)

    warning = await newest_dm(town, dora, "You are now one person")
    confirm = await dora.press(warning, "Remove Eve (Telegram)")
    assert f"{eve.id}" in confirm.text
    assert "no longer one of your accounts" in (await dora.press(confirm, "Remove it")).text
    assert "another account of the same person" in (await newest_note(town, eve, "no longer a member")).text
    assert "You are not in a union" in (await eve.says("/me")).text
    assert "Eve" not in (await dora.slash(town.room, "me show")).text

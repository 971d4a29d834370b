"""How answers are shown: edits, notices, pictures, questions, reports of long work, privacy of presses."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.telegram import words
from tests.adapters.telegram import area
from tests.adapters.telegram.conftest import House
from tests.declared import declare
from tests.emulators.telegram import Group, Message, Person


@pytest.fixture(autouse=True)
def _commands(monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, area.area)
    monkeypatch.setattr(area, "gate", asyncio.Event())


@pytest.fixture
async def post(alice: Person, group: Group) -> Message:
    return (await alice.says("/post", group)).one


async def test_an_edit_replaces_text_and_buttons(alice: Person, post: Message) -> None:
    answer = await alice.presses(post, "Edit", expect=1)
    assert answer.edited == [post]
    assert (post.text, post.keyboard) == ("Edited.", [])


async def test_an_edit_that_changes_nothing_is_no_error(alice: Person, post: Message, group: Group) -> None:
    first, second = alice.taps(post, "Same"), alice.taps(post, "Same")
    assert alice.emulator.settle
    await alice.emulator.settle()
    assert first.answered
    assert second.answered
    assert [message.text for message in group.from_bot] == ["Same."]


async def test_an_edit_of_a_message_that_is_gone_is_a_new_one(alice: Person, post: Message) -> None:
    post.deleted = True
    answer = await alice.presses(post, "Edit", expect=1)
    assert answer.one.text == "Edited."


async def test_an_edit_longer_than_a_message_goes_on_below(alice: Person, post: Message) -> None:
    answer = await alice.presses(post, "Long", expect=2)
    assert answer.edited == [post]
    assert len(answer.sent) == 1


async def test_a_picture_takes_a_texts_place_and_a_text_a_captions(
    alice: Person, post: Message, group: Group
) -> None:
    await alice.presses(post, "Picture", expect=1)
    assert post.photo is not None
    assert post.text.startswith("Look:")
    picture = (await alice.says("/picture", group)).one
    assert picture.photo is not None
    assert picture.text == "See:\n\nOne dot"
    await alice.presses(picture, "Edit", expect=1)
    assert (picture.text, picture.keyboard) == ("Edited.", [])


async def test_a_notice_is_a_toast(alice: Person, post: Message) -> None:
    answer = await alice.presses(post, "Toast")
    assert (answer.toast, answer.alert, answer.sent) == ("Noted.", False, [])


async def test_a_long_whisper_goes_into_the_private_chat(alice: Person, post: Message) -> None:
    answer = await alice.presses(post, "Whisper", expect=1)
    assert answer.one.chat is alice.chat
    assert answer.toast == words.ANSWERED_IN_PRIVATE


async def test_a_long_whisper_to_who_never_started_opens_the_private_chat(
    muster: House, post: Message, group: Group
) -> None:
    carol = muster.emu.user("Carol")
    before = len(group.public())
    answer = await carol.presses(post, "Whisper")
    assert answer.url is not None
    assert answer.sent == []
    assert len(group.public()) == before
    opened = await carol.opens(answer.url)
    assert opened.text.strip() == area.LONG.strip()


@pytest.mark.parametrize("options", [{"ephemeral": True}])
async def test_a_long_whisper_is_ephemeral_where_that_is_possible(
    muster: House, alice: Person, post: Message
) -> None:
    answer = await alice.presses(post, "Whisper", expect=1)
    tried, whisper = answer.sent
    assert (tried.text, tried.deleted) == (words.ANSWER_FOLLOWS, True), "words that tell nothing come first"
    assert {tried.receiver, whisper.receiver} == {alice}
    assert whisper.chat is post.chat
    asked = [r.parameters for r in muster.emu.requests if r.method == "sendMessage"][-1]
    to = {"receiver_user_id": alice.id, "callback_query_id": answer.press.id if answer.press else ""}
    assert asked["ephemeral_message_parameters"] == to, "Bot API 10.3 knows this name only"
    assert {name: str(asked[name]) for name in to} == {name: str(to[name]) for name in to}


async def test_a_press_too_old_to_answer_is_answered_in_private(
    muster: House, alice: Person, post: Message, group: Group
) -> None:
    await muster.stop()
    press = alice.taps(post, "Whisper")
    toast = alice.taps(post, "Toast")
    muster.clock.advance(timedelta(minutes=5))
    await muster.start()
    await muster.settled()
    assert not press.answered
    assert not toast.answered
    assert [message.text.strip() for message in alice.chat.from_bot] == [area.LONG.strip(), "Noted."]
    assert group.from_bot[-1].text == words.ANSWERED_IN_PRIVATE


async def test_a_question_after_a_press_names_whom_it_asks(alice: Person, post: Message) -> None:
    asked = (await alice.presses(post, "Ask", expect=1)).one
    assert asked.marked("text_mention") == ["Alice"]
    assert asked.markup["force_reply"]
    assert (await alice.replies(asked, "42")).text == "You said 42."


async def test_who_waits_sees_typing_and_reports(muster: House, alice: Person, group: Group) -> None:
    alice.types("/slow", group)
    await muster.emu.requested("sendChatAction")
    report = group.from_bot[-1]
    assert report.text == "Half way."
    area.gate.set()
    await muster.settled()
    assert report.text == "Done."
    assert group.from_bot == [report]


async def test_reports_on_private_work_are_not_shown_in_public(
    muster: House, alice: Person, group: Group
) -> None:
    alice.types("/hush", group)
    await muster.emu.requested("sendChatAction")
    (report,) = alice.chat.from_bot
    assert report.text == "Secretly half way."
    area.gate.set()
    await muster.settled()
    assert report.text == "Done in private."
    assert [message.text for message in group.from_bot] == [words.ANSWERED_IN_PRIVATE]


@pytest.mark.parametrize("options", [{"ephemeral": True}])
async def test_a_report_that_is_not_replaced_is_removed(muster: House, alice: Person, group: Group) -> None:
    group.promotes_bot("can_manage_chat")
    alice.types("/hush", group)
    await muster.emu.requested("sendChatAction")
    area.gate.set()
    await muster.settled()
    assert alice.chat.from_bot == []
    assert [message.text for message in group.from_bot] == ["Done in private."]


async def test_who_never_started_gets_no_report_of_private_work(muster: House, group: Group) -> None:
    carol = muster.emu.user("Carol")
    carol.types("/hush", group)
    await muster.emu.requested("sendChatAction")
    area.gate.set()
    await muster.settled()
    assert [message.text for message in group.from_bot] == [words.ANSWER_WAITS]

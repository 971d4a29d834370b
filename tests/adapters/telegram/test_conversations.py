"""Conversations with a real Muster on the emulator, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.telegram import words
from bot.chat.incoming import Actor, Place
from tests.adapters.samples import DOT
from tests.adapters.telegram.conftest import FOUND, House
from tests.emulators.telegram import Group, Person
from tests.emulators.telegram.server import Request
from tests.waiting import eventually


def requests(muster: House, method: str) -> list[Request]:
    return [request for request in muster.emu.requests if request.method == method]


async def test_founding_a_union_and_joining_by_its_button(group: Group, alice: Person, bob: Person) -> None:
    founded = (await alice.says(FOUND, group)).one
    assert founded.text.startswith("Farmers is founded, and you are its founder.")
    assert founded.marked("bold")[:1] == ["Farmers"]
    assert founded.marked("bot_command") == []
    joined = await bob.presses(founded, "Join Farmers")
    assert joined.alert
    assert joined.toast.startswith("Welcome to Farmers, Bob.")
    assert joined.sent == []
    about = await bob.says("/union about", group)
    assert "Members: 2" in about.text
    assert about.one.marked("text_mention") == ["Alice"]


async def test_only_administrators_found_and_that_is_asked_once_a_minute(
    muster: House, group: Group, alice: Person, bob: Person
) -> None:
    refused = await bob.says(FOUND, group, expect=2)
    assert "This is for moderators" in bob.chat.from_bot[-1].text
    assert group.from_bot[-1].text == words.ANSWERED_IN_PRIVATE
    assert len(refused.sent) == 2
    group.promotes(bob)
    await bob.says(FOUND, group, expect=2)
    assert len(requests(muster, "getChatAdministrators")) == 1
    muster.clock.advance(timedelta(seconds=61))
    assert "is founded" in (await bob.says(FOUND, group)).text


@pytest.mark.parametrize(
    ("rights", "moderates"),
    [
        (("can_manage_chat",), False),
        (("can_manage_chat", "can_delete_messages", "can_pin_messages"), False),
        (("can_manage_chat", "can_change_info", "can_invite_users"), False),
        (("can_manage_chat", "can_restrict_members"), True),
    ],
)
async def test_an_administrator_without_power_over_people_is_no_moderator(
    group: Group, bob: Person, rights: tuple[str, ...], moderates: bool
) -> None:
    """Many groups make people administrators for a title beside their name."""
    group.promotes(bob, *rights)
    answer = await bob.says(FOUND, group, expect=1 if moderates else 2)
    if moderates:
        assert "is founded" in answer.text
    else:
        assert (
            "on Telegram, the owner and the administrators who may ban people" in bob.chat.from_bot[-1].text
        )


async def test_a_clock_that_is_set_back_keeps_nobody_a_moderator(
    muster: House, group: Group, bob: Person
) -> None:
    group.promotes(bob)
    place, who = Place("telegram", str(group.id), str(group.id)), Actor("telegram", str(bob.id), "Bob")
    assert await muster.adapter.is_moderator(place, who)
    muster.clock.advance(timedelta(days=-1))
    group.promotes(bob, "can_manage_chat")
    assert not await muster.adapter.is_moderator(place, who)


async def test_the_founder_connects_a_group_in_private_and_hears_how_many_are_there(
    muster: House, union: Group, alice: Person, bob: Person
) -> None:
    eve = muster.emu.user("Eve", started=True)
    other = muster.emu.group("Second", bob, eve)
    shown = (await alice.says("/union invite-space", union, expect=2)).sent
    code = next(message for message in shown if message.is_private).marked("code")[0]
    asked = await bob.says(code, other)
    assert "privately whether to connect this place" in asked.text
    await eventually(lambda: "A place wants" in alice.chat.from_bot[-1].text)
    question = alice.chat.from_bot[-1]
    assert "Place: Second" in question.text
    assert "People there: 3" in question.text, "two people, and the bot"
    assert question.marked("text_mention") == ["Bob"]
    elsewhere = muster.emu.group("Eve's", eve)
    await eve.says(code, elsewhere, expect=2)
    assert "used or expired" in eve.chat.from_bot[-1].text, "whoever read the code in the group has nothing"
    await alice.presses(question, "Connect Second", expect=1)
    await eventually(lambda: "This place now belongs to Farmers" in other.from_bot[-1].text)


async def test_questions_in_a_group_one_by_one(group: Group, alice: Person) -> None:
    first = (await alice.says("/union create", group)).one
    assert "What the union is called" in first.text
    assert first.markup["force_reply"]
    assert first.markup["selective"]
    assert first.reply_to is not None
    second = (await alice.replies(first, "Farmers")).one
    assert "What it is for" in second.text
    summary = (await alice.replies(second, "Grow food @everyone /start")).one
    assert "Name: " not in summary.text
    assert "Grow food" in summary.text
    assert summary.marked("mention") == []
    done = await alice.presses(summary, "Send", expect=1)
    assert "is founded" in done.text


async def test_questions_end_with_cancel(group: Group, alice: Person) -> None:
    await alice.says("/union create", group)
    stopped = await alice.says("/cancel", group, expect=2)
    assert "Nothing was changed" in stopped.text
    quiet = await alice.says("/cancel", group, expect=0)
    assert quiet.sent == []


FILE = {"file_id": "f", "file_unique_id": "u"}
SENT: dict[str, dict[str, Any]] = {
    "video": FILE | {"width": 640, "height": 480, "duration": 3},
    "video_note": FILE | {"length": 240, "duration": 3},
    "voice": FILE | {"duration": 3},
    "audio": FILE | {"duration": 3},
    "sticker": FILE
    | {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False},
    "location": {"longitude": 13.4, "latitude": 52.5},
    "dice": {"emoji": "🎲", "value": 4},
}


@pytest.mark.parametrize("kind", SENT)
async def test_what_is_no_text_is_answered_with_what_is_wanted(
    group: Group, alice: Person, kind: str
) -> None:
    question = (await alice.says("/union create", group)).one
    await alice.says("", group, reply_to=question, sent={kind: SENT[kind]}, expect=2)
    assert alice.chat.from_bot[-1].text == "Please type your answer as text: What the union is called"
    assert "What it is for" in (await alice.replies(question, "Farmers")).text, "the question is still open"


async def test_a_picture_answers_no_question_for_text(group: Group, alice: Person) -> None:
    question = (await alice.says("/union create", group)).one
    told = await alice.says("", group, reply_to=question, photo=DOT, expect=2)
    assert "type your answer as text" in told.text


async def test_a_sticker_that_answers_nothing_is_left_alone(
    muster: House, union: Group, alice: Person
) -> None:
    for place, replied in ((None, None), (union, union.from_bot[0]), (union, None)):
        alice.types("", place, replied, sent={"sticker": SENT["sticker"]})
    before = len(alice.chat.from_bot), len(union.from_bot)
    await muster.settled()
    assert (len(alice.chat.from_bot), len(union.from_bot)) == before


async def test_nobody_else_answers_a_question(group: Group, alice: Person, bob: Person) -> None:
    first = (await alice.says("/union create", group)).one
    assert (await bob.replies(first, "Bandits", expect=0)).sent == []
    assert "What it is for" in (await alice.replies(first, "Farmers")).text


async def test_private_questions_of_a_group_go_on_in_private(
    union: Group, alice: Person, bob: Person
) -> None:
    await bob.says("/join", union, expect=2)
    asked = await bob.says("/whois", union, expect=2)
    question = bob.chat.from_bot[-1]
    assert "The member you want to know about" in question.text
    assert question.markup["force_reply"]
    assert asked.sent[-1].text == words.ANSWERED_IN_PRIVATE
    answer = await bob.says("@alice")
    assert "founder" in answer.text


async def test_other_commands_and_other_bots_are_left_alone(group: Group, alice: Person) -> None:
    assert (await alice.says("/weather", group, expect=0)).sent == []
    assert (await alice.says("/help@other_bot", group, expect=0)).sent == []
    assert (await alice.says("/help@muster_test_bot", group, expect=2)).sent


async def test_private_chatter_and_unknown_commands(alice: Person, muster: House) -> None:
    assert "I only understand commands" in (await alice.says("hello")).text
    assert "Did you mean /union?" in (await alice.says("/unoin")).text


# -- who may see it ----------------------------------------------------------------------------------------


async def test_private_answers_go_into_the_private_chat(union: Group, alice: Person) -> None:
    answer = await alice.says("/me", union, expect=2)
    private, public = answer.sent
    assert private.chat is alice.chat
    assert "Member since" in private.text
    assert (public.chat, public.text) == (union, words.ANSWERED_IN_PRIVATE)
    assert public.reply_to == answer_to(union, "/me")


def answer_to(group: Group, text: str) -> int:
    return next(message.id for message in group.public() if message.text == text)


async def test_who_never_pressed_start_gets_a_button(muster: House, union: Group) -> None:
    carol = muster.emu.user("Carol")
    waiting = (await carol.says("/help", union)).one
    assert waiting.chat is union
    assert waiting.text == words.ANSWER_WAITS
    assert waiting.keyboard == [[words.OPEN_PRIVATE_CHAT]]
    opened = await carol.presses(waiting, words.OPEN_PRIVATE_CHAT)
    assert opened.one.chat is carol.chat
    assert "What you can do here" in opened.text
    dan = muster.emu.user("Dan")
    stolen = await dan.presses(waiting, words.OPEN_PRIVATE_CHAT)
    assert "no longer kept" in stolen.text


@pytest.mark.parametrize("options", [{"ephemeral": True}])
async def test_ephemeral_answers_are_seen_by_one(
    muster: House, union: Group, alice: Person, bob: Person
) -> None:
    before = len(union.public())
    typed = await alice.says("/me", union)
    assert typed.sent[-1].receiver is alice
    assert "Member since" in typed.text
    assert len(union.public()) == before
    assert alice.chat.from_bot == []
    leaving = (await alice.says("/leave", union)).one
    assert leaving.receiver is alice
    assert len(union.public()) == before


@pytest.mark.parametrize("options", [{"ephemeral": True}])
async def test_an_ephemeral_answer_is_edited(muster: House, union: Group, alice: Person, bob: Person) -> None:
    await bob.says("/join", union, expect=2)
    leaving = (await bob.says("/leave", union)).sent[-1]
    left = await bob.presses(leaving, "Leave and erase", expect=1)
    assert left.edited == [leaving]
    assert leaving.text.startswith("You have left Farmers")
    assert leaving.keyboard == []


@pytest.mark.parametrize("options", [{"ephemeral": True}])
async def test_without_the_right_the_private_chat_is_the_fallback(
    muster: House, union: Group, alice: Person
) -> None:
    """`/union` has public subcommands, so it is typed in public, and the bot is no administrator."""
    answer = await alice.says("/union invite-space", union, expect=2)
    assert [message.chat for message in answer.sent] == [alice.chat, union]
    assert answer.sent[1].text == words.ANSWERED_IN_PRIVATE
    union.promotes_bot("can_manage_chat")
    answer = await alice.says("/union invite-space", union)
    assert answer.sent[-1].receiver is alice

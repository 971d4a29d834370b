"""Conversations with a real Muster on the emulator, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.telegram import words
from tests.adapters.telegram.conftest import House
from tests.emulators.telegram import Group, Person
from tests.emulators.telegram.server import Request

FOUND = '/union create name:"Farmers" purpose:"Grow food" time_zone:Europe/Madrid'


def requests(muster: House, method: str) -> list[Request]:
    return [request for request in muster.emu.requests if request.method == method]


@pytest.fixture
def alice(muster: House) -> Person:
    return muster.emu.user("Alice", started=True)


@pytest.fixture
def bob(muster: House) -> Person:
    return muster.emu.user("Bob", started=True)


@pytest.fixture
def group(muster: House, alice: Person, bob: Person) -> Group:
    """Alice's group; she is its creator."""
    return muster.emu.group("Farm", alice, bob)


@pytest.fixture
async def union(group: Group, alice: Person) -> Group:
    """The group, with a union that Alice founded there."""
    await alice.says(FOUND, group)
    return group


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
    assert "Only moderators" in bob.chat.from_bot[-1].text
    assert group.from_bot[-1].text == words.ANSWERED_IN_PRIVATE
    assert len(refused.sent) == 2
    group.promotes(bob)
    await bob.says(FOUND, group, expect=2)
    assert len(requests(muster, "getChatAdministrators")) == 1
    muster.clock.advance(timedelta(seconds=61))
    assert "is founded" in (await bob.says(FOUND, group)).text


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
    assert "Who you ask about" in question.text
    assert question.markup["force_reply"]
    assert asked.sent[-1].text == words.ANSWERED_IN_PRIVATE
    answer = await bob.says("@alice")
    assert "founder" in answer.text


async def test_other_commands_and_other_bots_are_left_alone(group: Group, alice: Person) -> None:
    assert (await alice.says("/weather", group, expect=0)).sent == []
    assert (await alice.says("/help@other_bot", group, expect=0)).sent == []
    assert (await alice.says("/help@muster_test_bot", group, expect=2)).sent


async def test_private_chatter_and_unknown_commands(alice: Person, muster: House) -> None:
    assert "I understand commands" in (await alice.says("hello")).text
    assert "Did you mean /\u2060union?" in (await alice.says("/unoin")).text


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
    assert typed.one.receiver is alice
    assert "Member since" in typed.text
    assert len(union.public()) == before
    assert alice.chat.from_bot == []
    leaving = (await alice.says("/leave", union)).one
    assert leaving.receiver is alice
    assert len(union.public()) == before


@pytest.mark.parametrize("options", [{"ephemeral": True}])
async def test_an_ephemeral_answer_is_edited(muster: House, union: Group, alice: Person, bob: Person) -> None:
    await bob.says("/join", union, expect=2)
    leaving = (await bob.says("/leave", union)).one
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
    assert answer.one.receiver is alice


# -- people, topics, groups --------------------------------------------------------------------------------


async def test_topics(muster: House, alice: Person) -> None:
    forum = muster.emu.group("Forum", alice, forum=True)
    votes = forum.topic("Votes")
    founded = (await alice.says(FOUND, votes)).one
    assert founded.thread == votes.id
    question = (await alice.says("/union connect", votes)).one
    assert question.thread == votes.id
    general = (await alice.says("/union about", forum)).one
    assert general.thread is None
    assert "Founder: Alice" in general.text


async def test_a_message_replied_to_names_its_author(union: Group, alice: Person, bob: Person) -> None:
    await bob.says("/join", union, expect=2)
    spoken = bob.types("we should plant beans", union)
    answer = await alice.says("/whois", union, reply_to=spoken, expect=2)
    assert "member" in answer.text
    assert alice.chat.from_bot[-1].marked("text_mention") == ["Bob"]


async def test_people_without_a_username_are_named_by_mention(
    muster: House, union: Group, alice: Person
) -> None:
    eve = muster.emu.user("Eve Ann", None, started=True)
    await eve.says("/join", union, expect=2)
    answer = await alice.says("/whois Eve Ann", union, mentions={"Eve Ann": eve}, expect=2)
    assert "member" in answer.text
    assert alice.chat.from_bot[-1].marked("text_mention") == ["Eve Ann"]


async def test_names_cannot_become_links_or_markup(muster: House, group: Group, alice: Person) -> None:
    alice.renames("<b>@everyone</b>", "https://evil.example /start")
    await alice.says(FOUND, group)
    about = (await alice.says("/union about", group)).one
    kinds = {entity["type"] for entity in about.entities}
    assert kinds == {"bold", "text_mention", "date_time"}
    assert "<b>@\u2060everyone" in about.text


async def test_a_group_becomes_a_supergroup(muster: House, alice: Person) -> None:
    old = muster.emu.group("Small", alice, kind="group")
    await alice.says(FOUND, old)
    new = old.migrates()
    await muster.settled()
    assert "Purpose: Grow food" in (await alice.says("/union about", new)).text


async def test_a_group_that_moved_while_it_was_answered(muster: House, alice: Person) -> None:
    """The answer is held until the group has moved: Telegram names the new one, and the union follows."""
    emu = muster.emu
    old = emu.group("Small", alice, kind="group")
    await alice.says(FOUND, old)
    held = emu.holds("sendMessage", before=True)
    alice.types("/union about", old)
    await held.arrived.wait()
    emu.queue.allowed = ["callback_query"]  # nobody tells of it but the refusal
    new = old.migrates()
    held.release()
    await muster.settled()
    assert "Purpose: Grow food" in new.from_bot[-1].text
    emu.queue.allowed = []
    assert "Purpose: Grow food" in (await alice.says("/union about", new)).text


async def test_added_renamed_removed(muster: House, alice: Person) -> None:
    emu = muster.emu
    group = emu.group("Farm", alice, bot=None)
    group.adds_bot(alice)
    await muster.settled()
    assert [message.text[:6] for message in group.from_bot] == ["Hello."]
    await alice.says(FOUND, group)
    group.renames("Orchard")
    await muster.settled()
    assert "Orchard" in (await alice.says("/union spaces", group)).text
    other = emu.group("Second", alice)
    code = (await alice.says("/union invite-space", group, expect=2)).sent[0].marked("code")[0]
    assert "is a place of" in (await alice.says(code, other)).text
    group.removes_bot()
    await muster.settled()
    assert "Orchard" not in (await alice.says("/union spaces", other)).text


async def test_a_channel_is_a_space_without_conversation(muster: House, alice: Person) -> None:
    channel = muster.emu.channel("News", alice, bot=None)
    channel.adds_bot(alice, admin=("can_post_messages",))
    await muster.settled()
    assert [message.text[:6] for message in channel.from_bot] == ["Hello."]


async def test_anonymous_administrators_are_told_why(muster: House, group: Group, alice: Person) -> None:
    emu = muster.emu
    message = emu.message(
        group, alice, {"text": "/me", "entities": [{"type": "bot_command", "offset": 0, "length": 3}]}
    )
    message.data["sender_chat"] = group.json()
    message.data["from"] = {
        "id": 1087968824,
        "is_bot": True,
        "first_name": "Group",
        "username": "GroupAnonymousBot",
    }
    emu.tell(message)
    await muster.settled()
    assert [each.text for each in group.from_bot] == [words.ANONYMOUS]


async def test_edited_commands_are_not_done_again(muster: House, group: Group, alice: Person) -> None:
    await alice.says("/help", group, expect=2)
    typed = next(message for message in group.public() if message.text == "/help")
    alice.edits(typed, FOUND)
    await muster.settled()
    assert len(group.from_bot) == 1


async def test_the_menu_is_there_in_each_language_and_set_once(
    muster: House, group: Group, alice: Person
) -> None:
    emu = muster.emu
    hans = emu.user("Hans", language="de")
    assert emu.menu(alice)[:2] == ["union", "join"]
    assert "help" in emu.menu(hans, group)
    german = emu.menus["all_private_chats", None, None, "de"]
    assert {"command": "leave", "description": "Die Union verlassen und deine Daten löschen lassen"} in german
    sets = len(requests(muster, "setMyCommands"))
    assert sets == 6
    await muster.stop()
    await muster.start()
    # One more, by which the server says whether it has ephemeral messages since.
    assert len(requests(muster, "setMyCommands")) == sets + 1


@pytest.mark.parametrize("options", [{"ephemeral": True}])
async def test_private_commands_are_ephemeral_in_groups(muster: House, group: Group, alice: Person) -> None:
    emu = muster.emu
    of = {c["command"]: c.get("is_ephemeral") for c in emu.menus["all_group_chats", None, None, ""]}
    assert (of["me"], of["union"], of["join"]) == (True, None, None)
    assert not any(c.get("is_ephemeral") for c in emu.menus["all_private_chats", None, None, ""])
    sets = len(requests(muster, "setMyCommands"))
    await muster.stop()
    await muster.start()
    assert len(requests(muster, "setMyCommands")) == sets


async def test_everybody_is_answered_in_their_own_order(muster: House, union: Group) -> None:
    people = [muster.emu.user(f"P{number}", started=True) for number in range(5)]
    for turn in ("/help union", "/help join", "/help me"):
        for person in people:
            person.types(turn)
    await muster.settled()
    for person in people:
        assert [message.text.split()[0] for message in person.chat.from_bot] == [
            "/\u2060union",
            "/\u2060join",
            "/\u2060me",
        ]

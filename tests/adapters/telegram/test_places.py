"""People, topics, groups and channels, and the menus in them, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.telegram import words
from tests.adapters.telegram.conftest import FOUND, House
from tests.emulators.telegram import Group, Person
from tests.emulators.telegram.server import Request
from tests.waiting import eventually


def requests(muster: House, method: str) -> list[Request]:
    return [request for request in muster.emu.requests if request.method == method]


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


ANONYMOUS: dict[str, Any] = {
    "id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot",
}  # fmt: skip
CHANNEL: dict[str, Any] = {"id": -1002, "type": "channel", "title": "bob"}
FORWARDED: dict[str, Any] = {
    "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
    "sender_chat": CHANNEL,
    "is_automatic_forward": True,
}


@pytest.mark.parametrize("written", ["by the bot", "anonymously", "in a channel"])
async def test_a_message_that_is_nobodys_names_nobody(
    muster: House, union: Group, alice: Person, bob: Person, written: str
) -> None:
    await bob.says("/join", union, expect=2)
    spoken = union.from_bot[0] if written == "by the bot" else bob.types("plant beans", union)
    if written == "anonymously":
        spoken.data |= {"from": ANONYMOUS, "sender_chat": union.json()}
    elif written == "in a channel":
        spoken.data |= FORWARDED
    await alice.says("/whois", union, reply_to=spoken, expect=2)
    assert "I cannot tell who you mean" in alice.chat.from_bot[-1].text
    named = await alice.says("/whois @bob", union, reply_to=spoken, expect=2)
    assert "member" in named.text  # words go before what is replied to
    helped = await alice.says("/help", union, reply_to=spoken, expect=2)
    assert "What you can do here" in helped.text


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
    assert [message.text[:6] for message in group.from_bot] == ["Hello!"]
    await alice.says(FOUND, group)
    group.renames("Orchard")
    await muster.settled()
    assert "Orchard" in (await alice.says("/union spaces", group)).text
    other = emu.group("Second", alice)
    code = (await alice.says("/union invite-space", group, expect=2)).sent[0].marked("code")[0]
    assert "privately whether to connect" in (await alice.says(code, other)).text
    await eventually(lambda: "A place wants" in alice.chat.from_bot[-1].text)
    await alice.presses(alice.chat.from_bot[-1], "Connect Second", expect=1)
    await eventually(lambda: "This place now belongs to" in other.from_bot[-1].text)
    group.removes_bot()
    await muster.settled()
    assert "Orchard" not in (await alice.says("/union spaces", other)).text


async def test_a_channel_is_a_space_without_conversation(muster: House, alice: Person) -> None:
    channel = muster.emu.channel("News", alice, bot=None)
    channel.adds_bot(alice, admin=("can_post_messages",))
    await muster.settled()
    assert channel.from_bot == [], "its subscribers are not greeted"
    await eventually(lambda: alice.chat.from_bot)
    assert "You added me to the channel News. I posted nothing there." in alice.chat.from_bot[-1].text
    assert "add me to the channel's discussion group" in alice.chat.from_bot[-1].text


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


async def test_who_writes_as_a_channel_of_their_own_is_told_why(
    muster: House, group: Group, alice: Person
) -> None:
    emu = muster.emu
    message = emu.message(
        group, alice, {"text": "/me", "entities": [{"type": "bot_command", "offset": 0, "length": 3}]}
    )
    message.data["sender_chat"] = CHANNEL
    message.data["from"] = {
        "id": 136817688,
        "is_bot": True,
        "first_name": "Channel",
        "username": "Channel_Bot",
    }
    emu.tell(message)
    await muster.settled()
    assert [each.text for each in group.from_bot] == [words.AS_CHANNEL]


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
    assert emu.menu(alice)[:2] == ["union", "call"]
    assert "help" in emu.menu(hans, group)
    german = emu.menus["all_private_chats", None, None, "de"]
    assert {
        "command": "leave",
        "description": "Die Union verlassen und löschen, was sie über dich weiß",
    } in german
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

"""The social tree as people on Telegram use it: real program, unmodified python-telegram-bot, emulated server."""

from __future__ import annotations

import re
import struct
from datetime import timedelta

import pytest

from adapters.telegram import limits
from adapters.telegram.markup import utf16
from tests.emulators.telegram import Answer, Person
from tests.journeys.town import PNG, Town


@pytest.fixture(autouse=True)
async def _tina(town: Town) -> None:
    assert "Welcome" in (await town.tina.says("/join", town.group)).text


async def endorse(town: Town, who: Person, whom: Person) -> Answer:
    answer = await who.says(f"/endorse {whom.first_name}", town.group, mentions={whom.first_name: whom})
    assert "endorses" in answer.text, answer
    return answer


async def test_three_ways_to_endorse(town: Town) -> None:
    bob, cat, dan = await town.users("Bob", "Cat", "Dan")
    dan.renames("Dan", None, None)  # has no @name
    for answer, who, whom in (
        (await bob.says("/endorse @tina", town.group), bob, town.tina),
        (await cat.replies(bob.types("Good morning", town.group), "/endorse"), cat, bob),
        (await town.tina.says("/endorse Dan", town.group, mentions={"Dan": dan}), town.tina, dan),
    ):
        assert answer.one.chat is town.group
        assert f"{who} endorses {whom} now." in answer.text
        assert answer.one.marked("text_mention") == [str(who), str(whom)]
    circle = await dan.says("/endorse @cat", town.group, expect=1)
    assert [message.is_private for message in circle.sent] == [True, False]
    assert (
        "This would close a circle, in which each endorses the next: Cat \u2192 Bob \u2192 Tina \u2192 you"
        in circle.sent[0].text
    )
    assert "circle" not in circle.sent[1].text


async def test_switching_is_confirmed_in_private(town: Town) -> None:
    bob, cat = await town.users("Bob", "Cat")
    await endorse(town, cat, bob)
    town.clock.advance(timedelta(hours=24))
    asked = await cat.says("/endorse @tina", town.group)
    question, hint = asked.sent
    assert question.chat is cat.chat
    assert "Bob" not in hint.text
    assert "You endorse Bob · Telegram" in question.text
    assert "Endorse Tina · Telegram" in question.text
    await cat.presses(question, "Endorse Tina instead", expect=1)
    assert "Cat endorses Tina now." in question.text
    assert question.keyboard == []
    ended = await cat.says("/unendorse")
    assert "You no longer endorse Tina." in ended.one.text


@pytest.mark.parametrize("long", [False, True])
async def test_support_is_a_photo_and_all_its_words_arrive(town: Town, long: bool) -> None:
    more = " \U0001f33b\u4e2d" * 13 if long else ""
    people = await town.users(*(f"{letter}{'x' * 25}{more}" for letter in "ABCDEFGHI"))
    for each in people:
        await endorse(town, each, town.tina)
    answer = await people[0].says("/support @tina", town.group, expect=1 + long)
    picture, words = answer.sent[0], answer.sent[-1]
    assert (picture is words) is not long
    assert [message.chat for message in answer.sent] == [town.group] * (1 + long)
    assert picture.photo is not None
    assert picture.photo.startswith(PNG)
    assert struct.unpack(">II", picture.photo[16:24]) == (1024, 1280)
    assert utf16(picture.text) <= limits.CAPTION == 1024
    assert "Headcount: 9 people" in words.text
    assert "Endorse directly: 9 people" in words.text
    assert words.marked("text_mention") == []  # nobody in a list is called
    at = [words.text.index(name) for name in ("Tina", *(each.first_name for each in people[:8]))]
    assert at == sorted(at)
    (described,) = words.marked("expandable_blockquote")
    assert described.startswith("Support base of Tina: 9 people. Biggest branches: 1. Axxx")
    assert described.endswith("Headcount on 1 Mar 2026: 9.")
    assert words.text.endswith(described)


async def test_leaders_turn_in_their_place(town: Town) -> None:
    people = await town.users(*(f"P{number:02}" for number in range(12)))
    for follower, leader in zip(people, [town.tina, *people], strict=False):
        await endorse(town, follower, leader)
    page = (await people[0].says("/leaders", town.group)).one
    assert page.chat is town.group
    assert page.text.startswith("Leaders by support base\n\n1. Tina \u00b7 12\n2. P00 \u00b7 11\n")
    turned = await people[0].presses(page, "Next", expect=1)
    assert turned.sent == []
    assert page.text == "Leaders by support base\n\n11. P09 \u00b7 2\n12. P10 \u00b7 1"
    assert (await people[1].presses(page, "First page")).alert
    await people[0].presses(page, "First page", expect=1)
    assert page.keyboard[-1] == ["Next"]


async def test_who_comes_by_a_link_endorses_with_one_press(town: Town) -> None:
    shown = await town.tina.says("/invite", town.group, expect=2)
    card, hint = shown.sent
    assert card.chat is town.tina.chat
    assert hint.chat is town.group
    link = re.search(r"https://t\.me/muster_test_bot\?start=join-([A-Z2-9]{10})", card.text)
    assert link is not None, card.text
    assert link[1] not in "".join(message.text for message in town.group.from_bot)
    eve = town.telegram.user("Eve")
    welcome = (await eve.opens(link[0])).one
    assert "Welcome to Farmers, Eve." in welcome.text
    assert "Tina invited you." in welcome.text
    await eve.presses(welcome, "Endorse Tina", expect=1)
    assert "Eve endorses Tina now." in welcome.text
    assert welcome.keyboard == []
    support = await town.tina.says("/support")
    assert "Headcount: 1 person" in support.text
    assert "Recruits: 1 in all, 1 still here" in support.text
    assert "1 in total, 1 still here" in (await town.tina.says("/invite")).text


async def test_what_is_ones_own_is_never_shown_in_the_group(town: Town) -> None:
    (bob,) = await town.users("Bob")
    await endorse(town, bob, town.tina)
    town.clock.advance(timedelta(days=15))
    for _ in range(3):
        await town.chores()  # the digest of these days comes now, and not between two answers
    before = len(town.group.from_bot)
    for line in ("/branch", "/invite"):
        answer = await town.tina.says(line, town.group, expect=2)
        assert [message.chat for message in answer.sent] == [town.tina.chat, town.group]
    said = {message.text for message in town.group.from_bot[before:]}
    assert len(said) == 1
    assert not re.search(r"Bob|[A-Z2-9]{10}|t\.me", said.pop())
    town.tina.blocks_bot()
    answer = await town.tina.says("/branch", town.group)
    assert answer.one.chat is town.group
    assert "Bob" not in answer.text
    assert [len(row) for row in answer.one.keyboard] == [1]
    town.tina.unblocks_bot()
    held = await town.tina.presses(answer.one, answer.one.keyboard[0][0])
    assert "Quiet for two weeks or more, last seen" in held.text
    assert held.one.chat is town.tina.chat


async def test_the_digest_is_one_message_the_next_morning(town: Town) -> None:
    bob, cat = await town.users("Bob", "Cat")
    await endorse(town, bob, town.tina)
    await endorse(town, cat, town.tina)
    before = len(town.tina.chat.from_bot)
    await town.chores()
    town.clock.advance(timedelta(hours=21))
    for _ in range(3):
        await town.chores()
    (told,) = town.tina.chat.from_bot[before:]
    assert told.text.startswith("Your support in Farmers\n\n2 more people endorse you: Bob, Cat.")
    assert told.marked("text_mention") == ["Bob", "Cat"]
    assert town.telegram.people[bob.id].chat.from_bot[-1].text.startswith("Welcome")

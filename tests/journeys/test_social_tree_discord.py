"""The social tree as people on Discord use it: real program, unmodified discord.py, emulated Discord."""

from __future__ import annotations

import struct
from datetime import timedelta

import pytest

from adapters.discord import limits
from tests.emulators.discord import Person, Reply
from tests.journeys.town import PNG, Town


async def endorse(town: Town, who: Person, whom: Person) -> Reply:
    reply = await who.slash(town.room, "endorse", leader=whom)
    assert "endorses" in reply.text, reply.text
    return reply


async def test_endorsing_switching_and_ending(town: Town) -> None:
    bob, cat, dan = await town.members("Bob", "Cat", "Dan")
    by_command = await endorse(town, bob, town.alice)
    assert not by_command.ephemeral
    assert by_command.content.startswith(f"{bob.mention} endorses {town.alice.mention} now.")
    assert "1 person stands behind them now." in by_command.content
    assert by_command.message.pinged_users == []

    by_menu = await cat.context_menu(town.room, "Endorse", bob)
    assert not by_menu.ephemeral
    assert f"{cat.mention} endorses {bob.mention} now." in by_menu.content

    circle = await town.alice.slash(town.room, "endorse", leader=cat)
    assert circle.ephemeral
    assert "This would close a circle, in which each endorses the next: Cat → Bob → you" in circle.text

    soon = await cat.context_menu(town.room, "Endorse", town.alice)
    assert soon.ephemeral
    assert "You can choose again in 1 day" in soon.text

    town.clock.advance(timedelta(hours=24))
    asked = await cat.context_menu(town.room, "Endorse", town.alice)
    assert asked.ephemeral
    assert (
        f"You endorse {bob.mention} · Discord · `@{bob.name.lower()}`. Endorse {town.alice.mention}"
        in asked.content
    )
    assert [button["label"] for button in asked.message.buttons] == ["Endorse Alice instead"]
    await (await cat.press(asked, "Endorse Alice instead")).edited()
    assert f"{cat.mention} endorses {town.alice.mention} now." in asked.content
    assert asked.message.buttons == []
    assert "Endorse directly:** 2 people" in (await dan.slash(town.room, "support", person=town.alice)).text

    ended = await bob.slash(town.room, "unendorse")
    assert ended.ephemeral
    assert f"You no longer endorse {town.alice.mention}." in ended.content
    assert "Headcount:** 1 person" in (await dan.slash(town.room, "support", person=town.alice)).text
    assert f"{cat.mention}\n- {town.alice.mention}" in (await cat.slash(town.room, "lineage")).content


@pytest.mark.parametrize("late", [False, True])
async def test_support_is_a_picture_with_words(
    town: Town, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    people = await town.members(*(f"{letter * 30} \u00e9\u4e2d\U0001f33b" for letter in "BCDEFGHIJ"))
    for each in people:
        await endorse(town, each, town.alice)
    if late:
        monkeypatch.setattr(limits, "DEFER_AFTER_S", 0.0)
    reply = await people[0].slash(town.room, "support", person=town.alice)
    assert reply.deferred is late
    assert not reply.ephemeral
    (picture,) = reply.attachments
    assert (picture.filename, picture.content_type) == ("support.png", "image/png")
    assert picture.data.startswith(PNG)
    assert struct.unpack(">II", picture.data[16:24]) == (1024, 1280)
    assert picture.description is not None
    assert picture.description.startswith("Support base of Alice: 9 people.")
    assert "Headcount on 1 Mar 2026: 9." in picture.description
    assert len(picture.description) <= limits.MAX_ALT == 1024
    assert "**Headcount:** 9 people" in reply.content
    assert "**Endorse directly:** 9 people" in reply.content
    assert reply.content.count(" · 1") == 8
    assert reply.message.pinged_users == []
    bare = await people[0].slash(town.room, "support")
    assert "Nobody endorses you yet." in bare.text
    assert bare.attachments == []


async def test_pages_of_leaders_turn_in_their_place(town: Town) -> None:
    people = await town.members(*(f"P{number:02}" for number in range(13)))
    for follower, leader in zip(people[1:], people, strict=False):
        await endorse(town, follower, leader)
    page = await people[0].slash(town.room, "leaders", by="people")
    assert page.content.startswith("**Leaders by support base**\n\n1\\. " + people[0].mention)
    offers = [f"Endorse P{number:02}" for number in range(1, 5)]
    assert [button["label"] for button in page.message.buttons] == [*offers, "Next"]
    stranger = await people[5].press(page, "Next")
    assert stranger.ephemeral
    assert "for someone else" in stranger.text
    await (await people[0].press(page, "Next")).edited()
    assert [line for line in page.content.splitlines() if "·" in line] == [
        f"11\\. {people[10].mention} · 2",
        f"12\\. {people[11].mention} · 1",
    ]
    await (await people[0].press(page, "First page")).edited()
    assert f"10\\. {people[9].mention} · 3" in page.content
    assert len([m for m in town.room.visible_messages() if "Leaders" in m.content]) == 1


async def test_the_digest_is_one_message_the_next_morning(town: Town) -> None:
    bob, cat, dan = await town.members("Bob", "Cat", "Dan")
    await endorse(town, bob, town.alice)
    await endorse(town, cat, town.alice)
    await endorse(town, dan, bob)
    await town.chores()
    assert town.alice.dms == bob.dms == []
    town.clock.advance(timedelta(hours=20, minutes=59))
    await town.chores()
    assert town.alice.dms == []
    town.clock.advance(timedelta(minutes=1))  # 9 o'clock
    for _ in range(3):
        await town.chores()
        town.clock.advance(timedelta(minutes=1))
    (told,) = town.alice.dms
    assert told.content.startswith("**Your support in Farmers**")
    assert f"2 more people endorse you: {bob.mention}, {cat.mention}." in told.content
    assert "Your support base is 3 people." in told.content
    (told,) = bob.dms
    assert f"1 more person endorses you: {dan.mention}." in told.content
    await cat.slash(town.room, "unendorse")
    town.clock.advance(timedelta(days=1))
    await town.chores()
    assert [len(each.dms) for each in (town.alice, bob, cat, dan)] == [2, 1, 0, 0]
    assert f"1 person no longer endorses you: {cat.mention}." in town.alice.dms[1].content


async def test_whose_leader_left_is_offered_the_next(town: Town) -> None:
    bob, cat = await town.members("Bob", "Cat")
    await endorse(town, bob, town.alice)
    await endorse(town, cat, bob)
    leaving = await bob.slash(town.room, "leave")
    await (await bob.press(leaving, "Leave and erase")).edited()
    await town.chores()
    (told,) = cat.dms
    assert "has left, so your endorsement has ended" in told.content
    assert f"They endorsed {town.alice.mention}." in told.content
    await (await cat.press(told, "Endorse Alice")).edited()
    assert f"{cat.mention} endorses {town.alice.mention} now." in told.content
    assert "1 person" in (await cat.slash(town.room, "support", person=town.alice)).text


async def test_what_is_ones_own_is_for_oneself(town: Town) -> None:
    (bob,) = await town.members("Bob")
    nothing = await bob.slash(town.room, "branch")
    assert nothing.ephemeral
    assert "Nobody endorses you yet" in nothing.text
    await endorse(town, bob, town.alice)
    mine = await town.alice.slash(town.room, "branch")
    assert mine.ephemeral
    assert f"- {bob.mention} · <t:" in mine.content
    assert (await bob.slash(town.room, "invite")).ephemeral

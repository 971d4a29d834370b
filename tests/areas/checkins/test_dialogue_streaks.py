"""Streaks, the board and repairs, as people type it."""

from __future__ import annotations

from bot.chat.incoming import Who
from tests.areas.checkins.farm import Farm
from tests.scenes import DAY, HOUR, endorse, joined
from tests.stage import Persona


def who(persona: Persona) -> Who:
    return Who(persona.actor.native_id, persona.actor.name)


async def days(farm: Farm, number: int, *keen: Persona) -> None:
    """So many days with a call, answered by those."""
    for _ in range(number):
        farm.stage.clock.advance(DAY)
        await farm.stage.chores()
        asked = await farm.calls()
        for one in keen:
            await farm.press(one, asked)


async def test_a_streak_is_shown_with_what_it_has_and_what_is_open(farm: Farm) -> None:
    assert (await farm.bob.runs("streak", farm.place)).text == (
        "Streak of @Bob\nCurrent: 0 days\nLongest: 0 days\nFreezes: 0, the next after 7 more days in a row"
    )
    await days(farm, 6, farm.bob)
    asked = await farm.calls_of_next_day()
    heard = await farm.cat.runs("streak", farm.place, person=who(farm.bob))
    assert not heard.private
    assert heard.text == (
        "Streak of @Bob\nCurrent: 6 days\nLongest: 6 days\nFreezes: 0, the next after 1 more day in a row\n"
        "Still open: today until 2026-03-09T12:00:00+00:00"
    )
    assert (await farm.press(farm.bob, asked)).text == "Done. Day 7 in a row. You earned a freeze."


async def test_a_freeze_bridges_a_missed_day_and_says_so(farm: Farm) -> None:
    await days(farm, 7, farm.bob)
    await days(farm, 1)
    farm.stage.clock.advance(DAY)
    assert "Current: 7 days\nLongest: 7 days\nFreezes: 0" in (await farm.bob.runs("streak")).text
    asked = await farm.calls()
    assert (await farm.press(farm.bob, asked)).text == (
        "Done. Day 8 in a row. A freeze bridged the day you missed."
    )
    await days(farm, 1)
    farm.stage.clock.advance(DAY)
    assert "Current: 0 days\nLongest: 8 days" in (await farm.bob.runs("streak")).text


async def test_in_the_morning_one_is_told_that_yesterday_is_open(farm: Farm) -> None:
    await days(farm, 2, farm.bob)
    await days(farm, 1)
    farm.stage.clock.advance(20 * HOUR)
    asked = await farm.calls()
    assert (await farm.press(farm.bob, asked)).text == (
        "Done. Day 3 in a row. An earlier day is still open: /call today."
    )


async def test_the_board_turns_its_pages(farm: Farm) -> None:
    assert (await farm.bob.runs("board", farm.place)).text.startswith("Nobody has a streak yet.")
    others = [farm.stage.person(f"M{number}", farm.on) for number in range(12)]
    for one in others:
        await one.runs("join", farm.place)
    await days(farm, 2, farm.bob)
    await days(farm, 1, farm.bob, farm.cat, *others)
    heard = await farm.cat.runs("board", farm.place)
    assert not heard.private
    lines = heard.text.splitlines()
    assert lines[:3] == ["Current streaks", "1. @Bob · 3 days", "2. @Cat · 1 day"]
    assert len(lines) == 11
    assert heard.labels == ["Next"]
    second = await farm.cat.presses(heard, "Next", farm.place)
    assert second.reply.edit
    assert second.text.splitlines()[1:] == [f"{at}. @M{at - 3} · 1 day" for at in range(11, 15)]
    assert (await farm.cat.presses(second, "First page", farm.place)).text == heard.text


async def test_a_leader_repairs_and_the_member_is_told(farm: Farm) -> None:
    await days(farm, 2, farm.bob)
    await days(farm, 1)
    await days(farm, 1, farm.bob)
    refused = await farm.cat.runs("call repair", farm.place, person=who(farm.bob), day="yesterday")
    assert "leader" in refused.text
    heard = await farm.ada.runs("call repair", farm.place, person=who(farm.bob), day="yesterday")
    assert heard.private
    assert heard.text == "Wednesday counts for @Bob now: 4 days in a row."
    assert (await farm.stage.told(farm.bob))[-1].text == (
        "@Ada made Wednesday count for your streak in Farm: 4 days in a row."
    )
    assert (await farm.kinds())[-1] == "streak.repaired"
    assert "Current: 4 days" in (await farm.bob.runs("streak")).text
    again = await farm.ada.runs("call repair", farm.place, person=who(farm.bob), day="wed")
    assert again.text == "That day already counts for them."


async def test_a_day_before_somebody_joined_is_not_repaired(farm: Farm) -> None:
    await days(farm, 1)
    await days(farm, 1)
    dan = farm.stage.person("Dan", farm.on)
    await dan.runs("join", farm.place)
    heard = await farm.ada.runs("call repair", farm.place, person=who(dan), day="yesterday")
    assert "joined after that day" in heard.text


async def test_who_leads_repairs_for_their_own_people_only(farm: Farm) -> None:
    await farm.ada.runs("union rules", farm.place, leaders="supported", how_many=1, linked_only=False)
    await endorse(farm.cat, farm.bob, farm.place)
    await days(farm, 1, farm.ada, farm.cat)
    await days(farm, 1)
    await days(farm, 1)
    wrong = await farm.bob.runs("call repair", farm.place, person=who(farm.ada), day="yesterday")
    assert "members who follow you" in wrong.text
    right = await farm.bob.runs("call repair", farm.place, person=who(farm.cat), day="yesterday")
    assert "Tuesday counts for @Cat now: 2 days in a row." in right.text


async def test_nobody_missed_a_call_that_closed_before_they_joined(farm: Farm) -> None:
    await farm.calls(opens=12 * 60, closes=14 * 60)
    farm.stage.clock.advance(3 * HOUR)
    await farm.stage.chores()
    [dan] = await joined(farm.stage, farm.place, "Dan")
    farm.stage.clock.advance(DAY)
    refused = await farm.ada.runs("call repair", farm.place, person=who(dan), day="yesterday")
    assert "closed before they joined" in refused.text
    repaired = await farm.ada.runs("call repair", farm.place, person=who(farm.bob), day="yesterday")
    assert "closed before they joined" not in repaired.text

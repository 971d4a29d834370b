"""Calls whose hour has passed, days that have a call already, and where a branch finds its call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.areas.calls.domain.calls import CallState
from tests.scenes import HOUR, fill, founded, joined, later, posts, state_of, support, write_call
from tests.stage import Heard, Persona, Stage


@pytest.fixture(params=["words", "values"])
def on(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def schedule(ada: Persona, call: int, when: str) -> Heard:
    return await ada.runs("call schedule", None, call=str(call), when=when)


async def edited(ada: Persona, call: int, **options: str) -> Heard:
    form = await ada.runs("call edit", None, call=str(call), **options)
    return await fill(ada, form, title="Evening", what="Sow", why="", link="")


# -- a day that has a call already ---------------------------------------------------------------------------


async def test_the_call_that_has_the_day_is_moved_by_a_button(stage: Stage, on: str) -> None:
    ada, _ = await founded(stage, on)
    for title in ("One", "Two", "Three", "Four"):
        await write_call(ada, title)
    await schedule(ada, 1, "tomorrow")
    await schedule(ada, 3, "tuesday")
    await schedule(ada, 4, "queue")
    asked = await schedule(ada, 2, "tomorrow")
    assert asked.text == (
        "“One” (no. 1) is planned for tomorrow already. Move it to Wednesday 4 March, or choose another day for "
        "“Two” (no. 2)?"
    )
    assert asked.labels == ["Move no. 1", "Choose a day"]
    moved = await ada.presses(asked, "Move no. 1")
    assert moved.text == (
        "“Two” (no. 2) goes out tomorrow at 09:00.\n“One” (no. 1) goes out Wednesday 4 March at 09:00."
    )
    assert await state_of(stage, 4) is CallState.QUEUED, (
        "the day that was freed is for the call that wanted it"
    )


async def test_a_call_that_is_open_is_not_moved(stage: Stage, on: str) -> None:
    ada, _ = await founded(stage, on)
    await ada.presses(await write_call(ada, "One"), "Post today")
    await later(stage, HOUR / 12)
    refused = await ada.presses(await write_call(ada, "Two"), "Post today")
    assert "“One” (no. 1)" in refused.text
    assert "/call cancel" in refused.text
    assert refused.labels == []


async def test_what_would_go_out_right_away_is_said_before_another_call_is_moved(
    stage: Stage, on: str
) -> None:
    ada, farm = await founded(stage, on)
    await write_call(ada, "One", opens="18:00")
    await schedule(ada, 1, "today")
    asked = await ada.presses(await write_call(ada, "Two"), "Post today")
    assert "“Two” (no. 2) would go out right away, as its hour has passed." in asked.text
    await later(stage, HOUR / 12)
    assert await posts(stage, farm) == []
    await ada.presses(asked, "Move no. 1")
    await later(stage, HOUR / 12)
    assert [post.text.partition("\n")[0] for post in await posts(stage, farm)] == ["Two"]


async def test_a_rule_that_takes_every_day_leaves_no_room(stage: Stage, on: str) -> None:
    ada, _ = await founded(stage, on)
    for title in ("One", "Two"):
        await write_call(ada, title)
    await schedule(ada, 1, "daily")
    assert "no other day is free" in (await schedule(ada, 2, "tomorrow")).text


# -- an hour that has passed ---------------------------------------------------------------------------------


async def test_a_new_hour_that_has_passed_is_asked_about_before_it_posts(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    await write_call(ada, "Evening", "Plant", opens="18:00")
    await schedule(ada, 1, "today")
    asked = await edited(ada, 1, opens="9:00")
    assert asked.text == (
        "It is 12:00. If “Evening” (no. 1) opens at 09:00 today, it goes out right away. Nothing is changed yet."
    )
    await later(stage, HOUR / 12)
    assert await posts(stage, farm) == []
    done = await ada.presses(asked, "Post it now")
    assert "Changed." in done.text
    await later(stage, HOUR / 12)
    [post] = await posts(stage, farm)
    assert post.text.startswith("Evening\nSow\n")


async def test_a_new_hour_that_is_ahead_is_taken_without_asking(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    await write_call(ada, "Evening", "Plant", opens="18:00")
    await schedule(ada, 1, "today")
    assert "Changed." in (await edited(ada, 1, opens="15:00")).text
    await later(stage, HOUR * 3)
    assert len(await posts(stage, farm)) == 1


async def test_a_rule_whose_new_hour_has_passed_asks_too(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    await write_call(ada, "Evening", "Plant", opens="18:00")
    await schedule(ada, 1, "daily")
    asked = await edited(ada, 1, opens="9:00")
    assert "“Evening” (no. 2) opens at 09:00 today" in asked.text
    await later(stage, HOUR / 12)
    assert await posts(stage, farm) == []


async def test_a_time_zone_in_which_the_hour_has_passed_is_asked_about(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    await write_call(ada, "Evening", "Plant", opens="18:00")
    await schedule(ada, 1, "today")
    asked = await ada.runs("union edit", farm, time_zone="Asia/Tokyo", name="Fields")  # it is 21:00 there
    assert asked.private
    assert asked.text.startswith("In Asia/Tokyo the hour of “Evening” (no. 1) has passed, so it would go out")
    assert "Farm" in (await ada.runs("union about", farm)).text
    await later(stage, HOUR / 12)
    assert await posts(stage, farm) == []
    done = await ada.presses(asked, "Change it now")
    assert "Time zone: Asia/Tokyo" in done.text
    assert "Name: Fields" in done.text
    await later(stage, HOUR / 12)
    assert len(await posts(stage, farm)) == 1


# -- a branch ------------------------------------------------------------------------------------------------


async def test_the_author_of_a_branch_call_is_told_where_it_is_seen(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    [bo] = await joined(stage, farm, "Bo")
    await ada.runs("union rules", farm, leaders="supported", how_many="3")
    await support(stage, bo, 3)
    planned = await ada.presses(await write_call(ada, "All", opens="18:00"), "Post today")
    assert "branch" not in planned.text
    branch = await bo.presses(await write_call(bo, "Meet"), "Post today")
    assert "Your branch finds it with /call today" in branch.text


# -- words ---------------------------------------------------------------------------------------------------


async def test_a_call_that_closes_before_midnight_says_at_which_moment(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    await ada.presses(await write_call(ada, "Short", closes="18:00"), "Post today")
    await later(stage, timedelta(minutes=5))
    [post] = await posts(stage, farm)
    assert "Open until 2026-03-01T18:00:00+00:00." in post.text

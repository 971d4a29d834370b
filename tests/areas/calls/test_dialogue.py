"""Preparing, scheduling and posting calls, as people type it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.calls.storage import lists as lists_storage
from bot.chat.incoming import CommandCall, File, Incoming, Place, SpaceMoved
from bot.chat.targets import Target
from tests.scenes import (
    DAY,
    HOUR,
    connected,
    entries,
    fill,
    founded,
    joined,
    later,
    posts,
    state_of,
    support,
    write_call,
)
from tests.stage import Persona, Stage


@pytest.mark.parametrize("on", ["words", "values"])
class TestWriting:
    async def test_a_draft_is_shown_as_it_will_look_and_posted_today(self, stage: Stage, on: str) -> None:
        ada, farm = await founded(stage, on)
        heard = await write_call(ada, "Plant *trees*", "One each", "Shade", proof="photo")
        assert heard.private
        assert heard.text == (
            "No. 1 is a call for the whole union (a draft), open from 09:00.\nPlant *trees*\nOne each\nWhy: Shade\n"
            "Show a photo as your proof.\nIt has no day yet."
        )
        assert heard.labels == ["Post today", "Queue it", "Choose a day", "Edit", "Discard"]
        done = await ada.presses(heard, "Post today")
        assert done.text == "“Plant *trees*” (no. 1) goes out now."
        assert await posts(stage, farm) == []
        await stage.chores()
        await stage.chores()
        [post] = await posts(stage, farm)
        assert post.text == (
            "Plant *trees*\nOne each\nWhy: Shade\nShow a photo as your proof.\n"
            "Be the first to answer. Open until midnight tonight (UTC), 2026-03-02T00:00:00+00:00."
        )
        assert post.labels == ["Done"]
        assert await state_of(stage, 1) is CallState.OPEN

    async def test_a_draft_is_changed_and_discarded(self, stage: Stage, on: str) -> None:
        ada, _ = await founded(stage, on)
        heard = await write_call(ada, "Plant", "One each", "Shade", "example.org/how")
        assert "Link: example.org/how" not in heard.text
        assert "Link: https://example.org/how" in heard.text
        assert "Someone else has to approve" in heard.text
        form = await ada.presses(heard, "Edit")
        changed = await fill(ada, form, title="Sow", what="Two each", why="-", link="-")
        assert "Sow\nTwo each\nIt has no day yet." in changed.text
        asked = await ada.presses(changed, "Discard")
        assert asked.text == "Discard “Sow” (no. 1)?"
        assert "discarded" in (await ada.presses(asked, "Discard it")).text
        assert await state_of(stage, 1) is None

    async def test_what_does_not_fit_is_said_and_can_be_typed_again(self, stage: Stage, on: str) -> None:
        ada, _ = await founded(stage, on)
        assert "not a time of day" in (await ada.runs("call new", None, opens="25:00")).text
        late = await ada.runs("call new", None, opens="18:00", closes="17:00")
        assert "close before it opens" in late.text
        assert "not a web address" in (await write_call(ada, "A", link="javascript:alert(1)")).text
        assert "before the @" in (await write_call(ada, "A", link="https://a.org@b.org")).text
        assert "too many signs" in (await write_call(ada, "A", "*" * 600, "*" * 300)).text

    async def test_a_member_has_20_drafts(self, stage: Stage, on: str) -> None:
        ada, _ = await founded(stage, on)
        for number in range(20):
            assert (
                f"No. {number + 1} is a call for the whole union (a draft)"
                in (await write_call(ada, f"Call {number}")).text
            )
            stage.clock.advance(timedelta(minutes=4))
        assert "You have 20 drafts" in (await write_call(ada, "One more")).text


async def test_what_was_there_can_be_kept_while_words_are_typed(stage: Stage) -> None:
    ada, _ = await founded(stage)
    heard = await write_call(ada, "Plant", "One each", "Shade")
    asked = await ada.presses(heard, "Edit")
    assert "Now: Plant" in asked.text
    assert "/skip keeps it as it is" in asked.text
    changed = await fill(ada, asked, title="", what="Two each", why="", link="")
    assert "Plant\nTwo each\nWhy: Shade" in changed.text


async def test_the_group_alone_means_todays_call(stage: Stage) -> None:
    ada, farm = await founded(stage)
    assert (await ada.says("/call", farm)).text == (await ada.says("/call today", farm)).text
    assert (
        "There is no command /call tody. Did you mean /call today?"
        in (await ada.says("/call tody", farm)).text
    )


# -- who may -------------------------------------------------------------------------------------------------


async def test_only_leaders_prepare_and_only_the_founder_for_all(stage: Stage) -> None:
    ada, farm = await founded(stage)
    [bo] = await joined(stage, farm, "Bo")
    assert "This is for leaders" in (await bo.runs("call new", farm)).text
    await ada.runs("union rules", farm, leaders="supported", how_many="3")
    await support(stage, bo, 3)
    assert (
        "Only the founder can call the whole union" in (await bo.runs("call new", farm, audience="all")).text
    )
    heard = await write_call(bo, "Meet")
    assert "for your branch" in heard.text
    assert "no call “1”" not in (await ada.says("/call preview 1")).text  # the founder manages all
    await write_call(ada, "March")
    assert "no such call" in (await bo.says("/call cancel 2")).text
    await bo.presses(heard, "Post today")
    await stage.chores()
    await stage.chores()
    assert await state_of(stage, 1) is CallState.OPEN
    assert await posts(stage, farm) == [], "branches see theirs with /call today"


# -- days ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", ["words", "values"])
async def test_days_are_named_checked_and_taken_once(stage: Stage, on: str) -> None:
    ada, _ = await founded(stage, on)
    for title in ("One", "Two", "Three"):
        await write_call(ada, title)

    async def schedule(call: str, when: str, **more: str) -> str:
        return (await ada.runs("call schedule", None, call=call, when=when, **more)).text

    assert await schedule("One", "tomorrow") == "“One” (no. 1) goes out tomorrow at 09:00."
    taken = await schedule("two", "monday")
    assert taken.startswith(
        "“One” (no. 1) is planned for tomorrow already. Move it to Tuesday 3 March, or choose"
    )
    assert await schedule("2", "friday") == "“Two” (no. 2) goes out Friday 6 March at 09:00."
    assert await schedule("2", "2026-12-01") == "“Two” (no. 2) goes out Tuesday 1 December at 09:00."
    assert "has passed" in await schedule("3", "2026-02-28")
    assert "more than 400 days" in await schedule("3", "2028-01-01")
    assert "not a day" in await schedule("3", "someday")
    assert "A single day needs no until" in await schedule("3", "friday", until="2026-12-01")
    assert "no call “Four”" in await schedule("Four", "friday")
    assert "no such call" in await schedule("99", "friday")
    assert await schedule("3", "next sunday") == "“Three” (no. 3) goes out Sunday 8 March at 09:00."
    assert await schedule("3", "9.3.") == "“Three” (no. 3) goes out Monday 9 March at 09:00."


@pytest.mark.parametrize("on", ["words", "values"])
async def test_a_call_whose_hour_has_passed_goes_out_after_a_press_only(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    written = await write_call(ada, "Late")
    asked = await ada.runs("call schedule", None, call="Late", when="today")
    assert asked.text == (
        "It is 12:00, and “Late” (no. 1) opens at 09:00, so it would go out right away. Post it now, or choose "
        "another day?"
    )
    chosen = await fill(ada, await ada.presses(written, "Choose a day"), day="sunday")
    assert chosen.labels == asked.labels == ["Post it now", "Choose a day"]
    await later(stage, HOUR / 12)
    assert await state_of(stage, 1) is CallState.DRAFT
    assert await posts(stage, farm) == []
    assert (await ada.presses(asked, "Post it now")).text == "“Late” (no. 1) goes out now."
    await later(stage, HOUR / 12)
    assert len(await posts(stage, farm)) == 1


async def test_a_call_whose_hour_is_ahead_today_is_planned_without_asking(stage: Stage) -> None:
    ada, _ = await founded(stage)
    await write_call(ada, "Evening", opens="6:30pm", closes="midnight")
    heard = await ada.runs("call schedule", None, call="1", when="today")
    assert heard.text == "“Evening” (no. 1) goes out today at 18:30."


async def test_the_day_is_the_unions_and_its_hours_can_be_over(stage: Stage) -> None:
    ada, farm = await founded(stage)
    await ada.runs("union edit", farm, time_zone="Pacific/Kiritimati")  # Monday, 2:00
    await write_call(ada, "Early", opens="0:30", closes="1:30")
    assert (
        "it would be over at 01:30" in (await ada.runs("call schedule", None, call="1", when="monday")).text
    )
    heard = await ada.runs("call schedule", None, call="1", when="tomorrow")
    assert heard.text == "“Early” (no. 1) goes out tomorrow at 00:30."
    call = await stage.store.read(calls_storage.by_id, 1)
    assert call is not None
    assert call.opens_at == datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


async def test_a_new_time_zone_moves_planned_calls(stage: Stage) -> None:
    ada, farm = await founded(stage)
    await write_call(ada, "Plan")
    await ada.runs("call schedule", None, call="1", when="tuesday")
    await ada.runs("union edit", farm, time_zone="America/New_York")
    call = await stage.store.read(calls_storage.by_id, 1)
    assert call is not None
    assert call.opens_at == datetime(2026, 3, 3, 14, tzinfo=UTC)
    assert call.closes_at == datetime(2026, 3, 4, 5, tzinfo=UTC)


async def test_the_queue_fills_free_days(stage: Stage) -> None:
    ada, farm = await founded(stage)
    for title in ("One", "Two", "Three"):
        await write_call(ada, title)
    first = await ada.runs("call schedule", None, call="1", when="queue")
    assert first.text == "“One” (no. 1) goes out tomorrow at 09:00: that day was free."
    second = await ada.runs("call schedule", None, call="2", when="queue")
    assert second.text == "“Two” (no. 2) is in the queue and goes out on the next day that is free."
    await ada.runs("call schedule", None, call="3", when="tuesday")
    for _ in range(4):
        await later(stage, DAY)
    assert [post.text.partition("\n")[0] for post in await posts(stage, farm)] == ["One", "Three", "Two"]


async def test_rules_come_again_and_give_way_to_planned_calls(stage: Stage) -> None:
    ada, farm = await founded(stage)
    await write_call(ada, "Water")
    await write_call(ada, "March")
    heard = await ada.runs("call schedule", None, call="Water", when="mon, wed and thu", until="2026-03-11")
    assert heard.text == (
        "“Water” (no. 1) comes every Monday, Wednesday and Thursday, from 09:00, until Wednesday 11 March. "
        "The first time is tomorrow."
    )
    await ada.runs("call schedule", None, call="March", when="wednesday")
    for _ in range(14):
        await later(stage, DAY / 2)
        await later(stage, DAY / 2)
    assert [post.text.partition("\n")[0] for post in await posts(stage, farm)] == [
        "Water",
        "March",
        "Water",
        "Water",
        "Water",
    ]


async def test_a_rule_is_ended_from_the_list(stage: Stage) -> None:
    ada, _ = await founded(stage)
    await write_call(ada, "Water")
    await ada.runs("call schedule", None, call="1", when="daily")
    await write_call(ada, "Queued")
    await ada.runs("call schedule", None, call="Queued", when="queue")
    assert "Tomorrow: “Water” (no. 2), planned, from 09:00" in (await ada.says("/call list")).text
    assert "Tuesday 3 March: “Water” (no. 1), by its rule" in (await ada.says("/call list")).text
    shown = await ada.says("/call list rules")
    assert "“Water” (no. 1): every day, from 09:00" in shown.text
    confirm = await ada.presses(shown, "End no. 1")
    assert "has ended" in (await ada.presses(confirm, "End it")).text
    after = (await ada.says("/call list")).text
    assert "Tomorrow: “Queued” (no. 3), planned" in after, "its day is free for the queue"
    assert "Tuesday 3 March: free" in after
    assert "Nothing here" in (await ada.says("/call list rules")).text


async def test_lists_have_pages(stage: Stage) -> None:
    ada, _ = await founded(stage)
    for number in range(13):
        await write_call(ada, f"Call {number}")
        if number < 12:
            await ada.runs("call schedule", None, call=f"Call {number}", when="queue")
        stage.clock.advance(timedelta(minutes=4))
    shown = await ada.says("/call list queue")
    assert "“Call 1” (no. 2)" in shown.text
    assert "“Call 11” (no. 12)" not in shown.text
    assert "“Call 11” (no. 12)" in (await ada.presses(shown, "More")).text
    drafts = await ada.presses(shown, "Drafts")
    assert "“Call 12” (no. 13), from 09:00" in drafts.text
    days = await ada.presses(drafts, "Next days")
    assert "Tomorrow: “Call 0”" in days.text
    assert "Tomorrow" not in (await ada.presses(days, "More")).text


async def test_suggestions_are_the_actors_own(stage: Stage) -> None:
    from bot.chat.incoming import CommandCall, Incoming

    ada, _ = await founded(stage, "values")
    await write_call(ada, "Plant trees")
    await write_call(ada, "March")
    act = Incoming("s1", ada.actor, stage.private(ada), CommandCall("call schedule", {}))
    assert await stage.core.suggest(act, "call", "TREE") == [("Plant trees (no. 1, a draft)", "1")]
    assert len(await stage.core.suggest(act, "call", "")) == 2


# -- opening and closing ---------------------------------------------------------------------------------------


async def opened_call(stage: Stage, on: str = "words", **options: str) -> tuple[Persona, Place]:
    ada, farm = await founded(stage, on)
    await ada.presses(await write_call(ada, "Plant", **options), "Post today")
    await stage.chores()
    await stage.chores()
    return ada, farm


async def test_a_call_opens_at_its_hour_once(stage: Stage) -> None:
    ada, farm = await founded(stage)
    await write_call(ada, "Plant")
    await ada.runs("call schedule", None, call="1", when="tomorrow")
    await later(stage, 20 * HOUR)
    assert await posts(stage, farm) == []
    await later(stage, HOUR)
    await later(stage, HOUR)
    [post] = await posts(stage, farm)
    assert "late" not in post.text
    assert len(await entries(stage, "call.opened")) == 1


async def test_what_opens_late_says_so_and_what_is_over_does_not_open(stage: Stage) -> None:
    ada, farm = await founded(stage)
    await write_call(ada, "Plant")
    await write_call(ada, "Sow")
    await ada.runs("call schedule", None, call="1", when="tomorrow")
    await ada.runs("call schedule", None, call="2", when="tuesday")
    stage.clock.advance(2 * DAY)  # Tuesday noon: nothing ran
    await stage.chores()
    await stage.chores()
    [post] = await posts(stage, farm)
    assert post.text.startswith("Sow")
    assert "It opened late." in post.text
    assert await state_of(stage, 1) is CallState.CANCELLED
    assert [heard.text for heard in await stage.told(ada)] == [
        "Your call “Plant” (no. 1) was not posted: it was over before I could post it. "
        "Prepare another with /call new."
    ]


@pytest.mark.parametrize("on", ["words", "values"])
async def test_posts_count_answers_and_say_when_it_is_closed(stage: Stage, on: str) -> None:
    _, farm = await opened_call(stage, on)
    [post] = await posts(stage, farm)
    button = post.button("Done")
    [bo] = await joined(stage, farm, "Bo")
    await bo.presses(post, "Done", farm)
    await later(stage, timedelta(seconds=1))
    *_, edited = await posts(stage, farm)
    assert "1 person answered so far" in edited.text
    assert edited.button("Done").token == button.token
    target, _, _ = [d for d in stage.platforms[on].delivered if d[0].chat == farm.chat][-1]
    assert target.message is not None
    assert target.message.startswith("sent-")
    await later(stage, 12 * HOUR)
    assert await state_of(stage, 1) is CallState.CLOSED
    *_, closed = await posts(stage, farm)
    assert "Closed. 1 person answered. Late answers count until" in closed.text
    [cy] = await joined(stage, farm, "Cy")
    assert "closed before you joined" in (await cy.presses(closed, "Done, late", farm)).text
    await later(stage, 14 * HOUR)
    await later(stage, timedelta(minutes=1))
    *_, settled = await posts(stage, farm)
    assert (settled.labels, "Closed. 1 person answered." in settled.text) == ([], True)
    assert "Late answers" not in settled.text
    count = len(await posts(stage, farm))
    await later(stage, DAY)
    assert len(await posts(stage, farm)) == count
    assert await entries(stage, "call.closed") == ['{"answered":1,"call":1}']


async def test_counts_follow_at_most_every_15_seconds_with_the_last_value(stage: Stage) -> None:
    _, farm = await opened_call(stage)
    people = [stage.person(f"P{number}") for number in range(6)]
    [post] = await posts(stage, farm)
    for person in people:
        await person.says("/join", farm)
        await person.presses(post, "Done", farm)
        await later(stage, timedelta(seconds=5))
        await posts(stage, farm)
    edits = [heard for heard in await posts(stage, farm) if "answered so far" in heard.text]
    assert [heard.text.split("\n")[-1].split(" ")[0] for heard in edits] == ["1", "4"]
    await later(stage, timedelta(seconds=10))
    assert "6 people answered so far" in (await posts(stage, farm))[-1].text


async def test_an_open_call_changes_its_words_only(stage: Stage) -> None:
    ada, farm = await opened_call(stage)
    form = await ada.runs("call edit", None, call="1", proof="photo")
    refused = await fill(ada, form, title="Sow", what="", why="", link="")
    assert "not what it asks for" in refused.text
    form = await ada.runs("call edit", None, call="1")
    refused = await fill(ada, form, title="Sow", what="", why="", link="evil.example")
    assert "no link to a new place" in refused.text
    form = await ada.runs("call edit", None, call="1")
    await fill(ada, form, title="Sow", what="Two", why="", link="")
    await later(stage, timedelta(seconds=20))
    edited = (await posts(stage, farm))[-1]
    assert edited.text.startswith("Sow\nTwo\n")
    assert edited.labels == ["Done"]


async def test_a_cancelled_call_says_so_and_frees_its_day(stage: Stage) -> None:
    ada, farm = await opened_call(stage)
    asked = await ada.runs("call cancel", None, call="Plant")
    assert "It is open, and nobody has answered yet." in asked.text
    assert "its day is free again." in (await ada.presses(asked, "Cancel it")).text
    await later(stage, timedelta(seconds=20))
    edited = (await posts(stage, farm))[-1]
    assert "This call was cancelled." in edited.text
    assert edited.labels == []
    await ada.presses(await write_call(ada, "Sow"), "Post today")
    await later(stage, timedelta(seconds=20))
    assert (await posts(stage, farm))[-1].text.startswith("Sow")


async def test_a_post_that_was_not_sent_says_what_is_so_when_it_is(stage: Stage) -> None:
    ada, farm = await founded(stage)
    await ada.presses(await write_call(ada, "Plant"), "Post today")
    await stage.chores()
    await later(stage, 13 * HOUR)
    [post] = await posts(stage, farm)
    assert "Closed. Nobody answered." in post.text
    await later(stage, HOUR)
    assert len(await posts(stage, farm)) == 1


# -- places ----------------------------------------------------------------------------------------------------


async def test_calls_are_posted_where_the_union_was_founded_or_where_it_is_said(stage: Stage) -> None:
    ada, farm = await founded(stage, "values")
    barn = stage.group("Barn")
    await connected(stage, ada, farm, stage.person("Cy", moderator=True), barn)
    other = Place("values", "channel-2", farm.space, "topic", farm.title)
    assert "This is for moderators" in (await stage.person("Bo", "values").says("/call here", other)).text
    assert "calls are posted here" in (await ada.says("/call here", other)).text
    await ada.presses(await write_call(ada, "Plant"), "Post today")
    await later(stage, timedelta(seconds=1))
    assert await posts(stage, farm) == []
    assert len(await posts(stage, other)) == 1
    assert len(await posts(stage, barn)) == 2, "the welcome, and the call"
    assert Target("values", chat="channel-2", thread="topic") in [
        target for target, _, _ in stage.platforms["values"].delivered
    ]


async def test_a_post_is_edited_where_it_stands(stage: Stage) -> None:
    ada, farm = await opened_call(stage)
    await posts(stage, farm)
    await ada.says("/call here", Place("words", "elsewhere", farm.space, None, farm.title))
    await ada.presses(await ada.runs("call cancel", None, call="1"), "Cancel it")
    await later(stage, timedelta(seconds=20))
    assert "cancelled" in (await posts(stage, farm))[-1].text


async def test_a_group_that_gets_another_id_keeps_its_posts(stage: Stage) -> None:
    ada, cave = stage.person("Ada", moderator=True), Place("words", "-1", "-1", None, "Cave")
    await ada.runs("union create", cave, name="Cave", purpose="Dig", time_zone="UTC")
    await ada.does(SpaceMoved("-2"), cave)
    await ada.presses(await write_call(ada, "Plant"), "Post today")
    await later(stage, timedelta(seconds=1))
    assert len(await posts(stage, Place("words", "-2"))) == 1


async def test_where_nobody_said_in_which_chat_moderators_are_told_once(stage: Stage) -> None:
    from sqlalchemy import update

    from bot.areas.spaces.tables import spaces as spaces_table
    from bot.storage.statements import Statement

    ada, farm = await founded(stage)
    await stage.store.write(lambda tx: tx.run(Statement(update(spaces_table).values(chat=None))))
    for title in ("One", "Two"):
        await ada.presses(await write_call(ada, title), "Post today")
        await later(stage, timedelta(seconds=1))
        stage.clock.advance(DAY)
    told = [heard.text for heard in await stage.told(ada) if "no channel is chosen" in heard.text]
    assert len(told) == 1
    assert "/call here" in told[0]
    assert "Farm (Words)" in told[0]
    assert await posts(stage, farm) == []


# -- seeing ------------------------------------------------------------------------------------------------------


async def test_a_preview_shows_the_post_without_its_button(stage: Stage) -> None:
    ada, farm = await founded(stage)
    await write_call(ada, "Plant", "One each", "Shade")
    await ada.runs("call schedule", None, call="1", when="tomorrow")
    shown = await ada.says("/call preview Plant")
    assert shown.labels == []
    await later(stage, 21 * HOUR)
    [post] = await posts(stage, farm)
    assert shown.text.startswith(post.text)
    assert "they are shown in UTC" in shown.text


async def test_the_unions_hour(stage: Stage) -> None:
    ada, farm = await founded(stage)
    assert "not a time of day" in (await ada.says("/call hour 24:00", farm)).text
    assert "New calls open at 18:30 (UTC)" in (await ada.says("/call hour 18:30", farm)).text
    assert "from 18:30" in (await write_call(ada, "Plant")).text


# -- people ------------------------------------------------------------------------------------------------------


async def test_what_a_leader_prepared_goes_with_them(stage: Stage) -> None:
    ada, farm = await founded(stage)
    [bo] = await joined(stage, farm, "Bo")
    await ada.runs("union rules", farm, leaders="supported", how_many="3")
    await support(stage, bo, 3)
    for title, when in (("Draft", None), ("Day", "tuesday"), ("Rule", "daily"), ("Queued", "queue")):
        await write_call(bo, title)
        if when:
            await bo.runs("call schedule", None, call=title, when=when)
    await bo.presses(await bo.says("/leave"), "Leave and erase")
    for state in (CallState.DRAFT, CallState.PLANNED, CallState.TEMPLATE, CallState.QUEUED):
        assert await stage.store.read(lists_storage.of_branch, 1, 2, state, 10) == []


async def test_no_picture_is_fetched_for_a_call_that_cannot_have_it(stage: Stage) -> None:
    """Its file is not there: fetching it would be an incident."""
    ada, _ = await founded(stage)
    gone = File("nowhere", "a.jpg", "image/jpeg", 9)
    await ada.presses(await write_call(ada, "Over", "A tree"), "Post today")
    await later(stage, DAY)
    assert "This call is over" in (await ada.runs("call edit", call="1", image=gone)).text
    assert "no such call" in (await ada.runs("call edit", call="99", image=gone)).text
    stage.clock.advance(DAY)
    for _ in range(10):
        await write_call(ada, "Plant", "A tree")
    stage.clock.advance(DAY)
    for _ in range(10):
        await write_call(ada, "Plant", "A tree")
    stage.clock.advance(DAY)
    assert "You have 20 drafts" in (await ada.runs("call new", image=gone)).text


@pytest.mark.parametrize(
    ("command", "param", "typed", "offered"),
    [
        ("call schedule", "when", "fri", [("Friday 6 March", "2026-03-06")]),
        ("call schedule", "when", "next sunday", [("Sunday 8 March", "2026-03-08")]),
        ("call schedule", "when", "3.12.", [("Thursday 3 December", "2026-12-03")]),
        ("call schedule", "until", "tom", [("tomorrow", "2026-03-02")]),
        ("call new", "opens", "6pm", [("18:00", "18:00")]),
        ("call new", "closes", "midnight", [("midnight", "midnight")]),
        ("call reminders", "hour", "1830", [("18:30", "18:30")]),
        ("call hour", "time", "2", [("20:00", "20:00"), ("21:00", "21:00"), ("22:00", "22:00")]),
    ],
)
async def test_days_and_hours_are_offered(
    stage: Stage, command: str, param: str, typed: str, offered: list[tuple[str, str]]
) -> None:
    ada, farm = await founded(stage)
    half_typed = Incoming("half-typed", ada.actor, farm, CommandCall(command, {}))
    assert list(await stage.core.suggest(half_typed, param, typed)) == offered

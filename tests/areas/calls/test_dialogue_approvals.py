"""The second look: the founder's list of hosts, and another person's eyes for all others and for pictures."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image as Drawn

from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.storage import calls as calls_storage
from bot.chat.incoming import Place
from bot.chat.model import Image
from tests.scenes import (
    DAY,
    HOUR,
    fill,
    founded,
    joined,
    later,
    moderates_union,
    posts,
    state_of,
    support,
    write_call,
)
from tests.stage import Heard, Persona, Stage


async def with_leader(stage: Stage, on: str = "words") -> tuple[Persona, Persona, Place]:
    """Ada founded, Bo leads too."""
    ada, farm = await founded(stage, on)
    [bo] = await joined(stage, farm, "Bo")
    await ada.runs("union rules", farm, leaders="supported", how_many="3")
    await support(stage, bo, 3)
    return ada, bo, farm


async def asked(stage: Stage, persona: Persona) -> list[Heard]:
    """Requests for approval that this person got."""
    return [heard for heard in await stage.told(persona) if any("Approve" in label for label in heard.labels)]


async def approved(stage: Stage, call: int) -> bool:
    found = await stage.store.read(calls_storage.by_id, call)
    assert found is not None
    return found.approved


@pytest.mark.parametrize("on", ["words", "values"])
async def test_another_leader_approves_a_link_before_it_is_posted(stage: Stage, on: str) -> None:
    ada, bo, farm = await with_leader(stage, on)
    heard = await write_call(ada, "Sign", link="https://petition.example/a")
    assert "leads to petition.example. Someone else has to approve it" in heard.text
    assert await asked(stage, bo) == [], "a draft is nobody's business"
    told = await ada.presses(heard, "Post today")
    assert "goes out once it is approved." in told.text
    assert "I asked someone else to approve it" in told.text
    await later(stage, timedelta(minutes=20))
    assert await posts(stage, farm) == []
    [request] = await asked(stage, bo)
    assert (
        "Ada wrote this call for Farm. It is planned for today at 09:00. It leads to petition.example."
        in request.text
    )
    assert "Link: https://petition.example/a" in request.text, "as code, not as a link"
    assert "picture" not in request.text
    assert (await bo.presses(request, "Approve no. 1")).text == "“Sign” (no. 1) is approved."
    await later(stage, timedelta(seconds=5))
    [post] = await posts(stage, farm)
    assert "Link: petition.example/a" in post.text
    assert "It opened late." in post.text
    assert "Your call “Sign” (no. 1) is approved." in [heard.text for heard in await stage.told(ada)]
    again = await bo.presses(request, "Approve no. 1")
    assert "does not wait for approval any more" in again.text


async def test_who_wrote_it_cannot_approve_it_and_members_cannot(stage: Stage) -> None:
    ada, bo, farm = await with_leader(stage)
    await ada.presses(await write_call(ada, "Sign", link="a.example"), "Queue it")
    shown = await ada.says("/call approvals", farm)
    assert "in the queue. It leads to a.example" in shown.text
    assert "You wrote this yourself, so another leader or a moderator of the union decides" in shown.text
    assert shown.labels == []
    [cy] = await joined(stage, farm, "Cy")
    assert "This is for moderators" in (await cy.says("/call approvals", farm)).text
    bos = await bo.says("/call approvals", farm)
    assert "You wrote this yourself" not in bos.text
    assert bos.labels == ["Approve no. 1", "Refuse no. 1"]
    [request] = await asked(stage, bo)
    assert "You wrote this yourself" in (await ada.presses(request, "Approve no. 1", farm)).text
    assert "You wrote this yourself" in (await ada.presses(request, "Refuse no. 1", farm)).text
    assert "This is for moderators" in (await cy.presses(request, "Approve no. 1", farm)).text
    assert not await approved(stage, 1)


@pytest.mark.parametrize("on", ["words", "values"])
async def test_a_moderator_who_is_no_member_approves(stage: Stage, on: str) -> None:
    ada, farm = await founded(stage, on)
    mo = stage.person("Mo", on, moderator=True)
    await moderates_union(ada, farm)
    told = await ada.presses(await write_call(ada, "Sign", link="a.example"), "Queue it")
    assert (
        "Another leader or a moderator of the union has to approve it with /call approvals first" in told.text
    )
    shown = await mo.says("/call approvals", farm)
    await mo.presses(shown, "Approve no. 1", farm)
    assert await approved(stage, 1)
    assert await state_of(stage, 1) is CallState.PLANNED, "the queue gave it a day at once"
    assert (await mo.says("/call approvals", farm)).text == "No call waits for approval."


async def test_the_moderators_chat_is_asked_too(stage: Stage) -> None:
    ada, farm = await founded(stage)
    den = Place("words", "den", farm.space, None, farm.title)
    mo = stage.person("Mo", moderator=True)
    await moderates_union(ada, farm)
    await mo.says("/flags here", den)
    await ada.presses(await write_call(ada, "Sign", link="a.example"), "Post today")
    [request] = await posts(stage, den)
    await mo.presses(request, "Refuse no. 1", den)
    assert await state_of(stage, 1) is CallState.DRAFT
    assert "was not approved and is a draft again" in (await stage.told(ada))[-1].text
    await ada.runs("call schedule", None, call="1", when="today")
    assert len(await posts(stage, den)) == 1, "nobody is asked twice about the same words"


async def test_a_leaders_call_is_shown_to_the_founder(stage: Stage) -> None:
    ada, bo, _ = await with_leader(stage)
    await bo.presses(await write_call(bo, "Sign", link="a.example"), "Post today")
    [request] = await asked(stage, ada)
    await ada.presses(request, "Approve no. 1")
    await later(stage, timedelta(seconds=5))
    assert await state_of(stage, 1) is CallState.OPEN


async def test_trusted_hosts_need_nobody(stage: Stage) -> None:
    ada, bo, farm = await with_leader(stage)
    await ada.presses(await write_call(ada, "Sign", "Go to a.example/x"), "Queue it")
    assert await state_of(stage, 1) is CallState.QUEUED
    assert "for the founder" in (await bo.runs("call hosts", farm, action="add", host="a.example")).text
    assert "No host is trusted yet" in (await bo.says("/call hosts", farm)).text
    assert "not one host" in (await ada.runs("call hosts", farm, action="add", host="nothing")).text
    assert "Say which host" in (await ada.runs("call hosts", farm, action="add")).text
    added = await ada.runs("call hosts", farm, action="add", host="https://www.A.example/page")
    assert added.text == "a.example is trusted from now on. These calls no longer wait: “Sign” (no. 1)."
    assert await state_of(stage, 1) is CallState.PLANNED
    assert "- a.example" in (await ada.says("/call hosts", farm)).text
    assert "on the list already" in (await ada.runs("call hosts", farm, action="add", host="a.example")).text
    heard = await write_call(ada, "Sing", link="https://a.example/other")
    assert "approve" not in heard.text
    sub = await write_call(ada, "Sub", link="https://evil.a.example")
    assert "leads to evil.a.example" in sub.text
    assert "no longer trusted" in (await ada.runs("call hosts", farm, action="remove", host="a.example")).text
    assert (
        "is not on the list" in (await ada.runs("call hosts", farm, action="remove", host="a.example")).text
    )
    assert await approved(stage, 1), "what was let through stays so"


async def test_a_new_host_in_an_approved_call_asks_again_and_its_writer_is_the_author(stage: Stage) -> None:
    ada, bo, _ = await with_leader(stage)
    await bo.presses(await write_call(bo, "Sign", link="a.example"), "Choose a day")
    await bo.says("friday")
    [request] = await asked(stage, ada)
    await ada.presses(request, "Approve no. 1")
    form = await ada.runs("call edit", None, call="1")
    same = await fill(ada, form, title="Sign!", what="Today: https://a.example, now", why="", link="")
    assert "approve" not in same.text
    assert await approved(stage, 1)
    form = await ada.runs("call edit", None, call="1")
    changed = await fill(ada, form, title="", what="", why="", link="b.example")
    assert "I asked someone else to approve it" in changed.text
    assert not await approved(stage, 1)
    shown = await ada.says("/call approvals")
    assert "You wrote this yourself" in shown.text
    assert shown.labels == []


async def test_another_page_of_an_approved_host_asks_again(stage: Stage) -> None:
    ada, bo, _ = await with_leader(stage)
    await bo.presses(await write_call(bo, "Sign", link="short.example/good"), "Choose a day")
    await bo.says("friday")
    [request] = await asked(stage, ada)
    await ada.presses(request, "Approve no. 1")
    form = await bo.runs("call edit", None, call="1")
    changed = await fill(bo, form, title="", what="", why="", link="short.example/evil")
    assert "I asked someone else to approve it" in changed.text
    assert not await approved(stage, 1)


async def test_who_approves_approves_what_they_were_shown(stage: Stage) -> None:
    ada, bo, _ = await with_leader(stage)
    await bo.presses(await write_call(bo, "Sign", link="good.example"), "Post today")
    [before] = await asked(stage, ada)
    form = await bo.runs("call edit", None, call="1")
    await fill(bo, form, title="", what="", why="", link="evil.example")
    assert "has changed since" in (await ada.presses(before, "Approve no. 1")).text
    assert "has changed since" in (await ada.presses(before, "Refuse no. 1")).text
    assert not await approved(stage, 1)
    await ada.presses((await asked(stage, ada))[-1], "Approve no. 1")
    assert await approved(stage, 1)


async def test_who_changes_where_a_waiting_call_leads_cannot_approve_it(stage: Stage) -> None:
    ada, bo, _ = await with_leader(stage)
    await bo.presses(await write_call(bo, "Sign", link="good.example"), "Post today")
    form = await ada.runs("call edit", None, call="1")
    await fill(ada, form, title="", what="", why="", link="evil.example")
    shown = await ada.says("/call approvals")
    assert "You wrote this yourself" in shown.text
    assert shown.labels == []
    assert not await approved(stage, 1)


async def test_what_nobody_has_approved_is_not_shown_to_members(stage: Stage) -> None:
    ada, bo, farm = await with_leader(stage)
    await ada.presses(await write_call(ada, "Sign", "Go to evil.example/x", opens="18:00"), "Post today")
    [cy] = await joined(stage, farm, "Cy")
    assert "There is no call today" in (await cy.says("/call today")).text
    [request] = await asked(stage, bo)
    await bo.presses(request, "Approve no. 1")
    assert "evil.example" in (await cy.says("/call today")).text


async def test_a_rule_makes_nothing_until_its_text_is_approved(stage: Stage) -> None:
    ada, bo, farm = await with_leader(stage)
    await write_call(ada, "Sign", link="a.example")
    told = await ada.runs("call schedule", None, call="1", when="daily")
    assert "asked someone else to approve" in told.text
    await later(stage, DAY)
    assert await posts(stage, farm) == []
    [request] = await asked(stage, bo)
    await bo.presses(request, "Approve no. 1")
    await later(stage, HOUR)
    [post] = await posts(stage, farm)
    assert post.text.startswith("Sign")
    form = await ada.runs("call edit", None, call="1")
    await fill(ada, form, title="", what="", why="", link="b.example")
    assert (await bo.says("/call approvals")).text.count("leads to b.example") == 1, "not each of its days"
    await later(stage, 21 * HOUR)
    assert len({post.text.partition("\n")[0] for post in await posts(stage, farm)}) == 1
    shown = await bo.says("/call approvals")
    await bo.presses(shown, "Approve no. 1")
    await later(stage, HOUR)
    assert "b.example" in (await posts(stage, farm))[-1].text


async def test_a_refused_rule_ends(stage: Stage) -> None:
    ada, bo, _ = await with_leader(stage)
    await write_call(ada, "Sign", link="a.example")
    await ada.runs("call schedule", None, call="1", when="daily")
    [request] = await asked(stage, bo)
    await bo.presses(request, "Refuse no. 1")
    assert await state_of(stage, 1) is CallState.DRAFT
    assert "Nothing here" in (await ada.says("/call list rules")).text


async def test_what_nobody_approved_in_time_is_told_its_author(stage: Stage) -> None:
    ada, _, farm = await with_leader(stage)
    await ada.presses(await write_call(ada, "Sign", link="a.example"), "Post today")
    await later(stage, DAY)
    assert await posts(stage, farm) == []
    assert "nobody approved its link or picture in time" in (await stage.told(ada))[-1].text


# -- pictures ----------------------------------------------------------------------------------------------------


def picture(colour: str) -> bytes:
    file = io.BytesIO()
    Drawn.new("RGB", (60, 40), colour).save(file, "PNG")
    return file.getvalue()


def pictures(heard: Heard) -> list[bytes]:
    return [block.data for block in heard.reply.blocks if isinstance(block, Image)]


async def with_picture(person: Persona, colour: str, call: str | None = None) -> Heard:
    """Writes a call with a picture, or changes that of a call."""
    file = person.attaches(picture(colour))
    if call is None:
        opened = await person.runs("call new", None, image=file)
    else:
        opened = await person.runs("call edit", None, image=file, call=call)
    return await fill(person, opened, title="Plant", what="One each", why="", link="")


@pytest.mark.parametrize("on", ["words", "values"])
async def test_another_person_sees_a_picture_before_it_is_posted(stage: Stage, on: str) -> None:
    ada, bo, farm = await with_leader(stage, on)
    drafted = await with_picture(ada, "red")
    assert "It shows a picture. Someone else has to approve it" in drafted.text
    assert "goes out once it is approved." in (await ada.presses(drafted, "Post today")).text
    await later(stage, timedelta(minutes=20))
    assert await posts(stage, farm) == []
    [request] = await asked(stage, bo)
    assert "shows a picture" in request.text
    assert "A code in the picture" in request.text
    assert pictures(request) == pictures(drafted)
    own = await ada.says("/call approvals") if on == "words" else await ada.runs("call approvals")
    assert "You wrote this yourself" in own.text
    assert own.labels == []
    await bo.presses(request, "Approve no. 1")
    await later(stage, timedelta(seconds=5))
    [post] = await posts(stage, farm)
    assert pictures(post) == pictures(request)


async def test_another_picture_in_an_approved_call_asks_again(stage: Stage) -> None:
    ada, bo, _ = await with_leader(stage)
    drafted = await with_picture(ada, "red")
    await ada.presses(drafted, "Queue it")
    await bo.presses((await asked(stage, bo))[-1], "Approve no. 1")
    assert await approved(stage, 1)
    opened = await ada.runs("call edit", None, call="1")
    await fill(ada, opened, title="Plant", what="Two each", why="", link="")
    assert await approved(stage, 1), "the picture is the same"
    stale = (await asked(stage, bo))[-1]
    changed = await with_picture(ada, "blue", "1")
    assert "shows a picture" in changed.text
    assert not await approved(stage, 1)
    assert "does not wait" not in (await bo.presses(stale, "Approve no. 1")).text
    assert not await approved(stage, 1), "that request showed the other picture"
    [*_, request] = await asked(stage, bo)
    assert pictures(request) == pictures(changed) != pictures(stale)
    await bo.presses(request, "Approve no. 1")
    assert await approved(stage, 1)


async def test_an_open_call_gets_no_new_picture(stage: Stage) -> None:
    ada, _, farm = await with_leader(stage)
    await ada.presses(await write_call(ada, "Plant"), "Post today")
    stage.clock.advance(timedelta(hours=9))
    await later(stage, HOUR)
    assert await state_of(stage, 1) is CallState.OPEN
    assert "no new picture" in (await with_picture(ada, "red", "1")).text
    assert all(pictures(post) == [] for post in await posts(stage, farm))


async def test_a_trusted_host_lets_no_picture_through(stage: Stage) -> None:
    ada, bo, _ = await with_leader(stage)
    opened = await ada.runs("call new", None, image=ada.attaches(picture("red")))
    drafted = await fill(ada, opened, title="Sign", what="Do", why="", link="a.example")
    assert "It leads to a.example and shows a picture" in drafted.text
    await ada.presses(drafted, "Queue it")
    assert "Let through" not in (await ada.says("/call hosts add a.example")).text
    assert not await approved(stage, 1)
    await bo.presses((await asked(stage, bo))[-1], "Approve no. 1")
    assert await approved(stage, 1)


async def test_each_waiting_picture_is_shown_to_the_person_who_approves_it(stage: Stage) -> None:
    ada, bo, _ = await with_leader(stage)
    for colour in ("red", "blue"):
        await ada.presses(await with_picture(ada, colour), "Queue it")
    shown = await bo.says("/call approvals")
    assert len(pictures(shown)) == 1
    assert "1 more call waits." in shown.text
    assert [label for label in shown.labels if "Approve" in label] == ["Approve no. 1"]


async def test_whoever_changes_the_picture_of_a_waiting_call_cannot_approve_it(stage: Stage) -> None:
    ada, bo, _ = await with_leader(stage)
    drafted = await write_call(bo, "Sign", link="a.example", audience="branch")
    await bo.presses(drafted, "Queue it")
    changed = await with_picture(ada, "red", "1")
    assert "shows a picture" in changed.text
    waiting = await ada.says("/call approvals")
    assert "You wrote this yourself" in waiting.text
    assert waiting.labels == []


async def test_the_end_of_a_long_host_is_shown_to_the_person_who_approves(stage: Stage) -> None:
    ada, bo, farm = await with_leader(stage)
    host = "www.your-trusted-bank.example." * 5 + "evil.example"
    drafted = await write_call(ada, "Sign", link=f"https://{host}/{'x' * 50}")
    assert "evil.example. Someone else" in drafted.text
    await ada.presses(drafted, "Post today")
    [request] = await asked(stage, bo)
    assert "evil.example. Check where" in request.text
    await bo.presses(request, "Approve no. 1")
    await later(stage, timedelta(minutes=20))
    [post] = await posts(stage, farm)
    assert "evil.example" in post.text.split("Link: ")[1]


@pytest.mark.parametrize("on", ["words", "values"])
async def test_buttons_that_approve_a_link_end_with_its_call(stage: Stage, on: str) -> None:
    """Attack: an old request is pressed long after anybody remembers what it was about."""
    ada, bo, _ = await with_leader(stage, on)
    await ada.presses(await write_call(ada, "Sign", link="https://petition.example/a"), "Post today")
    [request] = await asked(stage, bo)
    assert "The buttons work until 2026-03-02T00:00:00" in request.text
    assert "find it with /call approvals" in request.text
    stage.clock.advance(DAY)
    assert "has expired" in (await bo.presses(request, "Approve no. 1")).text
    assert not await approved(stage, 1)


@pytest.mark.parametrize("on", ["words", "values"])
async def test_buttons_about_a_call_without_a_day_end_after_two_weeks(stage: Stage, on: str) -> None:
    ada, bo, _ = await with_leader(stage, on)
    await ada.presses(await write_call(ada, "Sign", link="https://petition.example/a"), "Queue it")
    [request] = await asked(stage, bo)
    stage.clock.advance(14 * DAY)
    assert "has expired" in (await bo.presses(request, "Approve no. 1")).text
    fresh = await bo.runs("call approvals")
    assert "is approved" in (await bo.presses(fresh, "Approve no. 1")).text

"""What a founder prepared for the whole union and the union is then handed to somebody else."""

from __future__ import annotations

import pytest

from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.storage import lists as lists_storage
from bot.chat.incoming import Place, Who
from tests.scenes import DAY, entries, founded, joined, later, posts, state_of, support, write_call
from tests.stage import Persona, Stage


async def hands_over(ada: Persona, heir: Persona) -> None:
    asked = await ada.runs("union hand-over", None, heir=Who(heir.actor.native_id, heir.actor.name))
    assert "is now the founder" in (await ada.presses(asked, "Hand over")).text


async def with_heir(stage: Stage, on: str) -> tuple[Persona, Persona, Place]:
    """Ada founded and leads by support too, so that she leads a branch afterwards; Bo is to be the founder."""
    ada, farm = await founded(stage, on)
    [bo] = await joined(stage, farm, "Bo")
    await ada.runs("union rules", farm, leaders="supported", how_many="3")
    await support(stage, ada, 3)
    return ada, bo, farm


@pytest.mark.parametrize("on", ["words", "values"])
async def test_a_former_founder_posts_none_of_their_drafts_to_everybody(stage: Stage, on: str) -> None:
    ada, bo, farm = await with_heir(stage, on)
    draft = await write_call(ada, "Mine")
    branch = await write_call(ada, "Ours", audience="branch")
    await hands_over(ada, bo)
    for label in ("Post today", "Queue it", "Edit"):
        assert "no such call" in (await ada.presses(draft, label)).text
    assert "no such call" in (await ada.runs("call schedule", None, call="1", when="today")).text
    assert await state_of(stage, 1) is None, "the draft has ended with her founding"
    assert "goes out" in (await ada.presses(branch, "Queue it")).text
    await later(stage, DAY)
    assert await posts(stage, farm) == []


async def test_a_form_that_is_open_asks_again_for_the_right(stage: Stage) -> None:
    ada, bo, _ = await with_heir(stage, "values")
    form = await ada.runs("call new")
    await hands_over(ada, bo)
    refused = await ada.fills(form, title="Mine", what="Do it")
    assert "Only the founder can call the whole union" in refused.text


@pytest.mark.parametrize("on", ["words", "values"])
async def test_calls_that_wait_for_approval_end_and_approved_ones_go_on(stage: Stage, on: str) -> None:
    ada, bo, _ = await with_heir(stage, on)
    await ada.presses(await write_call(ada, "Elsewhere", link="a.example"), "Queue it")
    await ada.runs("call schedule", None, call=(await number(ada, "Rule", "b.example")), when="daily")
    await ada.presses(await write_call(ada, "Good"), "Queue it")
    again = await number(ada, "Weekly")
    await ada.runs("call schedule", None, call=again, when="weekdays")
    await hands_over(ada, bo)
    assert "No call waits" in (await bo.runs("call approvals")).text
    assert await state_of(stage, 1) is CallState.CANCELLED
    assert await state_of(stage, 2) is CallState.CANCELLED
    assert await state_of(stage, 3) in (CallState.PLANNED, CallState.QUEUED)
    assert await state_of(stage, int(again)) is CallState.TEMPLATE
    rules = await bo.runs("call list", None, view="rules")
    assert "Weekly" in rules.text
    assert "Rule" not in rules.text.replace("Rules", "")
    assert "no such call" in (await ada.runs("call cancel", None, call=again)).text
    assert len(await entries(stage, "call.cancelled")) == 1
    assert len(await entries(stage, "call.rule-ended")) == 1


async def number(ada: Persona, title: str, link: str = "") -> str:
    """The number of a new draft."""
    shown = await write_call(ada, title, link=link)
    return shown.text.split("No. ")[1].split()[0]


async def test_a_refused_call_of_a_former_founder_is_no_way_back(stage: Stage) -> None:
    """A call that is refused becomes a draft, and the former founder is its author still."""
    ada, bo, farm = await with_heir(stage, "words")
    await ada.runs("call hosts", None, action="add", host="a.example")
    good = await number(ada, "Good", "a.example")
    await ada.runs("call schedule", None, call=good, when="queue")
    await hands_over(ada, bo)
    await stage.store.write(lists_storage.set_approved, int(good), False)
    await bo.runs("call hosts", None, action="remove", host="a.example")
    await bo.presses(await bo.runs("call approvals"), f"Refuse no. {good}")
    assert await state_of(stage, int(good)) is CallState.DRAFT
    for named in ("Good", good):
        refused = await ada.runs("call schedule", None, call=named, when="today")
        assert "no call “Good”" in refused.text or "no such call" in refused.text
    assert "Good" not in (await ada.runs("call list", None, view="drafts")).text
    assert await posts(stage, farm) == []

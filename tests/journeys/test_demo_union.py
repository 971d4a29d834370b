"""The demo union in a real browser: filled with one press, and then moved on day by day."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from adapters.playground import demo, people
from adapters.playground.neighbours import NEIGHBOURS
from bot.areas.calls.domain.calls import CallState
from bot.areas.calls.services import calls
from bot.areas.checkins.services import streaks
from bot.areas.contests import services as contests
from bot.areas.conversations import services as conversations
from bot.areas.ledger import services as ledger
from bot.areas.members.services import members
from bot.areas.tree.services import leadership, support, trust
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from tests.adapters.playground.browser import DESKTOP, PHONE, become, pale, shot, stage

FILLED_WITHIN_MS = 150_000
BO = 1
IN_THE_SERVER = sum(one.manner == "discord" for one in NEIGHBOURS)


async def fill(page: Page) -> None:
    await page.get_by_role("button", name="Fill with a demo union").click()
    await expect(page.locator(".doing")).to_contain_text(f"of {demo.DAYS}", timeout=30_000)
    for label in ("Next day", "Next week", "To the close"):
        await expect(page.get_by_role("button", name=label)).to_be_disabled()
    await expect(page.locator(".doing")).to_have_text("", timeout=FILLED_WITHIN_MS)


def told(tx: Tx) -> dict[str, Any]:
    """What the services know of the union."""
    here = conversations.identify(tx, "playground", "discord:ada", "room-discord")
    there = conversations.identify(tx, "playground", "telegram:ada", "room-telegram")
    union, ada = here.union, here.member
    assert union is not None
    assert ada is not None
    assert there.union == union
    assert there.member == ada  # one person over two accounts
    today = union_day(union.time_zone, tx.now)
    all_calls = calls.of_days(tx, union, today - demo.DAYS, today)
    contest = contests.latest(tx, union, ada)
    mei = conversations.identify(tx, "playground", "discord:mei", "room-discord").member
    assert mei is not None
    return {
        "members": members.count(tx, union),
        "base": support.headcount(tx, ada.id),
        "calls": Counter(call.state for call in all_calls),
        "late": [call for call in all_calls if call.late],
        "fewest": min(call.answered for call in all_calls),
        "contest": contest.contest and contest.state is CallState.CLOSED and contest.answered,
        "streak": streaks.standing(tx, union, mei.id).streak.current,
        "leaders": leadership.leading(tx, union, 9).count,
        "trusted": trust.of(tx, mei.id),
        "broken": ledger.verify(tx, union)[1],
    }


@pytest.mark.timeout(300)
async def test_a_union_with_one_press(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        page = await on.open(DESKTOP)
        await expect(page.locator(".today")).not_to_contain_text("moved by you")
        await fill(page)
        await expect(page.locator(".today")).to_contain_text("moved by you")
        await expect(page.get_by_role("button", name="Fill with a demo union")).to_have_count(0)

        found = await on.app.store.read(told)
        assert found["members"] == len(demo.PEOPLE) == 40
        assert found["base"] == 39
        assert found["calls"][CallState.CLOSED] >= demo.DAYS - 1
        assert found["calls"][CallState.OPEN] == 1
        assert found["late"] == []
        assert found["fewest"] >= 1
        assert found["contest"] == 10
        assert found["streak"] > 50
        assert found["leaders"] >= 4
        assert found["trusted"]
        assert found["broken"] is None
        assert await on.app.people_in(people.PLATFORM, "room-discord") == 5 + IN_THE_SERVER

        # Both rooms look at the same open call, and a person at the keyboard takes part.
        await become(page, BO)
        room = page.locator("#room-discord")
        await expect(room.locator(".message").last).to_contain_text("people answered so far")
        await room.get_by_role("button", name="Done").last.click()
        await expect(page.locator(".toast")).to_contain_text("in a row")
        await shot(page, "demo-union")
        assert await pale(page) == []

        day = await page.locator(".today").inner_text()
        await page.get_by_role("button", name="To the close").click()
        await expect(room.locator(".message").last).to_contain_text("Closed.", timeout=60_000)
        await page.get_by_role("button", name="Next day").click()
        await expect(page.locator("#room-telegram .message").last).to_contain_text("Closed.", timeout=60_000)
        await expect(page.locator(".today")).not_to_have_text(day)
        # What was said "at 09:00" was said on another day now.
        await expect(room.locator("time.stamp").last).to_have_text(re.compile(r"^\w+ \d+ \w+, 09:00"))

        # A name from right to left leaves the number behind it where it is.
        await page.locator("#box-telegram").fill("/board")
        await page.locator("#box-telegram").press("Enter")
        name = page.locator("#room-telegram .mention").last
        assert await name.evaluate("name => getComputedStyle(name).unicodeBidi") == "isolate"

        phone = await on.open(PHONE)
        await phone.get_by_role("button", name="Try this").click()
        await expect(phone.get_by_role("button", name="Next week")).to_be_visible()
        assert await phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await shot(phone, "demo-union-phone")


async def test_rooms_that_have_a_union_are_not_filled(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        page = await on.open(DESKTOP)
        other = await on.open(DESKTOP)
        await page.locator(".tour .go").first.click()
        for each in (page, other):
            await expect(each.get_by_role("button", name="Fill with a demo union")).to_have_count(0)
        answer = await page.request.post(
            f"{on.url}/playground/demo", data={"time_zone": "Europe/Berlin"}, headers={"Origin": on.url}
        )
        assert answer.status == 409
        assert "There is a union in these rooms already" in (await answer.json())["error"]

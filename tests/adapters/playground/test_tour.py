"""The guide in a real browser against the real program: the first steps by hand, and all of it by watching."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.adapters.playground.browser import PHONE, Stage, shot, stage

MOST_PRESSES = 12
SLOW_MS = 20_000  # calls are posted by a chore, every few seconds


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as running:
        yield running


async def ticked(page: Page, number: int) -> None:
    await expect(page.locator(".tour .count")).to_have_text(f"{number} of 13", timeout=SLOW_MS)


async def watch(page: Page, number: int) -> None:
    """Press "Next step" and wait until the step is ticked and the next can be pressed."""
    await page.locator("#next-step").click()
    await ticked(page, number)
    if number < 13:
        await expect(page.locator("#next-step")).to_be_enabled()


async def test_a_leader_gets_to_the_report_by_hand(on: Stage) -> None:
    page = await on.open()
    server, group = page.locator("#room-discord"), page.locator("#room-telegram")
    presses = 0

    async def press(button: Locator) -> None:
        nonlocal presses
        await button.click(timeout=SLOW_MS)
        presses += 1

    async def do(name: str) -> None:
        await press(page.locator(".tour").get_by_role("button", name=f"Do it as {name}"))

    await do("Ada")
    await ticked(page, 1)
    await do("Ada")
    await expect(server.locator(".key.pointed")).to_have_text("Connect Riverside Neighbours")
    await press(server.locator(".key.pointed"))
    await ticked(page, 2)
    await do("Ada")
    await expect(server.locator(".key.pointed")).to_have_text("Post today")
    await press(server.get_by_role("button", name="Post today"))
    await ticked(page, 3)
    for number, (name, room) in enumerate((("Bo", server), ("Chidi", group), ("Dana", group)), start=4):
        await do(name)
        await press(room.locator(".key.pointed"))
        await ticked(page, number)
    await do("Ada")
    await ticked(page, 7)
    assert presses <= MOST_PRESSES
    report = server.locator(".message").last
    await expect(report).to_contain_text("3 of 4 people")
    await expect(report.get_by_role("img")).to_be_visible()
    await shot(page, "tour-1-report")


async def test_somebody_who_watches_sees_all_of_it(on: Stage) -> None:
    page = await on.open()
    for number in range(1, 8):
        await watch(page, number)
    await page.locator("#next-step").click()
    await page.get_by_role("button", name="Bo’s demo wallet").click()
    await page.get_by_role("button", name="Sign", exact=True).click()
    await page.get_by_role("link", name=re.compile("Bring the code back")).click()
    await page.locator("#next-step").wait_for()
    assert page.context.pages == [page]  # no tab is left open
    for number in (8, 9, 10):
        await watch(page, number)
    mine = page.locator("#room-discord .message").last
    await expect(mine.locator("li")).to_contain_text(["Bo", "Bo Lindgren", "0x"])
    await watch(page, 11)
    await expect(page.locator("#room-discord .message").last).to_contain_text("endorses")
    await watch(page, 12)
    await expect(page.locator("#room-discord .message").last.get_by_role("img")).to_be_visible()
    await shot(page, "tour-2-support")
    await watch(page, 13)
    await expect(page.locator("#next-step")).to_have_count(0)


async def test_it_goes_on_after_a_reload_and_after_a_restart(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        page = await on.open()
        for number in (1, 2):
            await watch(page, number)
        await page.locator(".tour").get_by_role("button", name="Do it as Ada").click()
        await expect(page.locator("#room-discord .key.pointed")).to_be_visible()
        await page.reload()
        await watch(page, 3)  # goes on with the draft that is there
        drafts = page.locator("#room-discord .message", has_text="Read your meter")
        await expect(drafts.locator(".key", has_text="Post today")).to_have_count(0)
        kept = await page.context.storage_state()
    async with stage(tmp_path) as on:
        (origin,) = kept["origins"]
        context = await on.context()
        each = "(one) => localStorage.setItem(one.name, one.value)"
        kept_there = json.dumps(origin["localStorage"])
        script = f"if (location.protocol === 'http:') {kept_there}.forEach({each})"
        await context.add_init_script(script)
        page = await context.new_page()
        await page.goto(on.url)
        await ticked(page, 3)
        await watch(page, 4)  # its post is not shown any more, so Bo types it


async def test_a_new_data_folder_begins_anew(on: Stage) -> None:
    page = await on.open()
    await page.evaluate("localStorage.setItem('muster.tour', 'found,connect,call')")
    await page.reload()
    await ticked(page, 0)


async def test_a_phone_begins_with_it_and_goes_on_below_the_room(on: Stage) -> None:
    page = await on.open(PHONE)
    await expect(page.locator("#tour")).to_be_visible()
    await expect(page.locator("#views button").first).to_have_text("Try this")
    await page.locator("#next-step").click()
    await expect(page.locator("#room-discord .message").last).to_contain_text("is founded")
    await expect(page.locator("#tour-bar")).to_contain_text("Ada connects the Telegram group")
    await shot(page, "phone-3-bar")
    await page.locator("#next-step-bar").click()
    await expect(page.locator("#tour-bar")).to_contain_text("Ada calls everybody")

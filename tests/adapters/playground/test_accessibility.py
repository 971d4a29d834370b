"""axe finds nothing on the playground: rooms, lists, forms, menus and the guide, on both screens, in both schemes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.chat.model import Visibility
from bot.chat.targets import Target
from tests.adapters.playground.browser import DESKTOP, PHONE, Stage, shot, stage
from tests.adapters.samples import SAMPLES
from tests.web.axe import violations


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as running:
        yield running


async def fill(on: Stage) -> None:
    """Every kind of message in both rooms."""
    adapter = on.app.adapters["playground"]
    for room in ("room-discord", "room-telegram"):
        for name, reply in SAMPLES.items():
            if name != "long" and reply.blocks and reply.visibility is not Visibility.PRIVATE:
                await adapter.deliver(Target("playground", chat=room), reply, f"{room}-{name}"[:60])


async def view(page: Page, name: str) -> None:
    button = page.locator("#views").get_by_role("button", name=name)
    if await button.is_visible():
        await button.click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
async def test_axe_finds_nothing(on: Stage, size: tuple[int, int], scheme: str) -> None:
    page = await on.open(size, scheme)
    look = f"{'phone' if size == PHONE else 'desk'}-{scheme}"

    async def checked(name: str) -> None:
        await shot(page, f"axe-{look}-{name}")
        found = await violations(page)
        assert not found, f"{name}: {found}"

    await checked("start")
    await page.locator("#next-step").click()
    await expect(page.locator("#room-discord .message").last).to_contain_text("is founded")
    await fill(on)
    for manner, name in (("discord", "Server"), ("telegram", "Group")):
        await view(page, name)
        await checked(f"{manner}-room")
        room = page.locator(f"#room-{manner}")
        await page.locator(f"#box-{manner}").fill("/")
        await expect(room.get_by_role("option").first).to_be_visible()
        await checked(f"{manner}-commands")
        await page.locator(f"#box-{manner}").fill("Beans!")
        await page.keyboard.press("Enter")
        await expect(room.locator(".message").last).to_contain_text("Beans!")
        await room.locator(".message").last.hover()
        if manner == "discord":
            await room.locator(".message .name").last.click()
            await expect(page.get_by_role("menu")).to_be_visible()
            await checked("menu")
            await page.keyboard.press("Escape")
            await page.locator("#box-discord").fill("/endorse ")
            await expect(room.get_by_role("option").first).to_be_visible()
            await checked("pills")
            await page.keyboard.press("Escape")
            await page.keyboard.press("Escape")
            await page.locator("#box-discord").fill("/call new")
            await page.keyboard.press("Enter")
            await expect(page.get_by_role("dialog")).to_be_visible()
            await checked("window")
            await page.keyboard.press("Escape")
        else:
            await page.locator("#box-telegram").fill("/union connect")
            await page.keyboard.press("Enter")
            await expect(room.locator(".card")).to_be_visible()
            await checked("card")


async def test_what_scrolls_can_be_scrolled_by_keyboard(on: Stage) -> None:
    page = await on.open()
    await fill(on)
    for manner in ("discord", "telegram"):
        feed = page.locator(f"#room-{manner} .feed")
        await feed.focus()
        await page.keyboard.press("Home")
        await expect(page.locator(f"#room-{manner} .message").first).to_be_in_viewport()
        await page.keyboard.press("End")
        await expect(page.locator(f"#room-{manner} .message").last).to_be_in_viewport()
    box = page.locator("#box-discord")
    await box.fill("/")
    options = page.locator("#room-discord [role=option]")
    await expect(options.last).not_to_be_in_viewport()
    await box.press("ArrowUp")
    await expect(options.last).to_be_in_viewport()
    guide = page.locator("#tour")
    await page.set_viewport_size({"width": 1440, "height": 500})
    await guide.focus()
    await page.keyboard.press("End")
    await expect(guide.locator("footer")).to_be_in_viewport()

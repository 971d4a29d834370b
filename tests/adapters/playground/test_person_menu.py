"""The menu behind a person's name, in a real browser against the real program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from playwright.async_api import Locator, Page, expect

import commands
from bot.chat.context import Context
from bot.chat.declarations import Area
from bot.chat.model import Reply, Visibility, say
from bot.domain.people import Permission, Person
from tests.adapters.playground.browser import PHONE, Stage, become, pale, shot, stage

OPEN: dict[str, Any] = {"permission": Permission.ANYONE, "needs_union": False}


def example() -> Area:
    area = Area()

    @area.command("follow", "Follow somebody", menu="Follow", **OPEN)
    def follow(ctx: Context, leader: Annotated[Person, "Whom"]) -> Reply:
        """Follows."""
        return say(f"{ctx.actor.name} follows {leader.native_id}.")

    @area.command("hint", "Give a hint", menu="Hint at", visibility=Visibility.PRIVATE, **OPEN)
    def hint(ctx: Context, person: Annotated[Person, "At whom"]) -> Reply:
        """Hints."""
        return say(f"A hint at {person.native_id}.")

    return area


@pytest.fixture
async def on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    others = [area for area in commands.areas() if not any(command.menu for command in area.commands)]
    found = [*others, example()]
    monkeypatch.setattr(commands, "areas", lambda: found)
    async with stage(tmp_path) as running:
        yield running


async def said(on: Stage, room: str, size: tuple[int, int] = (1440, 900), scheme: str = "light") -> Page:
    """Bo says something in a room; the page is Ada's."""
    page = await on.open(size, scheme)
    await become(page, 1)
    if size == PHONE:
        await page.locator("#views").get_by_role("button", name=room).click()
    manner = {"Server": "discord", "Group": "telegram"}[room]
    await page.locator(f"#box-{manner}").fill("We should plant beans.")
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#room-{manner} .message").last).to_contain_text("beans")
    await become(page, 0)
    return page


def name(page: Page, manner: str) -> Locator:
    return page.locator(f"#room-{manner} .message").last.locator(".name")


async def test_people_can_be_endorsed_by_it(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        page = await said(on, "Server")
        await name(page, "discord").click()
        await page.get_by_role("menuitem", name="Endorse Bo").click()
        await expect(page.locator("#room-discord .message").last).to_contain_text(
            "There is no union here yet."
        )


async def test_in_a_server_it_is_done_at_once(on: Stage) -> None:
    page = await said(on, "Server")
    await name(page, "discord").click()
    await expect(page.get_by_role("menu", name="Bo")).to_be_visible()
    assert await page.get_by_role("menuitem").all_inner_texts() == ["Follow Bo", "Hint at Bo"]
    await shot(page, "person-menu-server")
    await page.get_by_role("menuitem", name="Follow Bo").click()
    answer = page.locator("#room-discord .message").last
    await expect(answer).to_contain_text("Ada follows discord:bo.")
    await expect(answer.locator(".used")).to_have_text("AAda used /follow")
    await answer.locator(".used .name").click()  # and those who used a command have a menu too
    await page.get_by_role("menuitem", name="Hint at Ada").click()
    hinted = page.locator("#room-discord [data-private=true]").last
    await expect(hinted).to_contain_text("A hint at discord:ada.")


async def test_in_a_group_it_becomes_a_reply(on: Stage) -> None:
    page = await said(on, "Group")
    await name(page, "telegram").click()
    await page.get_by_role("menuitem", name="Follow Bo Lindgren").click()
    await expect(page.locator("#box-telegram")).to_be_focused()
    await expect(page.locator("#box-telegram")).to_have_value("/follow")
    await expect(page.locator("#room-telegram .replying")).to_contain_text("Bo Lindgren We should")
    await shot(page, "person-menu-group")
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-telegram .message").last).to_contain_text(
        "Ada Okoye follows telegram:bo."
    )


async def test_by_keyboard_alone(on: Stage) -> None:
    page = await said(on, "Server")
    button = name(page, "discord")
    await button.focus()
    await expect(button).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("Enter")
    await expect(button).to_have_attribute("aria-expanded", "true")
    items = page.get_by_role("menuitem")
    for key, at in (("ArrowDown", 1), ("ArrowDown", 0), ("ArrowUp", 1), ("Home", 0), ("End", 1)):
        await page.keyboard.press(key)
        await expect(items.nth(at)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(button).to_be_focused()
    await expect(button).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-discord .message").last).to_contain_text("Ada follows discord:bo.")


async def test_muster_has_no_menu(on: Stage) -> None:
    page = await on.open()
    await page.locator("#box-telegram").fill("/help")
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-telegram .message").last).to_contain_text("What you can do here")
    await expect(page.locator("#room-telegram [data-who=bot] .name")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("room", ["Server", "Group"])
async def test_it_can_be_read_and_stays_on_a_phone(on: Stage, scheme: str, room: str) -> None:
    page = await said(on, room, PHONE, scheme)
    await page.locator(".room:visible .message").last.locator(".name").click()
    box = await page.get_by_role("menu").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
    assert box["y"] + box["height"] <= PHONE[1]
    assert await pale(page) == []
    await shot(page, f"phone-person-menu-{room.lower()}-{scheme}")

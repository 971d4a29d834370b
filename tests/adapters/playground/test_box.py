"""The message box in a real browser against the real program: what Enter does, what is offered, what is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.chat.model import Code, Reply, fields, p, say
from bot.chat.targets import Target
from tests.adapters.playground.browser import Stage, become, shot, stage

FOUNDING = '/union create name:"Harbour" purpose: Safe docks'


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as running:
        yield running


async def typed(page: Page, room: str, line: str) -> None:
    await page.locator(f"#box-{room}").fill(line)
    await page.keyboard.press("Enter")


async def founded(page: Page) -> None:
    await page.locator("#box-discord").fill(FOUNDING)
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-discord .message").last).to_contain_text("Harbour is founded")


async def tell(on: Stage, reply: Reply, key: str) -> None:
    await on.app.adapters["playground"].deliver(Target("playground", chat="room-discord"), reply, key)


async def test_what_a_person_may_do_here_comes_first_and_is_kept_up_to_date(on: Stage) -> None:
    page = await on.open()
    options = page.locator("#room-discord [role=option]")
    offered = page.locator("#room-discord [role=option][data-offered=true]")
    await page.locator("#box-discord").fill("/union ")
    await expect(options.first).to_contain_text("/union create")
    bo = await on.open()
    await become(bo, 1)
    first = bo.locator("#room-discord [role=option]").first
    await bo.locator("#box-discord").fill("/")
    before = await bo.locator("#room-discord [data-offered=true]").count()
    await founded(page)
    await bo.locator("#box-discord").fill("/jo")
    await expect(first).to_have_attribute("data-offered", "true")
    await bo.locator("#box-discord").fill("/")
    assert await bo.locator("#room-discord [data-offered=true]").count() > before
    await bo.locator("#box-discord").fill("/call don")
    await expect(first).to_have_attribute("data-offered", "false")  # Bo has not joined
    await typed(bo, "discord", "/join")
    await expect(bo.locator("#room-discord .message").last).to_contain_text("Welcome")
    await bo.locator("#box-discord").fill("/call don")
    await expect(first).to_have_attribute("data-offered", "true")
    await page.locator("#box-discord").fill("/")
    many = await offered.count()
    states = await options.evaluate_all("all => all.map((each) => each.dataset.offered)")
    assert states == ["true"] * many + ["false"] * (len(states) - many)


async def test_the_name_of_a_group_shows_its_commands_and_runs_none(on: Stage) -> None:
    page = await on.open()
    await founded(page)
    messages = page.locator("#room-discord .message")
    count = await messages.count()
    for line in ("/call", "/union"):
        await typed(page, "discord", line)
        await page.keyboard.press("Enter")
        await expect(page.locator("#box-discord")).to_have_value(f"{line} ")
        options = await page.locator("#room-discord [role=option] b").all_inner_texts()
        assert len(options) > 3
        assert all(option.startswith(f"{line} ") for option in options)
        await expect(page.locator("#room-discord [aria-selected=true]")).to_have_count(0)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-discord .command-name")).to_contain_text("/union ")
    await expect(messages).to_have_count(count)
    await typed(page, "telegram", "/union")
    await expect(page.locator("#box-telegram")).to_have_value("/union ")


async def test_enter_sends_when_what_is_needed_is_there(on: Stage) -> None:
    page = await on.open()
    await founded(page)
    await typed(page, "discord", "/union about")
    await expect(page.locator("#room-discord .message").last).to_contain_text("Founder")
    await page.locator("#box-discord").fill("/support person:@ADA")
    await expect(page.locator("#room-discord .pill input")).to_have_value("@ADA")
    await expect(page.locator("#room-discord [role=option]").first).to_contain_text("Ada")
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-discord .message").last.locator(".used")).to_contain_text("/support")


async def test_what_was_begun_survives_a_reload_and_other_people(on: Stage) -> None:
    page = await on.open()
    await page.locator("#box-discord").fill('/union create name:"Harbour" purpose: Safe')
    fields_ = page.locator("#room-discord .pill input")
    await expect(fields_.nth(1)).to_have_value("Safe")
    await page.locator("#box-telegram").fill("We could meet at")
    await become(page, 1)
    await expect(page.locator("#box-telegram")).to_have_value("")
    await expect(page.locator("#room-discord .pills")).to_have_count(0)
    await page.locator("#box-discord").fill("Bo says")
    await become(page, 0)
    await expect(fields_.nth(1)).to_have_value("Safe")
    await expect(page.locator("#box-telegram")).to_have_value("We could meet at")
    await page.reload()
    await expect(fields_.nth(0)).to_have_value('"Harbour"')
    await expect(page.locator("#box-telegram")).to_have_value("We could meet at")
    await fields_.nth(1).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-discord .message").last).to_contain_text("Harbour is founded")
    await page.reload()
    await expect(page.locator("#box-discord")).to_have_value("")


async def test_a_half_filled_form_survives_a_reload_and_other_people(on: Stage) -> None:
    page = await on.open()
    window = page.get_by_role("dialog")
    await typed(page, "discord", "/union create")
    await page.keyboard.press("Enter")
    await window.get_by_label("What the union is called").fill("Harbour")
    await page.reload()
    await expect(window.get_by_label("What the union is called")).to_have_value("Harbour")
    await window.get_by_label("What it is for").fill("Safe docks")
    await window.get_by_role("button", name="Send").click()
    await expect(page.locator("#room-discord .message").last).to_contain_text("Harbour is founded")
    await page.reload()
    await expect(window).to_have_count(0)

    await typed(page, "telegram", "/union connect")
    card = page.locator("#room-telegram .card")
    await card.get_by_label("The code from").fill("HALF")
    await become(page, 1)
    await expect(card).to_have_count(0)
    await become(page, 0)
    await expect(card.get_by_label("The code from")).to_have_value("HALF")
    await card.get_by_role("button", name="Cancel").click()
    await page.reload()
    await page.locator(".person").first.wait_for()
    await expect(card).to_have_count(0)


async def test_a_new_message_below_what_is_shown_is_told(on: Stage) -> None:
    page = await on.open()
    for number in range(12):
        await tell(on, say(f"Line {number}\n\n\n\nof news"), f"key-{number}")
    feed, below = page.locator("#room-discord .feed"), page.locator("#room-discord .below")
    await expect(page.locator("#room-discord .message").last).to_be_in_viewport()
    await expect(below).to_be_hidden()
    await feed.evaluate("feed => { feed.scrollTop = 0; }")
    await expect(page.locator("#room-discord .message").last).not_to_be_in_viewport()
    await tell(on, say("The newest"), "key-newest")
    await expect(below).to_be_visible()
    await shot(page, "below")
    await below.click()
    await expect(page.locator("#room-discord .message").last).to_be_in_viewport()
    await expect(below).to_be_hidden()


async def test_a_pressed_command_goes_into_the_box(on: Stage) -> None:
    page = await on.open()
    reply = say(p("Type ", Code("/union create"), " or ", Code("0xabc"), " or ", Code("/union connect AB12")))
    await tell(on, reply, "codes")
    answer = page.locator("#room-discord .message").last
    await answer.get_by_role("button", name="Write /union create").click()
    await expect(page.locator("#box-discord")).to_have_value("/union create")
    await expect(page.locator("#box-discord")).to_be_focused()
    await answer.get_by_role("button", name="Write /union connect AB12").click()
    await expect(page.locator("#room-discord .pill input")).to_have_value("AB12")
    await expect(answer.get_by_role("button", name="Copy 0xabc")).to_be_visible()


async def test_values_stand_in_one_column(on: Stage) -> None:
    page = await on.open()
    await tell(on, say(fields(("A", "one"), ("A rather long name", "two"), ("B", "three"))), "columns")
    places = await page.locator("#room-discord dd").evaluate_all(
        "all => all.map((each) => each.getBoundingClientRect().left)"
    )
    assert len(set(places)) == 1

"""The page in a real browser against the real program."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from bot.chat.model import Visibility
from bot.chat.targets import Target
from tests.adapters.playground.browser import DESKTOP, PHONE, Stage, become, pale, shot, stage
from tests.adapters.samples import SAMPLES

# What reaches out of its message (past the padding, where a space may hang), and values squeezed too thin.
SPILLING = """() => [...document.querySelectorAll(".body")].filter((body) => body.checkVisibility()).flatMap(
  (body) => [...body.querySelectorAll("*")].filter((each) => {
    const box = each.getBoundingClientRect(), room = body.getBoundingClientRect();
    const thin = each.tagName === "DD" && box.width < Math.min(70, room.width / 3);
    return thin || (box.right > room.right + 8 && !each.parentElement.closest(".scroller, .codeblock"));
  }).map((each) => `${each.tagName} ${each.textContent.slice(0, 40)}`))"""


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as running:
        yield running


async def step(page: Page, number: int) -> None:
    """Do the guide's next step and wait until it is ticked."""
    await page.locator(".tour .go").click()
    await expect(page.locator(".tour .count")).to_have_text(f"{number} of 13")


async def test_what_was_typed_comes_before_what_contains_it(on: Stage) -> None:
    page = await on.open()
    await page.locator("#room-discord textarea, #room-discord input[type=text]").first.fill("/invite")
    await expect(page.locator("[role=option]").first).to_contain_text("/invite")
    await expect(page.locator("[role=option]").first).not_to_contain_text("/union")


async def test_a_command_by_keyboard_alone(on: Stage) -> None:
    page = await on.open()
    await page.locator("#box-discord").focus()
    await page.keyboard.type("/union cr")
    await expect(page.locator("#room-discord [role=option][aria-selected=true]")).to_contain_text(
        "/union create"
    )
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-discord .pill")).to_have_count(2)
    await page.keyboard.type("Harbour")
    await page.keyboard.press("Enter")
    await page.keyboard.type("Safe docks")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.type("lisb")
    await expect(page.locator("#room-discord [role=option]").first).to_contain_text("Europe/Lisbon")
    await shot(page, "5-pills")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    founded = page.locator("#room-discord .message").last
    await expect(founded).to_contain_text("Harbour is founded")
    await expect(founded).to_contain_text("Europe/Lisbon")
    await expect(founded.locator(".used")).to_have_text("AAda used /union create")


async def test_what_follows_the_name_of_a_command_is_its_first_option(on: Stage) -> None:
    page = await on.open()
    box, last = page.locator("#box-discord"), page.locator("#room-discord .message").last
    await box.fill("/union connect PASTEDCODE")
    await expect(page.locator("#room-discord .pill input")).to_have_value("PASTEDCODE")
    await page.locator("#room-discord .pill-stop").click()
    await expect(box).to_be_focused()
    await page.keyboard.type("/help join")
    await expect(page.locator("#room-discord [role=option][aria-selected=true]")).to_contain_text("/join")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(last).to_contain_text("Makes you a member")


async def test_a_command_that_needs_nothing_is_sent_by_enter(on: Stage) -> None:
    page = await on.open()
    await page.locator("#box-discord").focus()
    await page.keyboard.type("/help")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-discord .message").last).to_contain_text("What you can do here")

    await page.locator("#box-telegram").focus()
    await page.keyboard.type("/help")
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-telegram .message").last).to_contain_text("What you can do here")


async def test_names_with_values_fill_their_options(on: Stage) -> None:
    page = await on.open()
    box = page.locator("#box-discord")
    await box.fill('/union create name:"Free farmers" purpose: Growing food')
    fields = page.locator("#room-discord .pill input")
    await expect(fields).to_have_count(2)
    await expect(fields.nth(1)).to_have_value("Growing food")
    await page.keyboard.type(" time_zone:lisb")
    await expect(page.locator("#room-discord [role=option]").first).to_contain_text("Europe/Lisbon")
    await expect(fields.nth(1)).to_have_value("Growing food")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    founded = page.locator("#room-discord .message").last
    await expect(founded).to_contain_text("Free farmers is founded")
    await expect(founded).not_to_contain_text('"')

    await box.fill("/call new opens:0:01")
    await expect(page.locator("#room-discord .pill input").last).to_have_value("0:01")
    await expect(page.locator("#room-discord [role=option]")).to_have_text(["00:01"])
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_enter_completes_what_was_half_typed_and_runs_only_what_stands_there(on: Stage) -> None:
    page = await on.open()
    room = page.locator("#room-telegram")
    await page.locator("#box-telegram").focus()
    await page.keyboard.type("/union a")
    await expect(room.locator("[role=option]").first).to_contain_text("/union about")
    messages = await room.locator(".message").count()
    await page.keyboard.press("Enter")
    await expect(page.locator("#box-telegram")).to_have_value("/union about")
    await expect(room.locator(".message")).to_have_count(messages)
    await page.keyboard.press("Enter")
    await expect(room.locator(".message").last).to_contain_text("There is no union here yet")


async def test_missing_options_are_asked_in_a_window_and_in_a_card(on: Stage) -> None:
    page = await on.open()
    await page.locator("#box-discord").fill("/union create")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    window = page.get_by_role("dialog")
    await window.get_by_label("What the union is called").fill("Harbour")
    await window.get_by_label("What it is for").fill("Safe docks")
    await shot(page, "6-window")
    await window.get_by_role("button", name="Send").click()
    await expect(page.locator("#room-discord .message").last).to_contain_text("Harbour is founded")

    await page.locator("#box-telegram").fill("/union connect")
    await page.keyboard.press("Enter")
    card = page.locator("#room-telegram .card")
    await expect(card.get_by_label("The code from")).to_be_focused()
    await page.keyboard.type("WRONGCODE")
    await shot(page, "7-card")
    await page.keyboard.press("Enter")
    await expect(page.locator("#room-telegram .message").last).to_contain_text("Only Ada sees this")
    await expect(card).to_have_count(0)


async def test_a_button_for_everybody_works_for_who_presses_it(on: Stage) -> None:
    page = await on.open()
    await step(page, 1)
    dana = await on.open()
    await become(dana, 3)
    await dana.get_by_role("button", name=re.compile("^Join Riverside")).click()
    await expect(dana.locator("#room-discord .message").last).to_contain_text("Only Dana sees this")
    await expect(page.locator("#room-discord .message")).to_have_count(2)


async def test_words_of_members_are_words(on: Stage) -> None:
    page = await on.open()
    await page.locator("#box-telegram").fill("<img src=x onerror=alert(1)> <b>bold</b> \u202etxt")
    await page.keyboard.press("Enter")
    said = page.locator("#room-telegram .message").last
    await expect(said.locator(".body")).to_have_text("<img src=x onerror=alert(1)> <b>bold</b> \\u{202E}txt")
    assert await said.locator(".body img, .body b").count() == 0
    await on.app.adapters["playground"].deliver(
        Target("playground", chat="room-discord"), SAMPLES["hostile"], "hostile"
    )
    shown = page.locator("#room-discord .message").last
    await expect(shown.locator("h3")).to_contain_text("@everyone <b>x</b> [y](https://evil.example)")
    assert await shown.locator("a, .body b").count() == 0


async def test_acts_during_a_lost_connection_happen_once(on: Stage) -> None:
    context = await on.context()
    page = await context.new_page()
    routes: list[WebSocketRoute] = []
    lost: list[bool] = []

    async def through(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        routes.append(route)

        async def to_page(data: str | bytes) -> None:
            # The first acknowledgement is lost with the connection.
            if '"t":"ack"' in str(data) and not lost:
                lost.append(True)
                await route.close(code=4000)
            else:
                route.send(data)

        server.on_message(to_page)

    await page.route_web_socket("**/ws", through)
    await page.goto(on.url)
    await page.locator(".person").first.wait_for()
    await step(page, 1)
    await expect(page.locator("#offline")).to_be_hidden()
    await expect(page.locator("#room-discord .message")).to_have_count(2)
    assert (len(routes), lost) == (2, [True])


async def test_a_phone_shows_one_thing_at_a_time(on: Stage) -> None:
    page = await on.open(PHONE)
    views = page.get_by_role("navigation", name="Rooms and guide")
    await views.get_by_role("button", name="Try this").click()
    await expect(page.locator("#room-discord")).to_be_hidden()
    await shot(page, "phone-1-guide")
    await page.locator(".tour .go").click()
    await expect(page.locator("#tour")).to_be_hidden()
    await expect(page.locator("#room-discord .message").last).to_contain_text("is founded")
    await expect(page.locator(".toast")).to_contain_text("Ada founds a union")
    await shot(page, "phone-2-founded")
    for width in (PHONE[0], 320):
        await page.set_viewport_size({"width": width, "height": 640})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_what_happened_before_is_ticked_without_a_word(on: Stage) -> None:
    page = await on.open()
    await step(page, 1)
    phone = await on.open(PHONE)
    await expect(phone.locator("#room-discord .message").last).to_contain_text("is founded")
    await expect(phone.locator(".tour .count")).to_have_text("1 of 13")
    await expect(phone.locator(".toast")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_can_be_read(on: Stage, scheme: str) -> None:
    adapter = on.app.adapters["playground"]
    for room in ("room-discord", "room-telegram"):
        for name, reply in SAMPLES.items():
            if name != "long" and reply.blocks and reply.visibility is not Visibility.PRIVATE:
                await adapter.deliver(Target("playground", chat=room), reply, f"{room}-{name}"[:60])
    for size, kind in ((DESKTOP, "desk"), (PHONE, "phone")):
        page = await on.open(size, scheme)
        for view in ("Server", "Group") if size == PHONE else ("",):
            if view:
                await page.locator("#views").get_by_role("button", name=view).click()
            assert await pale(page) == []
            assert await page.evaluate(SPILLING) == []
            for at, name in ((0.0, "top"), (0.5, "middle"), (1.0, "end")):
                await page.evaluate(
                    "at => document.querySelectorAll('.feed').forEach((f) => { f.scrollTop = f.scrollHeight * at; })",
                    at,
                )
                await shot(page, f"samples-{scheme}-{kind}-{view.lower()}{name}")
            assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
        for dialogue in ("discord", "telegram"):
            if size == DESKTOP:
                await page.locator(f"#box-{dialogue}").fill("/un")
                await expect(page.locator(f"#room-{dialogue} [role=option]").first).to_be_visible()
                assert await pale(page) == []


async def test_what_is_told_by_its_distance_follows_the_clock_at_once(on: Stage) -> None:
    page = await on.open()
    said = await page.evaluate(
        """async () => {
          const { setAhead } = await import("/playground/static/time.js");
          const shown = document.createElement("time");
          shown.dateTime = new Date(Date.now() + 50 * 3600e3).toISOString();
          shown.dataset.style = "relative";
          document.body.append(shown);
          setAhead(47 * 3600e3);
          return shown.textContent;
        }"""
    )
    assert said in ("in 2 hours", "in 3 hours")

"""The social tree in a real browser against the real program: endorsing, and looking at support."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from playwright.async_api import Locator, Page, expect

from bot import membership
from bot.areas.conversations import services as conversations
from bot.areas.tree.services import endorsements
from bot.chat.incoming import Actor, CommandCall, Incoming, Place
from bot.domain.people import Member
from bot.domain.transaction import Tx
from tests.adapters.playground.browser import DESKTOP, PHONE, Stage, become, pale, shot, stage

ROOM = Place("playground", "room-discord", "room-discord", title="Riverside Tenants")
ADA, BO, DANA = 0, 1, 3
NAMES = (
    "Maria-Magdalena Oluwaseun Featherstonehaugh",
    "Bartholomew Wolfeschlegelsteinhausenberger",
    "W" * 40,
    "李小龍 and the committee of the eastern bank",
    "Ann",
    "İlknur Çağlayangöl",
    "\U0001f33b Sunny \U0001f33b",
    "Zoë",
)


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as running:
        for number, (key, call) in enumerate(
            (
                ("ada", CommandCall("union create", {"name": "Riverside", "purpose": "Stay"})),
                ("bo", CommandCall("join", {})),
                ("dana", CommandCall("join", {})),
            )
        ):
            actor = Actor("playground", f"discord:{key}", key.title(), key, key == "ada")
            assert await running.app.core.dispatch(Incoming(f"setup-{number}", actor, ROOM, call))
        yield running


def grow(tx: Tx, many: int) -> None:
    """So many more people endorse Ada, or somebody who does; the first have the long names."""
    ada = conversations.identify(tx, "playground", "discord:ada", "room-discord")
    assert ada.union is not None
    assert ada.member is not None
    random, crowd = Random(7), list[Member]()
    for number in range(many):
        name = NAMES[number] if number < len(NAMES) else f"Neighbour {number}"
        member, _ = membership.join(tx, ada.union, "playground", f"discord:n{number}", name, None)
        leader = ada.member if number < len(NAMES) else random.choice(crowd[: 1 + number // 3])
        endorsements.endorse(tx, ada.union, member, leader, "playground")
        crowd.append(member)


async def types(page: Page, *lines: str) -> Locator:
    """Type a command in the server, one option after the other; the newest message."""
    await page.locator("#box-discord").focus()
    for line in lines:
        await page.keyboard.type(line)
        await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    return page.locator("#room-discord .message").last


async def test_endorsing_by_typing_and_from_the_menu(on: Stage) -> None:
    page = await on.open()
    await become(page, BO)
    answer = await types(page, "/endorse", "ada")
    await expect(answer).to_contain_text("@Bo endorses @Ada now.")
    await expect(answer).to_contain_text("1 person stands behind them now.")

    await become(page, DANA)
    await page.locator("#room-discord .used .name", has_text="Bo").last.click()
    assert await page.get_by_role("menuitem").all_inner_texts() == ["Endorse Bo"]
    await page.get_by_role("menuitem", name="Endorse Bo").click()
    await expect(page.locator("#room-discord .message").last).to_contain_text("@Dana endorses @Bo now.")
    await shot(page, "tree-1-endorsed")

    await become(page, ADA)
    refused = await types(page, "/endorse", "dana")
    await expect(refused).to_contain_text("This would close a circle")
    await expect(refused).to_contain_text("Dana → Bo → you")
    await expect(refused).to_contain_text("Only Ada sees this")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_the_picture_of_support(on: Stage, scheme: str, size: tuple[int, int]) -> None:
    await on.app.store.write(grow, 300)
    page = await on.open(size, scheme)
    kind = "phone" if size == PHONE else "desk"
    if size == PHONE:
        await page.locator("#views").get_by_role("button", name="Server").click()
    answer = await types(page, "/support")
    picture = answer.get_by_role("img", name="Support base of Ada: 300 people.")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [1024, 1280]
    box, room = await picture.bounding_box(), await page.locator("#room-discord").bounding_box()
    assert box is not None
    assert room is not None
    assert room["x"] <= box["x"]
    assert box["x"] + box["width"] <= room["x"] + room["width"]
    assert box["width"] / box["height"] == pytest.approx(1024 / 1280, rel=0.01)
    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert await pale(page) == []
    for at, part in ((0.0, "top"), (1.0, "end")):
        await page.evaluate(
            "at => document.querySelectorAll('.feed').forEach((f) => { f.scrollTop = f.scrollHeight * at; })",
            at,
        )
        await shot(page, f"tree-support-{kind}-{scheme}-{part}")
    ranking = await types(page, "/leaders")
    await ranking.get_by_role("button", name="Next").click()
    await expect(ranking).to_contain_text("11. ")
    for label in ("First page", "Next"):
        await expect(ranking.get_by_role("button", name=label)).to_be_visible()
    await expect(ranking.get_by_role("button", name="Endorse")).to_have_count(4)
    assert await pale(page) == []
    await shot(page, f"tree-leaders-{kind}-{scheme}")

"""Makes docs/playground.png out of the running playground: `python -m tests.docs.picture`."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

from playwright.async_api import Page, expect

from tests.adapters.playground.browser import stage

PICTURE = Path(__file__).parents[2] / "docs" / "playground.png"
SIZE = (1360, 850)


async def follow_link(page: Page, room: str) -> Page:
    """Sign on the wallet page that the guide's next step leads to; returns the chat it leads back to."""
    await page.locator(".tour .go").click()
    async with page.context.expect_page() as opening:
        await page.locator(f"#room-{room} .message").last.get_by_role("link", name="Open the page").click()
    wallet = await opening.value
    await wallet.get_by_role("button", name=re.compile("demo wallet")).first.click()
    await wallet.get_by_role("button", name="Sign", exact=True).click()
    await wallet.get_by_role("link", name=re.compile("Bring the code back")).click()
    return wallet


async def make() -> None:
    """Walk through the guide up to where two accounts are one person, and look."""
    with tempfile.TemporaryDirectory() as data:
        async with stage(Path(data)) as running:
            page = await running.open(SIZE)
            count = page.locator(".tour .count")
            for number in range(1, 4):
                await page.locator(".tour .go").click()
                await expect(count).to_have_text(f"{number} of 13")
            await page.locator(".tour .go").click()
            server, group = page.locator("#room-discord"), page.locator("#room-telegram")
            await server.get_by_role("button", name="Connect Riverside Neighbours").last.click()
            await expect(count).to_have_text("4 of 13")
            for number in (5, 6):
                await page.locator(".tour .go").click()
                await expect(count).to_have_text(f"{number} of 13")
            back = await follow_link(page, "discord")
            await back.get_by_role("button", name="Link this wallet").click()
            await expect(count).to_have_text("7 of 13")
            await back.close()
            await page.locator(".tour .go").click()
            await expect(count).to_have_text("8 of 13")
            await page.locator(".tour .go").click()
            await group.get_by_role("button", name="Yes, that is me").last.click()
            await server.get_by_role("button", name="Muster, in private").click()
            await server.get_by_role("button", name="Yes, that is me").last.click()
            await expect(count).to_have_text("9 of 13")
            await server.get_by_role("button", name="town-square").click()
            await page.locator(".tour .go").click()
            await expect(count).to_have_text("10 of 13")
            await expect(server.locator(".message").last).to_contain_text("Bo Lindgren")
            await page.screenshot(path=PICTURE)


if __name__ == "__main__":
    asyncio.run(make())

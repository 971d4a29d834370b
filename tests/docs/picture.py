"""Makes docs/playground.png out of the running playground: `python -m tests.docs.picture`."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

from playwright.async_api import expect

from tests.adapters.playground.browser import stage

PICTURE = Path(__file__).parents[2] / "docs" / "playground.png"
SIZE = (1360, 850)


async def make() -> None:
    """Walk through the guide up to where two accounts are one person, and look."""
    with tempfile.TemporaryDirectory() as data:
        async with stage(Path(data)) as running:
            page = await running.open(SIZE)
            count, following = page.locator(".tour .count"), page.locator("#next-step")
            for number in range(1, 11):
                await following.click()
                if number == 8:
                    await page.get_by_role("button", name=re.compile("demo wallet")).first.click()
                    await page.get_by_role("button", name="Sign", exact=True).click()
                    await page.get_by_role("link", name=re.compile("Bring the code back")).click()
                    await following.click()
                await expect(count).to_have_text(f"{number} of 13", timeout=20_000)
            server = page.locator("#room-discord")
            await expect(server.locator(".message").last).to_contain_text("Bo Lindgren")
            await page.screenshot(path=PICTURE)


if __name__ == "__main__":
    asyncio.run(make())

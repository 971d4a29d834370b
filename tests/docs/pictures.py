"""Makes the README's pictures out of the playground with its demo union: `make pictures`."""

from __future__ import annotations

import asyncio
import base64
import re
import tempfile
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.adapters.playground.browser import stage

DOCS = Path(__file__).parents[2] / "docs"
SIZE = (1360, 850)
FILLED_WITHIN_MS = 300_000
PICTURES = ("playground.png", "pictures/support.png", "pictures/report.png", "pictures/streaks.png")
"""The files in docs/ that `make` writes."""


async def types(page: Page, line: str) -> Locator:
    """Types a line in the group; returns the answer."""
    messages = page.locator("#room-telegram .message")
    before = await messages.count()
    await page.locator("#box-telegram").fill(line)
    await page.locator("#box-telegram").press("Enter")
    answer = messages.nth(before + 1)
    await expect(answer).to_have_attribute("data-who", "bot")
    await expect(answer).to_have_attribute("data-working", "false")
    return answer


async def drawn(answer: Locator) -> bytes:
    """Returns the picture in an answer, as the bot drew it."""
    source = await answer.locator("img").get_attribute("src")
    found = re.fullmatch(r"data:image/png;base64,(.+)", source or "")
    assert found is not None, source
    return base64.b64decode(found[1])


async def make() -> None:
    """Fills the playground with the demo union, and looks at it."""
    playground, support, report, streaks = (DOCS / name for name in PICTURES)
    with tempfile.TemporaryDirectory() as data:
        async with stage(Path(data)) as running:
            page = await running.open(SIZE)
            await page.get_by_role("button", name="Fill with a demo union").click()
            await expect(page.locator(".today")).to_contain_text("moved by you", timeout=FILLED_WITHIN_MS)
            await expect(page.locator(".doing")).to_have_text("", timeout=FILLED_WITHIN_MS)
            report.write_bytes(await drawn(await types(page, "/call report yesterday")))
            await (await types(page, "/board")).locator(".bubble").screenshot(path=streaks)
            answer = await types(page, "/support")
            support.write_bytes(await drawn(answer))
            await page.locator("#box-telegram").blur()
            await page.screenshot(path=playground)


if __name__ == "__main__":
    asyncio.run(make())

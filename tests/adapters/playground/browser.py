"""The real program with its playground, and a real browser looking at it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.app import App
from bot.config import Settings
from tests.tools import require

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = (1440, 900), (390, 844)


@dataclass
class Stage:
    """A running Muster and a browser. `problems` is what the pages complained of or asked of others."""

    app: App
    browser: Browser
    problems: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.app.urls["playground"]

    async def context(self, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> BrowserContext:
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            locale="en-GB",
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            has_touch=size == PHONE,
        )
        context.set_default_timeout(10_000)
        context.on("console", lambda message: self._heard(message.type, message.text))
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        context.on("request", lambda request: self._asked(request.url))
        return context

    async def open(self, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> Page:
        page = await (await self.context(size, scheme)).new_page()
        await page.goto(self.url)
        await page.locator(".person").first.wait_for()
        return page

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.problems.append(f"{kind}: {text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((f"{self.url}/", "data:")):
            self.problems.append(f"asked {url}")


@asynccontextmanager
async def stage(data: Path) -> AsyncIterator[Stage]:
    chromium = shutil.which("chromium")
    require(chromium, "chromium is not installed")
    app = await App.start(Settings(_env_file=None, data_dir=data, playground=True, playground_port=0))
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            running = Stage(app, browser)
            try:
                yield running
            finally:
                await browser.close()
            assert running.problems == [], running.problems
    finally:
        await app.stop()


async def shot(page: Page, name: str) -> None:
    """Keep a picture to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTIFACTS / f"playground-{name}.png")


PALE = Path(__file__).with_name("contrast.js").read_text("utf-8")


async def pale(page: Page) -> list[str]:
    found: list[Any] = await page.evaluate(PALE)
    return [str(each) for each in found]


async def become(page: Page, number: int) -> None:
    person = page.locator(".person").nth(number)
    await person.click()
    await expect(person).to_have_attribute("aria-pressed", "true")

"""Fixtures of the web tests: the page over SQLite (the rules run on both databases in tests/areas)."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext

from bot.schema import metadata
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.storage.fixtures import Database
from tests.web.browser import DESK, chromium
from tests.web.site import Site, running


@pytest.fixture
async def page_store(sqlite_database: Database, clock: ManualClock) -> AsyncIterator[Store]:
    """An open SQLite store."""
    opened = await Store.open(sqlite_database.url, clock, metadata())
    yield opened
    await opened.close()


@pytest.fixture
async def site(page_store: Store, clock: ManualClock) -> AsyncIterator[Site]:
    """The running page."""
    async with running(page_store, clock) as found:
        yield found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A real Chromium."""
    async with chromium() as running_browser:
        yield running_browser


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A window of desk size."""
    made = await browser.new_context(**DESK)
    yield made
    await made.close()

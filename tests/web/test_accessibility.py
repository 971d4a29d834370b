"""axe finds nothing on any public page, on both screens, in both schemes."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.web.axe import violations
from tests.web.browser import DESK, PHONE, open_page
from tests.web.people import ANNAS
from tests.web.site import Site

SCREENS = {"desk": DESK, "phone": PHONE}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["desk", "phone"])
async def test_axe_finds_nothing(site: Site, browser: Browser, screen: str, scheme: Any) -> None:
    context = await browser.new_context(**SCREENS[screen], color_scheme=scheme)
    page, seen = await open_page(context, site.base, {"Fox": ANNAS})

    async def checked(name: str) -> None:
        assert await violations(page) == [], name

    for path in ("/", "/nothing-here", "/link/nothing"):
        await page.goto(site.base + path)
        await checked(path)
    await page.goto(site.base + await site.open_ticket())
    await expect(page.get_by_role("button", name="Fox")).to_be_visible()
    await checked("choose")
    seen.refuse = True
    await page.get_by_role("button", name="Fox").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await checked("refused")
    seen.refuse = False
    await page.get_by_role("button", name="Fox").click()
    await expect(page.locator("#text")).to_be_visible()
    await checked("read")
    await page.get_by_role("button", name="Sign", exact=True).click()
    await expect(page.locator("#code")).to_be_visible()
    await checked("code")
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_no_wallet_is(site: Site, browser: Browser, scheme: Any) -> None:
    for screen in SCREENS.values():
        context = await browser.new_context(**screen, color_scheme=scheme)
        page, _ = await open_page(context, site.base, {})
        await page.goto(site.base + await site.open_ticket())
        await expect(page.locator("#none")).to_be_visible()
        assert await violations(page) == []
        await context.close()

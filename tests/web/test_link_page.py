"""The whole linking in a real browser, on a desk and on a phone, in light and in dark."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from bot.areas.wallets.domain import links as links_domain
from bot.areas.wallets.storage import wallets as wallets_storage
from bot.storage.store import Store
from tests.clock import ManualClock
from tests.emulators.tls import authority
from tests.web.browser import DESK, PHONE, clean, open_page, shoot
from tests.web.people import ANNAS, BOBS, confirm
from tests.web.site import Site, running

SCREENS = {"desk": DESK, "phone": PHONE}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["desk", "phone"])
async def test_the_whole_linking(site: Site, browser: Browser, screen: str, scheme: Any) -> None:
    site.deep_links = screen == "phone"
    context = await browser.new_context(**SCREENS[screen], color_scheme=scheme)
    page, seen = await open_page(context, site.base, {"Fox": ANNAS, "Owl": BOBS})
    await page.goto(site.base + await site.open_ticket())

    await expect(page.get_by_text("Discord", exact=True)).to_be_visible()
    await expect(page.get_by_text("Harbour Pilots")).to_be_visible()
    await expect(page.get_by_text(site.people.union.ref)).to_be_visible()
    await expect(page.get_by_text("1 March 2026, now led by Fay")).to_be_visible()
    await expect(page.get_by_role("button", name="Owl")).to_be_visible()
    assert seen.asked == []  # nothing before the person chose
    await shoot(page, f"1-choose-{screen}-{scheme}")

    await page.get_by_role("button", name="Fox").click()
    text = page.locator("#text")
    ref = site.people.union.ref
    await expect(text).to_contain_text(
        f"Discord account [Anna] (id 101) in the union [Harbour Pilots] (ref {ref})"
    )
    await shoot(page, f"2-read-{screen}-{scheme}")

    await page.get_by_role("button", name="Sign", exact=True).click()
    code = page.locator("#code")
    await expect(code).to_have_text(re.compile(r"^\d{6}$"))
    await shoot(page, f"3-code-{screen}-{scheme}")
    shown = await code.inner_text()
    back = page.get_by_role("link", name="Bring the code back to Discord")
    if screen == "phone":
        await expect(back).to_have_attribute("href", f"https://t.me/muster_bot?start=code-{shown}")
    else:
        await expect(back).to_be_hidden()
    signed = bytes.fromhex(seen.asked[-1][2][0].removeprefix("0x")).decode()
    assert signed == await text.text_content()
    clean(seen)
    await context.close()

    done = await site.store.write(confirm, site.people.anna, shown)
    assert done is not None
    assert done.address == ANNAS.address
    assert len(await site.store.read(wallets_storage.of_member, site.people.anna.member_id)) == 1


async def test_tab_and_enter_are_enough(site: Site, context: BrowserContext) -> None:
    page, seen = await open_page(context, site.base, {"Fox": ANNAS})
    await page.goto(site.base + await site.open_ticket())
    await expect(page.get_by_role("button", name="Fox")).to_be_visible()
    await press_until(page, "Fox")
    await expect(page.locator("#text")).to_be_visible()
    await press_until(page, "Sign")
    await expect(page.locator("#code")).to_be_visible()
    clean(seen)


async def press_until(page: Page, label: str) -> None:
    """Tab to a button, see that its focus shows, and press it."""
    for _ in range(12):
        await page.keyboard.press("Tab")
        label_now, outline = await page.evaluate(
            "[document.activeElement.innerText, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if label_now.strip() == label:
            assert outline == "solid"
            await page.keyboard.press("Enter")
            return
    raise AssertionError(f"{label} cannot be reached with the keyboard")


async def test_what_happens_is_said_to_those_who_cannot_see(site: Site, context: BrowserContext) -> None:
    page, seen = await open_page(context, site.base, {"Fox": ANNAS})
    await page.goto(site.base + await site.open_ticket())
    await expect(page.get_by_role("status")).to_have_count(1)
    seen.refuse = True
    await page.get_by_role("button", name="Fox").click()
    await expect(page.get_by_role("alert")).to_contain_text("You refused in your wallet")
    await shoot(page, "4-refused")
    seen.refuse = False
    await page.get_by_role("button", name="Fox").click()
    await expect(page.get_by_role("alert")).to_be_hidden()
    await expect(page.get_by_role("heading", name="Read it, then sign")).to_be_focused()
    await expect(page.locator("#step-read")).to_have_attribute("aria-current", "step")


async def test_a_wallet_that_never_answers_is_given_up_by_the_next_press(
    site: Site, context: BrowserContext
) -> None:
    page, seen = await open_page(context, site.base, {"Fox": ANNAS, "Owl": BOBS})
    await page.clock.install()
    await page.goto(site.base + await site.open_ticket())
    seen.silent = True
    fox, owl = page.get_by_role("button", name="Fox"), page.get_by_role("button", name="Owl")
    await fox.click()
    await fox.click()  # a double click asks once
    await expect(page.get_by_role("status")).to_contain_text("Waiting for Fox")
    await expect(fox).to_have_attribute("aria-busy", "true")
    await page.clock.fast_forward(2_000)
    await owl.click()
    await expect(page.get_by_role("status")).to_contain_text("Fox did not answer")
    await expect(page.get_by_role("status")).to_contain_text("Waiting for Owl")
    await expect(fox).not_to_have_attribute("aria-busy", "true")
    assert [name for name, _, _ in seen.asked] == ["Fox", "Owl"]

    seen.silent = False
    await page.clock.fast_forward(2_000)
    await fox.click()
    seen.silent = True
    sign = page.get_by_role("button", name="Sign", exact=True)
    await sign.click()
    await page.clock.fast_forward(2_000)
    await page.get_by_role("button", name="Use another wallet").click()
    await expect(page.get_by_role("status")).to_contain_text("Fox did not answer")
    seen.silent = False
    await fox.click()
    seen.silent = True
    await sign.click()
    await page.clock.fast_forward(2_000)
    seen.silent = False
    await sign.click()
    await expect(page.locator("#code")).to_be_visible()
    clean(seen)


async def test_a_wallet_of_the_old_kind_is_found(site: Site, context: BrowserContext) -> None:
    page, seen = await open_page(context, site.base, {"Old": ANNAS}, announced=False)
    await page.goto(site.base + await site.open_ticket())
    await page.get_by_role("button", name="Wallet in this browser").click()
    await page.get_by_role("button", name="Sign", exact=True).click()
    await expect(page.locator("#code")).to_be_visible()
    clean(seen)


async def test_without_a_wallet_a_desk_is_told_what_to_do(site: Site, context: BrowserContext) -> None:
    page, seen = await open_page(context, site.base, {})
    await page.goto(site.base + await site.open_ticket())
    await expect(page.get_by_text("No wallet was found in this browser")).to_be_visible()
    await shoot(page, "5-none-desk")
    clean(seen)


async def test_without_a_wallet_a_phone_gets_links_into_wallets(
    page_store: Store, clock: ManualClock, browser: Browser
) -> None:
    tls = authority("127.0.0.1").server_context()
    async with running(page_store, clock, scheme="https", tls=tls) as site:
        context = await browser.new_context(**PHONE, ignore_https_errors=True)
        page, seen = await open_page(context, site.base, {})
        path = await site.open_ticket()
        await page.goto(site.base + path)
        fox = page.get_by_role("link", name="MetaMask")
        await expect(fox).to_be_visible()
        bare = re.escape(site.base.removeprefix("https://"))
        await expect(fox).to_have_attribute(
            "href", re.compile(rf"^https://metamask\.app\.link/dapp/{bare}/go/[\w-]{{43}}$")
        )
        for name in ("Trust Wallet", "Coinbase Wallet", "Rainbow"):
            await expect(page.get_by_role("link", name=name)).to_be_visible()
        token = path.rpartition("/")[2]
        assert not [
            url for url in await page.eval_on_selector_all("a", "all => all.map(a => a.href)") if token in url
        ]
        await expect(page.get_by_text("No wallet was found in this browser")).to_be_hidden()
        await shoot(page, "6-none-phone")
        clean(seen)
        await context.close()


async def test_a_refused_signature_leads_back_to_the_choice(site: Site, context: BrowserContext) -> None:
    page, _ = await open_page(context, site.base, {"Fox": ANNAS})
    await page.goto(site.base + await site.open_ticket())
    await page.get_by_role("button", name="Fox").click()
    site.node_down = True
    await page.get_by_role("button", name="Sign", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Try again in a minute")
    site.node_down = False
    await page.get_by_role("button", name="Fox").click()
    await page.get_by_role("button", name="Sign", exact=True).click()
    await expect(page.locator("#code")).to_be_visible()


async def test_two_browsers_on_one_link(site: Site, browser: Browser) -> None:
    """The second one's text counts; the first is told so, and can begin again."""
    path = await site.open_ticket()
    pages = []
    for wallet in (ANNAS, BOBS):
        context = await browser.new_context(**DESK)
        page, _ = await open_page(context, site.base, {"Fox": wallet})
        await page.goto(site.base + path)
        await page.get_by_role("button", name="Fox").click()
        await expect(page.locator("#text")).to_be_visible()
        pages.append(page)
    first, second = pages
    await first.get_by_role("button", name="Sign", exact=True).click()
    await expect(first.get_by_role("alert")).to_contain_text("another window")
    await second.get_by_role("button", name="Sign", exact=True).click()
    await expect(second.locator("#code")).to_be_visible()
    await first.get_by_role("button", name="Fox").click()
    await expect(first.get_by_role("alert")).to_contain_text("already signed")


async def test_a_reload_keeps_the_code_in_this_tab_only(site: Site, context: BrowserContext) -> None:
    page, _ = await open_page(context, site.base, {"Fox": ANNAS})
    path = await site.open_ticket()
    await page.goto(site.base + path)
    await page.get_by_role("button", name="Fox").click()
    await page.get_by_role("button", name="Sign", exact=True).click()
    await expect(page.locator("#code")).to_be_visible()
    code = await page.locator("#code").inner_text()
    await page.reload()
    await expect(page.locator("#code")).to_have_text(code)
    other = await context.new_page()
    await other.goto(site.base + path)
    await expect(other.get_by_text("Its code was shown once")).to_be_visible()
    await expect(other.locator("#code")).to_be_hidden()
    await shoot(other, "7-signed-elsewhere")


async def test_a_link_that_ran_out_says_so(site: Site, context: BrowserContext, clock: ManualClock) -> None:
    page, _ = await open_page(context, site.base, {"Fox": ANNAS})
    await page.clock.install()
    path = await site.open_ticket()
    await page.goto(site.base + path)
    await expect(page.get_by_role("button", name="Fox")).to_be_visible()
    clock.advance(links_domain.LIFETIME)
    await page.clock.fast_forward("10:00")
    await expect(page.get_by_role("heading", name="This link has expired")).to_be_visible()
    await shoot(page, "8-expired")
    await page.goto(site.base + path)
    await expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    await shoot(page, "9-gone")


async def test_hostile_names_stay_text_in_a_browser(
    page_store: Store, clock: ManualClock, browser: Browser
) -> None:
    name = "<img src=x onerror=alert(1)>\u202e\u2067 evil"
    async with running(page_store, clock, anna=name, union_name="<script>alert(2)</script>") as site:
        context = await browser.new_context(**PHONE)
        page, seen = await open_page(context, site.base, {"<b>Fox</b>": ANNAS})
        alerts: list[str] = []
        page.on("dialog", lambda dialog: alerts.append(dialog.message))
        await page.goto(site.base + await site.open_ticket())
        await page.get_by_role("button", name="<b>Fox</b>").click()
        await expect(page.locator("#text")).to_contain_text("[U+003C]img")
        await shoot(page, "10-hostile-phone")
        assert alerts == []
        clean(seen)
        await context.close()


async def test_a_narrow_phone_can_read_it(site: Site, browser: Browser) -> None:
    context = await browser.new_context(**{**PHONE, "viewport": {"width": 360, "height": 640}})
    page, _ = await open_page(context, site.base, {"Fox": ANNAS})
    await page.goto(site.base + await site.open_ticket())
    await page.get_by_role("button", name="Fox").click()
    await page.get_by_role("button", name="Sign", exact=True).click()
    await expect(page.locator("#code")).to_be_visible()
    await shoot(page, "11-narrow")
    size = await page.evaluate(
        "Math.min(...[...document.querySelectorAll('p')].map(p => parseFloat(getComputedStyle(p).fontSize)))"
    )
    assert size >= 14
    await context.close()

"""One-time aliases: third parties see them instead of the address of a wallet page."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from bot.areas.wallets.domain import links as links_domain
from bot.areas.wallets.services import aliases, links
from bot.areas.wallets.storage import tickets as tickets_storage
from bot.errors import NotFound
from bot.storage.store import Store
from bot.web import pages
from bot.web.link import TRIES
from tests.clock import ManualClock
from tests.emulators.tls import authority
from tests.web.browser import PHONE, clean, open_page, shoot
from tests.web.people import ANNAS, People, confirm, gather
from tests.web.site import Site, running

GO = re.compile(r"/go/[\w-]{43}$")


@pytest.fixture
async def people(store: Store) -> People:
    return await store.write(gather)


async def alias_of(site: Site, path: str) -> str:
    """The path of a new alias of a page."""
    (alias,) = await site.store.write(aliases.make, path.removeprefix("/link/"), 1)
    return f"/go/{alias}"


async def status_of(site: Site, path: str) -> int:
    async with site.http.get(site.base + path) as answer:
        return answer.status


# -- the rules, on both databases ------------------------------------------------------------------------


async def test_an_alias_is_spent_once_for_a_page_of_the_same_ticket(store: Store, people: People) -> None:
    token = await store.write(links.open_ticket, people.anna)
    (alias,) = await store.write(aliases.make, token, 1)
    for _ in range(3):
        await store.read(aliases.require, alias)  # a look does not use it
    other = await store.write(aliases.spend, alias)
    assert len({token, alias, other}) == 3
    for spent in (aliases.spend, aliases.require):
        with pytest.raises(NotFound, match="already used or has expired"):
            await store.write(spent, alias)
    pages_of = [await store.read(links.page, one) for one in (token, other)]
    assert pages_of[0] == pages_of[1]
    issued = await store.write(
        links.issue_text, other, ANNAS.address, links.Site("a.test", "https://a.test", 1)
    )
    assert await store.write(links.take_text, token, issued.nonce)
    with pytest.raises(NotFound):
        await store.read(links.page, alias)  # an alias is no page


@pytest.mark.parametrize("end", ["expired", "newer link", "refused"])
async def test_aliases_and_pages_end_with_the_ticket(
    store: Store, people: People, clock: ManualClock, end: str
) -> None:
    token = await store.write(links.open_ticket, people.anna)
    first, second = await store.write(aliases.make, token, 2)
    page = await store.write(aliases.spend, first)
    if end == "expired":
        clock.advance(links_domain.LIFETIME)
    elif end == "newer link":
        await store.write(links.open_ticket, people.anna)
    else:
        ticket = await store.read(tickets_storage.latest, people.anna.id)
        assert ticket is not None
        for step in (tickets_storage.sign, tickets_storage.bring_back):
            arguments = (ANNAS.address, "eoa", b"hash") if step is tickets_storage.sign else ()
            assert await store.write(step, ticket.id, *arguments)
        assert await store.write(links.refuse, people.anna, ticket.id)
    with pytest.raises(NotFound):
        await store.write(aliases.spend, second)
    with pytest.raises(NotFound):
        await store.read(links.page, page)
    with pytest.raises(NotFound):
        await store.write(aliases.make, token, 1)


async def test_aliases_are_not_kept_without_end(store: Store, people: People, clock: ManualClock) -> None:
    token = await store.write(links.open_ticket, people.anna)
    (oldest,) = await store.write(aliases.make, token, 1)
    clock.advance(timedelta(seconds=1))
    newer = await store.write(aliases.make, token, aliases.MOST_ALIASES)
    with pytest.raises(NotFound):
        await store.read(aliases.require, oldest)
    for alias in newer:
        await store.read(aliases.require, alias)


async def test_expired_tickets_are_erased_with_their_aliases(
    store: Store, people: People, clock: ManualClock
) -> None:
    token = await store.write(links.open_ticket, people.anna)
    first, _ = await store.write(aliases.make, token, 2)
    await store.write(aliases.spend, first)
    clock.advance(timedelta(days=2))
    await store.write(links.prune, clock.now())
    assert await store.read(tickets_storage.latest, people.anna.id) is None


# -- over HTTP -------------------------------------------------------------------------------------------


async def test_a_look_at_an_alias_uses_nothing_and_shows_nobody(site: Site) -> None:
    """Previews of links and prefetchers look."""
    path = await site.open_ticket()
    alias = await alias_of(site, path)
    for _ in range(3):
        async with site.http.get(site.base + alias) as answer:
            html = await answer.text()
            assert answer.status == 200
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "Anna" not in html
        assert "/link/" not in html
        async with site.http.head(site.base + alias) as answer:
            assert answer.status == 200
    status, answer = await site.post(alias, {})
    assert status == 200
    assert answer["path"] != path
    assert await status_of(site, answer["path"]) == 200
    assert await status_of(site, path) == 200  # the person's own page still works


async def test_an_alias_that_many_use_at_once_works_once(site: Site) -> None:
    alias = await alias_of(site, await site.open_ticket())
    answers = await asyncio.gather(*(site.post(alias, {}) for _ in range(10)))
    assert sorted(status for status, _ in answers) == [200] + [404] * 9
    assert await status_of(site, alias) == 404


async def test_spent_expired_and_guessed_aliases_look_the_same(site: Site, clock: ManualClock) -> None:
    expired = await alias_of(site, await site.open_ticket())
    clock.advance(links_domain.LIFETIME)
    path = await site.open_ticket()
    spent = await alias_of(site, path)
    await site.post(spent, {})
    guesses = [
        f"/go/{links_domain.new_token()}",
        "/go/x",
        "/go/%00",
        "/go/%ED%B3%BF",
        path.replace("link", "go"),
    ]
    seen = set()
    for one in (expired, spent, *guesses):
        async with site.http.get(site.base + one) as answer:
            seen.add((answer.status, await answer.text()))
        status, refused = await site.post(one, {})
        seen.add((status, refused["error"]))
    assert len(seen) == 2
    assert {status for status, _ in seen} == {404}
    assert all("already used or has expired" in text for _, text in seen)


async def test_guesses_never_reach_the_writer(
    page_store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_write(*_: object, **__: object) -> None:
        raise AssertionError("a guess was written")

    async with running(page_store, clock, public_url="https://muster.example") as site:
        monkeypatch.setattr(Store, "write", no_write)
        headers = {"Host": "muster.example", "Origin": site.base}
        for guess in (links_domain.new_token(), "x", "%00"):
            for path in (f"/go/{guess}", f"/link/{guess}/aliases"):
                async with site.http.post(site.address + path, json={}, headers=headers) as answer:
                    assert answer.status == 404
        assert len(site.app[TRIES]) == 0  # nor is anything remembered of them


async def test_an_alias_is_not_tried_without_end(site: Site) -> None:
    alias = await alias_of(site, await site.open_ticket())
    statuses = [await status_of(site, alias) for _ in range(31)]
    assert statuses == [200] * 30 + [503]


@pytest.mark.parametrize("body", [5, [], {"more": 1}, "x"])
async def test_an_alias_takes_nothing_but_an_empty_body(site: Site, body: object) -> None:
    alias = await alias_of(site, await site.open_ticket())
    assert (await site.post(alias, body))[0] == 400
    assert (await site.post(alias, {}))[0] == 200


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}])
async def test_other_sites_do_not_spend_an_alias(site: Site, headers: dict[str, str]) -> None:
    alias = await alias_of(site, await site.open_ticket())
    assert (await site.post(alias, {}, **headers))[0] == 403
    assert await status_of(site, alias) == 200


async def test_wallet_apps_get_an_alias_each_and_never_the_ticket(
    page_store: Store, clock: ManualClock
) -> None:
    async with running(page_store, clock, public_url="https://muster.example") as site:
        path = await site.open_ticket()
        headers = {"Host": "muster.example", "Origin": site.base}
        async with site.http.post(f"{site.address}{path}/aliases", json={}, headers=headers) as answer:
            made = (await answer.json())["links"]
        async with site.http.get(f"{site.address}{path}", headers=headers) as answer:
            html = await answer.text()
    assert [one["wallet"] for one in made] == list(pages.WALLETS)
    urls = [one["url"].replace("%2F", "/").replace("%3A", ":") for one in made]
    token = path.removeprefix("/link/")
    assert len({GO.search(url)[0] for url in urls if GO.search(url)}) == len(pages.WALLETS)  # type: ignore[index]
    assert not [url for url in urls if token in url]
    assert not [url for url in re.findall(r'href="([^"]+)"', html) if token in url]
    assert "metamask" not in html.lower().replace("<span>metamask</span>", "").replace(
        'data-wallet="metamask"', ""
    )


# -- in a real browser -----------------------------------------------------------------------------------


async def test_an_alias_goes_on_by_itself_to_a_page_that_links(site: Site, context: BrowserContext) -> None:
    path = await site.open_ticket()
    alias = await alias_of(site, path)
    page, seen = await open_page(context, site.base, {"Fox": ANNAS})
    await page.goto(site.base + alias)
    await expect(page.get_by_role("button", name="Fox")).to_be_visible()
    assert page.url.startswith(site.base + "/link/")
    assert page.url != site.base + path
    await page.get_by_role("button", name="Fox").click()
    await page.get_by_role("button", name="Sign", exact=True).click()
    await expect(page.locator("#code")).to_have_text(re.compile(r"\d"))
    code = await page.locator("#code").inner_text()
    clean(seen)
    done = await site.store.write(confirm, site.people.anna, code)
    assert done is not None
    assert done.address == ANNAS.address
    await page.goto(site.base + alias)
    await expect(page.get_by_text("already used or has expired")).to_be_visible()
    await shoot(page, "12-alias-spent")


async def test_an_alias_that_fails_can_be_tried_again_by_its_button(
    site: Site, context: BrowserContext
) -> None:
    alias = await alias_of(site, await site.open_ticket())
    page, _ = await open_page(context, site.base, {"Fox": ANNAS})
    await page.route(site.base + alias, lambda route: (
        route.abort() if route.request.method == "POST" else route.continue_()
    ))  # fmt: skip
    await page.goto(site.base + alias)
    await expect(page.get_by_role("alert")).to_contain_text("did not answer")
    await expect(page.get_by_text("need JavaScript")).to_be_hidden()
    await shoot(page, "13-alias-failed")
    await page.unroute(site.base + alias)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("button", name="Fox")).to_be_visible()


async def test_without_scripts_an_alias_stays_unused_and_says_what_to_do(
    site: Site, browser: Browser
) -> None:
    alias = await alias_of(site, await site.open_ticket())
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(site.base + alias)
    await expect(page.get_by_text("need JavaScript")).to_be_visible()
    await expect(page.get_by_role("button", name="Continue")).to_be_visible()
    assert (await site.post(alias, {}))[0] == 200
    await context.close()


async def test_a_phone_goes_through_a_wallets_address(
    page_store: Store, clock: ManualClock, browser: Browser
) -> None:
    tls = authority("127.0.0.1").server_context()
    async with running(page_store, clock, scheme="https", tls=tls) as site:
        context = await browser.new_context(**PHONE, ignore_https_errors=True)
        page, _ = await open_page(context, site.base, {})
        await page.goto(site.base + await site.open_ticket())
        fox = page.get_by_role("link", name="MetaMask")
        await expect(fox).to_be_visible()
        href = str(await fox.get_attribute("href"))
        inside, seen = await open_page(context, site.base, {"Fox": ANNAS})
        await inside.goto("https://" + href.partition("/dapp/")[2])
        await expect(inside.get_by_role("button", name="Fox")).to_be_visible()
        clean(seen)
        await context.close()

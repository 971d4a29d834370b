"""The pages speak the language of the account, else of the browser; the text to sign is always in English."""

import gettext
import re
from collections.abc import Callable

import pytest
from playwright.async_api import Browser, Page, expect

from bot.areas.members.services import members
from bot.areas.wallets.services import aliases
from bot.chat import languages
from bot.chat.languages import said
from bot.domain.people import Member
from bot.domain.phrases import phrase
from bot.domain.transaction import Tx
from bot.web.words import accepted, html
from tests.web.browser import DESK, PHONE, clean, open_page, shoot
from tests.web.people import ANNAS, BOBS, confirm
from tests.web.site import Site

SCREENS = {"desk": DESK, "phone": PHONE}
# All words of a page, also hidden ones, labels, and the sentences for its script.
WORDS = """
() => {
  const all = document.documentElement.cloneNode(true);
  for (const one of all.querySelectorAll("script, noscript, .brand, #text, #code, #wallets")) one.remove();
  const labels = [...all.querySelectorAll("[aria-label]")].map((one) => one.getAttribute("aria-label"));
  const sentences = Object.values(all.querySelector("#words")?.dataset ?? {});
  const title = document.title.replace(/( · )?Muster$/, "");
  return [title, all.querySelector("body").textContent, ...labels, ...sentences].join("\\n");
}
"""


class Marked(gettext.NullTranslations):
    """A catalogue in which every entry is marked, so that a word that is not translated stands out."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = languages.catalogue
    monkeypatch.setattr(languages, "catalogue", lambda one: Marked() if one == "de" else kept(one))


@pytest.fixture(params=["german", "marked"])
def de(request: pytest.FixtureRequest) -> Callable[..., str]:
    """Says words in German: as the program's own catalogue has them, and as a marked one has them."""
    if request.param == "marked":
        request.getfixturevalue("marked")
    return lambda words, **values: said(phrase(words, **values), "de")


async def test_a_whole_linking_in_german(site: Site, browser: Browser, de: Callable[..., str]) -> None:
    await site.store.write(members.speaks, "discord", "101", "de")
    context = await browser.new_context(**PHONE, locale="en-GB")
    page, seen = await open_page(context, site.base, {"Fox": ANNAS, "Owl": BOBS})
    await page.clock.install()
    path = await site.open_ticket()
    await page.goto(site.base + path)
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.get_by_role("heading", name=de("Choose your wallet"))).to_be_visible()
    await expect(page.locator("#expires")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    await shoot(page, "german-1-choose")

    fox = page.get_by_role("button", name="Fox")
    seen.refuse = True
    await fox.click()
    refused = de("You refused in your wallet. Nothing was sent, so you can try again.")
    await expect(page.get_by_role("alert")).to_have_text(refused)
    seen.refuse, seen.silent = False, True
    await fox.click()
    waiting = "Waiting for {wallet}: allow it to show your address. No answer? Press the button again."
    await expect(page.get_by_role("status")).to_have_text(de(waiting, wallet="Fox"))
    await page.clock.fast_forward(2_000)
    seen.silent = False
    await fox.click()

    await expect(page.get_by_role("heading", name=de("Read it, then sign"))).to_be_visible()
    text = await page.locator("#text").text_content()
    assert "wants you to sign in with your Ethereum account" in (text or "")
    assert "«" not in (text or "")
    await expect(page.locator("#text")).to_have_attribute("lang", "en")
    await page.get_by_role("button", name=de("Sign"), exact=True).click()
    await expect(page.get_by_role("heading", name=de("Signed. One step is left"))).to_be_visible()
    await expect(page.locator("#code")).to_have_text(re.compile(r"^\d{6}$"))
    await shoot(page, "german-2-code")
    done = await site.store.write(confirm, site.people.anna, await page.locator("#code").inner_text())
    assert done is not None
    assert done.address == ANNAS.address
    clean(seen)
    await context.close()


@pytest.mark.usefixtures("marked")
async def test_every_word_of_every_page_is_translated(site: Site, browser: Browser) -> None:
    context = await browser.new_context(**DESK, locale="de-AT")
    path = await site.open_ticket()
    (alias,) = await site.store.write(aliases.make, path.rpartition("/")[2], 1)
    page, _ = await open_page(context, site.base, {"Fox": ANNAS})
    await page.route("**/static/alias.js", lambda route: route.abort())  # it would go on to the next page
    for address in ("/", "/nothing-here", f"/go/{alias}"):
        await page.goto(site.base + address)
        await expect(page.locator("html")).to_have_attribute("lang", "de")
        assert await unmarked(page) == []
    await page.goto(site.base + path)
    await expect(page.get_by_role("button", name="Fox")).to_be_visible()
    union = site.people.union
    assert await unmarked(page) == ["Anna", "Discord", union.name, union.ref]
    await context.close()


async def unmarked(page: Page) -> list[str]:
    """The words of a page that do not come from the catalogue, in their order."""
    words = str(await page.evaluate(WORDS))
    found = 1
    while found:
        words, found = re.subn("«[^«»]*»", "", words)
    return [line.strip() for line in words.splitlines() if line.strip()]


@pytest.mark.usefixtures("marked")
async def test_errors_are_in_the_language_of_the_account(site: Site) -> None:
    path = await site.open_ticket()

    async def refused(language: str) -> str:
        status, answer = await site.post(f"{path}/message", {"address": "nonsense"}, Accept_Language=language)
        assert status == 400
        return str(answer["error"])

    assert (await refused("en"))[0] != "«"
    assert (await refused("de"))[0] == "«"
    await site.store.write(members.speaks, "discord", "101", "de")
    assert (await refused("en"))[0] == "«"
    (alias,) = await site.store.write(aliases.make, path.rpartition("/")[2], 1)
    _, answer = await site.post(f"/go/{alias}", {"more": 1}, Accept_Language="en")
    assert answer["error"][0] == "«"
    await site.store.write(choose, site.people.anna.member_id, "en")
    assert (await refused("de"))[0] != "«"
    status, answer = await site.post("/link/nobody/message", {}, Accept_Language="de", Origin="")
    assert (status, answer["error"][0]) == (403, "«")  # nothing is known of the account


def choose(tx: Tx, member_id: int, language: str) -> None:
    """Choose a language in chat."""
    member = members.by_id(tx, member_id)
    assert isinstance(member, Member)
    members.choose_language(tx, member, language)


@pytest.mark.usefixtures("marked")
async def test_hostile_names_stay_text_in_another_language(site: Site) -> None:
    await site.store.write(members.speaks, "discord", "101", "de")
    async with site.http.get(site.base + await site.open_ticket()) as answer:
        assert "<bdi>Anna</bdi> on Discord" in await answer.text()
    words = phrase("Send `/link {name}` to {name}.", name="<b>{x}`")
    assert html(words, "de") == "«Send <code>/link &lt;b&gt;{x}`</code> to &lt;b&gt;{x}`.»"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "en"),
        ("en;q=0.1,de ; q=0.2", "de"),
        ("de;q=0,en", "en"),
        ("de;q=0", None),
        ("xx,*", None),
        ("DE", "de"),
        ("de;q=9,;;,=,de;q=,\x00", None),
        (",".join(["fr"] * 5000), None),
    ],
)
def test_the_browser_says_what_it_prefers(header: str, language: str | None) -> None:
    assert accepted(header) == language

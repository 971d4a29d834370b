"""A real Chromium, with wallets that the tests put into it."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.tools import require
from tests.web.people import Wallet

ARTIFACTS = Path(__file__).parents[1] / "artifacts"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
FOX = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E"
    "%3Crect width='8' height='8' fill='%23e2761b'/%3E%3C/svg%3E"
)

# A wallet as extensions put it in: EIP-1193, announced by EIP-6963 or left as window.ethereum.
INJECTED = """
([name, icon, announced]) => {
  const provider = { request: ({ method, params }) => window.testWallet(name, method, params || []).then((answer) => {
    if (answer.silent) return new Promise(() => {});
    if (answer.error) throw Object.assign(new Error(answer.error), { code: answer.code });
    return answer.result;
  }) };
  if (!announced) { window.ethereum = provider; return; }
  const detail = Object.freeze({ info: { uuid: name, name, icon, rdns: "test." + name }, provider });
  const announce = () => dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  addEventListener("eip6963:requestProvider", announce);
  announce();
}
"""

# (kind, words, ratio, wanted) of every visible text and control border that misses WCAG 2.2 AA.
CONTRAST = """
() => {
  const parse = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
  const over = (front, back) => {
    const a = front[3] === undefined ? 1 : front[3];
    return [0, 1, 2].map((i) => front[i] * a + back[i] * (1 - a));
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [high, low] = [light(one), light(two)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.unshift(parse(getComputedStyle(at).backgroundColor));
    return layers.reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const found = [];
  let checked = 0;
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element);
    if (!element.checkVisibility() || element.closest("noscript")) continue;
    const words = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
    if (words) {
      const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
      const wanted = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
      const is = ratio(over(parse(style.color), behind(element)), behind(element));
      checked += 1;
      if (is < wanted) found.push(["text", words.slice(0, 40), is, wanted]);
    }
    if (element.matches("button, a.wallet, .code")) {
      const is = Math.max(
        ratio(parse(style.borderTopColor).slice(0, 3), behind(element.parentElement)),
        ratio(behind(element), behind(element.parentElement)),
      );
      checked += 1;
      if (is < 3) found.push(["border", element.textContent.slice(0, 40), is, 3]);
    }
  }
  return [checked, found];
}
"""


@dataclass
class Seen:
    """What a page did that a test may object to, and what its wallets were asked."""

    origin: str
    foreign: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, list[Any]]] = field(default_factory=list)
    wallets: dict[str, Wallet] = field(default_factory=dict)
    refuse: bool = False
    silent: bool = False

    async def answer(self, name: str, method: str, params: list[Any]) -> dict[str, Any]:
        """What the injected wallet says."""
        self.asked.append((name, method, params))
        if self.refuse:
            return {"error": "User rejected the request.", "code": 4001}
        if self.silent:
            return {"silent": True}
        wallet = self.wallets[name]
        if method == "eth_requestAccounts":
            return {"result": [wallet.address.lower()]}
        assert method == "personal_sign"
        assert params[1] == wallet.address
        return {"result": wallet.sign(bytes.fromhex(params[0].removeprefix("0x")).decode())}


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """The browser of the system."""
    path = shutil.which("chromium")
    require(path, "Chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


async def open_page(
    context: BrowserContext, origin: str, wallets: dict[str, Wallet], *, announced: bool = True
) -> tuple[Page, Seen]:
    """A page with these wallets in it, watched."""
    page = await context.new_page()
    seen = Seen(origin, wallets=wallets)
    page.on("request", lambda request: _note(seen, request.url))
    page.on("console", lambda message: seen.console.append(message.text))
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    await page.expose_function("testWallet", seen.answer)
    for name in wallets:
        arguments = json.dumps([name, FOX, announced])
        await page.add_init_script(f"({INJECTED.strip()})({arguments})")
    return page, seen


def _note(seen: Seen, url: str) -> None:
    if not url.startswith((seen.origin + "/", "data:")):
        seen.foreign.append(url)


async def shoot(page: Page, name: str) -> None:
    """Keep a picture to look at, and hold everything visible against WCAG AA."""
    ARTIFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTIFACTS / f"link-{name}.png", full_page=True)
    checked, misses = await page.evaluate(CONTRAST)
    assert checked > 2
    assert misses == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


def clean(seen: Seen) -> None:
    """Hold against a page that it asked other sites, or complained."""
    assert seen.foreign == []
    assert seen.console == []

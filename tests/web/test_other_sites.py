"""What other sites make a browser send to the wallet page, and that none of it is taken."""

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import BrowserContext

from bot.areas.wallets.storage import tickets as tickets_storage
from bot.storage.store import Store
from bot.web.server import serve
from tests.clock import ManualClock
from tests.web.people import ANNAS
from tests.web.site import Site, running


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
    ],
)
async def test_posts_of_other_sites_are_refused(site: Site, headers: dict[str, str]) -> None:
    path = await site.open_ticket()
    status, answer = await site.post(f"{path}/message", {"address": ANNAS.address}, **headers)
    assert (status, "text" in answer) == (403, False)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_a_forms_content_types_are_refused(site: Site, kind: str) -> None:
    path = await site.open_ticket()
    body = json.dumps({"address": ANNAS.address})
    headers = {"Origin": site.base, "Content-Type": kind} if kind else {"Origin": site.base}
    skip = () if kind else ("Content-Type",)
    async with site.http.post(
        f"{site.base}{path}/message", data=body, headers=headers, skip_auto_headers=skip
    ) as answer:
        assert answer.status == 415


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", ""])
async def test_other_host_names_are_refused(site: Site, host: str) -> None:
    path = await site.open_ticket()
    async with site.http.get(site.base + path, headers={"Host": host}) as answer:
        assert answer.status in (400, 421)
        assert "Anna" not in await answer.text()


@pytest.mark.parametrize("path", ["/", "/link/x", "/static/link.js", "/nowhere", "/healthz", "TICKET"])
async def test_every_answer_forbids_framing_and_foreign_content(site: Site, path: str) -> None:
    path = await site.open_ticket() if path == "TICKET" else path
    async with site.http.get(site.base + path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Set-Cookie" not in answer.headers
        assert "Server" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_websocket_from_another_site_is_refused(site: Site) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await site.http.ws_connect(site.base + "/ws", origin="https://evil.example")
    assert refused.value.status == 403


# -- in a real browser ------------------------------------------------------------------------------------------


@asynccontextmanager
async def elsewhere(html: str) -> AsyncIterator[str]:
    """Another site, whose only page this is; its address."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", answer)
    listener = socket.create_server(("127.0.0.1", 0))
    runner = await serve(app, listener)
    yield f"http://localhost:{listener.getsockname()[1]}/"
    await runner.cleanup()


async def test_a_frame_on_another_site_stays_empty(site: Site, context: BrowserContext) -> None:
    page = await context.new_page()
    frame = f"<iframe src='{site.base}{await site.open_ticket()}'></iframe>"
    async with elsewhere(frame) as outside:
        async with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            await page.goto(outside)
        assert "Anna" not in await page.frames[-1].content()


async def test_a_form_on_another_site_changes_nothing(site: Site, context: BrowserContext) -> None:
    page = await context.new_page()
    target = f"{site.base}{await site.open_ticket()}/message"
    form = (
        f"<form method=post enctype=text/plain action='{target}'>"
        f'<input name=\'{{"address":"{ANNAS.address}","x":"\' value=\'"}}\'></form>'
        "<script>document.forms[0].submit()</script>"
    )
    async with elsewhere(form) as outside, page.expect_response(target) as waiting:
        await page.goto(outside)
        assert (await waiting.value).status == 403


async def test_a_script_on_another_site_changes_nothing(site: Site, context: BrowserContext) -> None:
    page = await context.new_page()
    target = f"{site.base}{await site.open_ticket()}/message"
    async with elsewhere("<p>Hello</p>") as outside:
        await page.goto(outside)
        for kind in ("text/plain", "application/json"):
            said = await page.evaluate(
                """([url, body, kind]) => fetch(url, {method: "POST", body, headers: {"Content-Type": kind}})
                   .then((answer) => answer.text(), (error) => "refused")""",
                [target, json.dumps({"address": ANNAS.address}), kind],
            )
            assert said == "refused"
    ticket = await site.store.read(tickets_storage.latest, site.people.anna.id)
    assert ticket is not None
    assert ticket.nonce is None


@pytest.mark.parametrize(("url", "kept"), [("https://muster.example", True), ("http://127.0.0.1:9", False)])
async def test_browsers_keep_to_https(store: Store, clock: ManualClock, url: str, kept: bool) -> None:
    """Nobody between can show the page without TLS to who was there once."""
    async with running(store, clock, public_url=url) as site:
        host = {"Host": url.rpartition("/")[2]}
        for path in ("/", "/nothing", "/static/link.js"):
            async with site.http.get(site.address + path, headers=host) as answer:
                assert ("max-age=31536000" in answer.headers.get("Strict-Transport-Security", "")) is kept

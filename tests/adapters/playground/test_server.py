"""Loopback only, this page only, keys never out."""

from __future__ import annotations

import re

import aiohttp
import pytest

from adapters.playground import limits
from adapters.playground.check import STATIC
from tests.adapters.playground.harness import Playground

SIGN = "/playground/wallet/sign"
BODY = {"wallet": "bo", "message": "I am Bo"}
READ = ("/", "/playground/static/main.js", "/playground/wallet.js", "/playground/wallets")


@pytest.mark.parametrize("path", READ)
async def test_pages_are_served_to_this_machine_under_a_strict_policy(play: Playground, path: str) -> None:
    async with play.http.get(play.origin + path) as answer:
        assert answer.status == 200
        policy = answer.headers["Content-Security-Policy"]
    for rule in (
        "default-src 'none'",
        "script-src 'self';",
        "style-src 'self';",
        "connect-src 'self';",
        "frame-ancestors 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", [*READ, "/ws"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:80"])
async def test_another_name_for_this_machine_is_refused(play: Playground, path: str, host: str) -> None:
    async with play.http.get(play.origin + path, headers={"Host": host}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("name", ["..%2fadapter.py", "nothing.js", "%2e%2e"])
async def test_only_the_pages_own_files_are_served(play: Playground, name: str) -> None:
    async with play.http.get(f"{play.origin}/playground/static/{name}") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:1"])
async def test_other_origins_get_no_socket_and_no_signature(play: Playground, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await play.http.ws_connect(f"{play.origin}/ws", headers=headers)
    assert refused.value.status == 403
    async with play.http.post(play.origin + SIGN, json=BODY, headers=headers) as answer:
        assert answer.status == 403


async def test_a_demo_wallet_signs_for_its_page(play: Playground) -> None:
    async with play.http.post(play.origin + SIGN, json=BODY, headers={"Origin": play.origin}) as answer:
        assert await answer.json() == {"signature": "0xbo:I am Bo"}
    async with play.http.get(play.origin + "/playground/wallets") as answer:
        assert {"key": "bo", "name": "Bo", "address": "0xbo"} in await answer.json()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"wallet": "nobody", "message": "x"}, 404),
        ({"wallet": "bo"}, 400),
        ({"wallet": "bo", "message": ""}, 400),
        ({"wallet": "bo", "message": "x" * (limits.MAX_SIGNED_TEXT + 1)}, 400),
        ({"wallet": "bo", "message": "x", "more": 1}, 400),
        ([], 400),
    ],
)
async def test_nonsense_is_not_signed(play: Playground, body: object, status: int) -> None:
    async with play.http.post(play.origin + SIGN, json=body, headers={"Origin": play.origin}) as answer:
        assert answer.status == status


async def test_a_form_post_is_not_signed(play: Playground) -> None:
    headers = {"Origin": play.origin, "Content-Type": "text/plain"}
    async with play.http.post(
        play.origin + SIGN, data='{"wallet":"bo","message":"x"}', headers=headers
    ) as no:
        assert no.status == 415


async def test_sockets_are_counted(play: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SOCKETS", 1)
    first = await play.browser()
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await play.browser()
    assert refused.value.status == 503
    assert await first.silent()


async def test_a_frame_that_is_none_is_refused_and_the_socket_stays(play: Playground) -> None:
    bo = await play.browser("bo")
    await bo.ws.send_str('{"t":"act","id":"session-9","what":1}')
    assert (await bo.next())["id"] == "session-9"
    await bo.ws.send_str("nonsense")
    assert (await bo.next())["id"] == ""
    assert await bo.silent()


def test_the_page_asks_nobody_else_and_runs_nothing_inline() -> None:
    for path in STATIC.iterdir():
        text = path.read_text("utf-8")
        foreign = set(re.findall(r"(?:https?:)?//[\w-]+\.[\w.]+", text))
        assert foreign <= {"http://www.w3.org"}, path.name
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in text, f"{path.name} uses {way}"
    page = (STATIC / "index.html").read_text("utf-8")
    assert not re.findall(r"<script(?![^>]*\bsrc=)|\son\w+=|<style|\sstyle=", page)

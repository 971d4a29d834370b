"""Hostile requests and frames against the playground of a running program: refused in words, never an incident."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.playground import limits
from bot.app import App
from bot.config import Settings
from tests.adapters.playground.harness import Browser
from tests.web.hostile import DEEP, END, get, made, post
from tests.web.raw import sent

SIGN, FILE = b"/playground/wallet/sign", b"/playground/file"
BIG = 2**65
REFUSED = {
    "a host that is no UTF-8": get(b"/", host=b"\xff"),
    "a host with half a bracket": get(b"/", host=b"[::1"),
    "a name that was pointed here": get(b"/", host=b"evil.example"),
    "a path that is no UTF-8": get(b"/playground/static/%ff%fe"),
    "a path that climbs": get(b"/playground/static/..%2f..%2fserver.py"),
    "an origin that is no UTF-8": post(SIGN, b"{}").replace(b"ORIGIN", b"\xff"),
    "a websocket of nobody": get(b"/ws"),
    "a websocket of another site": get(b"/ws", b"Upgrade: websocket", b"Origin: http://evil.example"),
    "a websocket without a key": get(b"/ws", b"Upgrade: websocket", b"Origin: ORIGIN"),
    "a websocket with a key of nonsense": get(
        b"/ws",
        b"Upgrade: websocket",
        b"Origin: ORIGIN",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: \xff",
    ).replace(b"Connection: close", b"Connection: upgrade, close"),
    "a websocket with a key of other letters": get(
        b"/ws",
        b"Upgrade: websocket",
        b"Origin: ORIGIN",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: \xc3\xa9",
    ).replace(b"Connection: close", b"Connection: upgrade, close"),
    "no JSON": post(SIGN, b"{"),
    "JSON that is no UTF-8": post(SIGN, b'{"wallet": "bo", "message": "\xff"}'),
    "JSON nested 5,000 deep": post(SIGN, DEEP),
    "JSON nested 5,000 deep in a file": post(FILE, b'{"name": ' + DEEP + b"}"),
    "a lone surrogate": post(SIGN, b'{"wallet": "bo", "message": "\\ud800"}'),
    "a number of 65 bits": post(SIGN, b'{"wallet": "bo", "message": 36893488147419103232}'),
    "a file that is no base64": post(FILE, b'{"name": "x", "mime": "x", "data": "\\u00e9"}'),
    "a file that is no UTF-8": post(FILE, b'{"name": "\xff", "mime": "x", "data": ""}'),
    "a file that is too long": post(FILE, b"", length=b"99999999999"),
    "a body that is no gzip": post(SIGN, b"{}", b"Content-Encoding: gzip"),
    "no HTTP": b"\x16\x03\x01" + END,
}
FRAMES = {
    "nothing": "",
    "nested 5,000 deep": DEEP.decode(),
    "nested 5,000 deep in an act": '{"t":"act","id":"session-1","what":' + DEEP.decode() + "}",
    "an id nested 5,000 deep": '{"t":"act","id":' + DEEP.decode() + "}",
    "a lone surrogate": '{"t":"hello","player":"\\ud800"}',
    "a lone surrogate in a name": '{"\\ud800": 1}',
    "a number of 65 bits": json.dumps({"t": "suggest", "n": BIG}),
    "a number of 5,000 digits": '{"t":"suggest","n":' + "9" * 5000 + "}",
    "no number": '{"t":"suggest","n":NaN}',
    "an id that is very long": json.dumps({"t": "act", "id": "x" * 100_000}),
}


@pytest.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[App]:
    monkeypatch.setattr(limits, "ACTS_AT_ONCE", 1000)
    running = await App.start(Settings(_env_file=None, data_dir=tmp_path, playground=True, playground_port=0))
    yield running
    await running.stop()


@pytest.fixture
async def ada(app: App) -> AsyncIterator[Browser]:
    url = app.urls["playground"]
    async with aiohttp.ClientSession() as http:
        tab = Browser(await http.ws_connect(f"{url}/ws", headers={"Origin": url}))
        await tab.become("ada", "session-of-tab")
        yield tab
        await tab.ws.close()


async def test_hostile_requests_are_refused(app: App, caplog: pytest.LogCaptureFixture) -> None:
    url = app.urls["playground"]
    for name, request in REFUSED.items():
        if "too long" not in name:
            answer = await sent(url, made(request, url, ""))
            assert 400 <= answer.status < 500, name
            assert len(answer.text.strip()) > 20, name
    assert [record.getMessage() for record in caplog.records if record.levelno > logging.INFO] == []


@pytest.mark.parametrize("name", FRAMES)
async def test_hostile_frames_are_refused_and_the_tab_stays(
    ada: Browser, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    await ada.ws.send_str(FRAMES[name])
    assert (await ada.until("refused"))[-1]["why"]
    assert (await ada.become("bo"))["player"] == "bo"
    assert caplog.records == []


@pytest.mark.parametrize(
    ("frame", "code"),
    [(b"\xff\xfe", 1007), (b"\xed\xa0\x80", 1007), (b"x" * (limits.MAX_FRAME + 1), 1009)],
)
async def test_frames_that_are_no_text_close_the_socket(
    ada: Browser, frame: bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    await ada.ws.send_frame(frame, aiohttp.WSMsgType.TEXT)
    while (message := await ada.ws.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT:
        pass
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, code)
    assert caplog.records == []


STRANGE: list[Any] = [
    BIG,
    -BIG,
    "9" * 39,
    1e308,
    "\x00",
    "\u202e@everyone",
    {"type": "who", "native_id": "x" * 1000},
    {"type": "where", "native_id": "\x00"},
    {"type": "file", "ref": "x", "size": BIG},
    {"type": "file", "ref": "x", "size": -1},
]


@pytest.mark.parametrize("value", STRANGE, ids=repr)
async def test_strange_values_of_every_parameter_are_no_incident(
    app: App, ada: Browser, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for command in app.core.registry.commands.values():
        values = {param.name: value for param in command.params}
        what = {"t": "command", "name": command.path, "values": values}
        await ada.act("ada", "room-discord", what)
    assert [record.getMessage() for record in caplog.records if hasattr(record, "incident")] == []


async def test_a_browser_that_reads_nothing_is_not_kept_for_ever(
    app: App, ada: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_WAITING", 8)
    [socket] = app.adapters["playground"]._feed.sockets  # type: ignore[attr-defined]
    monkeypatch.setattr(socket._ws, "send_str", _never)
    for _ in range(50):
        await ada.ws.send_str("{")
    while (message := await ada.ws.receive(timeout=10)).type is aiohttp.WSMsgType.TEXT:
        pass
    assert message.data == aiohttp.WSCloseCode.TRY_AGAIN_LATER
    assert socket._waiting.qsize() <= limits.MAX_WAITING + 1


async def _never(_: str) -> None:
    await asyncio.Event().wait()

"""A contract wallet, from /link in chat over the page and a real node back to chat, in the whole program."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import App
from bot.chat.incoming import Act, Actor, CommandCall, Incoming, Place, Press
from bot.config import Settings
from tests.chain.conftest import factory, node
from tests.chain.contract_wallets import BOB, DEPLOY, both, predicted, wrapped
from tests.chain.node import CHAIN_ID, Node, calldata
from tests.chain.texts import ANN
from tests.stage import Heard

__all__ = ["factory", "node"]

DANA = Actor("playground", "discord:dana", "Dana", "dana", True)
ROOM = Place("playground", "room-discord", "room-discord", title="Tenants")


class Journey:
    """Dana, the program, and her browser's requests."""

    def __init__(self, app: App, http: aiohttp.ClientSession) -> None:
        self.app = app
        self.http = http
        self._ids = itertools.count()

    async def runs(self, path: str, **values: str) -> Heard:
        return await self._does(CommandCall(path, dict(values)))

    async def presses(self, heard: Heard, label: str) -> Heard:
        return await self._does(Press(heard.button(label).token))

    async def _does(self, act: Act) -> Heard:
        reply = await self.app.core.dispatch(Incoming(f"journey-{next(self._ids)}", DANA, ROOM, act))
        assert reply is not None
        return Heard(reply)

    async def post(self, url: str, **body: str) -> tuple[int, dict[str, Any]]:
        origin = self.app.urls["playground"]
        async with self.http.post(url, json=body, headers={"Origin": origin}) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def journey(folder: Path, rpc: str) -> AsyncIterator[Journey]:
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        playground_port=0,
        chain_rpc=rpc,
        chain_id=CHAIN_ID,
        chain_timeout_s=5,
    )
    app = await App.start(settings)
    try:
        async with aiohttp.ClientSession() as http:
            on = Journey(app, http)
            await on.runs("union create", name="Tenants", purpose="Stay")
            yield on
    finally:
        await app.stop()


async def test_a_wallet_that_exists_and_one_that_does_not_yet(
    tmp_path: Path, node: Node, factory: str
) -> None:
    salt = bytes(31) + b"\x07"
    there = node.deploy("SafeLike", ("address", "address"), (ANN, BOB))
    future = predicted(node, factory, salt)
    call = calldata(DEPLOY, ANN, BOB, salt)
    async with journey(tmp_path, node.url) as on:
        for address, sign in (
            (there, both),
            (future, lambda text: wrapped(factory, call, both(text))),
        ):
            url = (await on.runs("link")).url("Open the page")
            status, issued = await on.post(f"{url}/message", address=address)
            assert status == 200, issued
            assert len(both(issued["text"])) == 130
            signature = "0x" + sign(issued["text"]).hex()
            status, done = await on.post(f"{url}/signature", signature=signature, nonce=issued["nonce"])
            assert status == 200, done
            asked = await on.runs("link", code=done["code"])
            assert "Kind: contract wallet" in asked.text
            assert "is now linked to you" in (await on.presses(asked, "Link this wallet")).text
        assert (await on.runs("wallets")).text.count("contract wallet") == 2


@pytest.mark.parametrize("dead", ["http://127.0.0.1:9", "http://127.0.0.1:1/key-in-the-path"])
async def test_a_dead_node_is_try_again_and_the_ticket_lives(tmp_path: Path, node: Node, dead: str) -> None:
    there = node.deploy("SafeLike", ("address", "address"), (ANN, BOB))
    async with journey(tmp_path, dead) as on:
        url = (await on.runs("link")).url("Open the page")
        for _ in range(2):
            _, issued = await on.post(f"{url}/message", address=there)
            signature = "0x" + both(issued["text"]).hex()
            status, answer = await on.post(f"{url}/signature", signature=signature, nonce=issued["nonce"])
            assert status == 503
            assert "try again" in answer["error"].lower()
            assert "key-in-the-path" not in answer["error"]
        assert "not linked a wallet" in (await on.runs("wallets")).text

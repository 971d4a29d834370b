"""A node that is dead, slow, confused or somebody else's is "try again": never yes, never no."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.chain.client import ChainClient, Reverted
from bot.chain.signatures import Verified, verify
from bot.errors import BadInput, TryAgain
from tests.chain.node import CHAIN_ID, Node
from tests.chain.texts import ANN, WALLETS, text

SECRET = "k3y-0f-the-node"
WALLET = WALLETS.address("a contract")
NOT_BY_KEY = "0x" + "11" * 130
YES = "0x1626ba7e" + "00" * 28
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def node_that(handler: Handler, *, patience: float = 5.0) -> AsyncIterator[ChainClient]:
    """A client of a loopback server that answers as `handler` says."""
    app = web.Application()
    app.router.add_post(f"/v2/{SECRET}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    client = ChainClient(f"http://127.0.0.1:{port}/v2/{SECRET}", CHAIN_ID, patience)
    try:
        yield client
    finally:
        await client.close()
        await runner.cleanup()


def healthy_but(**answers: Any) -> Handler:
    """A node of the right chain with a wallet that says yes; `answers` (method → answer) replace parts."""
    results = {"eth_chainId": hex(CHAIN_ID), "eth_getCode": "0x60", "eth_call": YES}
    usual = {method: {"result": result} for method, result in results.items()}

    async def handler(request: web.Request) -> web.Response:
        asked = await request.json()
        answer = (usual | answers)[asked["method"]]
        return web.json_response({"jsonrpc": "2.0", "id": asked["id"]} | answer)

    return handler


def raw(body: bytes, status: int = 200) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type="application/json")

    return handler


async def ask(client: ChainClient) -> Verified:
    return await verify(client, address=WALLET, message=text(address=WALLET), signature=NOT_BY_KEY)


async def test_the_healthy_node_of_these_tests_says_yes() -> None:
    async with node_that(healthy_but()) as client:
        assert await ask(client) == Verified("contract")


def rpc_error(code: int, message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message} | more}


CONFUSED: dict[str, Handler] = {
    "500": raw(b"internal error", 500),
    "500 with a good body": raw(json.dumps({"jsonrpc": "2.0", "id": 0, "result": YES}).encode(), 500),
    "429": raw(b'{"error": {"code": 429, "message": "too many requests"}}', 429),
    "401": raw(b"", 401),
    "no json": raw(b"<html>welcome to the hotel's wifi</html>"),
    "empty": raw(b""),
    "not utf-8": raw(b"\xff\xfe{"),
    "deep": raw(b"[" * 100_000),
    "null": raw(b"null"),
    "list": raw(b"[]"),
    "true": raw(b"true"),
    "nothing in it": raw(b"{}"),
    "error that is a text": raw(b'{"jsonrpc": "2.0", "id": 1, "error": "execution reverted"}'),
    "result null": healthy_but(eth_call={"result": None}),
    "result true": healthy_but(eth_call={"result": True}),
    "result a number": healthy_but(eth_call={"result": 0x1626BA7E}),
    "result not hex": healthy_but(eth_call={"result": "yes"}),
    "result half a byte": healthy_but(eth_call={"result": YES[:-1]}),
    "result and error": healthy_but(eth_call={"result": YES} | rpc_error(-32000, "header not found")),
    "header not found": healthy_but(eth_call=rpc_error(-32000, "header not found")),
    "rate limit": healthy_but(eth_call=rpc_error(-32005, "daily request count exceeded")),
    "node's timeout": healthy_but(eth_call=rpc_error(-32002, "request timed out")),
    "code unknown": healthy_but(eth_getCode=rpc_error(3, "execution reverted")),
    "code not hex": healthy_but(eth_getCode={"result": "none"}),
    "no chain id": healthy_but(eth_chainId=rpc_error(-32601, "method not found")),
    "chain id empty": healthy_but(eth_chainId={"result": "0x"}),
    "chain id decimal": healthy_but(eth_chainId={"result": str(CHAIN_ID)}),
    "chain id a number": healthy_but(eth_chainId={"result": CHAIN_ID}),
}


@pytest.mark.parametrize("trouble", CONFUSED)
async def test_a_confused_node_is_try_again(trouble: str) -> None:
    async with node_that(CONFUSED[trouble]) as client:
        with pytest.raises(TryAgain, match="Try again"):
            await ask(client)


async def test_a_node_of_another_chain_is_try_again_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with node_that(healthy_but(eth_chainId={"result": "0x1"})) as client:
        with pytest.raises(TryAgain, match=f"chain 1 instead of {CHAIN_ID}"):
            await ask(client)
        assert await client.chain_id() == 1
    [record] = [r for r in caplog.records if r.name == "bot.chain.client" and r.levelno == logging.ERROR]
    assert vars(record).items() >= {"action": "chain.wrong_id", "expected": CHAIN_ID, "actual": 1}.items()


@pytest.mark.parametrize(
    "failure",
    [
        rpc_error(3, "execution reverted: no", data="0x08c379a0"),
        rpc_error(3, ""),
        rpc_error(-32000, "execution reverted"),
        rpc_error(-32000, "Execution reverted"),
        rpc_error(-32015, "VM execution error.", data="Reverted 0x"),
        rpc_error(-32000, "out of gas"),
        rpc_error(-32003, "EVM error OutOfGas"),
        rpc_error(-32000, "invalid opcode: INVALID"),
        rpc_error(-32003, "EVM error InvalidFEOpcode"),
        rpc_error(-32000, "stack underflow (0 <=> 1)"),
        rpc_error(-32603, "EVM error StackOverflow"),
    ],
)
async def test_a_contract_that_fails_is_a_no(failure: dict[str, Any]) -> None:
    async with node_that(healthy_but(eth_call=failure)) as client:
        with pytest.raises(BadInput):
            await ask(client)
        with pytest.raises(Reverted):
            await client.call(WALLET, b"")


@pytest.mark.parametrize("before_the_body", [True, False])
async def test_a_node_that_hangs_is_try_again(before_the_body: bool) -> None:
    never = asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if not before_the_body:
            await response.prepare(request)
            await response.write(b'{"jsonrpc": "2.0", ')
        await never.wait()
        return response

    async with node_that(handler, patience=0.05) as client:
        with pytest.raises(TryAgain):
            await ask(client)
        never.set()


async def test_a_node_that_hangs_up_is_try_again() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with node_that(handler) as client:
        with pytest.raises(TryAgain):
            await ask(client)


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request.path_qs)
        if "moved" in request.query:
            return await healthy_but()(request)
        return web.Response(status=307, headers={"Location": f"{request.path}?moved"})

    async with node_that(handler) as client:
        with pytest.raises(TryAgain):
            await ask(client)
    assert asked == [f"/v2/{SECRET}"]


@pytest.fixture
async def dead() -> AsyncIterator[ChainClient]:
    """A client of a port where nobody listens (bound by us, so that nobody can come)."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = ChainClient(f"http://127.0.0.1:{taken.getsockname()[1]}/v2/{SECRET}", CHAIN_ID)
        yield client
        await client.close()


async def test_a_dead_node_is_try_again(dead: ChainClient) -> None:
    with pytest.raises(TryAgain):
        await ask(dead)


async def test_a_key_is_verified_while_the_node_is_dead(dead: ChainClient) -> None:
    good = WALLETS.sign("ann", text())
    assert await verify(dead, address=ANN, message=text(), signature=good) == Verified("eoa")


@pytest.mark.parametrize(
    "url", ["http://", "nonsense", f"ftp://127.0.0.1/{SECRET}", "http://127.0.0.1:99999/"]
)
async def test_an_unusable_url_is_try_again(url: str) -> None:
    client = ChainClient(url, CHAIN_ID)
    with pytest.raises(TryAgain):
        await client.chain_id()
    await client.close()


async def test_the_url_is_never_shown(caplog: pytest.LogCaptureFixture, dead: ChainClient) -> None:
    caplog.set_level(logging.DEBUG)
    shown = []
    async with (
        node_that(raw(b"no", 500)) as broken,
        node_that(healthy_but()) as healthy,
        node_that(raw(b"", 307)) as moved,
    ):
        await healthy.chain_id()
        for client in (dead, broken, moved):
            with pytest.raises(TryAgain) as caught:
                await ask(client)
            logging.getLogger("bot").exception("as a ladder would log it", exc_info=caught.value)
            shown += [str(caught.value), repr(caught.value), repr(client), str(client)]
    assert "as a ladder would log it" in caplog.text
    assert SECRET not in caplog.text
    assert SECRET not in "".join(shown)
    assert all(
        SECRET not in str(vars(record)) for record in caplog.records if record.name != "aiohttp.access"
    )


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with node_that(healthy_but()) as client:
        assert await client.chain_id() == CHAIN_ID


async def test_first_calls_at_once_share_one_connection_setup(chain: ChainClient, node: Node) -> None:
    assert await asyncio.gather(*(chain.chain_id() for _ in range(20))) == [CHAIN_ID] * 20
    assert await chain.code(node.account) == b""


async def test_closing_a_client_that_was_never_used() -> None:
    await ChainClient("http://127.0.0.1:9/", CHAIN_ID).close()

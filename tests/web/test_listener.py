"""Slow, silent and very many clients: each is cut off in time, and the server goes on answering."""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.web import listener as listeners
from bot.web.connection import READ_AT_ONCE, Connection, Patience
from bot.web.seldom import Seldom
from bot.web.server import serve
from tests.web.raw import dialled, heard, hung_up, said

QUICK = Patience(
    idle_s=0.3, headers_s=0.3, body_s=0.3, answer_s=0.3, linger_s=0.1, work_s=0.3, look_every_s=0.02
)
HEAD = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
READ = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Served:
    """A small server: `/` answers, `/big` with a megabyte, `/body` reads, and `/work` waits for `done`."""

    def __init__(self) -> None:
        self.address = ""
        self.working = asyncio.Event()
        self.done = asyncio.Event()
        self.runner: web.AppRunner

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/", self.answer),
                web.get("/big", self.big),
                web.post("/body", self.body),
                web.get("/work", self.work),
                web.get("/ws", self.websocket),
            ]
        )
        return app

    async def answer(self, _: web.Request) -> web.Response:
        return web.Response(text="here")

    async def big(self, _: web.Request) -> web.Response:
        return web.Response(body=b"x" * 2**20)

    async def body(self, request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    async def work(self, _: web.Request) -> web.Response:
        self.working.set()
        await self.done.wait()
        return web.Response(text="done")

    async def websocket(self, request: web.Request) -> web.StreamResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        async for message in ws:
            await ws.send_str(message.data)
        return ws

    async def alive(self) -> bool:
        """Whether a newcomer gets an answer."""
        line = await dialled(self.address)
        line[1].write(READ)
        answer = await line[0].readuntil(b"here")
        await hung_up(line)
        return answer.startswith(b"HTTP/1.1 200")


@asynccontextmanager
async def served(
    patience: Patience = QUICK, most: int = 100, listener: socket.socket | None = None
) -> AsyncIterator[Served]:
    listener = listener or socket.create_server(("127.0.0.1", 0))
    made = Served()
    made.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    runner = await serve(made.app(), listener, patience=patience, most=most)
    try:
        yield made
    finally:
        await runner.cleanup()


async def dripped(address: str, first: bytes, drop: bytes) -> bytes:
    """What a client reads that sends its first bytes at once and then a drop again and again, until it is cut off."""
    line = await dialled(address)
    line[1].write(first)
    hearing = asyncio.create_task(heard(line[0]))
    while not (await asyncio.wait({hearing}, timeout=0.02))[0]:
        line[1].write(drop)
    await hung_up(line)
    return hearing.result()


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b""),  # says nothing
        (b"GET", b""),  # stops in the first line
        (b"GET / HTTP/1.1\r\n", b"X: y\r\n"),  # never stops
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"y"),
        (READ, b""),  # asks once, and then nothing
        (READ + b"GET", b""),
    ],
)
async def test_headers_have_to_arrive(first: bytes, drop: bytes) -> None:
    async with served() as server:
        answer = await dripped(server.address, first, drop)
        assert (b"here" in answer) == first.startswith(READ)
        assert await server.alive()


@pytest.mark.parametrize("drop", [b"", b"x"])
async def test_bodies_have_to_arrive(drop: bytes, caplog: pytest.LogCaptureFixture) -> None:
    patience = Patience(body_s=0.1, linger_s=0.1, look_every_s=0.02)
    async with served(patience) as server:
        head = HEAD.replace(b"100", b"100000")
        assert said(await dripped(server.address, head, drop)).status == 408
        assert await server.alive()
    assert caplog.records == []


async def test_a_body_that_nobody_reads_has_to_end_too() -> None:
    async with served() as server:
        lying = READ.replace(b"Host: x", b"Host: x\r\nContent-Length: 100000")
        assert b"here" in await dripped(server.address, lying, b"x")


async def test_answers_have_to_be_taken() -> None:
    async with served() as server:
        host, port = server.address.removeprefix("http://").split(":")
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(client, (host, int(port)))
            requests = READ.replace(b"/ ", b"/big ") * 1_000_000  # more than can be on its way at once
            with pytest.raises(ConnectionError):
                await loop.sock_sendall(client, requests)
        assert await server.alive()


async def test_work_of_ours_ends_too() -> None:
    async with served() as server:
        line = await dialled(server.address)
        line[1].write(READ.replace(b"/ ", b"/work "))
        assert await heard(line[0]) == b""
        server.done.set()
        await hung_up(line)


async def test_one_client_is_parsed_in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """asyncio reads 256 KiB at once. As chunks of one byte they kept all others waiting."""
    parsed: list[int] = []
    receive = Connection.data_received

    def received(connection: Connection, data: bytes) -> None:
        parsed.append(len(data))
        receive(connection, data)

    monkeypatch.setattr(Connection, "data_received", received)
    head = b"POST /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with served(Patience()) as server:
        line = await dialled(server.address)
        line[1].write(head + b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n")
        answer = said(await heard(line[0]))
        await hung_up(line)
    assert (answer.status, answer.text) == (200, "100000")
    assert max(parsed) <= READ_AT_ONCE


async def test_websockets_stay() -> None:
    async with (
        served() as server,
        aiohttp.ClientSession() as http,
        http.ws_connect(server.address + "/ws") as ws,
    ):
        await dripped(server.address, b"GET", b"")  # takes as long as anything else may take
        await ws.send_str("still here")
        assert await ws.receive_str() == "still here"


async def test_very_many_slow_clients_make_room(caplog: pytest.LogCaptureFixture) -> None:
    async with served(Patience(), most=32) as server:
        working = await dialled(server.address)
        working[1].write(READ.replace(b"/ ", b"/work "))
        await server.working.wait()
        slow = [await dialled(server.address) for _ in range(200)]
        for _, writer in slow:
            writer.write(HEAD)
        assert await server.alive()
        open_ones = {asyncio.create_task(heard(reader)) for reader, _ in slow}
        while len(open_ones) > 32:
            _, open_ones = await asyncio.wait(open_ones, return_when=asyncio.FIRST_COMPLETED)
        assert await server.alive()
        server.done.set()
        assert b"done" in await working[0].readuntil(b"done")  # work is not cut off
        await hung_up(working, *slow)
        await asyncio.gather(*open_ones)
    crowded = [record for record in caplog.records if getattr(record, "action", "") == "web.crowded"]
    assert len(crowded) == 1


def called(address: str, many: int) -> list[socket.socket]:
    """Clients that ask once each. The system connects them before the server accepts them."""
    host, port = address.removeprefix("http://").split(":")
    clients = []
    for _ in range(many):
        client = socket.create_connection((host, int(port)))
        client.sendall(READ)
        client.setblocking(False)
        clients.append(client)
    return clients


async def test_the_last_of_very_many_does_not_wait_for_all_others_nor_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thousand clients that came again at once kept the next one waiting for a fifth of a second."""
    answered: list[int] = []
    receive = Connection.data_received

    def received(connection: Connection, data: bytes) -> None:
        assert connection.transport is not None
        answered.append(connection.transport.get_extra_info("peername")[1])
        receive(connection, data)

    monkeypatch.setattr(Connection, "data_received", received)
    async with served(Patience(), most=1000) as server:
        clients = called(server.address, 200)
        ports = [client.getsockname()[1] for client in clients]
        loop = asyncio.get_running_loop()
        answers = await asyncio.gather(*(loop.sock_recv(client, 100) for client in clients))
        assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
        for client in clients:
            client.close()
    assert sorted(answered) == sorted(ports)
    assert answered.index(ports[-1]) < 8
    assert answered.index(ports[0]) < 8


@pytest.mark.parametrize("most", [1, 16, 64])
async def test_those_that_wait_for_their_turn_count_as_open(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: list[int] = []
    welcome = listeners.Site._welcome

    def welcomed(site: listeners.Site, sock: socket.socket) -> None:
        files.append(len(os.listdir("/dev/fd")))
        welcome(site, sock)

    monkeypatch.setattr(listeners.Site, "_welcome", welcomed)
    async with served(Patience(), most=most) as server:
        clients = called(server.address, 200)
        before = len(os.listdir("/dev/fd"))
        assert await server.alive()
        for client in clients:
            client.close()
    # The newcomer's own, and those that are closed in this round.
    assert max(files) - before <= most + 1 + max(1, most // 16)


async def test_a_stop_closes_those_that_wait_for_their_turn() -> None:
    before = len(os.listdir("/dev/fd"))
    async with served(Patience(), most=1000) as server:
        clients = called(server.address, 200)
        for _ in range(3):
            await asyncio.sleep(0)
        assert len(os.listdir("/dev/fd")) > before + 350  # both ends of most of them
    for client in clients:
        client.close()
    assert len(os.listdir("/dev/fd")) <= before


class Exhausted(socket.socket):
    """A listener of a process that has no descriptors left, for so many tries."""

    tries = 0

    def accept(self) -> tuple[socket.socket, object]:
        if self.tries:
            self.tries -= 1
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return super().accept()


async def test_accept_errors_are_logged_once_and_then_it_goes_on(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "_TRY_AGAIN_S", 0.001)
    plain = socket.create_server(("127.0.0.1", 0))
    tired = Exhausted(plain.family, plain.type, plain.proto, plain.detach())
    tired.tries = 50
    async with served(listener=tired) as server:
        assert await server.alive()
    assert tired.tries == 0
    assert [record.getMessage() for record in caplog.records] == [
        "1 connections could not be accepted: Too many open files"
    ]


def test_what_happens_very_often_is_logged_seldom(caplog: pytest.LogCaptureFixture) -> None:
    now = 100.0
    seldom = Seldom(logging.getLogger("test"), "things happened", "test", 60.0, lambda: now)
    for moment in (100.0, 101.0, 150.0, 159.9):
        now = moment
        seldom.count(10, f"at {moment}")
        seldom.tell()
    now = 160.0
    seldom.tell()
    seldom.tell()
    assert [record.getMessage() for record in caplog.records] == [
        "10 things happened: at 100.0",
        "30 things happened: at 159.9",
    ]


@pytest.mark.parametrize(
    ("files", "listening", "most"),
    [(1024, 1, 768), (1024, 2, 384), (1_000_000, 1, 1000), (256, 1, 128), (20, 2, 16)],
)
def test_connections_stay_below_the_limit_of_files(
    files: int, listening: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (files, files))
    assert listeners.most_connections(listening) == most

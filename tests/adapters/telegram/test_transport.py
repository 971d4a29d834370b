"""The transport: connections, errors that tell what happened and not the token, uploads."""

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut

from adapters.telegram.transport import AiohttpRequest, FloodWait, NotConnected, NotSent
from tests.emulators.telegram import Person, TelegramEmulator

CHAT = {"id": 1, "type": "private"}
TOKEN = "1:token-that-must-not-be-seen"
Serve = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


class Text(str):
    """As markupsafe has one."""


@pytest.fixture
async def emu() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as emulator:
        yield emulator


@pytest.fixture
def alice(emu: TelegramEmulator) -> Person:
    return emu.user("Alice", started=True)


@pytest.fixture
async def bot(emu: TelegramEmulator) -> AsyncIterator[Bot]:
    async with Bot(emu.token, base_url=emu.base_url, request=AiohttpRequest()) as bot:
        yield bot


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """A server of one handler; its base URL."""
    runners = []

    async def start(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", handler)
        runner = web.AppRunner(application, shutdown_timeout=0.1, access_log=None)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}/bot"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.mark.parametrize("picture", [None, b"\x89PNG"])
async def test_an_older_server_gets_times_without_their_markup(serve: Serve, picture: bytes | None) -> None:
    """It refuses a tag that it does not know. A refusal for another reason stays one."""
    refused, shown = [], []

    async def older(request: web.Request) -> web.Response:
        sent = await request.post() if picture else await request.json()
        words = str(sent["caption" if picture else "text"])
        if "<tg-time" in words or "<b>" in words:
            refused.append(words)
            what = "tg-time" if "<tg-time" in words else "b"
            why = f'Bad Request: can\'t parse entities: Unsupported start tag "{what}" at byte offset 9'
            return web.json_response({"ok": False, "error_code": 400, "description": why}, status=400)
        shown.append(words)
        return web.json_response({"ok": True, "result": {"message_id": 1, "date": 1, "chat": CHAT}})

    async with AiohttpRequest() as request:
        bot = Bot(TOKEN, base_url=await serve(older), request=request)
        for words in ('Closes <tg-time unix="5" format="t">at 12:00</tg-time>, &lt;tg-time&gt;', "Bye"):
            for _ in range(2):
                if picture:
                    await bot.send_photo(1, picture, caption=words, parse_mode="HTML")
                else:
                    await bot.send_message(1, words, parse_mode="HTML")
        with pytest.raises(BadRequest):
            await bot.send_message(1, "<b>x</b>") if not picture else await bot.send_photo(
                1, picture, "<b>x</b>"
            )
    assert shown == ["Closes at 12:00, &lt;tg-time&gt;"] * 2 + ["Bye"] * 2
    assert len(refused) == 2


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def failing(base_url: str, request: AiohttpRequest, expected: type[TelegramError]) -> TelegramError:
    """The error of a request, after making sure that neither it nor its causes name the token."""
    async with request:
        with pytest.raises(expected) as caught:
            await Bot(TOKEN, base_url=base_url, request=request).send_message(1, "hello")
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert TOKEN not in shown
    return caught.value


async def test_connections_are_kept(serve: Serve) -> None:
    peers = set()

    async def answer(request: web.Request) -> web.Response:
        peers.add(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True, "result": True})

    base_url = await serve(answer)
    async with AiohttpRequest() as request:
        for _ in range(5):
            assert await request.post(f"{base_url}{TOKEN}/close") is True
    assert len(peers) == 1


async def test_a_proxy_of_the_environment_is_ignored(
    bot: Bot, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    assert (await bot.send_message(alice.id, "hello")).text == "hello"


async def test_nobody_listens() -> None:
    error = await failing(f"http://127.0.0.1:{closed_port()}/bot", AiohttpRequest(), NotSent)
    assert "cannot connect" in error.message


async def test_no_free_connection(serve: Serve) -> None:
    arrived, leave = asyncio.Event(), asyncio.Event()

    async def hold(request: web.Request) -> web.Response:
        arrived.set()
        await leave.wait()
        return web.json_response({"ok": True, "result": True})

    url = f"{await serve(hold)}{TOKEN}/close"
    async with AiohttpRequest(connections=1, pool_timeout=0.03, connect_timeout=0.02) as request:
        first = asyncio.create_task(request.post(url))
        await arrived.wait()
        with pytest.raises(NotConnected) as caught:
            await request.post(url)
        leave.set()
        assert await first is True
    assert isinstance(caught.value, TimedOut)
    assert isinstance(caught.value, NotSent)


async def test_an_answer_too_late_is_not_called_unsent(serve: Serve) -> None:
    leave = asyncio.Event()

    async def hold(request: web.Request) -> web.Response:
        await leave.wait()
        return web.Response()

    error = await failing(await serve(hold), AiohttpRequest(read_timeout=0.03), TimedOut)
    leave.set()
    assert not isinstance(error, NotSent)


async def test_a_connection_cut_is_not_called_unsent(serve: Serve) -> None:
    async def cut(request: web.Request) -> web.Response:
        request.transport.abort()
        return web.Response()

    error = await failing(await serve(cut), AiohttpRequest(), NetworkError)
    assert not isinstance(error, NotSent)


async def test_a_broken_url_does_not_show_itself() -> None:
    await failing("nonsense://", AiohttpRequest(), NetworkError)


async def test_nonsense_is_refused_and_not_logged(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    async def nonsense(request: web.Request) -> web.Response:
        return web.Response(text="a member's words")

    caplog.set_level(logging.INFO)  # python-telegram-bot itself shows the token at DEBUG
    error = await failing(await serve(nonsense), AiohttpRequest(), TelegramError)
    assert error.message == "an answer without a result"
    assert "words" not in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(serve: Serve, status: int) -> None:
    """Another host would get the token in the address, or at least the message."""
    asked: list[str] = []

    async def other(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"ok": True, "result": {}})

    elsewhere = await serve(other)

    async def redirecting(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": f"{elsewhere}{request.path}"})

    await failing(await serve(redirecting), AiohttpRequest(), TelegramError)
    assert asked == []


async def test_a_flood_wait_tells_its_seconds(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    emu.fails("sendMessage", 429, retry_after=12)
    with pytest.raises(FloodWait) as caught:
        await bot.send_message(alice.id, "hello")
    assert caught.value.seconds == 12


async def test_it_opens_and_closes_as_often_as_wanted(emu: TelegramEmulator) -> None:
    request = AiohttpRequest()
    url = f"{emu.base_url}{emu.token}/getMe"
    for _ in range(2):
        with pytest.raises(NetworkError, match="not initialized"):
            await request.post(url)
        await request.initialize()
        await request.initialize()
        assert (await request.post(url))["username"] == "muster_test_bot"
        await request.shutdown()
        await request.shutdown()


async def test_uploads_keep_their_names(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    await bot.send_document(
        alice.id, b"seq,hash\n", caption="<b>the ledger</b>", parse_mode="HTML", filename="l.csv"
    )
    (message,) = alice.chat.from_bot
    assert message.document == b"seq,hash\n"
    assert message.data["document"]["file_name"] == "l.csv"
    assert message.marked("bold") == ["the ledger"]


async def test_any_text_is_text(bot: Bot, alice: Person) -> None:
    await bot.send_message(alice.id, Text('é😀 " \\ </b>'))
    assert alice.chat.from_bot[0].text == 'é😀 " \\ </b>'


async def test_cancelling_a_request_frees_its_connection(emu: TelegramEmulator, alice: Person) -> None:
    held = emu.holds("sendMessage")
    async with Bot(emu.token, base_url=emu.base_url, request=AiohttpRequest(connections=1)) as bot:
        sending = asyncio.create_task(bot.send_message(alice.id, "hello"))
        await held.arrived.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        assert (await bot.get_me()).is_bot

"""The emulator with an unmodified python-telegram-bot `Bot` connected to it, over both transports."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from telegram import Bot, Update
from telegram.error import BadRequest
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from adapters.telegram.transport import AiohttpRequest
from tests.clock import ManualClock
from tests.emulators.telegram import TelegramEmulator

# Smallest PNG: one grey pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000" + "3a7e9b550000000a49444154789c636000000002"
    "0001" + "48afa471" + "0000000049454e44ae426082"
)


@pytest.fixture
def manual() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def emu(manual: ManualClock) -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(manual) as emulator:
        yield emulator


@pytest.fixture(params=["httpx", "aiohttp"])
def make_request(request: pytest.FixtureRequest) -> Callable[[], BaseRequest]:
    if request.param == "aiohttp":
        return AiohttpRequest
    return lambda: HTTPXRequest(httpx_kwargs={"trust_env": False})


@pytest.fixture
async def bot(emu: TelegramEmulator, make_request: Callable[[], BaseRequest]) -> AsyncIterator[Bot]:
    async with connect(emu, make_request) as bot:
        yield bot


def connect(emu: TelegramEmulator, make_request: Callable[[], BaseRequest] = AiohttpRequest) -> Bot:
    return Bot(
        emu.token,
        base_url=emu.base_url,
        base_file_url=emu.base_file_url,
        request=make_request(),
        get_updates_request=make_request(),
    )


async def polls(bot: Bot, handle: Callable[[Update], Awaitable[object]]) -> None:
    """The smallest bot: poll, handle, confirm."""
    offset = 0
    while True:
        for update in await bot.get_updates(offset, timeout=30, allowed_updates=Update.ALL_TYPES):
            await handle(update)
            offset = update.update_id + 1


async def updates(bot: Bot, offset: int = 0) -> list[Update]:
    """What waits now."""
    return list(await bot.get_updates(offset, timeout=0, allowed_updates=Update.ALL_TYPES))


async def call(bot: Bot, method: str, parameters: dict[str, Any]) -> Any:
    """A request as raw as can be."""
    data = RequestData([RequestParameter.from_input(name, value) for name, value in parameters.items()])
    return await bot.request.post(f"{bot.base_url}/{method}", data)


@contextmanager
def refused(emu: TelegramEmulator, words: str) -> Iterator[None]:
    """The request inside breaks a rule: it is answered 400 and recorded."""
    with pytest.raises(BadRequest, match="(?i)" + re.escape(words)):
        yield
    assert [violation for violation in emu.violations if words in violation]
    emu.violations.clear()


__all__ = ["PNG", "call", "connect", "polls", "refused", "updates"]

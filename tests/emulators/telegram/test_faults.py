"""Injected faults and the enforced limits, as both transports see them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest

from tests.adapters.telegram.virtual_time import VirtualTime
from tests.clock import ManualClock
from tests.emulators.telegram import Person, TelegramEmulator
from tests.emulators.telegram.conftest import PNG, connect

# Stock python-telegram-bot warns whenever it makes a RetryAfter.
tolerant = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
REFUSALS = [(401, InvalidToken), (403, Forbidden), (404, InvalidToken), (409, Conflict), (502, NetworkError)]


@pytest.fixture
def alice(emu: TelegramEmulator) -> Person:
    return emu.user("Alice", started=True)


@pytest.mark.parametrize(("status", "error"), REFUSALS)
async def test_refusals(
    emu: TelegramEmulator, bot: Bot, alice: Person, status: int, error: type[TelegramError]
) -> None:
    emu.fails("sendMessage", status, times=2)
    for _ in range(2):
        with pytest.raises(error):
            await bot.send_message(alice.id, "hello")
    assert alice.chat.from_bot == []
    await bot.send_message(alice.id, "hello")
    assert [request.outcome[:3] for request in emu.requests[-3:]] == [str(status), str(status), "200"]


@tolerant
async def test_flood_waits_of_one_chat(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    bob = emu.user("Bob", started=True)
    emu.fails("*", 429, retry_after=7, chat=alice)
    await bot.send_message(bob.id, "hello")
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(alice.id, "hello")
    assert caught.value._retry_after == timedelta(seconds=7)


async def test_a_wrong_token(emu: TelegramEmulator, make_request: Callable[[], BaseRequest]) -> None:
    stranger = Bot("1:wrong", base_url=emu.base_url, request=make_request())
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_a_connection_dropped_before(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    emu.drops("sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(alice.id, "hello")
    assert alice.chat.from_bot == []
    await bot.send_message(alice.id, "hello")
    assert len(alice.chat.from_bot) == 1


async def test_an_answer_lost_after(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    emu.drops("sendMessage", after=True)
    with pytest.raises(NetworkError):
        await bot.send_message(alice.id, "hello")
    assert len(alice.chat.from_bot) == 1


async def test_an_answer_held_back(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    held = emu.holds("sendMessage")
    sending = asyncio.create_task(bot.send_message(alice.id, "hello"))
    await emu.signal.until(lambda: alice.chat.from_bot, lambda: "never posted")
    assert not sending.done()
    held.release()
    assert (await sending).text == "hello"


async def test_a_request_held_back(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    held = emu.holds("sendMessage", before=True)
    sending = asyncio.create_task(bot.send_message(alice.id, "hello"))
    await held.arrived.wait()
    assert alice.chat.from_bot == []
    held.release()
    await sending
    assert len(alice.chat.from_bot) == 1


async def test_an_answer_too_late(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    emu.holds("sendMessage")
    with pytest.raises(TimedOut):
        await bot.send_message(alice.id, "hello", read_timeout=0.05)
    assert len(alice.chat.from_bot) == 1


async def test_edits_and_deletions(
    emu: TelegramEmulator, bot: Bot, alice: Person, manual: ManualClock
) -> None:
    sent = await bot.send_message(alice.id, "one")
    message = alice.chat.messages[sent.message_id]
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("one", alice.id, message.id)
    await bot.edit_message_text("two", alice.id, message.id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("two", alice.id, 9999)
    theirs = alice.types("mine")
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("two", alice.id, theirs.id)
    photo = await bot.send_photo(alice.id, PNG)
    with pytest.raises(BadRequest, match="no text in the message"):
        await bot.edit_message_text("two", alice.id, photo.message_id)
    await bot.edit_message_caption(alice.id, photo.message_id, caption="a caption")
    assert alice.chat.messages[photo.message_id].text == "a caption"
    await bot.delete_message(alice.id, message.id)
    assert message.deleted
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await bot.delete_message(alice.id, message.id)
    group = emu.group("Farmers", alice)
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(group.id, alice.types("/x", in_=group).id)
    own = await bot.send_message(group.id, "own")
    manual.advance(timedelta(hours=49))
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(group.id, own.message_id)
    group.promotes_bot("can_delete_messages")
    await bot.delete_message(group.id, own.message_id)


class Limited:
    """An emulator that counts, on virtual time."""

    def __init__(self, emu: TelegramEmulator, time: VirtualTime, bot: Bot) -> None:
        self.emu, self.time, self.bot = emu, time, bot

    async def wait_told(self, send: Callable[[], Awaitable[object]]) -> int:
        """Seconds of the 429 that `send` meets; 0 when it is let through."""
        try:
            await send()
        except RetryAfter as refused:
            return int(refused._retry_after.total_seconds())
        return 0


@pytest.fixture
async def limited(make_request: Callable[[], BaseRequest]) -> AsyncIterator[Limited]:
    time = VirtualTime()
    async with (
        TelegramEmulator(limits=True, monotonic=time.monotonic) as emu,
        connect(emu, make_request) as bot,
    ):
        yield Limited(emu, time, bot)


@tolerant
class TestLimits:
    async def test_one_a_second_to_a_person(self, limited: Limited) -> None:
        alice = limited.emu.user("Alice", started=True)
        send = lambda: limited.bot.send_message(alice.id, "x")  # noqa: E731 - said twenty times
        assert await limited.wait_told(send) == 0
        assert await limited.wait_told(send) == 1
        limited.time.pass_by(1.0)
        assert await limited.wait_told(send) == 0

    async def test_thirty_a_second_in_all(self, limited: Limited) -> None:
        people = [limited.emu.user(f"P{number}", started=True) for number in range(32)]
        told = [await limited.wait_told(lambda p=p: limited.bot.send_message(p.id, "x")) for p in people]
        assert told == [0] * 30 + [1, 1]
        assert len(limited.emu.floods.accepted) == 30
        assert limited.emu.floods.refused == 2

    async def test_twenty_a_minute_to_a_group(self, limited: Limited) -> None:
        group = limited.emu.group("Farmers")
        told = []
        for _ in range(21):
            told.append(await limited.wait_told(lambda: limited.bot.send_message(group.id, "x")))
            limited.time.pass_by(1.0)
        assert told == [0] * 20 + [40]

    async def test_a_paid_broadcast_may_send_a_thousand(self, limited: Limited) -> None:
        people = [limited.emu.user(f"P{number}", started=True) for number in range(100)]
        for person in people:
            await limited.bot.send_message(person.id, "x", allow_paid_broadcast=True)
        assert limited.emu.floods.refused == 0

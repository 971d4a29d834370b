"""Delivery of updates: offsets, long polls, one consumer, 24 hours, webhooks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict

from tests.clock import ManualClock
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram.conftest import PNG, connect, updates
from tests.emulators.telegram.signal import Signal

SECRET = "a-secret"


def texts(found: list[Update]) -> list[str]:
    return [update.message.text for update in found]


async def test_an_offset_confirms_what_came_before(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    for text in ("a", "b", "c"):
        alice.types(text)
    first = await updates(bot)
    assert texts(first) == ["a", "b", "c"]
    assert texts(await updates(bot)) == ["a", "b", "c"]
    assert texts(await updates(bot, first[1].update_id)) == ["b", "c"]
    assert texts(await bot.get_updates(-1)) == ["c"]
    assert await updates(bot, first[2].update_id + 1) == []
    await emu.drained()


async def test_a_limit(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    for number in range(105):
        alice.types(str(number))
    assert len(await updates(bot)) == 100
    assert texts(await bot.get_updates(limit=2)) == ["0", "1"]


async def test_a_long_poll_blocks_until_something_comes(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await emu.polling()
    assert not poll.done()
    alice.types("at last")
    assert texts(list(await poll)) == ["at last"]
    assert not emu.queue.polled


async def test_a_long_poll_ends_empty(emu: TelegramEmulator, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=50))
    await emu.polling()
    emu.queue.end_poll()
    assert await poll == ()


async def test_a_second_consumer_ends_the_first(emu: TelegramEmulator, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await emu.polling()
    async with connect(emu) as other:
        second = asyncio.create_task(other.get_updates(timeout=50))
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await first
        emu.user("Alice").types("hello")
        assert texts(list(await second)) == ["hello"]


async def test_updates_are_kept_for_a_day(emu: TelegramEmulator, bot: Bot, manual: ManualClock) -> None:
    alice = emu.user("Alice")
    alice.types("old")
    manual.advance(timedelta(hours=23, minutes=59))
    alice.types("new")
    assert texts(await updates(bot)) == ["old", "new"]
    manual.advance(timedelta(minutes=2))
    assert texts(await updates(bot)) == ["new"]


async def test_kinds_asked_for_stay_asked_for(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    group = emu.group("Farmers", alice, bot="administrator")
    await bot.get_updates(allowed_updates=["chat_member"])
    alice.types("unheard")
    group.promotes(alice)
    found = await bot.get_updates()
    assert [update.chat_member is not None for update in found] == [True]
    await bot.get_updates(allowed_updates=[])
    group.demotes(alice)
    assert len(await bot.get_updates()) == 1


async def test_an_update_delivered_twice(emu: TelegramEmulator, bot: Bot) -> None:
    emu.user("Alice").types("once")
    (update,) = await updates(bot)
    assert await updates(bot, update.update_id + 1) == []
    emu.redelivers(update.to_dict())
    (again,) = await updates(bot, update.update_id + 1)
    assert again.update_id == update.update_id
    assert await updates(bot, update.update_id + 1) == []


async def test_photos_from_people(emu: TelegramEmulator, bot: Bot) -> None:
    emu.user("Alice").types("my proof", photo=PNG)
    (update,) = await updates(bot)
    assert update.message.caption == "my proof"
    file = await bot.get_file(update.message.photo[-1])
    assert bytes(await file.download_as_bytearray()) == PNG


class Hook:
    """A bot's webhook."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str | None]] = []
        self.statuses: list[int] = []
        self.held = asyncio.Event()
        self.held.set()
        self.url = ""
        self.signal = Signal()

    async def handle(self, request: web.Request) -> web.Response:
        update = Update.de_json(await request.json())
        self.got.append((update.message.text, request.headers.get("X-Telegram-Bot-Api-Secret-Token")))
        self.signal.fire()
        await self.held.wait()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    application = web.Application()
    application.router.add_post("/hook", hook.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield hook
    hook.held.set()
    await runner.cleanup()


async def test_a_webhook_gets_updates_with_its_secret(emu: TelegramEmulator, bot: Bot, hook: Hook) -> None:
    alice = emu.user("Alice")
    alice.types("before")
    await bot.set_webhook(hook.url, secret_token=SECRET, allowed_updates=["message"])
    alice.types("after")
    await emu.drained()
    assert hook.got == [("before", SECRET), ("after", SECRET)]
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.allowed_updates) == (hook.url, 0, ("message",))
    await bot.delete_webhook()
    alice.types("by polling again")
    assert texts(list(await bot.get_updates())) == ["by polling again"]


async def test_a_webhook_is_tried_again_until_2xx(emu: TelegramEmulator, bot: Bot, hook: Hook) -> None:
    hook.statuses = [500, 403]
    await bot.set_webhook(hook.url)
    emu.user("Alice").types("hello")
    await emu.drained()
    assert hook.got == [("hello", None)] * 3
    assert "403" in (await bot.get_webhook_info()).last_error_message


async def test_a_webhook_keeps_the_order_within_a_chat(emu: TelegramEmulator, bot: Bot, hook: Hook) -> None:
    await bot.set_webhook(hook.url)
    hook.held.clear()
    alice, bob = emu.user("Alice"), emu.user("Bob")
    for text in ("a1", "a2", "a3"):
        alice.types(text)
    bob.types("b1")
    await hook.signal.until(lambda: len(hook.got) == 2, lambda: f"{hook.got}")
    assert {text for text, _ in hook.got} == {"a1", "b1"}  # chats side by side, one at a time in each
    hook.held.set()
    await emu.drained()
    assert [text for text, _ in hook.got if text.startswith("a")] == ["a1", "a2", "a3"]


async def test_an_unreachable_webhook_is_reported(emu: TelegramEmulator, bot: Bot) -> None:
    await bot.set_webhook("http://127.0.0.1:9/hook")
    emu.user("Alice").types("hello")
    await emu.signal.until(lambda: emu.server.webhook.last_error, lambda: "no error")
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (1, "Connection refused")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_callback_queries_grow_old(emu: TelegramEmulator, bot: Bot, manual: ManualClock) -> None:
    alice = emu.user("Alice", started=True)
    sent = await bot.send_message(
        alice.id, "x", reply_markup={"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]}
    )
    message = alice.chat.messages[sent.message_id]
    alice.taps(message, "Go")
    query = (await updates(bot))[-1].callback_query
    assert (query.data, query.message.message_id, query.from_user.id) == ("g", message.id, alice.id)
    manual.advance(timedelta(seconds=61))
    with pytest.raises(BadRequest, match="too old"):
        await query.answer()
    press = alice.taps(message, "Go")
    await bot.answer_callback_query(press.id, "done", show_alert=True)
    assert (press.toast, press.alert) == ("done", True)
    with pytest.raises(BadRequest, match="too old"):
        await bot.answer_callback_query(press.id)

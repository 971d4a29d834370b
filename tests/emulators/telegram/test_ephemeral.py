"""Ephemeral messages (Bot API 10.2 and 10.3), and what an older server does with them."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot, BotCommand
from telegram.error import BadRequest

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram.conftest import call, connect, updates

KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "g"}]]}


@pytest.fixture
async def new() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator(ephemeral=True) as emulator:
        yield emulator


@pytest.fixture
async def new_bot(new: TelegramEmulator) -> AsyncIterator[Bot]:
    async with connect(new) as bot:
        yield bot


@pytest.mark.parametrize("version", ["10.2", "10.3"])
async def test_one_person_alone_sees_it(new: TelegramEmulator, new_bot: Bot, version: str) -> None:
    alice = new.user("Alice")
    group = new.group("Farmers", alice, bot="administrator")
    to = {"receiver_user_id": alice.id}
    sent = await new_bot.send_message(
        group.id,
        "only you",
        reply_markup=KEYBOARD,
        api_kwargs=to if version == "10.2" else {"ephemeral_message_parameters": to},
    )
    assert sent.message_id == 0
    number = sent.api_kwargs["ephemeral_message_id"]
    (message,) = group.from_bot
    assert message.is_private
    assert message.receiver is alice
    assert group.public() == []
    where = {"chat_id": group.id, "receiver_user_id": alice.id, "ephemeral_message_id": number}
    assert await call(new_bot, "editEphemeralMessageText", {**where, "text": "changed"})
    assert message.text == "changed"
    assert await call(new_bot, "deleteEphemeralMessage", where)
    assert group.from_bot == []


async def test_a_bot_that_is_no_administrator_answers_presses_only(
    new: TelegramEmulator, new_bot: Bot
) -> None:
    alice = new.user("Alice")
    group = new.group("Farmers", alice)
    with pytest.raises(BadRequest, match=r"(?i)bot_not_admin"):
        await new_bot.send_message(group.id, "x", api_kwargs={"receiver_user_id": alice.id})
    public = await new_bot.send_message(group.id, "x", reply_markup=KEYBOARD)
    press = alice.taps(group.messages[public.message_id], "Go")
    answered = {"receiver_user_id": alice.id, "callback_query_id": press.id}
    sent = await new_bot.send_message(group.id, "x", api_kwargs=answered)
    assert sent.message_id == 0
    alice.types("/start")
    with pytest.raises(BadRequest, match=r"(?i)bot_not_admin"):
        await new_bot.send_message(alice.id, "x", api_kwargs=answered)


async def test_ephemeral_commands(new: TelegramEmulator, new_bot: Bot) -> None:
    alice = new.user("Alice")
    group = new.group("Farmers", alice)
    await new_bot.set_my_commands([BotCommand("me", "You", api_kwargs={"is_ephemeral": True})])
    (kept,) = await new_bot.get_my_commands()
    assert kept.api_kwargs == {"is_ephemeral": True}
    alice.types("/me", in_=group)
    message = (await updates(new_bot))[-1].message
    assert message.message_id == 0
    assert group.public() == []
    reply = {"ephemeral_message_id": message.api_kwargs["ephemeral_message_id"]}
    parameters = {"chat_id": group.id, "text": "x", "receiver_user_id": alice.id, "reply_parameters": reply}
    assert (await call(new_bot, "sendMessage", parameters))["message_id"] == 0


async def test_the_answer_reaches_the_person_asking(new: TelegramEmulator, new_bot: Bot) -> None:
    alice, bob = new.user("Alice"), new.user("Bob")
    group = new.group("Farmers", alice, bob, bot="administrator")
    new.settle = lambda: new_bot.send_message(group.id, "psst", api_kwargs={"receiver_user_id": alice.id})
    assert [m.text for m in (await alice.says("/me", in_=group)).sent] == ["psst"]
    assert (await bob.says("/me", in_=group, expect=0)).sent == []


async def test_an_older_server_shows_it_to_everybody(emu: TelegramEmulator, bot: Bot) -> None:
    alice = emu.user("Alice")
    group = emu.group("Farmers", alice, bot="administrator")
    await bot.send_message(group.id, "only you?", api_kwargs={"receiver_user_id": alice.id})
    assert [message.text for message in group.public()] == ["only you?"]
    assert emu.violations == ["sendMessage: this server has no ephemeral messages: shown to everybody"]
    emu.violations.clear()


async def test_how_to_ask_an_older_server(emu: TelegramEmulator, bot: Bot) -> None:
    """`is_ephemeral` of a command comes back from servers that know it, and nothing is shown to anybody."""
    await bot.set_my_commands([BotCommand("me", "You")])
    assert [command.api_kwargs for command in await bot.get_my_commands()] == [{}]

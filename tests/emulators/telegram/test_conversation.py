"""Conversations as adapters' tests will have them, over both transports."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyParameters,
    Update,
)

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram.conftest import PNG, polls

YES_NO = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Yes", callback_data="y"), InlineKeyboardButton("No", callback_data="n")],
        [InlineKeyboardButton("Site", url="https://example.org/x")],
        [InlineKeyboardButton("More", url="https://t.me/muster_test_bot?start=code-1")],
    ]
)


async def behave(update: Update) -> None:
    """The bot of these tests."""
    if query := update.callback_query:
        await query.edit_message_text(f"you said {query.data}")
        await query.answer("noted", show_alert=query.data == "n")
        return
    message = update.message
    if message is None or message.text is None:
        return
    match message.text.split()[0]:
        case "/ask":
            await message.reply_text("<b>Sure?</b>", parse_mode="HTML", reply_markup=YES_NO)
        case "/name":
            await message.reply_text("Your name?", reply_markup=ForceReply(input_field_placeholder="name"))
        case "/picture":
            await message.reply_photo(PNG, caption="<i>a picture</i>", parse_mode="HTML")
        case "/private":
            await message.get_bot().send_message(message.from_user.id, "only you")
        case "/two":
            await message.reply_text("one")
            await message.reply_text("two")
        case _:
            quoted = message.reply_to_message.text if message.reply_to_message else "-"
            await message.reply_text(
                f"{message.text} / {quoted}", reply_parameters=ReplyParameters(message.message_id)
            )


@pytest.fixture
async def running(bot: Bot) -> AsyncIterator[Bot]:
    task = asyncio.create_task(polls(bot, behave))
    yield bot
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.usefixtures("running")
class TestConversation:
    async def test_what_a_person_says_is_answered(self, emu: TelegramEmulator) -> None:
        alice = emu.user("Alice")
        answer = await alice.says("hello")
        assert answer.one.text == "hello / -"
        assert answer.one.is_private
        assert alice.started

    async def test_buttons_edits_and_toasts(self, emu: TelegramEmulator) -> None:
        alice = emu.user("Alice")
        group = emu.group("Farmers", alice)
        asked = (await alice.says("/ask", in_=group)).one
        assert asked.text == "Sure?"
        assert asked.marked("bold") == ["Sure?"]
        assert asked.keyboard == [["Yes", "No"], ["Site"], ["More"]]
        pressed = await alice.presses(asked, "Yes")
        assert pressed.edited == [asked]
        assert asked.text == "you said y"
        assert asked.keyboard == []
        assert asked.history[0]["text"] == "Sure?"
        assert (pressed.toast, pressed.alert) == ("noted", False)

    async def test_links_and_deep_links(self, emu: TelegramEmulator) -> None:
        alice = emu.user("Alice")
        asked = (await alice.says("/ask")).one
        assert (await alice.presses(asked, "Site")).url == "https://example.org/x"
        assert (await alice.presses(asked, "More")).one.text == "/start code-1 / -"
        assert (await alice.presses(asked, "No")).alert

    async def test_questions_and_replies(self, emu: TelegramEmulator) -> None:
        alice = emu.user("Alice")
        group = emu.group("Farmers", alice)
        question = (await alice.says("/name", in_=group)).one
        assert question.markup["force_reply"]
        assert (await alice.replies(question, "Alice L.")).one.text == "Alice L. / Your name?"

    async def test_pictures(self, emu: TelegramEmulator, running: Bot) -> None:
        alice = emu.user("Alice")
        shown = (await alice.says("/picture")).one
        assert shown.photo == PNG
        assert shown.marked("italic") == ["a picture"]
        file = await running.get_file(shown.data["photo"][-1]["file_id"])
        assert bytes(await file.download_as_bytearray()) == PNG

    async def test_a_direct_answer_to_a_group_message(self, emu: TelegramEmulator) -> None:
        alice = emu.user("Alice", started=True)
        group = emu.group("Farmers", alice)
        answer = await alice.says("/private", in_=group)
        assert answer.one.chat is alice.chat
        assert group.from_bot == []

    async def test_several_messages(self, emu: TelegramEmulator) -> None:
        answer = await emu.user("Alice").says("/two", expect=2)
        assert [message.text for message in answer.sent] == ["one", "two"]
        assert answer.text == "one\n\ntwo"
        assert answer.last.text == "two"

    async def test_everybody_gets_the_own_answer(self, emu: TelegramEmulator) -> None:
        people = [emu.user(f"P{number}") for number in range(20)]
        group = emu.group("Farmers", *people)
        answers = await asyncio.gather(*(p.says(f"/echo {p.id}", in_=group) for p in people))
        assert [answer.one.text for answer in answers] == [f"/echo {p.id} / -" for p in people]

    async def test_topics(self, emu: TelegramEmulator) -> None:
        alice = emu.user("Alice")
        group = emu.group("Farmers", alice, forum=True)
        topic = group.topic("Votes")
        answer = await alice.says("/echo", in_=topic)
        assert answer.one.thread == topic.id
        assert (await alice.replies(answer.one, "again")).one.thread == topic.id

    async def test_settling_replaces_counting(self, emu: TelegramEmulator) -> None:
        emu.settle = emu.drained
        alice = emu.user("Alice")
        answer = await alice.says("/two", expect=0)
        assert len(answer.sent) == 2

    async def test_silence_is_a_failure_that_explains_itself(self, emu: TelegramEmulator) -> None:
        alice = emu.user("Alice")
        group = emu.group("Farmers", alice)
        emu.signal.patience = 0.05
        with pytest.raises(AssertionError, match=r"Alice waited for 2 message.*the bot did .*hello"):
            await alice.says("hello", expect=2)
        assert group.from_bot == []


async def test_whoever_left_cannot_write(emu: TelegramEmulator) -> None:
    alice = emu.user("Alice")
    group = emu.group("Farmers")
    alice.types("hello", in_=group)
    assert group.member(alice).present
    alice.leaves(group)
    with pytest.raises(AssertionError, match="Alice is not in Farmers any more"):
        alice.types("hello?", in_=group)

"""Every rule of the published specification's prose, and the specification itself."""

from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
    SwitchInlineQueryChosenChat,
    WebAppInfo,
)
from telegram.error import BadRequest, NetworkError

from tests.emulators.telegram import Person, TelegramEmulator, spec
from tests.emulators.telegram.conftest import PNG, call, refused
from tests.tools import require


@pytest.fixture
def alice(emu: TelegramEmulator) -> Person:
    return emu.user("Alice", started=True)


def keyboard(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([buttons])


def data(value: str) -> InlineKeyboardMarkup:
    return keyboard(InlineKeyboardButton("x", api_kwargs={"callback_data": value}))


SENDING = {
    "message text is empty": {"text": " \n "},
    "message is too long": {"text": "x" * 4097},
    "is too long": {"text": "😀" * 2049},
    "Unsupported start tag": {"text": "<blink>x</blink>", "parse_mode": "HTML"},
    "find end tag": {"text": "<b>x", "parse_mode": "HTML"},
    "Unmatched end tag": {"text": "<b><i>x</b></i>", "parse_mode": "HTML"},
    "Unexpected end tag": {"text": "x</b>", "parse_mode": "HTML"},
    "malformed tag": {"text": "1 < 2", "parse_mode": "HTML"},
    '"unix" of tag': {"text": '<tg-time unix="soon">x</tg-time>', "parse_mode": "HTML"},
    "unsupported parse_mode": {"text": "x", "parse_mode": "BBCode"},
    "exclude each other": {"text": "x", "parse_mode": "HTML", "entities": [MessageEntity("bold", 0, 1)]},
    "BUTTON_DATA_INVALID": {"text": "x", "reply_markup": data("é" * 33)},
    "one action per button": {"text": "x", "reply_markup": keyboard(InlineKeyboardButton("x"))},
    "exactly one action": {
        "text": "x",
        "reply_markup": keyboard(InlineKeyboardButton("x", callback_data="a", url="https://example.org")),
    },
    "Wrong HTTP URL": {"text": "x", "reply_markup": keyboard(InlineKeyboardButton("x", url="ftp://a.b"))},
    "deep link payload": {
        "text": "x",
        "reply_markup": keyboard(InlineKeyboardButton("x", url="https://t.me/muster_test_bot?start=a%20b")),
    },
    "payload start must": {
        "text": "x",
        "reply_markup": keyboard(
            InlineKeyboardButton("x", url="https://t.me/muster_test_bot?start=" + "a" * 65)
        ),
    },
    "copy_text must": {
        "text": "x",
        "reply_markup": keyboard(InlineKeyboardButton("x", copy_text=CopyTextButton("x" * 257))),
    },
    "web_app URL": {
        "text": "x",
        "reply_markup": keyboard(InlineKeyboardButton("x", web_app=WebAppInfo("http://example.org"))),
    },
    "must have a text": {"text": "x", "reply_markup": keyboard(InlineKeyboardButton(" ", callback_data="a"))},
    "too many buttons": {
        "text": "x",
        "reply_markup": keyboard(*(InlineKeyboardButton("x", callback_data="a") for _ in range(9))),
    },
    "many buttons": {
        "text": "x",
        "reply_markup": InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="a")]] * 101),
    },
    "empty row": {"text": "x", "reply_markup": InlineKeyboardMarkup([[]])},
    "input_field_placeholder": {
        "text": "x",
        "reply_markup": ForceReply(api_kwargs={"input_field_placeholder": "x" * 65}),
    },
    "object expected as reply markup": {"text": "x", "api_kwargs": {"reply_markup": {"shape": "round"}}},
}


@pytest.mark.parametrize("words", SENDING)
async def test_what_cannot_be_sent(emu: TelegramEmulator, bot: Bot, alice: Person, words: str) -> None:
    if words == "object expected as reply markup":
        emu.spec = None  # the specification would object first
    with refused(emu, words):
        await bot.send_message(alice.id, **SENDING[words])
    assert alice.chat.from_bot == []


async def test_just_within_the_limits(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    rows = [[InlineKeyboardButton("x", callback_data="é" * 32)] * 8] * 12
    await bot.send_message(
        alice.id, "<b>" + "x" * 4096 + "</b>", "HTML", reply_markup=InlineKeyboardMarkup(rows)
    )
    await bot.send_message(alice.id, "😀" * 2048)
    await bot.send_photo(alice.id, PNG, "y" * 1024)
    choose = InlineKeyboardButton("x", switch_inline_query_chosen_chat=SwitchInlineQueryChosenChat())
    link = InlineKeyboardButton("x", url="https://t.me/muster_test_bot?start=" + "a" * 64)
    copy = InlineKeyboardButton("x", copy_text=CopyTextButton("x" * 256))
    await bot.send_message(alice.id, "x", reply_markup=keyboard(choose, link, copy))
    assert len(alice.chat.from_bot) == 4


async def test_captions_and_pictures(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    with refused(emu, "caption is too long"):
        await bot.send_photo(alice.id, PNG, "x" * 1025)
    with refused(emu, "IMAGE_PROCESS_FAILED"):
        await bot.send_photo(alice.id, b"not a picture")
    with refused(emu, "PHOTO_INVALID_DIMENSIONS"):
        await bot.send_photo(alice.id, PNG[:16] + (21).to_bytes(4) + (1).to_bytes(4) + PNG[24:])
    with refused(emu, "PHOTO_FILE_TOO_BIG"):
        await bot.send_photo(alice.id, PNG + bytes(10 * 1024 * 1024))


async def test_web_apps_only_in_private_chats(emu: TelegramEmulator, bot: Bot, alice: Person) -> None:
    button = keyboard(InlineKeyboardButton("x", web_app=WebAppInfo("https://example.org")))
    await bot.send_message(alice.id, "x", reply_markup=button)
    with refused(emu, "BUTTON_TYPE_INVALID"):
        await bot.send_message(emu.group("Farmers", alice).id, "x", reply_markup=button)


COMMANDS = {
    "BOT_COMMAND_INVALID": [("Capital", "x")],
    "BOT_COMMAND_INVALID: 'with-dash'": [("with-dash", "x")],
    "BOT_COMMAND_DESCRIPTION_INVALID": [("a", "x" * 257)],
    "DESCRIPTION_INVALID: 'a'": [("a", "")],
    "BOT_COMMANDS_TOO_MUCH": [(f"c{number}", "x") for number in range(101)],
}


@pytest.mark.parametrize("words", COMMANDS)
async def test_command_menus(emu: TelegramEmulator, bot: Bot, words: str) -> None:
    with refused(emu, words):
        await bot.set_my_commands([BotCommand(name, text) for name, text in COMMANDS[words]])
    with refused(emu, "language code"):
        await bot.set_my_commands([BotCommand("a", "x")], language_code="en-GB")


OTHERS: list[tuple[str, str, dict[str, Any]]] = [
    ("answerCallbackQuery", "longer than 200", {"callback_query_id": "1", "text": "x" * 201}),
    ("answerCallbackQuery", "URL_INVALID", {"callback_query_id": "1", "url": "nowhere"}),
    ("sendChatAction", "wrong parameter action", {"chat_id": 1001, "action": "dancing"}),
    ("getUpdates", "unknown kinds of updates", {"allowed_updates": ["messages"]}),
    ("getUpdates", "limit must be", {"limit": 101}),
    ("getUpdates", "timeout must be", {"timeout": 51}),
    ("setWebhook", "secret token", {"url": "https://example.org/", "secret_token": "with space"}),
    ("setWebhook", "HTTPS URL must be", {"url": "http://example.org/"}),
    ("setWebhook", "only on ports", {"url": "https://example.org:8444/"}),
    ("setWebhook", "max_connections", {"url": "https://example.org/", "max_connections": 101}),
    ("createChatInviteLink", "longer than 32", {"chat_id": 1001, "name": "x" * 33}),
    ("createChatInviteLink", "member limit", {"chat_id": 1, "creates_join_request": True, "member_limit": 5}),
    ("createChatInviteLink", "member_limit must", {"chat_id": 1, "member_limit": 100_000}),
]


@pytest.mark.parametrize(("method", "words", "parameters"), OTHERS)
async def test_other_methods(
    emu: TelegramEmulator, bot: Bot, method: str, words: str, parameters: dict[str, Any]
) -> None:
    emu.user("Alice", started=True)
    with refused(emu, words):
        await call(bot, method, parameters)


SPECIFIED: list[tuple[str, dict[str, Any]]] = [
    ("unknown 'tezt'", {"tezt": "x", "text": "y"}),
    ("'text' is missing", {}),
    ("not a Boolean", {"text": "x", "disable_notification": "maybe"}),
    ("not Integer", {"text": "x", "message_thread_id": "first"}),
    ("unknown 'colour'", {"text": "x", "reply_parameters": {"message_id": 1, "colour": "red"}}),
    ("'text' is missing", {"text": "x", "reply_markup": {"inline_keyboard": [[{"callback_data": "x"}]]}}),
    ("not a list", {"text": "x", "entities": {"type": "bold"}}),
    ("not an object", {"text": "x", "link_preview_options": "none"}),
]


@pytest.mark.parametrize(("words", "parameters"), SPECIFIED)
async def test_the_specification(
    emu: TelegramEmulator, bot: Bot, alice: Person, words: str, parameters: dict[str, Any]
) -> None:
    require(spec.load(), "the published specification is absent")
    with refused(emu, words):
        await call(bot, "sendMessage", {"chat_id": alice.id, **parameters})


async def test_a_method_that_is_not_emulated(emu: TelegramEmulator, bot: Bot) -> None:
    with pytest.raises(NetworkError, match=r"501|not emulated"):
        await bot.get_my_name()
    assert emu.violations == ["getMyName: Not Implemented: getMyName is not emulated"]
    assert emu.requests[-1].outcome.startswith("501")
    emu.violations.clear()


async def test_a_violation_fails_the_test() -> None:
    emulator = TelegramEmulator()
    await emulator.server.start()
    async with Bot(emulator.token, base_url=emulator.base_url) as bot:
        with pytest.raises(BadRequest):
            await bot.send_message(emulator.user("Alice", started=True).id, "x" * 5000)
    await emulator.stop()
    with pytest.raises(AssertionError, match="message is too long"):
        emulator.check_rules()

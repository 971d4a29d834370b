"""A Telegram Bot API server on loopback for tests: `async with TelegramEmulator() as emu: ...`."""

from tests.emulators.telegram.answer import Answer
from tests.emulators.telegram.chats import Chat, Group
from tests.emulators.telegram.emulator import TelegramEmulator
from tests.emulators.telegram.model import Message, Topic
from tests.emulators.telegram.people import Person

__all__ = ["Answer", "Chat", "Group", "Message", "Person", "TelegramEmulator", "Topic"]

"""What all methods share: finding the chat and the message that a request names, and who may write where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.emulators.telegram.chats import Chat, Group
from tests.emulators.telegram.errors import bad_request, forbidden
from tests.emulators.telegram.model import JOIN_REQUEST_WINDOW, Json, Message

if TYPE_CHECKING:
    from tests.emulators.telegram.emulator import TelegramEmulator
    from tests.emulators.telegram.people import Person

Files = dict[str, Any]


class Methods:
    """Base of the groups of methods."""

    def __init__(self, emulator: TelegramEmulator) -> None:
        self._emulator = emulator

    def _chat(self, chat_id: Any) -> Chat:
        """The chat by id or @username, wherever the bot is a member or not."""
        chat = self._emulator.chats.get(chat_id)
        if isinstance(chat_id, str):
            name = chat_id.removeprefix("@").lower()
            named = [c for c in self._emulator.chats.values() if (c.username or "").lower() == name]
            chat = named[0] if named else None
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to:
            raise bad_request(
                "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to.id
            )
        return chat

    def _present(self, chat: Chat) -> Chat:
        """403 where the bot is not."""
        kind = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}.get(
            chat.type
        )
        if kind and chat.bot.status == "kicked":
            raise forbidden(f"bot was kicked from the {kind}")
        if kind and not chat.bot.present:
            raise forbidden(f"bot is not a member of the {kind}")
        return chat

    def _writable(self, chat_id: Any) -> Chat:
        """A chat into which the bot may write."""
        chat = self._present(self._chat(chat_id))
        if chat.owner:
            self._reachable(chat.owner)
        elif not chat.bot.may_write or (chat.type == "channel" and not chat.bot.can("can_post_messages")):
            raise bad_request("not enough rights to send text messages to the chat")
        return chat

    def _reachable(self, person: Person) -> None:
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        if not person.started and not self._asked_to_join(person):
            raise forbidden("bot can't initiate conversation with a user")

    def _asked_to_join(self, person: Person) -> bool:
        now = self._emulator.clock.now()
        asked = [
            c.join_requests[person.id] for c in self._emulator.chats.values() if person.id in c.join_requests
        ]
        return any(now - at <= JOIN_REQUEST_WINDOW for at in asked)

    def _group(self, chat_id: Any, right: str) -> Group:
        """A group in which the bot has an administrator's right."""
        chat = self._present(self._chat(chat_id))
        if not isinstance(chat, Group):
            raise bad_request("method is available only for groups, supergroups and channels")
        if not chat.bot.can(right):
            raise bad_request(f"not enough rights to {right.removeprefix('can_').replace('_', ' ')}")
        return chat

    def _person(self, user_id: Any) -> Person:
        person = self._emulator.people.get(user_id)
        if person is None:
            raise bad_request("user not found")
        return person

    def _user_json(self, user_id: int) -> Json | None:
        person = self._emulator.people.get(user_id)
        return person.json() if person else None

    def _message(self, chat: Chat, message_id: Any, missing: str) -> Message:
        message = chat.messages.get(message_id)
        if message is None or message.deleted:
            raise bad_request(missing)
        return message

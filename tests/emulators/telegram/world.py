"""The state of the emulated server: who is where, what was written, what the bot is told."""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlsplit

from bot.domain.clock import Clock
from tests.emulators.telegram import content
from tests.emulators.telegram.chats import ALL_RIGHTS, Chat, Group
from tests.emulators.telegram.model import Act, InviteLink, Json, Member, Message, Press, Topic
from tests.emulators.telegram.people import Person, is_command_for
from tests.emulators.telegram.signal import Signal
from tests.emulators.telegram.updates import Update, UpdateQueue


class Bot:
    """The bot's own account."""

    def __init__(self, privacy: bool) -> None:
        self.id, self.username, self.first_name = 7_000_000_001, "muster_test_bot", "Muster"
        self.privacy = privacy

    def json(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.first_name, "username": self.username}

    def me(self) -> Json:
        flags = (
            "supports_guest_queries",
            "supports_inline_queries",
            "can_connect_to_business",
            "has_main_web_app",
        )
        return {
            **self.json(), "can_join_groups": True, "can_read_all_group_messages": not self.privacy,
            **dict.fromkeys(flags, False),
        }  # fmt: skip

    def __str__(self) -> str:
        return "the bot"


class World:
    """People, chats, messages and updates, without HTTP."""

    ephemeral = False

    def __init__(self, clock: Clock, privacy: bool) -> None:
        self.clock = clock
        self.bot = Bot(privacy)
        self.signal = Signal()
        self.queue = UpdateQueue(clock, self.signal)
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.menus: dict[tuple[Any, ...], list[Json]] = {}
        self.files: dict[str, bytes] = {}
        self.log: list[Act] = []
        """What the bot did, in order."""
        self._ids = itertools.count(1)
        self._message_ids = itertools.count(1)

    def user(
        self, name: str, username: str | None = "", *, started: bool = False, language: str = "en"
    ) -> Person:
        """A person; the username is the name in lower case unless given (None: has none)."""
        handle = name.lower().replace(" ", "_") if username == "" else username
        person = Person(self, 1000 + next(self._ids), name, handle, language)
        person.started = started
        self.people[person.id] = person
        self.chats[person.id] = person.chat
        return person

    def nobody(self) -> Person:
        """Somebody to act when a test names nobody."""
        return next(iter(self.people.values()), None) or self.user("Somebody")

    def group(
        self,
        title: str,
        *people: Person,
        kind: str = "supergroup",
        forum: bool = False,
        bot: str | None = "member",
        username: str | None = None,
    ) -> Group:
        """A group as it stands: the first person created it; `bot` is the bot's standing, None for absent."""
        number = next(self._ids)
        group = Group(self, -4000 - number if kind == "group" else -1001_000_000_000 - number, kind, title)
        group.forum, group.username = forum, username
        group.has(*people)
        if people:
            group.member(people[0]).status = "creator"
        if bot:
            rights = set(ALL_RIGHTS) if bot == "administrator" else set()
            group.members[self.bot.id] = Member(self.bot, bot, rights)
        self.chats[group.id] = group
        return group

    def channel(self, title: str, *people: Person, bot: str | None = "administrator") -> Group:
        return self.group(title, *people, kind="channel", bot=bot)

    def deep_link(self, url: str) -> bool:
        """Whether this is a link into the bot's private chat."""
        parts = urlsplit(url)
        return (
            parts.hostname in ("t.me", "telegram.me")
            and parts.path.strip("/").lower() == self.bot.username.lower()
        )

    def timestamp(self) -> int:
        """Unix seconds, UTC."""
        return int(self.clock.now().timestamp())

    def message(
        self,
        chat: Chat,
        sender: Any,
        data: Json,
        *,
        thread: Topic | None = None,
        reply_to: Message | None = None,
        contents: bytes | None = None,
    ) -> Message:
        """A new message in a chat; the bot is not told of it here."""
        wire: Json = {"message_id": next(self._message_ids), "date": self.timestamp(), "chat": chat.json()}
        wire |= {"sender_chat": chat.json()} if chat.type == "channel" else {"from": sender.json()}
        if thread:
            wire |= {"message_thread_id": thread.id, "is_topic_message": True}
        # In a topic, what replies to nothing "replies" to the service message that opened the topic.
        answered = reply_to or (thread.service if thread else None)
        if answered:
            wire["reply_to_message"] = answered.as_reply()
        message = Message(chat, wire | data, sender, self.clock.now(), contents=contents)
        chat.messages[message.id] = message
        return message

    def tell(self, message: Message, kind: str = "message") -> Update | None:
        """Queue a message for the bot, when the bot may see it."""
        if not self.sees(message):
            return None
        return self.queue.put(
            kind.replace("message", "channel_post") if message.chat.type == "channel" else kind, message.data
        )

    def sees(self, message: Message) -> bool:
        """Privacy mode: in groups only commands, replies to the bot, mentions of it and service messages."""
        chat, bot = message.chat, message.chat.bot
        if chat.type == "private":
            return True
        if not bot.present:
            return False
        if (
            chat.type == "channel"
            or bot.admin
            or not self.bot.privacy
            or not (message.text or message.data.keys() & {"photo", "document"})
        ):
            return bot.admin or chat.type != "channel"
        replied = chat.messages.get(message.reply_to or 0)
        mentioned = any(f"@{self.bot.username}".lower() == name.lower() for name in message.marked("mention"))
        to_bot = bool(replied) and replied.sender is self.bot
        return to_bot or mentioned or is_command_for(message.text, message.entities, self.bot.username)

    def press(self, person: Person, message: Message, button: Json) -> Press:
        """A callback query for a button of the bot's message."""
        assert "callback_data" in button, f"{button['text']!r} is not a callback button"
        press = Press(str(4_000_000_000_000 + next(self._ids)), person, message, self.clock.now())
        self.presses[press.id] = press
        query = {
            "id": press.id, "from": person.json(), "message": message.data,
            "chat_instance": str(message.chat.id * 7), "data": button["callback_data"],
        }  # fmt: skip
        self.queue.put("callback_query", query)
        return press

    def join_request(self, person: Person, group: Group, link: str | None) -> None:
        group.join_requests[person.id] = self.clock.now()
        invite = group.links.get(link or "") or InviteLink("https://t.me/+primary", True)
        self.queue.put(
            "chat_join_request",
            {
                "chat": group.json(), "from": person.json(), "user_chat_id": person.id,
                "date": self.timestamp(), "invite_link": invite.json(self.bot.json()),
            },
        )  # fmt: skip

    def keep_photo(self, contents: bytes) -> list[Json]:
        """Store a picture; its sizes as in a message."""
        width, height = content.picture_size(contents)
        number = next(self._ids)
        file_id = f"AgAC-photo-{number}"
        self.files[file_id] = contents
        size = {"width": width, "height": height, "file_size": len(contents)}
        whole = {"file_id": file_id, "file_unique_id": f"uniq{number}", **size}
        small = {"width": max(1, width // 10), "height": max(1, height // 10), "file_size": 100}
        return [{"file_id": f"{file_id}-small", "file_unique_id": f"uniq{number}s", **small}, whole]

    def keep_document(self, name: str, contents: bytes) -> Json:
        number = next(self._ids)
        file_id = f"BQAC-document-{number}"
        self.files[file_id] = contents
        unique = f"uniq{number}"
        return {"file_id": file_id, "file_unique_id": unique, "file_name": name, "file_size": len(contents)}

    def menu(self, person: Person, chat: Chat | None = None) -> list[str]:
        """The names of the commands that a person's client offers in a chat."""
        return [command["command"] for command in self._menu(person, chat or person.chat)]

    def is_ephemeral_command(self, person: Person, chat: Chat, text: str) -> bool:
        """Whether this person's client sends this text as an ephemeral command."""
        name = text.split()[0].removeprefix("/").split("@")[0] if text.startswith("/") else ""
        found = any(c["command"] == name and c.get("is_ephemeral") for c in self._menu(person, chat))
        return found and self.ephemeral

    def _menu(self, person: Person, chat: Chat) -> list[Json]:
        """The commands that a person's client offers in a chat: the narrowest scope with any, own language first.

        Source: https://core.telegram.org/bots/api#determining-list-of-commands.
        """
        scopes: list[tuple[Any, ...]] = [("chat_member", chat.id, person.id)]
        if chat.is_group and chat.member(person).admin:
            scopes += [("chat_administrators", chat.id, None), ("chat", chat.id, None)]
            scopes += [("all_chat_administrators", None, None)]
        scopes += [("chat", chat.id, None)]
        scopes += [("all_group_chats" if chat.is_group else "all_private_chats", None, None)]
        for scope in (*scopes, ("default", None, None)):
            for language in (person.language, ""):
                if commands := self.menus.get((*scope, language)):
                    return commands
        return []

    def acted(self, act: Act) -> None:
        """The bot did something that can be seen."""
        self.log.append(act)
        self.signal.fire()

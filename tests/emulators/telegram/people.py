"""People as a test uses them: `await alice.says("/me", in_=group)`, `await alice.presses(message, "Yes")`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.emulators.telegram import rules
from tests.emulators.telegram.answer import Answer
from tests.emulators.telegram.chats import Chat, Group
from tests.emulators.telegram.markup import Entity, find_entities, utf16
from tests.emulators.telegram.model import Act, Json, Message, Press, Topic

if TYPE_CHECKING:
    from tests.emulators.telegram.emulator import TelegramEmulator

Place = Chat | Topic | None


class Person:
    """One Telegram account; the verbs that end in -s and wait are coroutines, the others return at once."""

    def __init__(
        self, emulator: TelegramEmulator, id: int, name: str, username: str | None, language: str
    ) -> None:
        self.emulator = emulator
        self.id, self.username, self.language = id, username, language
        self.first_name, self.last_name = name, None
        self.started = self.blocked = False
        self.chat = Chat(emulator, id, "private")
        self.chat.owner = self

    def names(self) -> Json:
        names = {"first_name": self.first_name, "last_name": self.last_name, "username": self.username}
        return {key: value for key, value in names.items() if value}

    def json(self) -> Json:
        return {"id": self.id, "is_bot": False, **self.names(), "language_code": self.language}

    def __str__(self) -> str:
        return self.first_name

    def types(
        self,
        text: str,
        in_: Place = None,
        reply_to: Message | None = None,
        mentions: dict[str, Any] | None = None,
        photo: bytes | None = None,
        document: tuple[str, bytes] | None = None,
        sent: Json | None = None,
    ) -> Message:
        """Post a message (or a photo or document with this caption) and return it at once.

        `mentions` maps pieces of the text to the people whom they name by `text_mention`; `sent` is something
        else, like a sticker, as Telegram has it.
        In a private chat this is as good as pressing Start; whoever was never in a group is in it from now on.
        """
        chat, thread = _place(in_, self)
        if chat is self.chat:
            self._starts()
        elif isinstance(chat, Group) and self.id not in chat.members:
            chat.has(self)
        assert chat is self.chat or chat.member(self).present, f"{self} is not in {chat} any more"
        entities = find_entities(
            text, [_mention(text, piece, who) for piece, who in (mentions or {}).items()]
        )
        media: Json = {"photo": self.emulator.keep_photo(photo)} if photo else {}
        media |= {"document": self.emulator.keep_document(*document)} if document else {}
        media |= sent or {}
        content = _content(text, entities, media)
        message = self.emulator.message(chat, self, content, thread=thread, reply_to=reply_to, contents=photo)
        if chat.is_group and self.emulator.is_ephemeral_command(self, chat, text):
            chat.hide(message, self)
        self.emulator.tell(message)
        return message

    def taps(self, message: Message, label: str) -> Press:
        """Press a callback button and return at once."""
        return self.emulator.press(self, message, message.button(label))

    def edits(self, message: Message, text: str) -> None:
        """Change an own message."""
        message.replace(text=text, entities=find_entities(text) or None, edit_date=self.emulator.timestamp())
        self.emulator.tell(message, "edited_message")

    def _starts(self) -> None:
        was_blocked, self.started, self.blocked = self.blocked, True, False
        if was_blocked:
            self._standing("kicked", "member")

    def _standing(self, old: str, new: str) -> None:
        bot = self.emulator.bot.json()
        until = {"kicked": {"until_date": 0}}
        self.emulator.queue.put(
            "my_chat_member",
            {
                "chat": self.chat.json(), "from": self.json(), "date": self.emulator.timestamp(),
                "old_chat_member": {"status": old, "user": bot, **until.get(old, {})},
                "new_chat_member": {"status": new, "user": bot, **until.get(new, {})},
            },
        )  # fmt: skip

    def blocks_bot(self) -> None:
        """Private messages answer 403 from now on."""
        self.blocked = True
        self._standing("member", "kicked")

    def unblocks_bot(self) -> None:
        self._starts()

    def renames(self, first_name: str, last_name: str | None = None, username: str | None = "") -> None:
        """A new display name (and username; None removes it). Telegram tells bots nothing of it."""
        self.first_name, self.last_name = first_name, last_name
        if username != "":
            self.username = username

    def joins(self, group: Group) -> None:
        group.sets(self, "member")
        group.service(self, new_chat_members=[self.json()])

    def leaves(self, group: Group) -> None:
        group.sets(self, "left")
        group.service(self, left_chat_member=self.json())

    def requests_to_join(self, group: Group, link: str | None = None) -> None:
        """A join request: for five minutes the bot may write to this person."""
        self.emulator.join_request(self, group, link)

    async def says(self, text: str, in_: Place = None, *, expect: int = 1, **more: Any) -> Answer:
        """Post a message and return what the bot did once it has sent or edited `expect` messages."""
        mark = len(self.emulator.log)
        message = self.types(text, in_, **more)
        return await self._answer(mark, message.chat, expect, message=message)

    async def replies(self, message: Message, text: str, *, expect: int = 1, **more: Any) -> Answer:
        """Reply to a message in its place."""
        topic = message.chat.topics.get(message.thread or 0)
        return await self.says(text, topic or message.chat, reply_to=message, expect=expect, **more)

    async def presses(self, message: Message, label: str, *, expect: int = 0) -> Answer:
        """Press a button: wait for the callback's answer and `expect` messages sent or edited.

        A deep link of this bot is opened, another link is returned as `.url`, a copy button as `.copied`.
        """
        button = message.button(label)
        if copied := button.get("copy_text"):
            return Answer([], copied=copied["text"])
        if "callback_data" not in button:
            url = button.get("url") or button["web_app"]["url"]
            return await self.opens(url) if self.emulator.deep_link(url) else Answer([], url=url)
        mark = len(self.emulator.log)
        press = self.taps(message, label)
        return await self._answer(mark, message.chat, expect, press=press, message=message)

    async def opens(self, link: str, *, expect: int = 1) -> Answer:
        """Open `https://t.me/<bot>?start=...` and press Start."""
        problem = rules.link_problem(link)
        assert problem is None, f"{link}: {problem}"
        assert self.emulator.deep_link(link), f"{link} is not a deep link of @{self.emulator.bot.username}"
        payload = parse_qs(urlsplit(link).query).get("start", [""])[0]
        return await self.says(f"/start {payload}".strip(), expect=expect)

    async def _answer(
        self, mark: int, chat: Chat, expect: int, press: Press | None = None, message: Message | None = None
    ) -> Answer:
        def seen() -> Answer:
            acts = [act for act in self.emulator.log[mark:] if self._concerns(act, chat, press, message)]
            return Answer(acts, press)

        def enough() -> bool:
            touched = sum(act.kind in ("sent", "edited") for act in seen().acts)
            return touched >= expect and (press is None or press.answered)

        if self.emulator.settle:
            await self.emulator.settle()
        await self.emulator.signal.until(enough, lambda: self._nothing(seen(), expect, press))
        return seen()

    def _nothing(self, answer: Answer, expect: int, press: Press | None) -> str:
        asked = f"{self} waited for {expect} message(s)" + (" and the button's answer" if press else "")
        failures = [f"{request.method} {request.outcome}" for request in self.emulator.requests[-8:]]
        return f"{asked}; the bot did {answer}; requests: {failures}; violations: {self.emulator.violations}"

    def _concerns(self, act: Act, chat: Chat, press: Press | None, asked: Message | None) -> bool:
        if act.kind == "answered":
            return act.press is press
        if act.message and act.message.receiver:
            return act.message.receiver is self
        if act.chat is self.chat:
            return True
        reply_to = act.message.reply_to if act.message else None
        others = act.chat.messages.get(reply_to) if reply_to else None
        mine = others is None or others is asked or others.sender in (self, self.emulator.bot)
        return mine and act.chat in (chat, chat.migrated_to)


def _place(where: Place, person: Person) -> tuple[Chat, Topic | None]:
    if where is None:
        return person.chat, None
    return (where.group, where) if isinstance(where, Topic) else (where, None)


def _mention(text: str, piece: str, who: Any) -> Entity:
    start = text.index(piece)
    return {
        "type": "text_mention", "offset": utf16(text[:start]), "length": utf16(piece), "user": who.json(),
    }  # fmt: skip


def _content(text: str, entities: list[Entity], media: Json) -> Json:
    if media:
        return {
            **media,
            **({"caption": text} if text else {}),
            **({"caption_entities": entities} if entities else {}),
        }
    return {"text": text, **({"entities": entities} if entities else {})}


def is_command_for(text: str, entities: list[Entity], username: str) -> bool:
    """Whether a group message is a command that a bot in privacy mode receives."""
    if not any(entity["type"] == "bot_command" and entity["offset"] == 0 for entity in entities):
        return False
    match = re.match(r"/\w+(?:@(\w+))?", text)
    return bool(match) and (match[1] is None or match[1].lower() == username.lower())

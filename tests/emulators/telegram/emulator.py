"""The emulator: the state of the server and everything a test asks of it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from bot.domain.clock import Clock, SystemClock
from tests.emulators.telegram import content, spec
from tests.emulators.telegram.chats import ALL_RIGHTS, Chat, Group
from tests.emulators.telegram.faults import Fault, Faults, failure
from tests.emulators.telegram.floods import FloodControl
from tests.emulators.telegram.model import Act, InviteLink, Json, Member, Message, Press, Topic
from tests.emulators.telegram.people import Person, is_command_for
from tests.emulators.telegram.server import Request, Server
from tests.emulators.telegram.signal import Signal
from tests.emulators.telegram.updates import Update, UpdateQueue, kind_of

TOKEN = "7000000001:AAE-emulated-token-of-the-tests-000"  # noqa: S105 - valid nowhere


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


class TelegramEmulator:
    """A Bot API server on loopback; `async with TelegramEmulator() as emu` starts and stops it.

    `limits` enforces Telegram's sending limits, `ephemeral` makes it a server of Bot API 10.2 or later,
    `privacy` is the bot's privacy mode, `validate` holds requests and answers against the specification.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        limits: bool = False,
        ephemeral: bool = False,
        privacy: bool = True,
        validate: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clock = clock or SystemClock()
        self.ephemeral = ephemeral
        self.spec = spec.load(ephemeral) if validate else None
        self.bot = Bot(privacy)
        self.token = TOKEN
        self.signal = Signal()
        self.queue = UpdateQueue(self.clock, self.signal)
        self.faults = Faults()
        self.floods = FloodControl(monotonic) if limits else None
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.menus: dict[tuple[Any, ...], list[Json]] = {}
        self.files: dict[str, bytes] = {}
        self.log: list[Act] = []
        """What the bot did, in order."""
        self.requests: list[Request] = []
        """Every request with its parameters and outcome."""
        self.violations: list[str] = []
        """What broke the published rules; `close` raises when it is not empty."""
        self.settle: Callable[[], Awaitable[None]] | None = None
        """Set by adapters' tests: returns when the bot has nothing left to do; `says` then needs no counting."""
        self._ids = itertools.count(1)
        self._message_ids = itertools.count(1)
        self.server = Server(self)
        self.queue.check = self._check

    # -- starting and stopping ---------------------------------------------------------------------------------

    async def __aenter__(self) -> TelegramEmulator:
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        if self.violations:
            raise AssertionError("the Bot API's rules were broken:\n" + "\n".join(self.violations))

    async def stop(self) -> None:
        """Stop serving; held requests are let go."""
        self.faults.release_all()
        self.queue.end_poll()
        await self.server.stop()

    @property
    def base_url(self) -> str:
        """For `Bot(base_url=...)`."""
        return f"{self.server.origin}/bot"

    @property
    def base_file_url(self) -> str:
        """For `Bot(base_file_url=...)`."""
        return f"{self.server.origin}/file/bot"

    # -- who and where -------------------------------------------------------------------------------------------

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
        """A group as it stands: the first person is its creator; `bot` is its standing there, None for absent."""
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

    # -- messages and updates --------------------------------------------------------------------------------------

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
        # In a topic, a message that replies to nothing "replies" to the service message that opened the topic.
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
            or not (message.text or "photo" in message.data)
        ):
            return bot.admin or chat.type != "channel"
        replied = chat.messages.get(message.reply_to or 0)
        mentioned = any(f"@{self.bot.username}".lower() == name.lower() for name in message.marked("mention"))
        to_bot = bool(replied) and replied.sender is self.bot
        return to_bot or mentioned or is_command_for(message.text, message.entities, self.bot.username)

    def _check(self, update: Update) -> None:
        if self.spec and (errors := self.spec.update_errors(update)):
            self.violations.append(f"the emulator's own fault: {errors}")

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
                "chat": group.json(), "from": person.json(), "user_chat_id": person.id, "date": self.timestamp(),
                "invite_link": invite.json(self.bot.json()),
            },
        )  # fmt: skip

    def keep_photo(self, contents: bytes) -> list[Json]:
        """Store a picture; its sizes as in a message."""
        width, height = content.picture_size(contents)
        number = next(self._ids)
        file_id = f"AgAC-photo-{number}"
        self.files[file_id] = contents
        size = {"width": width, "height": height, "file_size": len(contents)}
        return [{"file_id": file_id, "file_unique_id": f"uniq{number}", **size}]

    def keep_document(self, name: str, contents: bytes) -> Json:
        number = next(self._ids)
        file_id = f"BQAC-document-{number}"
        self.files[file_id] = contents
        unique = f"uniq{number}"
        return {"file_id": file_id, "file_unique_id": unique, "file_name": name, "file_size": len(contents)}

    def acted(self, act: Act) -> None:
        """The bot did something that can be seen."""
        self.log.append(act)
        self.signal.fire()

    # -- waiting ---------------------------------------------------------------------------------------------------

    async def drained(self) -> None:
        """Until the bot has confirmed every update (by offset, or 2xx from its webhook)."""
        await self.signal.until(
            lambda: not self.queue.pending,
            lambda: f"never confirmed: {[kind_of(u) for u in self.queue.pending]}",
        )

    async def polling(self) -> None:
        """Until a long poll is waiting."""
        await self.signal.until(lambda: self.queue.polled, lambda: "no long poll arrived")

    async def requested(self, method: str, times: int = 1) -> list[Request]:
        """Until `method` was called and answered so often; those requests."""

        def done() -> list[Request]:
            return [request for request in self.requests if request.method == method and request.outcome]

        await self.signal.until(
            lambda: len(done()) >= times, lambda: f"{method}: {len(done())} of {times} requests"
        )
        return done()

    # -- faults ----------------------------------------------------------------------------------------------------

    def fails(
        self,
        method: str,
        code: int,
        description: str | None = None,
        *,
        retry_after: int | None = None,
        chat: Chat | Person | None = None,
        times: int = 1,
    ) -> Fault:
        """The next requests of `method` ("*": any) are refused with this status."""
        error = failure(code, description, retry_after)
        return self.faults.plan(Fault(method, "fail", times, chat and chat.id, error))

    def drops(self, method: str, *, after: bool = False, times: int = 1) -> Fault:
        """The connection breaks before the request counts, or `after` it took effect and its answer is lost."""
        return self.faults.plan(Fault(method, "drop after" if after else "drop before", times))

    def holds(self, method: str, *, before: bool = False, times: int = 1) -> Fault:
        """The answer (or, `before`, the effect too) waits for `.release()`; `.arrived` tells of the request."""
        return self.faults.plan(Fault(method, "hold before" if before else "hold after", times))

    def redelivers(self, update: Update) -> None:
        """Deliver an update a second time."""
        self.queue.again(update)

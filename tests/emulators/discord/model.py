"""What the emulated Discord knows: users, guilds, channels, roles, messages, commands, interactions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]

TEXT_CHANNEL, DM_CHANNEL = 0, 1
EPHEMERAL, LOADING, COMPONENTS_V2, SUPPRESS_NOTIFICATIONS = 1 << 6, 1 << 7, 1 << 15, 1 << 12

ADMINISTRATOR = 1 << 3
VIEW_CHANNEL, SEND_MESSAGES, EMBED_LINKS, ATTACH_FILES = 1 << 10, 1 << 11, 1 << 14, 1 << 15
ADD_REACTIONS, MANAGE_MESSAGES, READ_MESSAGE_HISTORY, MENTION_EVERYONE = 1 << 6, 1 << 13, 1 << 16, 1 << 17
BAN_MEMBERS = 1 << 2
MANAGE_GUILD, MANAGE_CHANNELS, MANAGE_ROLES = 1 << 5, 1 << 4, 1 << 28
USE_COMMANDS = 1 << 31
EVERYONE = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | ADD_REACTIONS
    | READ_MESSAGE_HISTORY
    | USE_COMMANDS
)
EVERYTHING = (1 << 53) - 1


class Watched:
    """Something a test can wait on: `touch` after every change, `until` to wait for one."""

    _waiters: list[tuple[Callable[[], object], asyncio.Future[None]]] | None = None

    def touch(self) -> None:
        waiters, self._waiters = self._waiters or [], None
        for predicate, future in waiters:
            if future.done():
                continue
            if predicate():
                future.set_result(None)
            else:
                self._waiters = [*(self._waiters or []), (predicate, future)]

    async def until(self, predicate: Callable[[], object], what: str, *, patience: float = 10.0) -> None:
        """Wait until `predicate()` holds; AssertionError naming `what` after `patience` seconds."""
        if predicate():
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters = [*(self._waiters or []), (predicate, future)]
        try:
            async with asyncio.timeout(patience):  # Python 3.11's wait_for may swallow a cancellation
                await future
        except TimeoutError:
            raise AssertionError(f"still waiting after {patience:g} s for {what}") from None


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, nested ones too, in reading order."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        yield from walk([component[key] for key in ("accessory", "component") if component.get(key)])


@dataclass(eq=False)
class User:
    id: int
    name: str
    display: str | None = None
    bot: bool = False
    locale: str = "en-US"
    dms_open: bool = True
    dm: Channel | None = None


@dataclass(eq=False)
class Role:
    id: int
    guild: Guild
    name: str
    permissions: int = 0
    position: int = 1
    managed: bool = False
    bot_id: int | None = None


@dataclass(eq=False)
class Membership:
    """A user in one guild."""

    user: User
    guild: Guild
    joined_at: datetime
    roles: list[Role] = field(default_factory=list)
    nick: str | None = None

    @property
    def top(self) -> int:
        """Position of the highest role; 0 is @everyone."""
        return max((role.position for role in self.roles), default=0)


@dataclass(eq=False)
class Channel(Watched):
    id: int
    name: str | None
    type: int
    guild: Guild | None = None
    recipient: User | None = None
    topic: str | None = None
    position: int = 0
    overwrites: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """Role or user id → (type 0 role / 1 member, allowed bits, denied bits)."""
    messages: dict[int, Message] = field(default_factory=dict)

    def visible_messages(self) -> list[Message]:
        """Messages that everyone in the channel sees: not deleted, not ephemeral, oldest first."""
        return [m for m in self.messages.values() if not m.deleted and not m.ephemeral]


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    owner: User
    locale: str
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Membership] = field(default_factory=dict)
    bans: dict[int, User] = field(default_factory=dict)
    has_bot: bool = True
    unavailable: bool = False

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]


@dataclass(eq=False)
class Attachment:
    id: int
    filename: str
    data: bytes
    url: str
    content_type: str
    description: str | None = None
    query: str = ""
    """Without it the address is not served: what people attach has signed addresses."""
    moved_to: str | None = None
    claimed_size: int | None = None

    def payload(self) -> Json:
        shown: Json = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.data) if self.claimed_size is None else self.claimed_size,
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
        }
        if self.description is not None:
            shown["description"] = self.description
        return shown


@dataclass(eq=False)
class Message:
    id: int
    channel: Channel
    author: User
    created_at: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    edited_at: datetime | None = None
    deleted: bool = False
    pinned: bool = False
    reactions: dict[str, set[int]] = field(default_factory=dict)
    reference: Message | None = None
    interaction: Interaction | None = None
    pings_everyone: bool = False
    pinged_users: list[User] = field(default_factory=list)
    pinged_roles: list[Role] = field(default_factory=list)
    history: list[Json] = field(default_factory=list)
    """Earlier states, oldest first: {content, embeds, components}."""

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def text(self) -> str:
        """All that a reader sees: content, embeds, text displays, joined by line breaks."""
        parts: list[str | None] = [self.content]
        for embed in self.embeds:
            parts += [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
            for item in embed.get("fields") or []:
                parts += [item["name"], item["value"]]
            parts.append((embed.get("footer") or {}).get("text"))
        parts += [part.get("content") for part in walk(self.components) if part["type"] == 10]
        return "\n".join(part for part in parts if part)

    @property
    def buttons(self) -> list[Json]:
        return [part for part in walk(self.components) if part["type"] == 2]

    def component(self, name: str) -> Json:
        """The button, select or other control with this label, placeholder or custom_id."""
        names = ("label", "placeholder", "custom_id")
        found = [part for part in walk(self.components) if name in [part.get(key) for key in names]]
        shown = [part.get("label") or part.get("placeholder") for part in walk(self.components)]
        assert len(found) == 1, (
            f"{len(found)} controls called {name!r}; there are {list(filter(None, shown))}"
        )
        return found[0]


@dataclass(eq=False)
class Command:
    id: int
    version: int
    guild_id: int | None
    definition: Json
    """As the bot sent it; `type` always present."""

    @property
    def type(self) -> int:
        return int(self.definition["type"])

    @property
    def name(self) -> str:
        return str(self.definition["name"])


@dataclass(eq=False)
class Interaction(Watched):
    id: int
    token: str
    type: int
    """2 command, 3 component, 4 autocomplete, 5 modal submit."""
    user: User
    channel: Channel
    payload: Json
    created_at: datetime
    message: Message | None = None
    """Of a component, or a modal opened by one: the message with the component."""
    trigger: Interaction | None = None
    """Of a submitted modal: what opened it."""
    ack: int | None = None
    """Callback type of the acknowledgement, once there is one."""
    original: Message | None = None
    deferred: bool = False
    sent_at: float = 0.0
    """Monotonic seconds of the real clock, for latencies."""
    focused_type: int = 3
    """Of an autocomplete: the type of the option being typed."""
    forgiven: bool = False
    """A second acknowledgement is to be expected: delivered again, or its answer was lost on purpose."""
    double_acks: int = 0
    modal: Json | None = None
    choices: list[Json] | None = None
    followups: list[Message] = field(default_factory=list)

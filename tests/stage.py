"""A stage for tests that read like a chat: the real registry, dispatch, services and database.

    ada = stage.person("Ada", moderator=True)
    reply = await ada.says("/union create name:\"Farmers\" purpose:\"Grow\"", stage.group("Farm"))
    assert reply.text.startswith("Farmers")

Only the platform is doubled: `stage.people` types words (as on Telegram) or values (`typed=True`, as on Discord).
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

import commands
from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.chat.chores import Office
from bot.chat.declarations import Area
from bot.chat.dispatch import Dispatcher
from bot.chat.findings import Finding
from bot.chat.incoming import (
    Act,
    Actor,
    CommandCall,
    File,
    Incoming,
    Place,
    Press,
    Say,
    Start,
    Submit,
    Value,
    Who,
)
from bot.chat.model import (
    Button,
    Code,
    CodeBlock,
    Fields,
    Heading,
    Image,
    Items,
    Link,
    LinkButton,
    Mention,
    Moment,
    Paragraph,
    Reply,
    Spans,
    Table,
    Text,
    Visibility,
)
from bot.chat.port import Capabilities, Core
from bot.chat.registry import Registry
from bot.chat.sender import Sender
from bot.chat.targets import Lane, Target
from bot.domain.photos import Photo
from bot.errors import TryAgain
from bot.pictures.photo import redraw
from bot.pictures.workshop import Workshop
from bot.storage.store import Store
from tests.clock import ManualClock


@dataclass
class Heard:
    """A reply as a person reads it."""

    reply: Reply

    @property
    def text(self) -> str:
        return "\n".join(_block(block) for block in self.reply.blocks) or self.reply.notice

    @property
    def private(self) -> bool:
        return self.reply.visibility is Visibility.PRIVATE

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.reply.buttons for button in row]

    def button(self, label: str) -> Button:
        found = next(b for row in self.reply.buttons for b in row if b.label == label)
        assert isinstance(found, Button)
        return found

    def url(self, label: str) -> str:
        found = next(b for row in self.reply.buttons for b in row if b.label == label)
        assert isinstance(found, LinkButton)
        return found.url


class Platform:
    """An adapter that keeps what it is told to deliver."""

    def __init__(self, name: str, typed: bool) -> None:
        self.name = name
        self.typed = typed
        self.capabilities = Capabilities(modals=typed)
        self.delivered: list[tuple[Target, Reply, str]] = []
        self.files: dict[str, bytes] = {}
        self.moderators: set[str] = set()
        self.asked_for_moderators = 0
        self.bans: set[tuple[str, str]] = set()
        self.asked_for_bans = 0
        self.silent = False
        self.people: int | None = 12

    async def start(self, core: Core) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, target: Target, reply: Reply, key: str, lane: Lane = Lane.URGENT) -> str:
        self.delivered.append((target, reply, key))
        return f"sent-{key}"

    async def fetch(self, file: File) -> bytes:
        return self.files[file.ref]

    async def is_moderator(self, place: Place, actor: Actor) -> bool:
        self.asked_for_moderators += 1
        return actor.native_id in self.moderators

    async def is_banned(self, space: str, actor: Actor) -> bool:
        self.asked_for_bans += 1
        if self.silent:
            raise TryAgain("It does not answer. Try again in a moment.")
        return (space, actor.native_id) in self.bans

    async def people_in(self, space: str) -> int | None:
        return self.people

    async def check(self, spaces: Sequence[str]) -> Sequence[Finding]:
        return [Finding(f"rights in {space}") for space in spaces]

    def private_link(self, payload: str) -> str | None:
        return f"https://chat.example/bot?start={payload}"

    def last_contact(self) -> datetime | None:
        return None


async def drawn_here(data: bytes) -> Photo:
    """Draws a picture anew without a process of its own, which takes longer than most tests."""
    return redraw(data)


@dataclass
class Stage:
    """One Muster with two platforms: `words`, where lines are typed, and `values`, where options are."""

    store: Store
    clock: ManualClock
    areas: Sequence[Area] = field(default_factory=commands.areas)
    platforms: dict[str, Platform] = field(default_factory=dict)
    acts: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    observed: list[tuple[str, str]] = field(default_factory=list)
    woken: list[str] = field(default_factory=list)
    workshop: Workshop = field(default_factory=lambda: Workshop(drawn_here))

    def __post_init__(self) -> None:
        self.platforms |= {name: Platform(name, name == "values") for name in ("words", "values")}
        registry = self.registry = Registry(self.areas)
        self.core = Dispatcher(
            registry,
            self.store,
            conversations,
            self,
            self.platforms,
            lambda name, outcome, _: self.observed.append((name, outcome)),
        )

    def person(
        self,
        name: str,
        on: str = "words",
        *,
        moderator: bool = False,
        username: str | None = None,
        locale: str = "",
    ) -> Persona:
        native = f"{name.lower()}-{on}"
        if moderator:
            self.platforms[on].moderators.add(native)
        return Persona(
            self,
            Actor(on, native, name, username or name.lower(), moderator if on == "values" else None),
            locale,
        )

    def group(self, title: str, on: str = "words") -> Place:
        return Place(on, f"chat-{title}", f"space-{title}", title=title)

    def private(self, persona: Persona) -> Place:
        return Place(persona.actor.platform, persona.actor.native_id)

    async def chores(self) -> None:
        """Do once what is looked for every minute."""
        for chore in self.registry.chores:
            await chore(Office(self.store, conversations, self))

    async def told(self, persona: Persona) -> list[Heard]:
        """Send what waits in the outbox; what this person got in private so far."""
        for platform in self.platforms.values():
            await Sender(platform, self.store, delivery, self.clock).send_due()
        actor = persona.actor
        got = self.platforms[actor.platform].delivered
        return [Heard(reply) for target, reply, _ in got if target.person == actor.native_id]

    # -- the world -----------------------------------------------------------------------------------------

    def link_base(self, platform: str) -> str:
        return "https://muster.example"

    def private_link(self, platform: str, payload: str) -> str | None:
        return self.platforms[platform].private_link(payload)

    async def check_space(self, platform: str, native_id: str) -> Sequence[Finding]:
        return await self.platforms[platform].check([native_id])

    async def redraw(self, union: str, person: str, fetch: Callable[[], Awaitable[bytes]]) -> Photo:
        return await self.workshop.redraw(union, person, fetch)

    async def people_in(self, platform: str, native_id: str) -> int | None:
        return await self.platforms[platform].people_in(native_id)

    def posted(self, platform: str) -> None:
        self.woken.append(platform)


@dataclass
class Persona:
    """Somebody at a keyboard."""

    stage: Stage
    actor: Actor
    locale: str = ""

    async def says(
        self,
        line: str,
        place: Place | None = None,
        *,
        reply_to: Persona | None = None,
        photo: bytes | None = None,
    ) -> Heard:
        """Type a line: a command with words, or an answer; with a photo perhaps. Fails if nobody answers."""
        heard = await self.says_quietly(line, place, reply_to=reply_to, photo=photo)
        assert heard is not None, f"no answer to {line!r}"
        return heard

    async def says_quietly(
        self,
        line: str,
        place: Place | None = None,
        *,
        reply_to: Persona | None = None,
        photo: bytes | None = None,
    ) -> Heard | None:
        """Type a line that may be met with silence."""
        name, _, words = line.removeprefix("/").partition(" ")
        file = self.attaches(photo) if photo is not None else None
        act: Act = Say(line, file)
        if line.startswith("/") and line not in ("/cancel", "/skip"):
            who = Who(reply_to.actor.native_id, reply_to.actor.name) if reply_to else None
            act = CommandCall(name, {}, words, {}, who, file)
        return await self.does(act, place)

    def attaches(self, photo: bytes) -> File:
        """Put a picture where the platform keeps it."""
        ref = f"file-{next(self.stage.acts)}"
        self.stage.platforms[self.actor.platform].files[ref] = photo
        return File(ref, "photo.jpg", "image/jpeg", len(photo))

    async def runs(self, path: str, place: Place | None = None, **values: Value) -> Heard:
        """Run a command with typed values."""
        heard = await self.does(CommandCall(path, values), place)
        assert heard is not None
        return heard

    async def presses(self, heard: Heard, label: str, place: Place | None = None) -> Heard:
        answer = await self.does(Press(heard.button(label).token), place)
        assert answer is not None
        return answer

    async def fills(self, heard: Heard, place: Place | None = None, **values: str | File) -> Heard:
        """Send the form that a reply opened."""
        assert heard.reply.form is not None
        answer = await self.does(Submit(heard.reply.form.token, values), place)
        assert answer is not None
        return answer

    async def opens(self, payload: str) -> Heard:
        """Open the private chat by a deep link."""
        answer = await self.does(Start(payload))
        assert answer is not None
        return answer

    async def does(self, act: Act, place: Place | None = None, native_id: str | None = None) -> Heard | None:
        where = place or self.stage.private(self)
        number = native_id or str(next(self.stage.acts))
        reply = await self.stage.core.dispatch(Incoming(number, self.actor, where, act, self.locale))
        return Heard(reply) if reply is not None else None

    def renamed(self, name: str, username: str | None = None) -> Persona:
        changed = msgspec.structs.replace(self.actor, name=name, username=username)
        return Persona(self.stage, changed, self.locale)


def _block(block: Any) -> str:
    if isinstance(block, Paragraph):
        return _spans(block.spans)
    if isinstance(block, Heading | CodeBlock):
        return block.text
    if isinstance(block, Fields):
        return "\n".join(f"{one.name}: {_spans(one.value)}" for one in block.fields)
    if isinstance(block, Items):
        return "\n".join(f"- {_spans(item)}" for item in block.items)
    if isinstance(block, Table):
        return "\n".join(" | ".join(row) for row in (block.header, *block.rows))
    assert isinstance(block, Image)
    return f"[{block.alt}]"


def _spans(spans: Spans) -> str:
    shown: dict[type, Callable[[Any], str]] = {
        Text: lambda s: s.text,
        Code: lambda s: s.text,
        Link: lambda s: s.label,
        Mention: lambda s: f"@{s.name}",
        Moment: lambda s: s.at.isoformat(),
    }
    return "".join(shown[type(span)](span) for span in spans)

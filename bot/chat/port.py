"""The port between the core and a platform: the functions of an adapter, and the functions of the core for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from bot.chat.findings import Finding
from bot.chat.incoming import Actor, File, Incoming, Place
from bot.chat.model import Reply
from bot.chat.registry import Registry
from bot.chat.targets import Lane, Target

Progress = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The abilities of a platform, so that the core need not know its name.

    `modals`: a form opens as a modal; without them dispatch asks its questions one by one.
    `keys`: a message that is sent again with the same key is shown once.
    """

    modals: bool
    keys: bool = True


class RetryLater(Exception):
    """Sending failed for now. As far as the platform says, nothing was posted."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class Undeliverable(Exception):
    """Sending can never succeed. The reason is for the operator.

    `kind` is "blocked" (the person does not want messages), "gone" (the chat does not exist any more), "rights" (the
    bot lacks rights in the chat), "closed" (its topic takes no messages) or "message" (this message is refused).
    """

    def __init__(
        self, reason: str, *, kind: Literal["blocked", "gone", "rights", "closed", "message"] = "message"
    ) -> None:
        super().__init__(reason)
        self.kind = kind


class Uncertain(Exception):
    """The platform's answer was lost: the message may have been posted, and a repeat would not be recognised."""


@dataclass(frozen=True, slots=True)
class Owed:
    """An answer that did not arrive yet: since when it is owed, and how many copies of it there may be already."""

    since: datetime
    copies: int


class Adapter(Protocol):
    """One platform. Every adapter's folder has the same files."""

    name: str
    capabilities: Capabilities

    async def start(self, core: Core) -> None:
        """Begins to serve. Returns when the platform is connected, or when the adapter keeps trying to connect."""

    async def stop(self) -> None:
        """Stops taking new acts, finishes accepted ones, and closes the connections."""

    async def deliver(self, target: Target, reply: Reply, key: str, lane: Lane = Lane.URGENT) -> str:
        """Sends an outbox row. `key` (≤ 25 characters) is the same on every attempt. Returns the message's id.

        Raises:
            RetryLater: try again, after `after_s` if given.
            Undeliverable: never try again.
            Uncertain: only without `capabilities.keys`.
        """

    async def fetch(self, file: File) -> bytes:
        """Fetches the bytes of a file that came with an act of this platform, at most `files.MOST_BYTES`.

        Raises:
            BadInput: the file is too large, or no longer there.
            TryAgain: the platform does not answer.
        """

    async def is_moderator(self, place: Place, actor: Actor) -> bool:
        """Whether the platform lets this person run the space. Raises TryAgain if it does not answer."""

    async def is_banned(self, space: str, actor: Actor) -> bool:
        """Whether the platform says that this person is banned in the space (native id); False if it does not tell.

        Raises TryAgain if it does not answer.
        """

    async def check(self, spaces: Sequence[str]) -> Sequence[Finding]:
        """Checks the token, and for each space (native ids) whether the bot can do its work there. For the doctor."""

    def private_link(self, payload: str) -> str | None:
        """Returns a link that opens the private chat with the bot; None if the platform has no such links.

        `payload` matches [A-Za-z0-9_-]{1,64}.
        """

    def last_contact(self) -> datetime | None:
        """Returns when the platform last answered; None before the first time."""


@runtime_checkable
class Counting(Protocol):
    """An adapter whose platform says cheaply how many people are in a space."""

    async def people_in(self, space: str) -> int | None:
        """Returns the number of people in a space, bots included; None if the platform does not say it now."""


@runtime_checkable
class Explaining(Protocol):
    """An adapter that knows what its operator must do before its platform can be served again."""

    @property
    def problem(self) -> str | None:
        """The setting or page to change, in words; None while nothing is wrong."""


@runtime_checkable
class Paced(Protocol):
    """An adapter that keeps the limits of its platform. Any other adapter gets `sender.AT_ONCE` rows at a time."""

    @property
    def at_once(self) -> int:
        """The number of sends side by side that keeps the platform busy. More would only wait for their turn."""

    def closed_for(self, target: Target | None) -> float:
        """Returns the seconds until that chat (None: any chat) may be written to."""


@runtime_checkable
class Paying(Protocol):
    """An adapter that can pay its platform to send bulk faster."""

    paid_a_day: int
    """The number of messages that may be paid for in a day (UTC)."""

    allowance: int
    """The number of messages that may be paid for now. The adapter takes from it, the sender adds to it."""


class Turn(Protocol):
    """The turn of an act, where an adapter dispatches only so many side by side."""

    def aside(self) -> AbstractAsyncContextManager[None]:
        """Gives the turn back for the block, because the act waits for something outside."""


class Core(Protocol):
    """The core, as adapters use it. `bot.chat.dispatch.Dispatcher` implements it."""

    @property
    def registry(self) -> Registry:
        """All commands, for menus and types."""

    async def accept(self, acts: Sequence[Incoming]) -> None:
        """Records acts durably, before the platform is told that they arrived."""

    async def unfinished(self, platform: str) -> Sequence[Incoming]:
        """Returns the accepted acts that are not `delivered`, oldest first. Adapters dispatch them again at start."""

    async def dispatch(
        self, incoming: Incoming, progress: Progress | None = None, turn: Turn | None = None
    ) -> Reply | None:
        """Does the act, once, and returns the answer; None for silence. The act has this `turn`, where turns count.

        The answer has its `visibility`, and its buttons and form have their tokens. Errors are answers too: nothing
        that a member does makes it raise.
        """

    async def delivered(self, key: str) -> None:
        """Notes that the answer to the act with this key reached the person, so it is not needed after a restart."""

    async def owed(self, key: str) -> Owed:
        """Returns what is known of the answer to the act with this key, which the last run left."""

    async def sending(self, key: str, copies: int) -> None:
        """Notes durably how many copies of that answer there may be, once the next request has begun."""

    async def lost(self, incoming: Incoming) -> None:
        """Gives up the answer to an act, and tells its place, without any name, that something was lost."""

    async def suggest(self, incoming: Incoming, param: str, typed: str) -> Sequence[tuple[str, str]]:
        """Returns at most 25 completions (label, value) for a parameter of the CommandCall in `incoming`."""

    async def offered(self, incoming: Incoming) -> Sequence[str]:
        """Returns the paths of the commands that are of use to the actor of `incoming` in its place."""

    async def hold(self, actor: Actor, reply: Reply) -> str:
        """Keeps a private reply for its person. Returns the deep-link payload that shows it to them alone."""

    def trouble(self, platform: str, what: str) -> None:
        """Counts an error of the platform. `what` is one of a few words, like "429" or "timeout"."""

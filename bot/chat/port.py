"""The port between the core and a platform: what an adapter must offer, and what it may ask of the core."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
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
    """What a platform can do, so that the core need not know its name.

    `modals`: a form opens as one; otherwise dispatch asks its questions one by one.
    `private_replies`: a private answer can be shown in a shared place to one person only.
    `keys`: a message that is sent again with its key is not shown twice.
    """

    modals: bool
    private_replies: bool
    keys: bool = True


class RetryLater(Exception):
    """Sending failed for now; nothing was posted as far as the platform says."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        super().__init__(reason)
        self.after_s = after_s


class Undeliverable(Exception):
    """Sending can never succeed as it stands; the reason is for the operator.

    `kind`: "blocked" (the target person does not want messages), "gone" (the chat is), "rights" (the bot lacks them
    there); anything else is about the message.
    """

    def __init__(
        self, reason: str, *, kind: Literal["blocked", "gone", "rights", "message"] = "message"
    ) -> None:
        super().__init__(reason)
        self.kind = kind


class Uncertain(Exception):
    """The answer was lost: it may have been posted, and the platform would not recognise a repeat."""


class Adapter(Protocol):
    """One platform. The same files stand in every adapter's folder."""

    name: str
    capabilities: Capabilities

    async def start(self, core: Core) -> None:
        """Begin serving; returns when the platform is reachable or supervised reconnecting has begun."""

    async def stop(self) -> None:
        """Stop taking new acts, let accepted ones finish, close connections."""

    async def deliver(self, target: Target, reply: Reply, key: str, lane: Lane = Lane.URGENT) -> str:
        """Send an outbox row; `key` (≤ 25 characters) is the same on every try. Returns the message's id.

        Raises:
            RetryLater: try again, after `after_s` if given.
            Undeliverable: never try again.
            Uncertain: only without `capabilities.keys`.
        """

    async def fetch(self, file: File) -> bytes:
        """What is in a file that an act of this platform brought, at most `files.MOST_BYTES`.

        Raises:
            BadInput: it is too large, or no longer there.
            TryAgain: the platform does not answer.
        """

    async def is_moderator(self, place: Place, actor: Actor) -> bool:
        """Whether the platform lets this person run the space. Raises TryAgain if it does not answer."""

    async def check(self, spaces: Sequence[str]) -> Sequence[Finding]:
        """For the doctor: token, and per space (native ids) whether the bot can do its work there."""

    def private_link(self, payload: str) -> str | None:
        """A link that opens the private chat with the bot with a `payload` of [A-Za-z0-9_-]{1,64}, if any."""

    def last_contact(self) -> datetime | None:
        """When the platform last answered; None before the first time."""


@runtime_checkable
class Paced(Protocol):
    """What an adapter of a platform with limits also has; one without is handed `sender.AT_ONCE` rows at a time."""

    @property
    def at_once(self) -> int:
        """How many sends side by side keep the platform busy; more would only wait for their turn."""

    def closed_for(self, target: Target | None) -> float:
        """Seconds until that chat (None: anything at all) may be written to."""


@runtime_checkable
class Paying(Protocol):
    """What an adapter also has that may pay to send bulk faster."""

    paid_a_day: int
    """Messages that may be paid for in a day (UTC)."""

    allowance: int
    """How many it may pay for now; it takes from this, the sender adds to it."""


class Core(Protocol):
    """What an adapter may ask. Implemented by `chat.dispatch.Dispatcher`."""

    @property
    def registry(self) -> Registry:
        """All commands, for menus and types."""

    async def accept(self, acts: Sequence[Incoming]) -> None:
        """Record acts durably before acknowledging them; `unfinished` gives back those not `delivered`."""

    async def unfinished(self, platform: str) -> Sequence[Incoming]:
        """Accepted acts without a delivered answer, oldest first: dispatch them again after a start."""

    async def dispatch(self, incoming: Incoming, progress: Progress | None = None) -> Reply | None:
        """Do what was asked, once; the answer has `visibility` set and tokens filled. None is silence.

        Never raises for what a member did: errors are replies too.
        """

    async def delivered(self, key: str) -> None:
        """The answer to the act with this key reached the person; it need not be kept for a restart."""

    async def suggest(self, incoming: Incoming, param: str, typed: str) -> Sequence[tuple[str, str]]:
        """Completions (label, value), at most 25, for a parameter of the CommandCall in `incoming`."""

    async def hold(self, actor: Actor, reply: Reply) -> str:
        """Keep a private reply for its person; returns the deep-link payload that shows it to them alone."""

    def trouble(self, platform: str, what: str) -> None:
        """Count an error of the platform; `what` is one of a few words, like "429" or "timeout"."""

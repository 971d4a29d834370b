"""The declaration of things that wait for somebody. Each area that has such things declares a `Queue`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.areas.flags import services as flags
from bot.areas.moderators import services as moderators
from bot.chat.chores import Duty
from bot.chat.context import Context
from bot.chat.model import Reply
from bot.domain.people import Account, Member, Union
from bot.domain.transaction import Tx


@dataclass(frozen=True, slots=True)
class Reader:
    """The person for whom things wait: by which account they read, and which decisions are theirs.

    A moderator of a place that moderates the union may be no member. `judge`: a leader or a moderator of the union.
    """

    member: Member | None
    account: Account | None
    platform: str
    founder: bool
    judge: bool
    moderator: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thing that waits, with its number in its queue. `show` makes its blocks and at most four rows of buttons.

    The blocks say what it is, what happens if nobody acts, and by when.
    """

    item: int
    since: datetime
    show: Callable[[], Reply]


@dataclass(frozen=True, slots=True)
class Notes:
    """The people whom a queue has told privately, once: `due` has (member, thing) of all that waits in a union."""

    unions: Callable[[Tx], list[int]]
    due: Callable[[Tx, Union], list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Queue:
    """The things of one kind that wait. Without `notes`, the area itself tells people at once."""

    kind: str
    waiting: Callable[[Context | Duty, Reader], list[Waiting]]
    notes: Notes | None = None


def moderators_to_tell(tx: Tx, union: Union) -> list[int]:
    """Returns the named moderators if no chat of moderators is told; else nobody, because they read it there."""
    return [] if flags.alerts(tx, union) is not None else moderators.of(tx, union).member_ids

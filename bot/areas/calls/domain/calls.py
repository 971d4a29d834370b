"""The daily call to action, and the moments at which its union-day opens, closes and forgives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.days import WHOLE_DAY
from bot.domain.times import moment

USUAL_HOUR = 9 * 60
FORGIVEN_UNTIL = 12 * 60
"""Minutes of the next union-day until which an answer still counts for the streak."""


class CallState(StrEnum):
    """The stage that a call has reached."""

    DRAFT = "draft"
    TEMPLATE = "template"
    """The text of a repeat. It is never posted itself."""
    QUEUED = "queued"
    """It waits for the next free day."""
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Proof(StrEnum):
    """The proof that an answer has to bring."""

    WORD = "word"
    LINK = "link"
    PHOTO = "photo"
    WITNESS = "witness"
    """Another member confirms it."""
    LEADER = "leader"
    """The leader whom the member endorses confirms it."""


@dataclass(frozen=True, slots=True)
class Window:
    """The moments at which a call opens and closes."""

    opens_at: datetime
    closes_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether nothing of it is left. A change of the clocks can leave nothing of it from the start."""
        return self.closes_at <= max(self.opens_at, now)


@dataclass(frozen=True, slots=True)
class Call:
    """One call.

    `leader_id` is the leader whose branch it is for; None: it is for the whole union. `repeat_id` is the repeat that
    made it. `opens` and `closes` are minutes of the local day. `day` (union-day), `opens_at` and `closes_at` are None
    until the call is planned. `answered` is the number of its answers.
    """

    id: int
    union_id: int
    leader_id: int | None
    author_id: int
    repeat_id: int | None
    state: CallState
    title: str
    what: str
    why: str
    link: str | None
    file_id: int | None
    proof: Proof
    contest: bool
    opens: int
    closes: int
    day: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    approved: bool
    late: bool
    answered: int
    created_at: datetime
    token: str | None = None
    """The token of the one button under all its posts; None until it opens."""

    @property
    def has_begun(self) -> bool:
        """Whether it is open or closed."""
        return self.state in (CallState.OPEN, CallState.CLOSED)

    def closed_early(self, now: datetime) -> bool:
        """Whether it was closed before its hour, which is still ahead. Until then nobody has missed it."""
        return self.state is CallState.CLOSED and self.closes_at is not None and now < self.closes_at

    def answers_until(self, time_zone: str) -> datetime | None:
        """Returns the moment until which an answer counts. A contest takes none after its hour."""
        if self.contest or self.day is None:
            return self.closes_at
        return forgiven_until(self.day, time_zone)


def window(day: int, opens: int, closes: int, time_zone: str) -> Window:
    """Returns the moments at which these minutes of a union-day come."""
    return Window(moment(day, opens, time_zone), moment(day, closes, time_zone))


def forgiven_until(day: int, time_zone: str) -> datetime:
    """Returns the moment until which an answer to the call of that union-day counts for the streak."""
    return moment(day, WHOLE_DAY + FORGIVEN_UNTIL, time_zone)


def read_call(values: Mapping[str, Any]) -> Call:
    """Makes a call of the values of its columns (`CALL_COLUMNS`)."""
    return Call(**{**values, "state": CallState(values["state"]), "proof": Proof(values["proof"])})

"""The daily call to action: what it is, and when its union-day begins, opens, closes and forgives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.times import WHOLE_DAY, moment

USUAL_HOUR = 9 * 60
FORGIVEN_UNTIL = 12 * 60
"""Minutes of the next union-day until which an answer still counts for the streak."""


class CallState(StrEnum):
    """What a call is at."""

    DRAFT = "draft"
    TEMPLATE = "template"
    """The text of a rule; it is never posted itself."""
    QUEUED = "queued"
    """For the next day that is free."""
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Proof(StrEnum):
    """What an answer has to show."""

    WORD = "word"
    LINK = "link"
    PHOTO = "photo"
    WITNESS = "witness"
    """Another member confirms it."""
    LEADER = "leader"
    """Whom the member endorses confirms it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `leader_id` is whose branch it is for (None: the whole union); `opens` and `closes` are minutes of
    the local day; `day` (union-day) and the two moments are None until it is planned."""

    id: int
    union_id: int
    leader_id: int | None
    author_id: int
    rule_id: int | None
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
    """Of the one button under all its posts, from when it opens."""


def forgiven_until(day: int, time_zone: str) -> datetime:
    """Until when an answer to the call of that union-day counts for the streak."""
    return moment(day, WHOLE_DAY + FORGIVEN_UNTIL, time_zone)


def read_call(values: Mapping[str, Any]) -> Call:
    """Makes a call of the values of its columns."""
    return Call(**{**values, "state": CallState(values["state"]), "proof": Proof(values["proof"])})

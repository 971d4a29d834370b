"""The daily call to action: what it is, and when its union-day begins, opens, closes and forgives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

WHOLE_DAY = 24 * 60
"""Minutes of a local day; closing then is closing when the next day begins."""
USUAL_HOUR = 9 * 60
FORGIVEN_UNTIL = 12 * 60
"""Minutes of the next union-day until which an answer still counts for the streak."""


class State(StrEnum):
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
    state: State
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


@lru_cache(maxsize=1024)  # each answer to a call asks for the same few
def moment(day: int, minutes: int, time_zone: str) -> datetime:
    """When it is so many minutes past midnight on that union-day, in UTC.

    A time that daylight saving skips is taken as the first that exists after it; of one that comes twice the
    first is meant.
    """
    zone = ZoneInfo(time_zone)
    wall = datetime.combine(date.fromordinal(day) + timedelta(days=minutes // WHOLE_DAY), time())
    wall = (wall + timedelta(minutes=minutes % WHOLE_DAY)).replace(tzinfo=zone)
    found = wall.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return found
    # In a gap the two readings of the wall clock lie on both sides of it: the change itself is between them.
    before, after = sorted((found, wall.replace(fold=1).astimezone(UTC)))
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def forgiven_until(day: int, time_zone: str) -> datetime:
    """Until when an answer to the call of that union-day counts for the streak."""
    return moment(day, WHOLE_DAY + FORGIVEN_UNTIL, time_zone)

"""Endorsements: a member's standing choice of one leader, and what choices add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MAX_DEPTH = 128
"""Endorsements in the longest chain. Deeper trees would make every change as slow as they are deep."""


@dataclass(frozen=True, slots=True)
class Endorsement:
    """Whom the member endorses (None: nobody any more), and when they last chose."""

    member_id: int
    leader_id: int | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A member on the way up. `height` is None for who never endorsed anybody, `day` for who was never endorsed."""

    member_id: int
    height: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class Base:
    """A support base: who endorse the member themselves, who reach them, and those of them with a wallet."""

    direct: int = 0
    headcount: int = 0
    linked: int = 0
    day: int | None = None
    """The union-day of the last change."""

    def __add__(self, other: Base) -> Base:
        return Base(
            self.direct + other.direct, self.headcount + other.headcount, self.linked + other.linked, self.day
        )


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in a ranking; `number` is what the ranking is by."""

    member_id: int
    number: float

"""Endorsements: a member's standing choice of one leader, and the support bases that follow from all choices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MAX_DEPTH = 128
"""The most endorsements in a chain. A change takes time in proportion to the depth of the tree."""


@dataclass(frozen=True, slots=True)
class Endorsement:
    """A member's choice of a leader (None: withdrawn), and the time of the last choice."""

    member_id: int
    leader_id: int | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A member on the way up to the root.

    `height` is None if they never endorsed anybody. `day`, the last change of their base, is None if nobody ever
    endorsed them.
    """

    member_id: int
    height: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class Base:
    """A support base: direct followers, everybody who reaches the member, and those of them with a wallet."""

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
    """A place in a ranking. `number` is the member's value by which the ranking is ordered."""

    member_id: int
    number: float

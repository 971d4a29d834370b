"""The data of the support picture: a leader's support base as a small tree of counts, and its growth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Points: TypeAlias = Sequence[tuple[int, int]]
"""The headcount at the end of days: (`date.toordinal()`, people), in any order. The last point of a day counts."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A member with their support base. `people` counts the member and everybody below.

    `children` may be only some of the members who endorse this one, in any order. The missing ones are drawn as
    "others". The root is the leader, so the headcount is its `people - 1`.
    """

    name: str
    people: int
    children: tuple[Branch, ...] = ()


def headcount(leader: Branch) -> int:
    """Returns the number of people in the support base, without the leader; at least the sum of the children."""
    return max(leader.people - 1, sum(child.people for child in leader.children), 0)


def largest(branches: Sequence[Branch], at_least: float = 0) -> list[Branch]:
    """Returns the branches of at least that many people, the biggest first. Equal ones keep their order."""
    return sorted((one for one in branches if one.people >= at_least), key=lambda one: -one.people)


def by_day(points: Points) -> list[tuple[int, int]]:
    """Returns the points in the order of their days, one for each day, without negative counts."""
    return sorted({day: max(people, 0) for day, people in points}.items())

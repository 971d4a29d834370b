"""What is drawn: a leader's support base, cut to a small tree of counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Points: TypeAlias = Sequence[tuple[int, int]]
"""Headcount at the end of days: (`date.toordinal()`, people), in any order; the last of a day counts."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A member with all who reach them. `people` counts the member and everybody below.

    The children may be some of those who endorse the member, in any order: who is missing is drawn as
    "others". The root is the leader, so that the headcount is `people - 1`.
    """

    name: str
    people: int
    children: tuple[Branch, ...] = ()


def headcount(leader: Branch) -> int:
    """Everybody in the support base, without the leader; never less than the children show."""
    return max(leader.people - 1, sum(child.people for child in leader.children), 0)


def largest(branches: Sequence[Branch], at_least: float = 0) -> list[Branch]:
    """Those of at least that many people, the biggest first; of equals the earlier first."""
    return sorted((one for one in branches if one.people >= at_least), key=lambda one: -one.people)


def by_day(points: Points) -> list[tuple[int, int]]:
    """The points in order of days, one a day, without negative counts."""
    return sorted({day: max(people, 0) for day, people in points}.items())

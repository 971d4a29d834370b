"""The geometry of the sunburst of a support base: rings are depth, angles are support.

The whole circle is the headcount.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import asin, ceil, cos, pi, sin, sqrt

from bot.pictures.colours import HUES
from bot.pictures.model import Branch, headcount, largest

# More rings would be hairlines on a phone. Deeper people count in the angles of the rings above them.
MAX_RINGS = 8
NAMED = len(HUES)
SMALLEST_TURN = 0.8 / 360  # narrower sectors cannot be seen, so they are joined as "others"

_GAP = 1.2  # px that stay free on each side of a sector
_ARC_STEP = 0.03  # radians; so a chord is at most 0.05 px away from the arc
_FIRST_RING = 66  # px: the least width of the first ring if there is room, because it has the numbers


@dataclass(frozen=True, slots=True)
class Sector:
    """A part of a ring. `start` and `end` are turns (0 to 1), clockwise from the top. Rings are counted from 1.

    `hue` is the rank of its top branch by size, from 0; None for branches without a number. A sector of `others` is
    for people who are not shown one by one.
    """

    ring: int
    start: float
    end: float
    hue: int | None
    others: bool
    people: int


def layout(leader: Branch) -> tuple[Sector, ...]:
    """Returns all sectors that can be seen, each parent before its children.

    A sector takes people / headcount of the circle. Children begin where their parent begins, the biggest first,
    "others" last. A parent counts itself too, so the next ring has a gap above it for that one person.
    """
    whole = headcount(leader)
    return tuple(_below(leader, 1, 0.0, 1.0, whole, None)) if whole else ()


def named(leader: Branch) -> list[Branch]:
    """Returns the branches with a number, which are the biggest ones that can be seen, number 1 first."""
    return largest(leader.children, SMALLEST_TURN * headcount(leader))[:NAMED]


def _below(
    parent: Branch, ring: int, start: float, turn: float, people: int, hue: int | None
) -> Iterator[Sector]:
    """Yields the sectors of the people below a member. Together they take `turn` of the circle."""
    people = max(people, sum(child.people for child in parent.children))
    each = turn / people
    left = people
    for place, child in enumerate(largest(parent.children, SMALLEST_TURN / each)):
        if ring == 1:
            hue = place if place < NAMED else None
        end = start + child.people * each
        yield Sector(ring, start, end, hue, False, child.people)
        if child.people > 1 and ring < MAX_RINGS:
            below = child.people - 1
            yield from _below(child, ring + 1, start, below * each, below, hue)
        start, left = end, left - child.people
    if left:
        yield Sector(ring, start, start + left * each, None if ring == 1 else hue, True, left)


def radii(rings: int, centre: float, edge: float) -> list[float]:
    """Returns the radii, in px, at which rings begin and end. The first ring is wide enough for numbers.

    The other rings have equal areas, so that a person takes the same area in each of them.
    """
    if rings == 0:
        return [centre]
    first = min(max(sqrt(centre**2 + (edge**2 - centre**2) / rings), centre + _FIRST_RING), edge)
    if rings == 1:
        return [centre, min(edge, centre + 2 * _FIRST_RING)]
    rest = rings - 1
    return [centre, *(sqrt(first**2 + (edge**2 - first**2) * k / rest) for k in range(rest + 1))]


def outline(sector: Sector, inner: float, outer: float) -> list[tuple[float, float]]:
    """Returns the corners of a sector around (0, 0) in px, a little inside its bounds, so that gaps are visible."""
    turn = sector.end - sector.start
    inner, outer = inner + _GAP, outer - _GAP
    points: list[tuple[float, float]] = []
    for radius, backwards in ((outer, False), (inner, True)):
        free = 0.0 if turn >= 1 else min(asin(_GAP / radius), turn * pi / 2)
        begin, end = 2 * pi * sector.start + free, 2 * pi * sector.end - free
        steps = max(1, ceil((end - begin) / _ARC_STEP))
        arc = [at(begin + (end - begin) * step / steps, radius) for step in range(steps + 1)]
        points += reversed(arc) if backwards else arc
    return points


def at(angle: float, radius: float) -> tuple[float, float]:
    """Returns the point at that angle (radians, clockwise from the top), with y downwards."""
    return radius * sin(angle), -radius * cos(angle)

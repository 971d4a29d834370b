"""Places the numbers of the largest branches: in their sectors, or beside the edge if a sector is too narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

from bot.pictures.sunburst import Sector, at

CHIP = 22  # px: the radius of the disc behind a number that is outside its sector

_NARROWEST = 36  # px of arc that a number needs
_TAIL = 14


@dataclass(frozen=True, slots=True)
class Number:
    """A number. `spot` is its middle, counted from the middle of the sunburst.

    A number outside its sector has a line to its `tail`, a point at the edge of the sector.
    """

    hue: int
    spot: tuple[float, float]
    tail: tuple[float, float] | None


def numbers(sectors: Sequence[Sector], bounds: Sequence[float], edge: float) -> list[Number]:
    """Returns a number for each branch with a hue, largest first. All numbers are within `edge`.

    Numbers outside are as near as the rings of their own branches allow, and do not touch each other.
    """
    found: list[Number] = []
    narrow = [one for one in _numbered(sectors) if _arc(one, bounds) < _NARROWEST]
    reach = max((one.ring for one in sectors if one.hue in {other.hue for other in narrow}), default=0)
    away = min(bounds[reach] + CHIP + _TAIL, edge - CHIP)
    free_from = 0.0
    for sector in _numbered(sectors):
        assert sector.hue is not None
        angle = pi * (sector.start + sector.end)
        if sector not in narrow:
            found.append(Number(sector.hue, at(angle, (bounds[0] + bounds[1]) / 2), None))
            continue
        beside = max(angle, free_from)
        free_from = beside + (2 * CHIP + 4) / away
        found.append(Number(sector.hue, at(beside, away), at(angle, bounds[1])))
    return found


def _numbered(sectors: Sequence[Sector]) -> list[Sector]:
    return [one for one in sectors if one.ring == 1 and one.hue is not None]


def _arc(sector: Sector, bounds: Sequence[float]) -> float:
    return pi * (sector.end - sector.start) * (bounds[0] + bounds[1])

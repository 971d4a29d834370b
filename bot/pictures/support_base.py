"""Draws the upper part of the support picture: the sunburst with its numbers, and the legend that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.pictures import sunburst, text
from bot.pictures.colours import DISC, INK, QUIET, ink_on, sector_colour
from bot.pictures.layers import FINE, Box, smooth
from bot.pictures.letters import HUGE, SMALL, compact, fitted, font, width, writable, write
from bot.pictures.model import Branch, headcount
from bot.pictures.numbers import CHIP, numbers

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

ROW = 47  # px: the height of a line of the legend

_CENTRE = 112  # px: the radius of the disc in the middle
_SPACE = 14
_BETWEEN = 48  # px between the legend's columns


def draw_sunburst(card: Image, leader: Branch, middle: tuple[int, int], edge: float) -> None:
    """Draws the rings, around a disc with the leader's name and headcount, all within `edge` px of the middle."""
    from PIL import ImageDraw

    sectors = sunburst.layout(leader)
    rings = max((sector.ring for sector in sectors), default=0)
    bounds = sunburst.radii(rings, _CENTRE, edge)
    spots = numbers(sectors, bounds, edge)
    half = int(edge)

    def fine(spot: tuple[float, float]) -> tuple[float, float]:
        return (spot[0] + half) * FINE, (spot[1] + half) * FINE

    def paint(draw: ImageDraw.ImageDraw) -> None:
        for sector in sectors:
            corners = sunburst.outline(sector, bounds[sector.ring - 1], bounds[sector.ring])
            colour = sector_colour(sector.hue, sector.ring, sector.others)
            draw.polygon([fine(corner) for corner in corners], fill=colour)
        draw.circle(fine((0, 0)), (_CENTRE - 5) * FINE, fill=DISC)
        for number in spots:
            if number.tail:
                colour = sector_colour(number.hue, 1)
                draw.line([fine(number.tail), fine(number.spot)], fill=colour, width=3 * FINE)
                draw.circle(fine(number.spot), CHIP * FINE, fill=colour)

    x, y = middle
    smooth(card, (x - half, y - half, x + half, y + half), paint)
    draw = ImageDraw.Draw(card)
    for number in spots:
        _draw_number(draw, number.hue, (x + number.spot[0], y + number.spot[1]))
    _draw_centre(draw, leader, x, y)


def _draw_number(draw: ImageDraw, hue: int, spot: tuple[float, float]) -> None:
    ink = ink_on(sector_colour(hue, 1))
    draw.text(spot, str(hue + 1), fill=ink, font=font(SMALL), anchor="mm")


def _draw_centre(draw: ImageDraw, leader: Branch, x: int, y: int) -> None:
    whole = headcount(leader)
    number = text.count(whole)
    if width(number, HUGE) > 2 * _CENTRE - 40:
        number = compact(whole)
    name = writable(leader.name)
    if name:
        room = 1.5 * _CENTRE
        short = name if width(name, SMALL) <= room else name.split(" ")[0]
        write(draw, (x, y - 52), fitted(short, SMALL, room), SMALL, INK, centred=True)
    draw.text((x, y), number, fill=INK, font=font(HUGE), anchor="mm")
    draw.text((x, y + 50), text.people(whole), fill=QUIET, font=font(SMALL), anchor="mm")


def entries(leader: Branch) -> list[tuple[int | None, str, int]]:
    """Returns the legend's lines: (hue, name, people). The name is "" if no font can write it.

    A last line with the hue None is for all branches without a number, if there are any.
    """
    biggest = sunburst.named(leader)
    found: list[tuple[int | None, str, int]] = [
        (hue, writable(branch.name) or "", branch.people) for hue, branch in enumerate(biggest)
    ]
    left = headcount(leader) - sum(branch.people for branch in biggest)
    if left:
        found.append((None, text.OTHERS, left))
    return found


def draw_legend(card: Image, leader: Branch, box: Box) -> None:
    """Draws lines of number, name and people, in two columns that are read downwards."""
    from PIL import ImageDraw

    left, top, right, _ = box
    lines = entries(leader)
    draw = ImageDraw.Draw(card)
    if not lines:
        draw.text(((left + right) / 2, top + ROW / 2), text.NOBODY, fill=QUIET, font=font(SMALL), anchor="mm")
        return
    rows = -(-len(lines) // 2)
    wide = (right - left - _BETWEEN) // 2
    spots = [
        (left + place // rows * (wide + _BETWEEN), top + ROW * (place % rows) + ROW // 2)
        for place in range(len(lines))
    ]

    def paint(fine: ImageDraw.ImageDraw) -> None:
        for (hue, _, _), (x, y) in zip(lines, spots, strict=True):
            colour = sector_colour(hue, 1)
            fine.circle(((x + CHIP - left) * FINE, (y - top) * FINE), CHIP * FINE, fill=colour)

    smooth(card, box, paint)
    for (hue, name, people), (x, y) in zip(lines, spots, strict=True):
        if hue is not None:
            _draw_number(draw, hue, (x + CHIP, y))
        number = text.count(people) if people < 10_000 else compact(people)
        draw.text((x + wide, y), number, fill=INK, font=font(SMALL), anchor="rm")
        room = wide - 2 * CHIP - 2 * _SPACE - width(number, SMALL)
        ink = QUIET if hue is None else INK
        write(draw, (x + 2 * CHIP + _SPACE, y), fitted(name, SMALL, room), SMALL, ink)

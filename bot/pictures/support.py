"""Draws the picture of a leader's support: a sunburst, a legend for its numbers, and the growth curve.

The first picture loads Pillow. Run `support_picture` in a thread, because it takes a tenth of a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.pictures import growth, text
from bot.pictures.colours import CARD, INK, QUIET
from bot.pictures.layers import png, smooth
from bot.pictures.letters import BIG, SMALL, fitted, font, writable, write
from bot.pictures.model import Branch, Points
from bot.pictures.support_base import ROW, draw_legend, draw_sunburst, entries
from bot.pictures.text import alt_text

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["HEIGHT", "WIDTH", "alt_text", "support_picture"]

WIDTH, HEIGHT = 1024, 1280  # px: Telegram shows photographs of up to 1280 px as they are

_MARGIN = 44
_TITLE = 84  # px: the height of the title, at the top
_CHART = 330  # px: the height of the growth curve, at the bottom
_HEADING = 40
_SPACE = 16


def support_picture(leader: Branch, points: Points) -> bytes:
    """Draws a PNG of WIDTH x HEIGHT px: the leader's support base above, its growth below.

    `leader` needs no branches that are too small to be seen (less than `sunburst.SMALLEST_TURN` of the headcount). If
    no font can write a name, only its number is shown. Without points there is no curve.
    """
    from PIL import Image

    card = Image.new("RGB", (WIDTH, HEIGHT), CARD)
    legend = HEIGHT - _CHART - ROW * max(1, -(-len(entries(leader)) // 2))
    edge = (legend - _TITLE) // 2 - _SPACE // 2
    draw_sunburst(card, leader, (WIDTH // 2, (_TITLE + legend) // 2), edge)
    _draw_title(card, leader)
    draw_legend(card, leader, (_MARGIN, legend, WIDTH - _MARGIN, HEIGHT - _CHART))
    _draw_growth(card, points, HEIGHT - _CHART + _SPACE)
    return png(card)


def _draw_title(card: Image, leader: Branch) -> None:
    from PIL import ImageDraw

    name = writable(leader.name)
    title = fitted(f"{text.TITLE} of {name}" if name else text.TITLE, BIG, WIDTH - 2 * _MARGIN)
    write(ImageDraw.Draw(card), (_MARGIN, _TITLE // 2 + 6), title, BIG, INK)


def _draw_growth(card: Image, points: Points, top: int) -> None:
    from PIL import ImageDraw

    draw = ImageDraw.Draw(card)
    heading = _MARGIN, top + _HEADING // 2
    top += _HEADING
    if points:
        chart = growth.chart(points, _MARGIN, WIDTH - _MARGIN, top, HEIGHT - _SPACE)
        smooth(
            card,
            (_MARGIN, top, WIDTH - _MARGIN, HEIGHT - _SPACE),
            lambda fine: growth.paint(fine, chart, (_MARGIN, top)),
        )
        growth.write(draw, chart)
    else:
        middle = WIDTH // 2, (top + HEIGHT) // 2
        draw.text(middle, text.NO_DAYS, fill=QUIET, font=font(SMALL), anchor="mm")
    draw.text(heading, text.GROWTH, fill=QUIET, font=font(SMALL), anchor="lm")

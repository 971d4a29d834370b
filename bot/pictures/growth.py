"""Draws the growth curve: the headcount at the end of each day, as steps, because it stays until it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.pictures import text
from bot.pictures.colours import ACCENT, CARD, GRID, INK, QUIET, mix
from bot.pictures.layers import FINE
from bot.pictures.letters import SMALL, compact, font, width
from bot.pictures.model import Points, by_day

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

AREA = mix(CARD, ACCENT, 0.28)

_LINE = 5  # px
_DOT = 8
_ROOM = 48  # px for a line of text above or below a point
_SPACE = 14
_BELOW = 4  # px between the axis and its days, beside the room that the font leaves above letters


def ticks(lowest: int, highest: int) -> list[int]:
    """Returns two to four round numbers that enclose the values, from zero on unless that flattens the curve."""
    if lowest <= highest - lowest or lowest == highest:
        lowest = 0
    half = max(1, -(-(highest - lowest) // 2))
    power = 10 ** (len(str(half)) - 1)
    step = next(round_ * power for round_ in (1, 2, 5, 10) if round_ * power >= half)
    first = lowest // step * step
    last = max(-(-highest // step) * step, first + step)
    return list(range(first, last + 1, step))


@dataclass(frozen=True, slots=True)
class Chart:
    """The curve's data and its place in the picture, in px. `marks` are the numbers of the vertical axis."""

    days: list[tuple[int, int]]
    marks: list[int]
    labels: list[str]
    left: int
    right: int
    top: int
    bottom: int

    def spot(self, day: int, people: int) -> tuple[float, float]:
        """Returns the point of a day and a headcount. A single day is at the right."""
        first, last = self.days[0][0], self.days[-1][0]
        share = (day - first) / (last - first) if last > first else 1.0
        height = (people - self.marks[0]) / (self.marks[-1] - self.marks[0])
        return self.left + share * (self.right - self.left), self.bottom - height * (self.bottom - self.top)


def chart(points: Points, left: int, right: int, top: int, bottom: int) -> Chart:
    """Lays out the curve of at least one point within these bounds, and leaves room for labels on all sides."""
    days = by_day(points)
    counts = [people for _, people in days]
    marks = ticks(min(counts), max(counts))
    labels = [compact(mark) for mark in marks]
    if len(set(labels)) < len(labels):
        labels = [f"{mark:,}" for mark in marks]
    before = max(width(label, SMALL) for label in labels) + _SPACE
    after = width(text.count(counts[-1]), SMALL) + _DOT + _SPACE
    return Chart(days, marks, labels, left + before, right - after, top + _ROOM + _DOT, bottom - _ROOM)


def paint(draw: ImageDraw, shape: Chart, origin: tuple[int, int]) -> None:
    """Draws the grid, the area and the line, on a layer that begins at `origin` of the picture."""

    def place(x: float, y: float) -> tuple[float, float]:
        return (x - origin[0]) * FINE, (y - origin[1]) * FINE

    heights = [shape.spot(shape.days[0][0], mark)[1] for mark in shape.marks]
    steps = [shape.spot(*shape.days[0])]
    for (_, before), (day, people) in pairwise(shape.days):
        steps += [shape.spot(day, before), shape.spot(day, people)]
    area = [(steps[0][0], shape.bottom), *steps, (steps[-1][0], shape.bottom)]
    if len(steps) > 1:
        draw.polygon([place(*corner) for corner in area], fill=AREA)
    for height in heights:
        draw.line([place(shape.left, height), place(shape.right, height)], fill=GRID, width=2 * FINE)
    if len(steps) > 1:
        draw.line([place(*corner) for corner in steps], fill=ACCENT, width=_LINE * FINE, joint="curve")
    for day, people, _ in [(*shape.days[-1], False), *_extremes(shape.days)]:
        draw.circle(place(*shape.spot(day, people)), _DOT * FINE, fill=ACCENT)


def _extremes(days: list[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """Returns the first highest and the first lowest day as (day, people, whether it is the lowest).

    Leaves out a day with the headcount of the last day.
    """
    highest = max(days, key=lambda pair: pair[1])
    lowest = min(days, key=lambda pair: pair[1])
    return [
        (*pair, is_lowest) for pair, is_lowest in ((highest, False), (lowest, True)) if pair[1] != days[-1][1]
    ]


@dataclass(frozen=True, slots=True)
class Label:
    """A text of the chart. `anchor` is Pillow's: https://pillow.readthedocs.io/en/stable/handbook/text-anchors.html."""

    x: float
    y: float
    words: str
    anchor: str
    strong: bool = False


def labels(shape: Chart) -> Iterator[Label]:
    """Yields the labels of the axes, and the values of the last, the highest and the lowest day."""
    first, last = shape.days[0], shape.days[-1]
    for mark, words in zip(shape.marks, shape.labels, strict=True):
        yield Label(shape.left - _SPACE, shape.spot(first[0], mark)[1], words, "rm")
    if last[0] > first[0]:
        yield Label(shape.left, shape.bottom + _BELOW, text.day(date.fromordinal(first[0])), "la")
    yield Label(shape.right, shape.bottom + _BELOW, text.day(date.fromordinal(last[0])), "ra")
    x, y = shape.spot(*last)
    yield Label(x + _DOT + _SPACE, y, text.count(last[1]), "lm", strong=True)
    for day, people, is_lowest in _extremes(shape.days):
        if people in (shape.marks[0], shape.marks[-1]):
            continue  # the axis shows this number
        x, y = shape.spot(day, people)
        words = text.count(people)
        side = width(words, SMALL) / 2
        x = min(max(x, shape.left + side + _DOT), shape.right - side)
        if is_lowest and shape.bottom - y >= _ROOM:
            yield Label(x, y + _DOT + 4, words, "ma", strong=True)
        else:
            yield Label(x, _highest_between(shape, x - side, x + side) - _DOT - 4, words, "md", strong=True)


def _highest_between(shape: Chart, left: float, right: float) -> float:
    """Returns the least y of the curve between left and right. A text above that y does not touch the curve."""
    spots = [shape.spot(*pair) for pair in shape.days]
    held = [(x, after, y) for (x, y), (after, _) in pairwise([*spots, (shape.right, 0.0)])]
    return min(y for x, until, y in held if x <= right and until >= left)


def write(draw: ImageDraw, shape: Chart) -> None:
    """Writes all labels. Values get a rim in the colour of the background, which keeps the curve's line off them."""
    for label in labels(shape):
        draw.text(
            (label.x, label.y),
            label.words,
            fill=INK if label.strong else QUIET,
            font=font(SMALL),
            anchor=label.anchor,
            stroke_width=4 if label.strong else 0,
            stroke_fill=AREA if label.anchor == "ma" else CARD,
        )

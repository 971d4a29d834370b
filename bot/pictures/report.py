"""Draws the picture of a call's report: the answers of each day as bars, and the branches below.

Run `report_picture` in a thread, because it takes some hundredths of a second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.domain.names import one_line
from bot.domain.phrases import Phrase, phrase, plural, sentences
from bot.domain.times import MONTHS
from bot.pictures import text
from bot.pictures.colours import ACCENT, CARD, GRID, INK, QUIET, mix
from bot.pictures.growth import ticks
from bot.pictures.layers import FINE, png, smooth
from bot.pictures.letters import BIG, SMALL, compact, fitted, font, width, writable, write

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

WIDTH = 1024  # px
MOST_BRANCHES = 8

_MARGIN = 44
_HEADING = 84
_CHART = 420  # px: the height of the bars with their labels
_ROW = 64
_SPACE = 14
_BAR = mix(CARD, ACCENT, 0.5)
_TRACK = GRID
_NAMES = 0.34  # of the width, for the names of branches
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class BranchBar:
    """A member who endorses the leader, with their whole branch: `answered` of its `people` answered."""

    name: str
    answered: int
    people: int


@dataclass(frozen=True, slots=True)
class Results:
    """The data of the picture. Days are union-days as numbers (`date.toordinal()`).

    `days` has the number of answers by day, without days that had no call. `today` is the call's own day, `first` the
    first day that the picture shows. `average` is that of the days before `today`. `say` says a phrase in the
    reader's language.
    """

    title: str
    first: int
    today: int
    days: dict[int, int]
    average: float | None
    branches: Sequence[BranchBar]
    say: Callable[[str], str] = str


def report_picture(results: Results) -> bytes:
    """Draws a PNG, WIDTH px wide; each branch adds to its height. Leaves out names that no font can write."""
    from PIL import Image, ImageDraw

    shown = results.branches[:MOST_BRANCHES]
    below = _HEADING + _ROW * len(shown) + _MARGIN if shown else _SPACE
    title = writable(results.title)
    above = _HEADING if title else _SPACE
    card = Image.new("RGB", (WIDTH, above + _CHART + below), CARD)
    draw = ImageDraw.Draw(card)
    _draw_days(card, results, above)
    if title:
        write(draw, (_MARGIN, _HEADING // 2 + 6), fitted(title, BIG, WIDTH - 2 * _MARGIN), BIG, INK)
    if shown:
        top = above + _CHART
        branches = results.say(phrase("Branches: how many answered"))
        write(draw, (_MARGIN, top + _HEADING // 2), branches, SMALL, QUIET)
        _draw_branches(card, results, shown, top + _HEADING)
    return png(card)


def _draw_days(card: Image, results: Results, top: int) -> None:
    """Draws a bar for each day, that of the call brighter, and a horizontal line for the average."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(card)
    highest = max([*results.days.values(), 1])
    marks = ticks(0, highest)
    left = _MARGIN + max(width(compact(mark), SMALL) for mark in marks) + _SPACE
    right, bottom, ceiling = WIDTH - _MARGIN, top + _CHART - 3 * _SPACE - SMALL, top + SMALL + 3 * _SPACE
    step = (right - left) / (results.today - results.first + 1)

    def height(number: float) -> float:
        return bottom - number / marks[-1] * (bottom - ceiling)

    def paint(layer: ImageDraw.ImageDraw) -> None:
        def place(x: float, y: float) -> tuple[float, float]:
            return (x - _MARGIN) * FINE, (y - top) * FINE

        for mark in marks:
            layer.line([place(left, height(mark)), place(right, height(mark))], fill=GRID, width=2 * FINE)
        for day, number in results.days.items():
            x = left + (day - results.first) * step
            colour = ACCENT if day == results.today else _BAR
            upper = min(height(number), bottom - 3)  # a day without answers is visible too
            layer.rectangle([place(x + step * 0.15, upper), place(x + step * 0.85, bottom)], fill=colour)
        if results.average is not None:
            y = height(results.average)
            layer.line([place(left, y), place(right, y)], fill=QUIET, width=3 * FINE)

    smooth(card, (_MARGIN, top, WIDTH - _MARGIN, top + _CHART), paint)
    for mark in marks:
        draw.text((left - _SPACE, height(mark)), compact(mark), fill=QUIET, font=font(SMALL), anchor="rm")
    _label_days(draw, results, left, right, bottom + _SPACE)
    number = text.count(results.days.get(results.today, 0))
    title = (
        phrase("Answers by day, {average:,} on average", average=round(results.average))
        if results.average is not None
        else phrase("Answers by day")
    )
    draw.text((_MARGIN, top + SMALL // 2), results.say(title), fill=QUIET, font=font(SMALL), anchor="lm")
    draw.text((right, top + SMALL // 2), number, fill=INK, font=font(SMALL), anchor="rm")


def _label_days(draw: ImageDraw, results: Results, left: float, right: float, y: float) -> None:
    for x, day, anchor in ((left, results.first, "la"), (right, results.today, "ra")):
        draw.text((x, y), results.say(_day(day)), fill=QUIET, font=font(SMALL), anchor=anchor)


def _draw_branches(card: Image, results: Results, shown: Sequence[BranchBar], top: int) -> None:
    """Draws a row for each branch: its name, a bar of the share that answered, and the numbers."""
    from PIL import ImageDraw

    draw = ImageDraw.Draw(card)
    numbers = [
        results.say(
            phrase("{answered} of {people}", answered=compact(one.answered), people=compact(one.people))
        )
        for one in shown
    ]
    left = _MARGIN + int(_NAMES * WIDTH)
    right = WIDTH - _MARGIN - max(width(number, SMALL) for number in numbers) - _SPACE

    def paint(layer: ImageDraw.ImageDraw) -> None:
        wide = (right - left) * FINE
        for row, one in enumerate(shown):
            upper, lower = (row * _ROW + 16) * FINE, (row * _ROW + _ROW - 16) * FINE
            layer.rectangle([(0, upper), (wide, lower)], fill=_TRACK)
            if one.answered:
                share = min(1.0, one.answered / max(one.people, 1))
                layer.rectangle([(0, upper), (max(share * wide, 3 * FINE), lower)], fill=ACCENT)

    smooth(card, (left, top, right, top + _ROW * len(shown)), paint)
    for row, (one, number) in enumerate(zip(shown, numbers, strict=True)):
        y = top + row * _ROW + _ROW // 2
        room = left - _MARGIN - _SPACE
        write(
            draw,
            (_MARGIN, y),
            fitted(writable(one.name) or results.say(phrase("No. {number}", number=row + 1)), SMALL, room),
            SMALL,
            INK,
        )
        draw.text((WIDTH - _MARGIN, y), number, fill=INK, font=font(SMALL), anchor="rm")


def alt_text(results: Results) -> str:
    """Returns the picture in words, for people who cannot see it; at most 1,000 characters (Discord takes 1,024)."""
    answered = results.days.get(results.today, 0)
    said = [phrase("Answers to the call of {day}: {answered:,}.", day=_day(results.today), answered=answered)]
    if results.average is not None:
        said.append(
            plural(
                len(results.days) - (results.today in results.days),
                "Average of {n:,} call in the days before: {average}.",
                "Average of {n:,} calls in the days before: {average}.",
                average=f"{results.average:,.1f}",
            )
        )
    if results.branches:
        rows = [
            phrase(
                "{leader} {answered:,} of {people:,}",
                leader=one_line(one.name, _LONGEST_NAME),
                answered=one.answered,
                people=one.people,
            )
            for one in results.branches[:MOST_BRANCHES]
        ]
        listed = [words for row in rows for words in (", ", row)][1:]
        said.append(phrase("Branches: {branches}.", branches=listed))
    return sentences(said)


def _day(day: int) -> Phrase:
    at = date.fromordinal(day)
    return phrase("{day} {month} {year}", day=at.day, month=MONTHS[at.month - 1], year=at.year)

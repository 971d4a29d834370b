"""Text in a picture: its sizes and widths, the pieces of one font that it is made of, and shortening it to fit."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bot.domain.names import one_line
from bot.pictures import fonts
from bot.pictures.colours import Colour

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SMALL = 36  # 3.5 % of the card's width: 12.7 px on a phone that shows it 360 px wide
BIG = 46
HUGE = 64

_JOINERS = "\u200c\u200d"
_MOST_MARKS = 2  # above or below one letter: more would leave the line
_LEFT_OUT = ("So", "Sk", "Sm", "Mn", "Me", "Cf", "Cn", "Co", "Cs")  # emoji and what they are made of
_REMEMBERED = 1_024


class Piece(NamedTuple):
    """Words that one font writes. `shaped`: see `fonts.sized`."""

    words: str
    file: Path
    shaped: bool

    def font(self, size: int) -> FreeTypeFont:
        return fonts.sized(self.file, size, self.shaped)


def font(size: int) -> FreeTypeFont:
    """Returns the font of numbers and of our own words."""
    return fonts.sized(fonts.own(), size)


def width(text: str, size: int) -> int:
    """Returns the width of the text in px."""
    return round(sum(piece.font(size).getlength(piece.words) for piece in _pieces(text)))


def writable(name: str) -> str | None:
    """Returns the name on one visible line, without emoji; None if nothing is left, or if a letter has no font."""
    line = one_line(name)
    if not line.isascii():
        written = _written(line)
        if written is None or (_needs_shaping(written) and not fonts.can_shape()):
            return None
        line = written
    return line or None


def _written(line: str) -> str | None:
    """Returns the line in characters that there are fonts for; None if a letter or a sign of a script has none."""
    found = ""
    marks = 0
    for character in line:
        marks = marks + 1 if unicodedata.combining(character) >= 200 else 0  # marks of places above and below
        kind = unicodedata.category(character)
        plain = unicodedata.normalize("NFKC", character)  # of letters in fancy dress, like 𝓐
        if character in _JOINERS:
            found += character if found and unicodedata.category(found[-1])[0] in "LM" else ""
        elif marks > _MOST_MARKS:
            continue
        elif fonts.file_for(character):
            found += character
        elif plain != character and all(map(fonts.file_for, plain)):
            found += plain
        elif kind not in _LEFT_OUT:
            return None
    return " ".join(found.split())


def write(
    draw: ImageDraw, spot: tuple[float, float], line: str, size: int, fill: Colour, centred: bool = False
) -> None:
    """Writes a line from `writable`. `spot` is its left end, or its middle if `centred`, at half its height."""
    ascent, descent = font(size).getmetrics()
    x = spot[0] - width(line, size) / 2 if centred else spot[0]
    baseline = spot[1] + (ascent - descent) / 2
    for piece in _pieces(line):
        draw.text((x, baseline), piece.words, fill=fill, font=piece.font(size), anchor="ls")
        x += piece.font(size).getlength(piece.words)


@lru_cache(_REMEMBERED)
def _pieces(line: str) -> tuple[Piece, ...]:
    """Divides a line into pieces, from left to right. One font writes all of it if one has all of its characters."""
    shaped = _needs_shaping(line)
    if line.isascii():
        return (Piece(line, fonts.own(), shaped),)
    files = dict.fromkeys(file for character in line if (file := fonts.file_for(character)))
    for file in files:
        if all(character in _JOINERS or fonts.has(file, character) for character in line):
            return (Piece(line, file, shaped),)
    pieces: list[Piece] = []
    for character in line:
        last = pieces[-1] if pieces else None
        clings = character in _JOINERS or unicodedata.category(character)[0] == "M"
        file = fonts.file_for(character) or fonts.own()
        if last and (file == last.file or (clings and fonts.has(last.file, character))):
            pieces[-1] = last._replace(words=last.words + character)
        else:
            pieces.append(Piece(character, file, shaped))
    return tuple(reversed(pieces)) if _from_right(line) else tuple(pieces)


def _needs_shaping(line: str) -> bool:
    """Whether signs join, stack or run from the right, which `fonts.can_shape` is about."""
    return not line.isascii() and any(
        unicodedata.category(sign)[0] == "M" or unicodedata.bidirectional(sign) in ("R", "AL")
        for sign in line
    )


def _from_right(line: str) -> bool:
    strong = (unicodedata.bidirectional(sign) for sign in line)
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"


def fitted(text: str, size: int, room: float) -> str:
    """Returns the text, cut with an ellipsis if it is wider than `room` px; "" if not even one letter fits."""
    if width(text, size) <= room:
        return text
    for length in range(len(text) - 1, 0, -1):
        shorter = text[:length].rstrip() + "…"
        if width(shorter, size) <= room:
            return shorter
    return ""


def compact(number: int) -> str:
    """Returns a count in at most six characters, rounded down: 9,999, 12.3k, 345k, 1.05M."""
    if number < 10_000:
        return f"{number:,}"
    for unit, sign in ((1_000, "k"), (1_000_000, "M"), (1_000_000_000, "G")):
        if number < 1_000 * unit:
            whole, rest = divmod(number, unit)
            decimals = 3 - len(str(whole))
            fraction = f"{rest * 10**decimals // unit:0{decimals}}".rstrip("0") if decimals else ""
            return f"{whole}.{fraction}{sign}" if fraction else f"{whole}{sign}"
    return "many"

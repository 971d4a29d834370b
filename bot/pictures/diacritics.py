"""Writes letters with marks. The font has only A to Z, and many names need é, ü, š or ł.

A name is taken apart into plain letters and marks (Unicode's canonical decomposition, NFD). The font writes the
letters, and the marks are drawn as strokes above, below or through them.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, TypeAlias

from bot.pictures.colours import Colour

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

Strokes: TypeAlias = tuple[tuple[tuple[int, int], ...], ...]

# Points in hundredths of the font's size. x is counted from the middle of the letter, and y upwards: here from its
# top, ...
ABOVE: dict[str, Strokes] = {
    "\u0300": (((-8, 18), (4, 6)),),  # grave
    "\u0301": (((8, 18), (-4, 6)),),  # acute
    "\u0302": (((-10, 6), (0, 17), (10, 6)),),  # circumflex
    "\u0303": (((-13, 8), (-9, 13), (-4, 13), (4, 8), (9, 8), (13, 13)),),  # tilde
    "\u0304": (((-11, 10), (11, 10)),),  # macron
    "\u0306": (((-10, 17), (-6, 9), (0, 7), (6, 9), (10, 17)),),  # breve
    "\u0307": (((0, 11),),),  # dot
    "\u0308": (((-10, 11),), ((10, 11),)),  # diaeresis
    "\u030a": (((0, 5), (-5, 7), (-7, 12), (-5, 17), (0, 19), (5, 17), (7, 12), (5, 7), (0, 5)),),  # ring
    "\u030b": (((-2, 18), (-11, 6)), ((13, 18), (4, 6))),  # double acute
    "\u030c": (((-10, 17), (0, 6), (10, 17)),),  # caron
}
# ... here from its foot, ...
BELOW: dict[str, Strokes] = {
    "\u0323": (((0, -10),),),  # dot
    "\u0326": (((2, -9), (-2, -19)),),  # comma
    "\u0327": (((1, 0), (0, -6), (6, -10), (4, -17), (-6, -18)),),  # cedilla
    "\u0328": (((7, 0), (2, -8), (4, -15), (10, -16)),),  # ogonek
}
# ... and here from its middle. These are letters that Unicode does not take apart.
THROUGH: dict[str, tuple[str, Strokes]] = {
    "ø": ("o", (((-24, -26), (24, 26)),)),
    "Ø": ("O", (((-32, -38), (32, 38)),)),
    "ł": ("l", (((-11, -8), (11, 8)),)),
    "Ł": ("L", (((-32, -10), (-2, 10)),)),
    "đ": ("d", (((0, 22), (28, 22)),)),
    "Đ": ("D", (((-36, 0), (-6, 0)),)),
    "ı": ("i", ()),  # only the dot is taken away
}
_DOTTED = "ij"
_THICK = 0.075  # of the font's size
_FINE = 4
_EDGE = 0.3  # of the font's size: the room around a line for its marks


def apart(character: str) -> tuple[str, str] | None:
    """Returns the plain letter and its marks; None if a mark is unknown, or if two would be in one place."""
    if character in THROUGH:
        return THROUGH[character][0], character
    parts = unicodedata.normalize("NFD", character)
    letter, marks = parts[0], parts[1:]
    above = sum(mark in ABOVE for mark in marks)
    below = sum(mark in BELOW for mark in marks)
    return (letter, marks) if above <= 1 and below <= 1 and above + below == len(marks) else None


def plain(line: str) -> str:
    """Returns the line without marks. It has as many characters, and each has the same width."""
    return line if line.isascii() else "".join((apart(one) or (one, ""))[0] for one in line)


def draw_marked(
    draw: ImageDraw, left: float, baseline: float, line: str, font: FreeTypeFont, fill: Colour
) -> None:
    """Writes a line with marks; `left` and `baseline` say where it begins."""
    from PIL import Image, ImageChops, ImageDraw

    letters, edge = plain(line), int(font.size * _EDGE)
    ascent, descent = font.getmetrics()
    size = round(font.getlength(letters)) + 2 * edge, ascent + descent + 2 * edge
    mask, strokes = Image.new("L", size), Image.new("L", (size[0] * _FINE, size[1] * _FINE))
    writing = ImageDraw.Draw(mask)
    writing.text((edge, edge + ascent), letters, fill=255, font=font, anchor="ls")
    for place, character in enumerate(line):
        letter, marks = apart(character) or (character, "")
        x = edge + font.getlength(letters[: place + 1]) - font.getlength(letter)
        first, top, last, foot = font.getbbox(letter, anchor="ls")
        if letter in _DOTTED and any(mark not in BELOW for mark in marks):
            low = font.getbbox("x", anchor="ls")[1]
            box = (int(x + first), int(edge + ascent + top) - 1, int(x + last), int(edge + ascent + low) - 1)
            writing.rectangle(box, fill=0)  # removes the dot, because the mark takes its place
            top = low
        for mark in marks:
            from_top, from_foot = ABOVE.get(mark), BELOW.get(mark)
            height = top if from_top else foot if from_foot else (top + foot) / 2
            shape = from_top or from_foot or THROUGH[mark][1]
            _stroke(strokes, shape, x + (first + last) / 2, edge + ascent + height, font.size)
    mask = ImageChops.lighter(mask, strokes.reduce(_FINE))
    draw.bitmap((round(left) - edge, round(baseline) - ascent - edge), mask, fill=fill)


def _stroke(layer: Image, shape: Strokes, x: float, y: float, size: float) -> None:
    from PIL import ImageDraw

    draw = ImageDraw.Draw(layer)
    thick = size * _THICK * _FINE
    for stroke in shape:
        points = [((x + dx * size / 100) * _FINE, (y - dy * size / 100) * _FINE) for dx, dy in stroke]
        if len(points) > 1:
            draw.line(points, fill=255, width=round(thick), joint="curve")
        for point in (points[0], points[-1]):
            draw.circle(point, thick * (0.5 if len(points) > 1 else 0.65), fill=255)

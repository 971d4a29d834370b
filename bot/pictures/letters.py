"""Text in a picture: its sizes and widths, whether the font can write it, and shortening it to fit."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bot.domain.names import one_line
from bot.pictures.colours import Colour
from bot.pictures.diacritics import apart, draw_marked, plain

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SMALL = 36  # 3.5 % of the card's width: 12.7 px on a phone that shows it 360 px wide
BIG = 46
HUGE = 64

_NO_CHARACTER = "\U0010ffff"  # never assigned, so every font draws its sign for a missing character


@cache
def font(size: int) -> FreeTypeFont:
    """Returns the font that comes with Pillow. Its layout is the same, whatever other libraries are installed."""
    from PIL import ImageFont

    bundled = ImageFont.load_default(size)
    assert isinstance(bundled, ImageFont.FreeTypeFont), "this Pillow was built without FreeType"
    return bundled.font_variant(layout_engine=ImageFont.Layout.BASIC)


def width(text: str, size: int) -> int:
    """Returns the width of the text in px."""
    return round(font(size).getlength(plain(text)))


def writable(name: str) -> str | None:
    """Returns the name on one visible line; None if it is empty or if the font cannot write a character of it."""
    line = one_line(name).replace("ß", "ss")  # German writes it so where a font has no ß
    for character in set(line):
        parts = apart(character)
        if parts is None or _is_missing(parts[0]):
            return None
    return line or None


def write(
    draw: ImageDraw, spot: tuple[float, float], line: str, size: int, fill: Colour, centred: bool = False
) -> None:
    """Writes a line from `writable`. `spot` is its left end, or its middle if `centred`, at half its height."""
    if plain(line) == line:
        draw.text(spot, line, fill=fill, font=font(size), anchor="mm" if centred else "lm")
        return
    ascent, descent = font(size).getmetrics()
    left = spot[0] - width(line, size) / 2 if centred else spot[0]
    draw_marked(draw, left, spot[1] + (ascent - descent) / 2, line, font(size), fill)


@cache
def _sign_for_missing() -> tuple[tuple[int, int], bytes]:
    return _drawn(_NO_CHARACTER)


def _is_missing(character: str) -> bool:
    return _drawn(character) == _sign_for_missing()


def _drawn(character: str) -> tuple[tuple[int, int], bytes]:
    mask = font(SMALL).getmask(character)
    return mask.size, bytes(mask)


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

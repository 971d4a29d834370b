"""Text in a picture: sizes, what the font can write, what fits."""

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

_NO_CHARACTER = "\U0010ffff"  # never assigned, so every font draws its sign for "missing"


@cache
def font(size: int) -> FreeTypeFont:
    """The font that Pillow brings along, laid out the same way whatever libraries are installed."""
    from PIL import ImageFont

    bundled = ImageFont.load_default(size)
    assert isinstance(bundled, ImageFont.FreeTypeFont), "this Pillow was built without FreeType"
    return bundled.font_variant(layout_engine=ImageFont.Layout.BASIC)


def width(text: str, size: int) -> int:
    """Pixels from the start of the text to its end."""
    return round(font(size).getlength(plain(text)))


def writable(name: str) -> str | None:
    """The name on one line, made visible; None if it is empty or has a character that cannot be written."""
    line = one_line(name).replace("ß", "ss")  # as German writes it where a font lacks it
    for character in set(line):
        parts = apart(character)
        if parts is None or _is_missing(parts[0]):
            return None
    return line or None


def write(
    draw: ImageDraw, spot: tuple[float, float], line: str, size: int, fill: Colour, centred: bool = False
) -> None:
    """Write what `writable` gave at a height halfway up, from its left end or around its middle."""
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
    """The text, cut with an ellipsis if it is wider than the room; empty if not even one letter fits."""
    if width(text, size) <= room:
        return text
    for length in range(len(text) - 1, 0, -1):
        shorter = text[:length].rstrip() + "…"
        if width(shorter, size) <= room:
            return shorter
    return ""


def compact(number: int) -> str:
    """A count in at most six characters, rounded down: 9,999, 12.3k, 345k, 1.05M."""
    if number < 10_000:
        return f"{number:,}"
    for unit, sign in ((1_000, "k"), (1_000_000, "M"), (1_000_000_000, "G")):
        if number < 1_000 * unit:
            whole, rest = divmod(number, unit)
            decimals = 3 - len(str(whole))
            fraction = f"{rest * 10**decimals // unit:0{decimals}}".rstrip("0") if decimals else ""
            return f"{whole}.{fraction}{sign}" if fraction else f"{whole}{sign}"
    return "many"

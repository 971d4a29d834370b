"""Smooth shapes on the card, and the card as a file."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

from bot.pictures.colours import CARD

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

FINE = 3  # what is not text is drawn that many times as large and reduced, so that edges are smooth

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom on the card, in px."""

_COLOURS = 256


def smooth(card: Image, box: Box, paint: Callable[[ImageDraw], None]) -> None:
    """Paint this part of the card anew, FINE times as large, and reduce it."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = box
    layer = Image.new("RGB", ((right - left) * FINE, (bottom - top) * FINE), CARD)
    paint(ImageDraw.Draw(layer))
    card.paste(layer.reduce(FINE), (left, top))


class _File(BytesIO):
    """Bytes with a file's name: Pillow then loads the plugin for PNG only, not those of five formats."""

    name = "support.png"


def png(card: Image) -> bytes:
    """The card as a PNG with a palette, less than half the size of one with full colours."""
    from PIL.Image import Dither, Quantize

    file = _File()
    card.quantize(_COLOURS, Quantize.FASTOCTREE, dither=Dither.NONE).save(file)
    return file.getvalue()

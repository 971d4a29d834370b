"""Draws smooth shapes, and turns the finished picture (the card) into a file."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

from bot.pictures.colours import CARD

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

FINE = 3  # shapes are drawn this many times as large and then reduced, so that their edges are smooth

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and bottom of a part of the card, in px."""

_COLOURS = 256


def smooth(card: Image, box: Box, paint: Callable[[ImageDraw], None]) -> None:
    """Paints this part of the card anew: calls `paint` with a layer FINE times as large, and reduces it."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = box
    layer = Image.new("RGB", ((right - left) * FINE, (bottom - top) * FINE), CARD)
    paint(ImageDraw.Draw(layer))
    card.paste(layer.reduce(FINE), (left, top))


class _File(BytesIO):
    """Bytes with a file's name. Because of it Pillow loads only the plugin for PNG, not those of five formats."""

    name = "support.png"


def png(card: Image) -> bytes:
    """Returns the card as a PNG with a palette, which is less than half as large as one with full colours."""
    from PIL.Image import Dither, Quantize

    file = _File()
    card.quantize(_COLOURS, Quantize.FASTOCTREE, dither=Dither.NONE).save(file)
    return file.getvalue()

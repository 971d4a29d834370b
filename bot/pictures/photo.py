"""Re-encodes pictures that members send, so that only the visible picture is kept, and no other part of the file.

Call it through `bot.pictures.workshop`, which does it in a process that can be killed.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from bot.domain.photos import Photo
from bot.pictures import scan
from bot.pictures.refusals import PictureRefused, Refusal

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PX = 1280
MOST_PIXELS = 36_000_000  # of a JPEG with one scan, which can be decoded smaller
MOST_PIXELS_WHOLE = 16_000_000  # of others, whose pixels are all in memory, for a moment twice
MOST_SHAPE = 20  # the longer side divided by the shorter; Telegram shows no others as a photo
MOST_PNG_BYTES = 256 * 1024
QUALITY = 85

_FORMATS = ("PNG", "JPEG", "WEBP")
_JPEGS = ("JPEG", "MPO")  # MPO: a phone's JPEG with a second picture behind, say its depth


def redraw(data: bytes) -> Photo:
    """Re-encodes a PNG, JPEG or WebP: without metadata, upright, at most `MOST_PX` px wide and high.

    Keeps the first frame of an animation. It takes up to a second, and much longer for a hostile picture. Raises
    PictureRefused.
    """
    from PIL.Image import DecompressionBombError, DecompressionBombWarning

    try:
        return _encoded(_decoded(data, scan.scans(data)))
    except PictureRefused:
        raise
    except (DecompressionBombError, DecompressionBombWarning, MemoryError):
        raise PictureRefused(Refusal.PIXELS) from None
    except Exception as broken:  # decoders raise all kinds of exceptions
        raise PictureRefused(Refusal.UNREADABLE) from broken


def _decoded(data: bytes, scans: int) -> Image:
    """Returns a new picture with the pixels alone, so that no metadata can be left."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data), formats=_FORMATS) as found:
        width, height = found.size
        in_rows = found.format in _JPEGS and scans == 1  # otherwise the decoder keeps the whole picture
        if width * height > (MOST_PIXELS if in_rows else MOST_PIXELS_WHOLE):
            raise PictureRefused(Refusal.PIXELS)
        if max(width, height) > MOST_SHAPE * min(width, height):
            raise PictureRefused(Refusal.NARROW)
        found.draft("RGB", (MOST_PX, MOST_PX))  # decodes a JPEG only as finely as needed
        # Converting greys of 16 bits would make all white that is brighter than 255.
        deep = found.mode.startswith("I")
        mode = "RGBA" if found.has_transparency_data and not deep else "RGB"
        picture = (found.point(lambda grey: grey / 256).convert("L") if deep else found).convert(mode)
    picture.thumbnail((MOST_PX, MOST_PX))  # before turning, because turning makes a copy
    turned = ImageOps.exif_transpose(picture)
    return Image.frombytes(mode, turned.size, turned.tobytes())


def _encoded(picture: Image) -> Photo:
    """Encodes as PNG if that is small, as it is for drawings. Otherwise, as for photographs, as JPEG on white."""
    from PIL import Image

    out = io.BytesIO()
    if picture.mode == "RGBA" or picture.getcolors(1 << 14) is not None:
        picture.save(out, "PNG", optimize=True)
        if out.tell() <= MOST_PNG_BYTES:
            return Photo(out.getvalue(), "image/png", *picture.size)
        out = io.BytesIO()
    if picture.mode == "RGBA":
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Photo(out.getvalue(), "image/jpeg", *picture.size)

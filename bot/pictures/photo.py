"""Re-encodes pictures that members send, so that only the visible picture is kept, and no other part of the file."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING

from bot.domain.photos import Photo
from bot.errors import BadInput

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PX = 1280
MOST_PIXELS = 36_000_000  # of a JPEG, which can be decoded smaller
MOST_PIXELS_WHOLE = 16_000_000  # of other formats, whose pixels are all in memory, for a moment twice
MOST_SHAPE = 20  # the longer side divided by the shorter; Telegram shows no others as a photo
MOST_PNG_BYTES = 256 * 1024
QUALITY = 85

_FORMATS = ("PNG", "JPEG", "WEBP")
_ONE_AT_A_TIME = threading.Lock()  # because one decoded picture can take 130 MB


def redraw(data: bytes) -> Photo:
    """Re-encodes a PNG, JPEG or WebP: without metadata, upright, at most `MOST_PX` px wide and high.

    Keeps the first frame of an animation. It takes up to a second, so run it in a thread. Raises BadInput.
    """
    from PIL.Image import DecompressionBombError, DecompressionBombWarning

    with _ONE_AT_A_TIME:
        try:
            return _encoded(_decoded(data))
        except BadInput:
            raise
        except (DecompressionBombError, DecompressionBombWarning, MemoryError):
            raise BadInput("That picture has too many pixels. Send a smaller one.") from None
        except Exception as broken:  # decoders raise all kinds of exceptions
            raise BadInput("That is not a picture that can be read. Send a PNG, JPEG or WebP.") from broken


def _decoded(data: bytes) -> Image:
    """Returns a new picture with the pixels alone, so that no metadata can be left."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(data), formats=_FORMATS) as found:
        width, height = found.size
        if width * height > (MOST_PIXELS if found.format == "JPEG" else MOST_PIXELS_WHOLE):
            raise BadInput(
                f"That picture has {width} × {height} pixels, which is too many. Send a smaller one."
            )
        if max(width, height) > MOST_SHAPE * min(width, height):
            raise BadInput("That picture is too narrow to be shown. Send one of a usual shape.")
        found.draft("RGB", (MOST_PX, MOST_PX))  # decodes a JPEG only as finely as needed
        mode = "RGBA" if found.has_transparency_data else "RGB"
        picture = found.convert(mode)
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

"""Pictures of members, drawn anew: what is kept, what is lost, and what is refused."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.errors import BadInput
from bot.pictures import photo
from bot.pictures.photo import MOST_PNG_BYTES, MOST_PX, redraw

SECRET = b"52.5200 N 13.4050 E"
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def encoded(picture: Image.Image, format: str, **more: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, format, **more)
    return out.getvalue()


def shown(data: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(data))
    found.load()
    return found


def colour_at(picture: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    found = picture.convert("RGB").getpixel((x, y))
    assert isinstance(found, tuple)
    return found[0], found[1], found[2]


def noise(width: int, height: int) -> Image.Image:
    """What no PNG makes small, as in a photograph."""
    state, pixels = 1, bytearray()
    for _ in range(width * height * 3 // 4 + 1):
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        pixels += state.to_bytes(4)
    return Image.frombytes("RGB", (width, height), bytes(pixels[: width * height * 3]))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_all_metadata_is_gone(format: str) -> None:
    exif = Image.Exif()
    exif[MAKER] = SECRET.decode()
    exif.get_ifd(GPS)[29] = SECRET.decode()
    info = PngInfo()
    info.add_text("Comment", SECRET.decode(), zip=False)
    more: dict[str, Any] = {"exif": exif, "icc_profile": SECRET * 10}
    own: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": info},
        "JPEG": {"comment": SECRET},
        "WEBP": {"xmp": SECRET},
    }
    sent = encoded(Image.new("RGB", (40, 30), "red"), format, **more, **own[format])
    assert SECRET in sent

    kept = redraw(sent)
    assert SECRET not in kept.data
    again = shown(kept.data)
    assert not again.getexif()
    assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert (kept.width, kept.height) == again.size == (40, 30)
    assert colour_at(again, 5, 5)[0] > 240


def test_what_lies_on_its_side_is_turned_upright() -> None:
    lying = Image.new("RGB", (60, 20), "blue")
    lying.paste("yellow", (0, 0, 20, 20))  # at the left; upright, it is at the top
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    kept = redraw(encoded(lying, "JPEG", exif=exif, quality=95))
    upright = shown(kept.data)
    assert upright.size == (20, 60)
    assert colour_at(upright, 10, 5)[0] > 200
    assert colour_at(upright, 10, 50)[0] < 60


@pytest.mark.parametrize("size", [(4000, 3000), (1281, 1), (1, 1), (1280, 1280)])
def test_pictures_are_at_most_so_large(size: tuple[int, int]) -> None:
    if max(size) > 20 * min(size):
        with pytest.raises(BadInput, match="too narrow"):
            redraw(encoded(Image.new("RGB", size), "PNG"))
        return
    kept = redraw(encoded(Image.new("RGB", size), "JPEG"))
    assert max(kept.width, kept.height) == min(max(size), MOST_PX)
    assert shown(kept.data).size == (kept.width, kept.height)


def test_drawings_stay_sharp_and_photographs_stay_small() -> None:
    drawing = redraw(encoded(Image.new("RGB", (900, 600), "green"), "WEBP"))
    assert (drawing.mime, drawing.name) == ("image/png", "photo.png")
    photograph = redraw(encoded(noise(900, 600), "PNG"))
    assert (photograph.mime, photograph.name) == ("image/jpeg", "photo.jpg")
    assert len(photograph.data) < 900 * 600


def test_what_is_clear_stays_clear_or_becomes_white() -> None:
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    kept = shown(redraw(encoded(clear, "PNG")).data)
    assert kept.convert("RGBA").getpixel((1, 1)) == (0, 0, 0, 0)
    busy = noise(700, 700).convert("RGBA")
    busy.paste((0, 0, 0, 0), (0, 0, 100, 100))
    kept_busy = redraw(encoded(busy, "PNG"))
    assert kept_busy.mime == "image/jpeg"
    assert min(colour_at(shown(kept_busy.data), 40, 40)) > 240


def test_greys_of_sixteen_bits_stay_greys() -> None:
    deep = Image.frombytes("I;16", (256, 40), struct.pack("<256H", *range(0, 65_536, 256)) * 40)
    for more in ({}, {"transparency": 0}):
        kept = shown(redraw(encoded(deep, "PNG", **more)).data)
        greys = [colour_at(kept, x, 20) for x in (0, 64, 128, 255)]
        assert greys == [(level, level, level) for level in (0, 64, 128, 255)]


def test_a_phones_jpeg_with_a_second_picture_is_as_large_as_any_jpeg() -> None:
    size = 5_600, 4_200  # more pixels than a picture may have that is decoded whole
    assert size[0] * size[1] > photo.MOST_PIXELS_WHOLE
    sent = encoded(
        Image.new("RGB", size, "red"), "MPO", save_all=True, append_images=[Image.new("L", (9, 9))]
    )
    assert shown(sent).format == "MPO"
    kept = redraw(sent)
    assert (kept.width, kept.height) == (1280, 960)
    assert colour_at(shown(kept.data), 5, 5)[0] > 240


def test_of_an_animation_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "lime", "blue")]
    for format in ("WEBP", "PNG"):
        moving = encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=100)
        kept = shown(redraw(moving).data)
        assert getattr(kept, "n_frames", 1) == 1
        red, green, blue = colour_at(kept, 9, 9)
        assert (red > 200, green < 60, blue < 60) == (True, True, True)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_every_kind_of_pixel_is_drawn(mode: str) -> None:
    format = "JPEG" if mode == "CMYK" else "PNG"
    kept = redraw(encoded(Image.new(mode, (20, 10)), format))
    assert shown(kept.data).size == (20, 10)


# -- hostile ---------------------------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that say they are a very large picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(10_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [6_001, 10_000, 30_000, 2**31 - 1])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(
    side: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image.Image, "convert", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(BadInput, match=r"pixels|read"):
        redraw(png_claiming(side, side))


def test_a_bomb_of_text_is_refused() -> None:
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000), 9))
    small = encoded(Image.new("RGB", (4, 4)), "PNG")
    with pytest.raises(BadInput):
        redraw(small[:33] + text + small[33:])


JPEG = encoded(noise(64, 48), "JPEG")
PNG = encoded(noise(64, 48), "PNG")
WEBP = encoded(noise(64, 48), "WEBP")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GIF = encoded(Image.new("P", (8, 8)), "GIF")
PDF = encoded(Image.new("RGB", (8, 8)), "PDF")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG",
        SVG,
        GIF,
        PDF,
        b"<html>",
        b"PK\x03\x04" + bytes(99),
        encoded(Image.new("RGB", (8, 8)), "TIFF"),
    ],
    ids=["empty", "magic", "svg", "gif", "pdf", "html", "zip", "tiff"],
)
def test_what_is_no_picture_of_the_three_kinds_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="Send a PNG, JPEG or WebP"):
        redraw(data)


@pytest.mark.parametrize("data", [JPEG, PNG, WEBP], ids=["jpeg", "png", "webp"])
def test_a_picture_cut_short_is_refused(data: bytes) -> None:
    for part in (0.1, 0.5, 0.8):
        with pytest.raises(BadInput):
            redraw(data[: int(len(data) * part)])


@pytest.mark.parametrize("data", [JPEG, PNG, WEBP], ids=["jpeg", "png", "webp"])
def test_what_hides_behind_a_picture_is_not_kept(data: bytes) -> None:
    """A polyglot: a picture to one reader, a page or an archive to another."""
    hidden = b"<script>alert(document.domain)</script>PK\x05\x06" + bytes(18)
    kept = redraw(data + hidden)
    assert b"script" not in kept.data
    assert b"PK\x05\x06" not in kept.data


@given(
    at=st.integers(0, 2000), by=st.binary(min_size=1, max_size=40), which=st.sampled_from([JPEG, PNG, WEBP])
)
@settings(max_examples=150, deadline=None)
def test_a_damaged_picture_is_drawn_or_refused_and_nothing_else(at: int, by: bytes, which: bytes) -> None:
    damaged = which[:at] + by + which[at + len(by) :]
    with contextlib.suppress(BadInput):
        kept = redraw(damaged)
        assert max(kept.width, kept.height) <= MOST_PX


def test_a_large_picture_is_decoded_no_finer_than_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    large = encoded(Image.new("RGB", (6000, 4000), "navy"), "JPEG")
    sizes: list[tuple[int, int]] = []
    convert = Image.Image.convert

    def watched(self: Image.Image, *args: Any, **more: Any) -> Image.Image:
        sizes.append(self.size)
        return convert(self, *args, **more)

    monkeypatch.setattr(Image.Image, "convert", watched)
    assert redraw(large).width == MOST_PX
    assert sizes[0] == (3000, 2000)
    assert photo.MOST_PIXELS >= 6000 * 4000 > MOST_PNG_BYTES

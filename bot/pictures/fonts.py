"""Finds a font for each character: among the Noto fonts that Muster brings along, then among those of the system."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_PACKAGE: Final = "fontpkg_noto_sans"  # the packages of scripts are beside it
_NOTO = re.compile(r"NotoSans([A-Za-z]*)(?:-Regular)?(?:\[[a-z,]+\])?\.(?:ttf|otf|ttc)")
# Fonts of many scripts under names that tell nothing of them: on Linux, macOS and Windows. The first one that has a
# character is taken.
_BROAD: Final = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKjp-Regular.otf",
    "NotoSansCJKsc-Regular.otf",
    "DejaVuSans.ttf",
    "wqy-microhei.ttc",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "AppleSDGothicNeo.ttc",
    "Arial Unicode.ttf",
    "msyh.ttc",
    "YuGothM.ttc",
    "malgun.ttf",
    "segoeui.ttf",
)
_MISSING = "\U0010ffff"  # never assigned, so every font draws its sign for a missing character
_TRIED_AT = 36  # px
_REMEMBERED = 8_192


@cache
def sized(file: Path, size: int, shaped: bool = False) -> FreeTypeFont:
    """Returns the font of a file. `shaped`: letters join and turn as their script wants, by libraqm."""
    from PIL import ImageFont

    engine = ImageFont.Layout.RAQM if shaped else ImageFont.Layout.BASIC
    return ImageFont.truetype(file, size, layout_engine=engine)


@cache
def can_shape() -> bool:
    """Whether libraqm and FriBiDi are there, which Arabic, Hebrew and Indic scripts need."""
    from PIL import features

    return bool(features.check("raqm"))


@cache
def own() -> Path:
    """Returns the file of the font that everything is written in unless it lacks a character.

    It is that of the Khmer script: its Latin letters and its lines are those of Noto Sans, which takes 10 ms to begin
    with each size.
    """
    return _brought()["KHMER"]


@lru_cache(_REMEMBERED)
def file_for(character: str) -> Path | None:
    """Returns the file of the first font that has the character; None if no font has it."""
    return next((file for file in _candidates(character) if has(file, character)), None)


@lru_cache(_REMEMBERED)
def has(file: Path, character: str) -> bool:
    """Whether the font has a sign for the character."""
    try:
        return _drawn(file, character) != _sign_for_missing(file)
    except OSError:  # a damaged font of the system
        return False


def _candidates(character: str) -> Iterator[Path]:
    yield own()
    yield _brought()[""]
    for fonts in (_brought, _of_the_system):
        found = _of_script(fonts(), character)
        if found is not None:
            yield found
    system = _of_the_system()
    yield from (system[name] for name in _BROAD if name in system)


def _of_script(fonts: dict[str, Path], character: str) -> Path | None:
    """Returns the font whose script begins the character's name in Unicode, as in DEVANAGARI LETTER KA."""
    name = unicodedata.name(character, "").replace(" ", "")
    scripts = [script for script in fonts if script and name.startswith(script)]
    return fonts[max(scripts, key=len)] if scripts else None


@cache
def _brought() -> dict[str, Path]:
    """Returns the fonts of our packages, by script in capitals; "" is of Latin, Greek and Cyrillic."""
    spec = find_spec(_PACKAGE)
    assert spec is not None, "the requirements are not installed"
    assert spec.origin is not None
    packages = Path(spec.origin).parent.parent.glob(f"{_PACKAGE}*/files/*")
    return {found[1].upper(): file for file in packages if (found := _NOTO.fullmatch(file.name))}


@cache
def _of_the_system() -> dict[str, Path]:
    """Returns Noto fonts of the system by script in capitals, and others by the name of their file."""
    found: dict[str, Path] = {}
    for folder in folders():
        for place, _, names in os.walk(folder):
            for name in names:
                noto = _NOTO.fullmatch(name)
                if noto:
                    found.setdefault(noto[1].upper(), Path(place, name))
                if name in _BROAD:
                    found.setdefault(name, Path(place, name))
    return found


def folders() -> list[Path]:
    """Returns the folders in which systems keep fonts, whether they exist or not."""
    home = Path(os.path.expanduser("~"))
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share")
    return [
        data / "fonts",
        home / "Library/Fonts",
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
        Path("/Library/Fonts"),
        Path("/System/Library/Fonts"),
        Path(os.environ.get("SYSTEMROOT", "C:/Windows"), "Fonts"),
    ]


@cache
def _sign_for_missing(file: Path) -> tuple[tuple[int, int], bytes]:
    return _drawn(file, _MISSING)


def _drawn(file: Path, character: str) -> tuple[tuple[int, int], bytes]:
    mask = sized(file, _TRIED_AT).getmask(character)
    return mask.size, bytes(mask)

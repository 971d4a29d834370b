"""Support bases for the tests of pictures, and what was written on a card."""

from __future__ import annotations

from functools import reduce
from typing import Any, TypeAlias

import pytest
from PIL import ImageDraw

from bot.pictures.model import Branch

Written: TypeAlias = list[tuple[str, tuple[float, float], tuple[float, float, float, float]]]
"""Words, where they were put, and the box they fill."""

TODAY = 739_683  # 8 March 2026
HOSTILE = [
    "",
    " \t\n ",
    "\x00\x07\x1b[31m",
    "\u202eevil\u2066",
    "مرحبا بالعالم",
    "太陽",
    "🚀👩‍👩‍👧‍👦",
    "\ud800",
    "\U0010ffff",
    "e" + "\u0301" * 5_000,
    "A" * 10_000,
    "W" * 10_000,
    "i" * 10_000,
    "a\nb\r\nc",
    "﷽" * 40,
    "Ǻ" * 200,
    "Žř" * 300,
]
"""Names that are hard to draw."""


def leaf(name: str = "someone") -> Branch:
    return Branch(name, 1)


def above(*children: Branch, name: str = "Ada", unseen: int = 0) -> Branch:
    return Branch(name, 1 + unseen + sum(child.people for child in children), children)


def chain(edges: int) -> Branch:
    return reduce(lambda below, depth: above(below, name=f"{depth}"), range(edges), leaf())


WRONG_COUNTS = Branch("Ada", 3, (Branch("a", 4, (Branch("b", 9), Branch("c", 2))), Branch("d", 1)))


def watch(monkeypatch: pytest.MonkeyPatch) -> Written:
    """What is written from now on."""
    found: Written = []
    real = ImageDraw.ImageDraw.text

    def watched(draw: ImageDraw.ImageDraw, xy: tuple[float, float], words: str, **how: Any) -> None:
        found.append((words, xy, draw.textbbox(xy, words, font=how["font"], anchor=how["anchor"])))
        real(draw, xy, words, **how)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", watched)
    return found

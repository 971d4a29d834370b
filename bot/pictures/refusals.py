"""The reasons for which a member's picture is not drawn."""

from __future__ import annotations

from enum import StrEnum

from bot.errors import BadInput


class Refusal(StrEnum):
    """Why a picture is refused. The value travels between processes."""

    UNREADABLE = "unreadable"
    PIXELS = "pixels"
    NARROW = "narrow"
    COMPLEX = "complex"


_TEXTS = {
    Refusal.UNREADABLE: "That is not a picture that can be read. Send a PNG, JPEG or WebP.",
    Refusal.PIXELS: "That picture has too many pixels. Send a smaller one.",
    Refusal.NARROW: "That picture is too narrow to be shown. Send one of a usual shape.",
    Refusal.COMPLEX: "That picture takes too long to read. Send a smaller or simpler picture.",
}


class PictureRefused(BadInput):
    """The picture cannot be drawn anew. The text says what to send instead."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(_TEXTS[why])
        self.why = why

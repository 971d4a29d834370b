"""Pictures as they are kept: what members sent, drawn anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

PROOFS_KEPT = timedelta(days=60)
"""How long a picture is kept that belongs to no call and no contest."""


@dataclass(frozen=True, slots=True)
class Photo:
    """An encoded picture, PNG or JPEG, of `width` × `height` px."""

    data: bytes
    mime: str
    width: int
    height: int

    @property
    def name(self) -> str:
        """A file name, which tells what it is."""
        return "photo.jpg" if self.mime == "image/jpeg" else "photo.png"

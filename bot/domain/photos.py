"""Pictures that members sent, re-encoded, as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

PROOFS_KEPT = timedelta(days=60)
"""A picture that belongs to no call and no contest is kept for this long."""


@dataclass(frozen=True, slots=True)
class Photo:
    """An encoded picture, PNG or JPEG, of `width` × `height` px."""

    data: bytes
    mime: str
    width: int
    height: int

    @property
    def name(self) -> str:
        """A file name with the ending of its format."""
        return "photo.jpg" if self.mime == "image/jpeg" else "photo.png"

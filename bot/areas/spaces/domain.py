"""What is asked when a place wants to become one of a union."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Spot:
    """A server or group, and the chat in it where calls are to be posted, by native ids."""

    platform: str
    native_id: str
    title: str
    chat: str | None = None
    thread: str | None = None


@dataclass(frozen=True, slots=True)
class SpaceRequest:
    """A place whose moderators used a code of the union. It waits for the founder's press until `expires_at`."""

    id: int
    union_id: int
    platform: str
    native_id: str
    title: str
    chat: str | None
    thread: str | None
    expires_at: datetime
    asked_at: datetime | None

    @property
    def spot(self) -> Spot:
        """The place itself."""
        return Spot(self.platform, self.native_id, self.title, self.chat, self.thread)

"""Chats that messages of a union do not reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Unreached:
    """A chat out of reach. `person` if it is somebody's private one; kind: 'blocked', 'gone' or 'rights'."""

    union_id: int
    platform: str
    chat: str
    person: str | None
    kind: str
    at: datetime

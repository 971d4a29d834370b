"""Chats that a union's messages do not reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Unreached:
    """A chat out of reach. `person`: the person of a private chat. `kind`: 'blocked', 'gone' or 'rights'."""

    union_id: int
    platform: str
    chat: str
    person: str | None
    kind: str
    at: datetime

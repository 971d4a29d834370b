"""Where a message of the outbox goes, and how much it hurries."""

from __future__ import annotations

from enum import IntEnum

import msgspec


class Target(msgspec.Struct, frozen=True):
    """Where an outbox row goes: one person's private chat (`person`), or a `chat` (and `thread`).

    With `message` (what `deliver` gave for it) that message is changed instead.
    """

    platform: str
    person: str | None = None
    chat: str | None = None
    thread: str | None = None
    message: str | None = None


class Lane(IntEnum):
    """How much a message hurries: an answer to what somebody did, or what many get."""

    URGENT = 0
    BULK = 1

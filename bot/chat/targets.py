"""The destination of a message of the outbox, and whether it is urgent."""

from __future__ import annotations

from enum import IntEnum

import msgspec


class Target(msgspec.Struct, frozen=True):
    """The destination of an outbox row: one person's private chat (`person`), or a `chat` (and `thread`).

    With `message` (an id that `Adapter.deliver` returned), that message is changed instead.
    """

    platform: str
    person: str | None = None
    chat: str | None = None
    thread: str | None = None
    message: str | None = None


class Lane(IntEnum):
    """URGENT: an answer to something that a person did. BULK: a message that many people get."""

    URGENT = 0
    BULK = 1

"""Messages of the outbox, as the chat language hands them over and as the sender gets them back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to queue. `target` and `body` are JSON of the chat language.

    `person` is the native id of the person for a private chat, `chat` that of any other chat. `dedupe_key` names the
    message: no second one is queued under the same key. A `bulk` message waits for the answers to people.
    """

    platform: str
    union_id: int | None
    target: str
    body: bytes
    person: str | None = None
    chat: str | None = None
    dedupe_key: str | None = None
    bulk: bool = False


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to send. `target` and `body` are JSON of the chat language.

    An empty `body` has nothing to send: a newer message took the place of this one. `lane` is 0 for urgent, 1 for
    bulk. The rows of one `chain` are sent one after another. `last_error` is the note of an earlier attempt.
    """

    id: int
    platform: str
    union_id: int | None
    target: str
    person: str | None
    body: bytes
    attempts: int
    created_at: datetime
    lane: int
    chain: str
    last_error: str | None = None

"""Chats that a union's messages do not reach, and the text of messages as JSON of the chat language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

NOBODY = {"type": "t", "text": "a former member"}
"""The span that stands in the place of a mention of somebody who was erased."""


UNSURE = "unsure"
"""The kind of a chat in which a post may be missing, or be there twice."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """A chat out of reach. `person`: the person of a private chat.

    `kind` is 'blocked', 'gone', 'rights', 'closed' or `UNSURE`.
    """

    union_id: int
    platform: str
    chat: str
    person: str | None
    kind: str
    at: datetime


def without_mentions(value: Any, account: tuple[str, str] | None) -> Any:
    """Returns JSON of the chat language with the mentions of that account (platform, native id) replaced."""
    if isinstance(value, list):
        return [without_mentions(one, account) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "m" and (value.get("platform"), value.get("native_id")) == account:
        return NOBODY
    return {name: without_mentions(inner, account) for name, inner in value.items()}

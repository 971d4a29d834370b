"""Tokens: a platform sees only the short token of a button, form or held reply; storage has its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewToken:
    """The meaning of a button, form or held reply, by `kind`, before it has its token.

    `arguments` is JSON. `presser` is "platform:native_id" of the only account that may use it, None for anyone.
    `space`, `chat`, `thread` and `title` are the place that it speaks for, by native ids; None for a private chat.
    `lasts_s` None means without end.
    """

    union_id: int | None
    kind: str
    action: str
    arguments: str
    presser: str | None
    space: str | None
    single_use: bool
    lasts_s: int | None
    chat: str | None = None
    thread: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A stored token: the fields of `NewToken`, the moment when it ends, and the moment when it was used."""

    token: str
    union_id: int | None
    kind: str
    action: str
    arguments: str
    presser: str | None
    space: str | None
    single_use: bool
    expires_at: datetime | None
    used_at: datetime | None
    chat: str | None = None
    thread: str | None = None
    title: str | None = None

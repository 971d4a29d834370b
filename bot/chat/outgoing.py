"""Queueing what the bot says by itself."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from bot.chat.model import Reply, encode
from bot.chat.records import Records
from bot.chat.runtime import Runtime
from bot.chat.targets import Target
from bot.chat.tokens import keep_tokens
from bot.domain.people import Account


class Poster(Protocol):
    """Who posts: a handler's context or a chore's duty."""

    @property
    def tx(self) -> Any: ...
    @property
    def records(self) -> Records: ...
    @property
    def runtime(self) -> Runtime: ...


def post(
    by: Poster,
    union_id: int | None,
    target: Target | Account,
    reply: Reply,
    dedupe_key: str | None,
    bulk: bool,
) -> None:
    """Put a message into the outbox, its buttons stored; to an account: privately, for that person to press.

    A change of a message (`target.message`) takes the place of an older one that still waits. The buttons of a
    message that is changed again and again should have their tokens already, or each change stores new ones.
    """
    if isinstance(target, Account):
        target = Target(target.platform, person=target.native_id)
    presser = f"{target.platform}:{target.person}" if target.person else None
    ready = keep_tokens(by.records, by.tx, reply, union_id, presser)
    row = (
        by.tx,
        target.platform,
        union_id,
        msgspec.json.encode(target).decode(),
        encode(ready),
        target.person,
    )
    if target.message is None:
        by.records.post(*row, dedupe_key, chat=target.chat, bulk=bulk)
    else:
        chat = target.person or target.chat
        key = dedupe_key or f"edit:{target.platform}:{chat}:{target.message}"
        by.records.replace_post(*row, key, chat=target.chat, bulk=bulk)
    by.runtime.posted(target.platform)

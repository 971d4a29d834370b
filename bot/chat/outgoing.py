"""Queues the messages that the bot sends besides answers."""

from __future__ import annotations

from typing import Protocol

import msgspec

from bot.chat.kept import stored
from bot.chat.languages import in_language
from bot.chat.model import Reply
from bot.chat.records import Records
from bot.chat.targets import Target
from bot.chat.tokens import keep_tokens
from bot.domain.languages import ENGLISH
from bot.domain.messages import NewMessage
from bot.domain.people import Account, Union
from bot.domain.transaction import Tx


class Waking(Protocol):
    """What is woken after a message was queued. A `Runtime` is one."""

    def posted(self, platform: str) -> None: ...


class Poster(Protocol):
    """A handler's context, a chore's duty, or an operator's command."""

    @property
    def tx(self) -> Tx: ...
    @property
    def records(self) -> Records: ...
    @property
    def runtime(self) -> Waking: ...


def of_union(union_id: int | None) -> str:
    """Returns the name under which the pictures of a union's messages are kept, once for all who get them."""
    return f"union {union_id or 0}"


def post(
    by: Poster,
    union: Union | None,
    target: Target | Account,
    reply: Reply,
    dedupe_key: str | None,
    bulk: bool,
) -> None:
    """Puts a message into the outbox and stores its buttons.

    It speaks the language of the account; to a chat, that of the union.

    A message to an account is private, and only that person may press its buttons. A change of a message
    (`target.message`) takes the place of an earlier change that still waits. If a message is changed again and again,
    give its buttons their tokens before; otherwise each change stores new ones.
    """
    language = target.language if isinstance(target, Account) else None
    spoken = in_language(reply, language or (union.language if union else ENGLISH))
    union_id = union.id if union else None
    if isinstance(target, Account):
        target = Target(target.platform, person=target.native_id)
    presser = f"{target.platform}:{target.person}" if target.person else None
    ready = keep_tokens(by.records, by.tx, spoken, union_id, presser)
    if target.message is not None and dedupe_key is None:
        dedupe_key = f"edit:{target.platform}:{target.person or target.chat}:{target.message}"
    message = NewMessage(
        target.platform,
        union_id,
        msgspec.json.encode(target).decode(),
        stored(by.records, by.tx, of_union(union_id), ready),
        target.person,
        target.chat,
        dedupe_key,
        bulk,
    )
    if target.message is None:
        by.records.post(by.tx, message)
    else:
        by.records.replace_post(by.tx, message)
    by.runtime.posted(target.platform)

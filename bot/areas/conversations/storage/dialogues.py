"""Dialogues: questions that wait for a person's next words in one chat."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bot.areas.conversations.tables import dialogues
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert
from bot.storage.trusted_time import shortening

_HERE = (
    dialogues.c.platform == bindparam("on"),
    dialogues.c.chat_id == bindparam("chat"),
    dialogues.c.user_id == bindparam("user"),
)
_GET = Statement(select(dialogues.c.state).where(*_HERE, dialogues.c.expires_at > bindparam("at")))
_PUT = Statement(
    insert(dialogues)
    .values(
        platform=bindparam("platform"),
        chat_id=bindparam("chat_id"),
        user_id=bindparam("user_id"),
        state=bindparam("state"),
        expires_at=bindparam("expires_at"),
    )
    .on_conflict_do_update(
        index_elements=["platform", "chat_id", "user_id"],
        set_={"state": bindparam("state"), "expires_at": bindparam("expires_at")},
    )
)
_DELETE = Statement(delete(dialogues).where(*_HERE))
_PRUNE = Statement(delete(dialogues).where(dialogues.c.expires_at < bindparam("before")))
_ERASE = Statement(
    delete(dialogues).where(dialogues.c.platform == bindparam("on"), dialogues.c.user_id == bindparam("user"))
)
_SHORTEN = shortening(dialogues)


def get(tx: Tx, platform: str, chat: str, user: str) -> str | None:
    """Returns the state (JSON) of the dialogue with that person in that chat, unless it expired."""
    found: str | None = tx.value(_GET, on=platform, chat=chat, user=user, at=tx.now)
    return found


def put(tx: Tx, platform: str, chat: str, user: str, state: str, expires_at: datetime) -> None:
    tx.run(_PUT, platform=platform, chat_id=chat, user_id=user, state=state, expires_at=expires_at)


def end(tx: Tx, platform: str, chat: str, user: str) -> bool:
    return tx.run(_DELETE, on=platform, chat=chat, user=user) > 0


def prune(tx: Tx, before: datetime) -> int:
    return tx.run(_PRUNE, before=before)


def erase(tx: Tx, platform: str, user: str) -> int:
    return tx.run(_ERASE, on=platform, user=user)


def shorten(tx: Tx, latest: datetime) -> None:
    """Lets dialogues expire at that moment that would expire later."""
    tx.run(_SHORTEN, latest=latest)

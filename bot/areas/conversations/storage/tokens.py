"""Buttons, forms and held replies: what stands behind the short token that a platform sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update

from bot.areas.conversations.tables import tokens
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert


@dataclass(frozen=True, slots=True)
class Token:
    """`arguments` is JSON; `presser` "platform:native_id" or None for anyone; `kind` says what it stands for;
    `space` is the native id of the space that it was given in."""

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


_COLUMNS = (
    tokens.c.token,
    tokens.c.union_id,
    tokens.c.kind,
    tokens.c.action,
    tokens.c.arguments,
    tokens.c.presser,
    tokens.c.space,
    tokens.c.single_use,
    tokens.c.expires_at,
    tokens.c.used_at,
)
_GET = Statement(select(*_COLUMNS).where(tokens.c.token == bindparam("wanted")))
_INSERT = Statement(
    insert(tokens).values(
        token=bindparam("token"),
        union_id=bindparam("union_id"),
        kind=bindparam("kind"),
        action=bindparam("action"),
        arguments=bindparam("arguments"),
        presser=bindparam("presser"),
        space=bindparam("space"),
        single_use=bindparam("single_use"),
        expires_at=bindparam("expires_at"),
    )
)
_USE = Statement(
    update(tokens)
    .where(tokens.c.token == bindparam("wanted"), tokens.c.used_at.is_(None))
    .values(used_at=bindparam("at"))
)
_PRUNE = Statement(delete(tokens).where(tokens.c.expires_at < bindparam("before")))
_ERASE = Statement(
    delete(tokens).where(
        tokens.c.presser == bindparam("who"),
        or_(tokens.c.union_id == bindparam("union"), tokens.c.union_id.is_(None)),
    )
)


def get(tx: Tx, token: str) -> Token | None:
    row = tx.one(_GET, wanted=token)
    return Token(*row) if row else None


def add(tx: Tx, token: Token) -> None:
    tx.run(
        _INSERT,
        token=token.token,
        union_id=token.union_id,
        kind=token.kind,
        action=token.action,
        arguments=token.arguments,
        presser=token.presser,
        space=token.space,
        single_use=token.single_use,
        expires_at=token.expires_at,
    )


def use(tx: Tx, token: str) -> bool:
    """Whether this was the first use."""
    return tx.run(_USE, wanted=token, at=tx.now) > 0


def prune(tx: Tx, before: datetime) -> int:
    return tx.run(_PRUNE, before=before)


def erase(tx: Tx, union_id: int, presser: str) -> int:
    """Forget the buttons that only this account could press."""
    return tx.run(_ERASE, union=union_id, who=presser)

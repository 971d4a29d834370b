"""Tokens: a platform sees only the short token of a button, form or held reply; the row has its meaning."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, func, or_, select, update

from bot.areas.conversations.tables import tokens
from bot.domain.tokens import NewToken, Token
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_COLUMNS = [tokens.c[name] for name in Token.__dataclass_fields__]
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
        chat=bindparam("chat"),
        thread=bindparam("thread"),
        title=bindparam("title"),
        single_use=bindparam("single_use"),
        expires_at=bindparam("expires_at"),
        lasts_s=bindparam("lasts_s"),
    )
)
_USE = Statement(
    update(tokens)
    .where(tokens.c.token == bindparam("wanted"), tokens.c.used_at.is_(None))
    .values(used_at=bindparam("at"))
)
_PRUNE = Statement(delete(tokens).where(tokens.c.expires_at < bindparam("before")))
_SURPLUS = Statement(
    select(tokens.c.token)
    .where(tokens.c.presser == bindparam("who"), tokens.c.expires_at.is_not(None))
    .order_by(tokens.c.expires_at.desc(), tokens.c.token)
    .limit(bindparam("most"))
    .offset(bindparam("kept"))
)
_TOKENS: BindParameter[Any] = bindparam("wanted", expanding=True)
_DROP = Statement(delete(tokens).where(tokens.c.token.in_(_TOKENS)))
_ERASE = Statement(
    delete(tokens).where(
        tokens.c.presser == bindparam("who"),
        or_(tokens.c.union_id == bindparam("union"), tokens.c.union_id.is_(None)),
    )
)
_LASTING = Statement(
    select(tokens.c.lasts_s, func.max(tokens.c.expires_at).label("last"))
    .where(tokens.c.lasts_s.is_not(None))
    .group_by(tokens.c.lasts_s)
)
_SHORTEN = Statement(
    update(tokens)
    .where(tokens.c.lasts_s == bindparam("lasting"), tokens.c.expires_at > bindparam("latest"))
    .values(expires_at=bindparam("latest"))
)


def get(tx: Tx, token: str) -> Token | None:
    row = tx.one(_GET, wanted=token)
    return Token(*row) if row else None


def add(tx: Tx, token: str, new: NewToken, expires_at: datetime | None) -> None:
    tx.run(
        _INSERT,
        token=token,
        union_id=new.union_id,
        kind=new.kind,
        action=new.action,
        arguments=new.arguments,
        presser=new.presser,
        space=new.space,
        chat=new.chat,
        thread=new.thread,
        title=new.title,
        single_use=new.single_use,
        expires_at=expires_at,
        lasts_s=new.lasts_s,
    )


def use(tx: Tx, token: str) -> bool:
    """Claims the use of a token; False if it was used before."""
    return tx.run(_USE, wanted=token, at=tx.now) > 0


def trim(tx: Tx, presser: str, kept: int, most: int) -> None:
    """Erases up to `most` tokens of an account, those that expire first, so that `kept` are left."""
    surplus = [row.token for row in tx.all(_SURPLUS, who=presser, kept=kept, most=most)]
    if surplus:
        tx.run(_DROP, wanted=surplus)


def prune(tx: Tx, before: datetime) -> int:
    return tx.run(_PRUNE, before=before)


def erase(tx: Tx, union_id: int, presser: str) -> int:
    """Erases the tokens that only this account may use; returns how many."""
    return tx.run(_ERASE, union=union_id, who=presser)


def shorten(tx: Tx) -> None:
    """Lets each token expire as if it was issued now, if it would expire later."""
    for lasts_s, last in tx.all(_LASTING):
        latest = tx.now + timedelta(seconds=lasts_s)
        if last > latest:
            tx.run(_SHORTEN, lasting=lasts_s, latest=latest)

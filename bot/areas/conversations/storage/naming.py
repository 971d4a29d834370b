"""What is kept of other people's conversations and names somebody who was erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Column, ColumnElement, and_, bindparam, delete, literal_column, or_, select, update

from bot.areas.conversations.storage.inbound import DELIVERED, RECEIVED
from bot.areas.conversations.tables import dialogues, inbound, tokens
from bot.domain.transaction import Tx
from bot.storage.searching import holds
from bot.storage.statements import Statement

_OF_UNION = or_(tokens.c.union_id == bindparam("union"), tokens.c.union_id.is_(None))
_DISPOSABLE = or_(
    tokens.c.expires_at <= bindparam("now"),
    and_(tokens.c.kind == literal_column("'held'"), tokens.c.expires_at <= bindparam("held_until")),
)
_TOKENS_WITH = Statement(
    select(tokens.c.token).where(holds(tokens.c.arguments, bindparam("value")), _OF_UNION)
)
_DIALOGUES_WITH = Statement(
    select(dialogues.c.platform, dialogues.c.chat_id, dialogues.c.user_id).where(
        holds(dialogues.c.state, bindparam("value"))
    )
)
_FORGET_ANSWER = Statement(
    update(inbound)
    .where(inbound.c.key == bindparam("wanted"), inbound.c.state >= bindparam("least"))
    .values(reply=None)
)
_FORGET_TOKEN = Statement(delete(tokens).where(tokens.c.token == bindparam("wanted")))


def _any(column: Column[str] | Column[bytes], forms: int) -> ColumnElement[bool]:
    return or_(*(holds(column, bindparam(f"form{at}")) for at in range(forms)))


@cache
def _answers(forms: int) -> Statement:
    return Statement(
        select(inbound.c.key).where(inbound.c.state >= bindparam("least"), _any(inbound.c.reply, forms))
    )


@cache
def _disposable_tokens(forms: int) -> Statement:
    return Statement(select(tokens.c.token).where(_DISPOSABLE, _OF_UNION, _any(tokens.c.arguments, forms)))


@cache
def _expired_dialogues(forms: int) -> Statement:
    return Statement(
        select(dialogues.c.platform, dialogues.c.chat_id, dialogues.c.user_id).where(
            dialogues.c.expires_at < bindparam("now"), _any(dialogues.c.state, forms)
        )
    )


def answers(tx: Tx, forms: Sequence[str], delivered_only: bool) -> list[str]:
    """Returns the keys of acts whose kept answer has one of these forms of a text in it."""
    found = {f"form{at}": form.encode() for at, form in enumerate(forms)}
    least = DELIVERED if delivered_only else RECEIVED
    return [row.key for row in tx.all(_answers(len(forms)), least=least, **found)]


def forget_answer(tx: Tx, key: str, delivered_only: bool) -> None:
    """Erases the kept answer to an act. The act stays, so that a repeat of it does nothing."""
    tx.run(_FORGET_ANSWER, wanted=key, least=DELIVERED if delivered_only else RECEIVED)


def disposable_tokens(tx: Tx, union_id: int, forms: Sequence[str], held_until: datetime) -> list[str]:
    """Returns tokens that hold one of these forms: expired ones, and held replies that expire by then."""
    found = {f"form{at}": form for at, form in enumerate(forms)}
    rows = tx.all(_disposable_tokens(len(forms)), union=union_id, now=tx.now, held_until=held_until, **found)
    return [row.token for row in rows]


def tokens_with(tx: Tx, union_id: int, value: str) -> list[str]:
    """Returns the tokens of the union with this value of JSON in their arguments."""
    return [row.token for row in tx.all(_TOKENS_WITH, union=union_id, value=value)]


def forget_token(tx: Tx, token: str) -> None:
    """Erases a button, form or held reply."""
    tx.run(_FORGET_TOKEN, wanted=token)


def expired_dialogues(tx: Tx, forms: Sequence[str]) -> list[tuple[str, str, str]]:
    """Returns (platform, chat, user) of expired questions that have one of these forms of a text in them."""
    found = {f"form{at}": form for at, form in enumerate(forms)}
    return [tuple(row) for row in tx.all(_expired_dialogues(len(forms)), now=tx.now, **found)]


def dialogues_with(tx: Tx, value: str) -> list[tuple[str, str, str]]:
    """Returns (platform, chat, user) of questions with this value of JSON in their state."""
    return [tuple(row) for row in tx.all(_DIALOGUES_WITH, value=value)]

"""Acts that came in. Each is done once, and its answer is kept for repeats."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete, func, literal_column, or_, select, update

from bot.areas.conversations.tables import inbound
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

RECEIVED, DONE, DELIVERED = 0, 1, 2
AT_ONCE = 500

_GET = Statement(
    select(inbound.c.reply).where(
        inbound.c.key == bindparam("wanted"),
        or_(inbound.c.actor == bindparam("who"), inbound.c.actor.is_(None)),  # NULL: the person has left
    )
)
_NEW = insert(inbound).values(
    key=bindparam("key"),
    actor=bindparam("actor"),
    payload=bindparam("payload"),
    state=RECEIVED,
    received_at=bindparam("received_at"),
)
_RECEIVE = Statement(
    _NEW.on_conflict_do_update(
        index_elements=["key"],
        set_={"payload": _NEW.excluded.payload},
        where=(inbound.c.state == literal_column(str(DONE))) & inbound.c.payload.is_(None),
    )
)
_CLAIM = Statement(
    insert(inbound)
    .values(key=bindparam("key"), actor=bindparam("actor"), state=DONE, received_at=bindparam("received_at"))
    .on_conflict_do_update(
        index_elements=["key"], set_={"state": DONE}, where=inbound.c.state == literal_column(str(RECEIVED))
    )
)
_ANSWER = Statement(
    update(inbound).where(inbound.c.key == bindparam("wanted")).values(reply=bindparam("answer"))
)
_DELIVERED = Statement(
    update(inbound).where(inbound.c.key == bindparam("wanted")).values(state=DELIVERED, payload=None)
)
_OWED = Statement(
    select(inbound.c.received_at, func.coalesce(inbound.c.copies, inbound.c.state).label("copies")).where(
        inbound.c.key == bindparam("wanted"), inbound.c.state < literal_column("2")
    )
)
_COPIES = Statement(
    update(inbound).where(inbound.c.key == bindparam("wanted")).values(copies=bindparam("at_most"))
)
_UNFINISHED = Statement(
    select(inbound.c.key, inbound.c.payload)
    .where(inbound.c.state < literal_column("2"), inbound.c.payload.is_not(None))
    .order_by(inbound.c.received_at, inbound.c.key)
)
_LENGTHS = Statement(
    select(inbound.c.key, func.length(inbound.c.reply).label("bytes"))
    .where(inbound.c.actor == bindparam("who"), inbound.c.reply.is_not(None))
    .order_by(inbound.c.received_at.desc(), inbound.c.key.desc())
)
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_DROP = Statement(update(inbound).where(inbound.c.key.in_(_KEYS)).values(reply=b""))
_PRUNE = Statement(delete(inbound).where(inbound.c.received_at < bindparam("before")))
_ERASE = Statement(
    update(inbound)
    .where(inbound.c.actor == bindparam("who"), inbound.c.state != RECEIVED)
    .values(actor=None, payload=None, reply=None)
)


def receive(tx: Tx, key: str, actor: str, payload: bytes) -> None:
    """Records an act before the platform is told that it arrived. A repeat changes nothing.

    If the platform is told only while the act is being done, because it waits no longer, the payload is added then.
    """
    tx.run(_RECEIVE, key=key, actor=actor, payload=payload, received_at=tx.now)


def claim(tx: Tx, key: str, actor: str) -> tuple[bool, bytes | None]:
    """Claims an act. Returns (True, None) if this transaction is to do it, (False, its answer) if it was done before.

    The answer is returned only for the same actor: with the token of another bot, a platform can use its ids again.
    """
    if tx.run(_CLAIM, key=key, actor=actor, received_at=tx.now):
        return True, None
    row = tx.one(_GET, wanted=key, who=actor)
    return False, row.reply if row else None


def answer(tx: Tx, key: str, reply: bytes) -> None:
    """Keeps the answer to a claimed act, for repeats and after restarts."""
    tx.run(_ANSWER, wanted=key, answer=reply)


def trim(tx: Tx, actor: str, most: int) -> None:
    """Empties the account's oldest answers, so that its newest `most` bytes are left."""
    old: list[str] = []
    for row in tx.all(_LENGTHS, who=actor):
        most -= row.bytes
        if most < 0 and row.bytes:
            old.append(row.key)
    for start in range(0, len(old), AT_ONCE):
        tx.run(_DROP, keys=old[start : start + AT_ONCE])


def delivered(tx: Tx, key: str) -> None:
    tx.run(_DELIVERED, wanted=key)


def owed(tx: Tx, key: str) -> tuple[datetime, int] | None:
    """Returns when an act came in whose answer was not delivered, and how many copies of the answer there may be."""
    row = tx.one(_OWED, wanted=key)
    return (row.received_at, row.copies) if row else None


def set_copies(tx: Tx, key: str, at_most: int) -> None:
    """Notes how many copies of the act's answer there may be."""
    tx.run(_COPIES, wanted=key, at_most=at_most)


def unfinished(tx: Tx) -> list[tuple[str, bytes]]:
    """Returns (key, payload) of the acts whose answer was not delivered, oldest first."""
    return [(row.key, row.payload) for row in tx.all(_UNFINISHED)]


def prune(tx: Tx, before: datetime) -> int:
    """Erases acts that are too old for a platform to repeat them."""
    tx.erased()
    return tx.run(_PRUNE, before=before)


def erase(tx: Tx, actor: str) -> int:
    """Erases actor, payload and answer of the acts of an account ("platform:native_id"); returns how many.

    Their keys stay, so that a repeat of an act has no effect and cannot make the person a member again. Acts that are
    not done yet stay.
    """
    return tx.run(_ERASE, who=actor)

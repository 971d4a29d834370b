"""Acts that arrived: each is done once, and its answer kept until it was delivered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, literal_column, or_, select, update

from bot.areas.conversations.tables import inbound
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

RECEIVED, DONE, DELIVERED = 0, 1, 2

_GET = Statement(
    select(inbound.c.reply).where(
        inbound.c.key == bindparam("wanted"),
        or_(inbound.c.actor == bindparam("who"), inbound.c.actor.is_(None)),  # None: who has left since
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
_UNFINISHED = Statement(
    select(inbound.c.key, inbound.c.payload)
    .where(inbound.c.state < literal_column("2"), inbound.c.payload.is_not(None))
    .order_by(inbound.c.received_at, inbound.c.key)
)
_PRUNE = Statement(delete(inbound).where(inbound.c.received_at < bindparam("before")))
_ERASE = Statement(
    update(inbound)
    .where(inbound.c.actor == bindparam("who"), inbound.c.state != RECEIVED)
    .values(actor=None, payload=None, reply=None)
)


def receive(tx: Tx, key: str, actor: str, payload: bytes) -> None:
    """Record an act before it is acknowledged; a repeat changes nothing.

    An act that is acknowledged only while it is being done (a platform waits no longer) is kept from then on.
    """
    tx.run(_RECEIVE, key=key, actor=actor, payload=payload, received_at=tx.now)


def claim(tx: Tx, key: str, actor: str) -> tuple[bool, bytes | None]:
    """(True, None) if the act is this transaction's to do; (False, its answer) if it was done before.

    An answer is given again only to whom it was for: another bot's token may bring the same ids.
    """
    if tx.run(_CLAIM, key=key, actor=actor, received_at=tx.now):
        return True, None
    row = tx.one(_GET, wanted=key, who=actor)
    return False, row.reply if row else None


def answer(tx: Tx, key: str, reply: bytes) -> None:
    """Keep the answer to a claimed act, for repeats and restarts."""
    tx.run(_ANSWER, wanted=key, answer=reply)


def delivered(tx: Tx, key: str) -> None:
    tx.run(_DELIVERED, wanted=key)


def unfinished(tx: Tx) -> list[tuple[str, bytes]]:
    """Key and payload of accepted acts whose answer was not delivered, oldest first."""
    return [(row.key, row.payload) for row in tx.all(_UNFINISHED)]


def prune(tx: Tx, before: datetime) -> int:
    """Forget acts that no platform repeats any more."""
    return tx.run(_PRUNE, before=before)


def erase(tx: Tx, actor: str) -> int:
    """Forget who sent what this account ("platform:native_id") did, and the answers; how many acts that was.

    Their keys stay, so that a repeat is still none: it must not bring back who left. What is not done yet stays.
    """
    return tx.run(_ERASE, who=actor)

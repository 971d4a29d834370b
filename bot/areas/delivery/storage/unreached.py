"""Chats that a union's messages cannot reach. Each is noted once, until a message arrives."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, literal, select, update

from bot.areas.delivery.domain import UNSURE, Unreached
from bot.areas.delivery.tables import unreached
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_MARK = Statement(
    insert(unreached)
    .values(
        union_id=bindparam("union"),
        platform=bindparam("on"),
        chat=bindparam("where"),
        person=bindparam("native"),
        kind=bindparam("what"),
        at=bindparam("moment"),
        told=0,
    )
    .on_conflict_do_nothing()
)
_THERE = (unreached.c.platform == bindparam("on"), unreached.c.chat == bindparam("where"))
_CLEAR = Statement(delete(unreached).where(*_THERE, unreached.c.kind != UNSURE))
_ANY = Statement(select(literal(1)).where(unreached.c.platform == bindparam("on")).limit(1))
_UNTOLD = Statement(
    select(*(unreached.c[name] for name in Unreached.__dataclass_fields__))
    .where(unreached.c.union_id == bindparam("union"), unreached.c.told == 0)
    .order_by(unreached.c.at)
)
_UNIONS = Statement(select(unreached.c.union_id).where(unreached.c.told == 0).distinct())
_MARK_TOLD = Statement(
    update(unreached).where(unreached.c.union_id == bindparam("union"), *_THERE).values(told=1)
)


_DROP = Statement(delete(unreached).where(unreached.c.union_id == bindparam("union"), *_THERE))


def mark(tx: Tx, union_id: int, platform: str, chat: str, person: str | None, kind: str) -> None:
    """Notes that a chat is out of reach. Changes nothing if it is noted already."""
    tx.run(_MARK, union=union_id, on=platform, where=chat, native=person, what=kind, moment=tx.now)


def clear(tx: Tx, platform: str, chat: str) -> None:
    """Erases the notes about a chat that was reached."""
    tx.run(_CLEAR, on=platform, where=chat)


def any_noted(tx: Tx, platform: str) -> bool:
    """Whether any chat of the platform is noted as out of reach."""
    return tx.value(_ANY, on=platform) is not None


def unions_with_untold(tx: Tx) -> list[int]:
    """Returns the unions with chats out of reach that their moderators were not told of yet."""
    return [row.union_id for row in tx.all(_UNIONS)]


def untold(tx: Tx, union_id: int) -> list[Unreached]:
    """Returns the chats that the union's moderators were not told of yet, oldest first."""
    return [Unreached(*row) for row in tx.all(_UNTOLD, union=union_id)]


def mark_told(tx: Tx, found: Unreached) -> None:
    """Marks a chat as told to the moderators. A doubt about one post is over with that."""
    told = _DROP if found.kind == UNSURE else _MARK_TOLD
    tx.run(told, union=found.union_id, on=found.platform, where=found.chat)

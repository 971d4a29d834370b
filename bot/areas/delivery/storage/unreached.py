"""Chats that messages of a union cannot reach: noted once, until one of them gets through."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, literal, select, update

from bot.areas.delivery.domain import Unreached
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
_CLEAR = Statement(delete(unreached).where(*_THERE))
_ANY = Statement(select(literal(1)).where(unreached.c.platform == bindparam("on")).limit(1))
_UNTOLD = Statement(
    select(*(unreached.c[name] for name in Unreached.__dataclass_fields__))
    .where(unreached.c.union_id == bindparam("union"), unreached.c.told == 0)
    .order_by(unreached.c.at)
)
_UNIONS = Statement(select(unreached.c.union_id).where(unreached.c.told == 0).distinct())
_TOLD = Statement(update(unreached).where(unreached.c.union_id == bindparam("union"), *_THERE).values(told=1))


def mark(tx: Tx, union_id: int, platform: str, chat: str, person: str | None, kind: str) -> None:
    """Note that a chat is out of reach; of one already noted nothing changes."""
    tx.run(_MARK, union=union_id, on=platform, where=chat, native=person, what=kind, moment=tx.now)


def clear(tx: Tx, platform: str, chat: str) -> None:
    """It was reached."""
    tx.run(_CLEAR, on=platform, where=chat)


def some(tx: Tx, platform: str) -> bool:
    """Whether any chat of the platform is noted."""
    return tx.value(_ANY, on=platform) is not None


def unions(tx: Tx) -> list[int]:
    """Unions whose moderators are to be told of something."""
    return [row.union_id for row in tx.all(_UNIONS)]


def untold(tx: Tx, union_id: int) -> list[Unreached]:
    """What the union's moderators were not told yet, oldest first."""
    return [Unreached(*row) for row in tx.all(_UNTOLD, union=union_id)]


def told(tx: Tx, found: Unreached) -> None:
    """The moderators were told."""
    tx.run(_TOLD, union=found.union_id, on=found.platform, where=found.chat)

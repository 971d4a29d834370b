"""Which thing each member was told of, and who wants no notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, exists, select, update

from bot.areas.waiting.tables import waiting_notes, without_notes
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_TOLD = Statement(
    select(waiting_notes.c.member_id, waiting_notes.c.item).where(
        waiting_notes.c.union_id == bindparam("union"),
        waiting_notes.c.kind == bindparam("of"),
        waiting_notes.c.item.in_(bindparam("items", expanding=True)),
    )
)
_TELL = Statement(
    insert(waiting_notes)
    .values(
        member_id=bindparam("member"),
        kind=bindparam("of"),
        item=bindparam("thing"),
        union_id=bindparam("union"),
        at=bindparam("now"),
    )
    .on_conflict_do_nothing()
)
_PRUNE = Statement(delete(waiting_notes).where(waiting_notes.c.at < bindparam("before")))
_WITHOUT = Statement(select(without_notes.c.member_id).where(without_notes.c.union_id == bindparam("union")))
_STOP = Statement(
    insert(without_notes)
    .values(member_id=bindparam("member"), union_id=bindparam("union"))
    .on_conflict_do_nothing()
)
_START = Statement(delete(without_notes).where(without_notes.c.member_id == bindparam("member")))
_FORGET = Statement(delete(waiting_notes).where(waiting_notes.c.member_id == bindparam("member")))
_known = waiting_notes.alias("known")
_MERGE = Statement(
    update(waiting_notes)
    .where(
        waiting_notes.c.member_id == bindparam("absorbed"),
        ~exists().where(
            and_(
                _known.c.member_id == bindparam("survivor"),
                _known.c.kind == waiting_notes.c.kind,
                _known.c.item == waiting_notes.c.item,
            )
        ),
    )
    .values(member_id=bindparam("survivor"))
)


def told(tx: Tx, union_id: int, kind: str, items: Sequence[int]) -> set[tuple[int, int]]:
    """Returns (member, thing) of those who were told of one of these things."""
    if not items:
        return set()
    return {(row.member_id, row.item) for row in tx.all(_TOLD, union=union_id, of=kind, items=list(items))}


def tell(tx: Tx, union_id: int, member_id: int, kind: str, item: int) -> None:
    """Notes that the member was told of this thing."""
    tx.run(_TELL, union=union_id, member=member_id, of=kind, thing=item, now=tx.now)


def prune(tx: Tx, before: datetime) -> None:
    """Erases notes from before that moment."""
    tx.run(_PRUNE, before=before)


def without(tx: Tx, union_id: int) -> set[int]:
    """Returns the union's members who want no notes."""
    return {row.member_id for row in tx.all(_WITHOUT, union=union_id)}


def stop(tx: Tx, union_id: int, member_id: int) -> None:
    """Notes that the member wants no notes."""
    tx.run(_STOP, union=union_id, member=member_id)


def start(tx: Tx, member_id: int) -> None:
    """Notes that the member wants notes."""
    tx.run(_START, member=member_id)


def forget(tx: Tx, member_id: int) -> None:
    """Erases everything of a member."""
    tx.run(_FORGET, member=member_id)
    tx.run(_START, member=member_id)


def merge(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """Counts what the absorbed member was told as told to the survivor, and erases the rest of the absorbed one."""
    tx.run(_MERGE, absorbed=absorbed_id, survivor=survivor_id)
    forget(tx, absorbed_id)

"""Who was told something unasked, and on which union-day."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select, update

from bot.areas.members.tables import members, told_nothing_today
from bot.domain.transaction import Tx
from bot.storage.statements import Statement

_TELL = Statement(
    update(members)
    .where(members.c.id == bindparam("member"), told_nothing_today())
    .values(told_day=bindparam("today"))
)
_UNTOLD = Statement(
    select(members.c.id).where(members.c.id.in_(bindparam("members", expanding=True)), told_nothing_today())
)
_told = select(members.c.told_day).where(members.c.id == bindparam("absorbed")).scalar_subquery()
_MERGE = Statement(
    update(members)
    .where(
        members.c.id == bindparam("survivor"),
        or_(members.c.told_day.is_(None), members.c.told_day < _told),
    )
    .values(told_day=_told)
)


def tell(tx: Tx, member_id: int, today: int) -> bool:
    """Whether the member was told nothing yet on that union-day; from now on they were."""
    return tx.run(_TELL, member=member_id, today=today) > 0


def untold_of(tx: Tx, member_ids: Sequence[int], today: int) -> set[int]:
    """Those of the members who were told nothing yet on that union-day."""
    if not member_ids:
        return set()
    return {row.id for row in tx.all(_UNTOLD, members=list(member_ids), today=today)}


def merge(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """One person: what either was told, both were."""
    tx.run(_MERGE, absorbed=absorbed_id, survivor=survivor_id)

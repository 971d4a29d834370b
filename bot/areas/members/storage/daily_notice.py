"""The last union-day on which each member was told something unasked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select, update

from bot.areas.members.tables import members, told_nothing_today
from bot.domain.transaction import Tx
from bot.storage.statements import Statement

_CLAIM = Statement(
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


def claim(tx: Tx, member_id: int, today: int) -> bool:
    """Claims the member's one unsolicited message for that union-day; False if it is used."""
    return tx.run(_CLAIM, member=member_id, today=today) > 0


def untold(tx: Tx, member_ids: Sequence[int], today: int) -> set[int]:
    """Returns those of the members who were told nothing unasked on that union-day."""
    if not member_ids:
        return set()
    return {row.id for row in tx.all(_UNTOLD, members=list(member_ids), today=today)}


def merge(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """Gives the survivor the later of both days: for one person, both messages count."""
    tx.run(_MERGE, absorbed=absorbed_id, survivor=survivor_id)

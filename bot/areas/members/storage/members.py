"""Members: one row for each person in each union. It has no personal data, and stays when they leave."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from bot.areas.members.tables import MEMBER_COLUMNS, members
from bot.domain.people import Member
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_BY_ID = Statement(select(*MEMBER_COLUMNS).where(members.c.id == bindparam("id")))
_BY_REF = Statement(
    select(*MEMBER_COLUMNS).where(
        members.c.union_id == bindparam("union"), members.c.ref == bindparam("wanted")
    )
)
_INSERT = Statement(
    insert(members)
    .values(union_id=bindparam("union_id"), ref=bindparam("ref"), joined_at=bindparam("joined_at"))
    .returning(*MEMBER_COLUMNS)
)
_LEAVE = Statement(
    update(members)
    .where(members.c.id == bindparam("member"))
    .values(left_at=bindparam("at"), merged_into=bindparam("into"))
)
_SET_JOINED = Statement(
    update(members).where(members.c.id == bindparam("member")).values(joined_at=bindparam("at"))
)
_COUNT = Statement(
    select(func.count()).where(members.c.union_id == bindparam("union"), members.c.left_at.is_(None))
)
_OTHER = Statement(
    select(members.c.id)
    .where(
        members.c.union_id == bindparam("union"),
        members.c.left_at.is_(None),
        members.c.id != bindparam("member"),
    )
    .limit(1)
)


def by_id(tx: Tx, member_id: int) -> Member | None:
    row = tx.one(_BY_ID, id=member_id)
    return Member(*row) if row else None


def by_ref(tx: Tx, union_id: int, ref: str) -> Member | None:
    """Returns the member of that union with this ref, also one who left."""
    row = tx.one(_BY_REF, union=union_id, wanted=ref)
    return Member(*row) if row else None


def add(tx: Tx, union_id: int, ref: str) -> Member:
    row = tx.one(_INSERT, union_id=union_id, ref=ref, joined_at=tx.now)
    assert row is not None
    return Member(*row)


def leave(tx: Tx, member_id: int, merged_into: int | None = None) -> None:
    """Notes that the member leaves now. `merged_into`: the member that this one turned out to be."""
    tx.run(_LEAVE, member=member_id, at=tx.now, into=merged_into)


def set_joined(tx: Tx, member_id: int, at: datetime) -> None:
    tx.run(_SET_JOINED, member=member_id, at=at)


def count(tx: Tx, union_id: int) -> int:
    """Returns how many members the union has now."""
    return int(tx.value(_COUNT, union=union_id))


def has_others(tx: Tx, union_id: int, member_id: int) -> bool:
    """Whether anybody else is in the union now. Counting all members would take too long for the writer."""
    return tx.value(_OTHER, union=union_id, member=member_id) is not None

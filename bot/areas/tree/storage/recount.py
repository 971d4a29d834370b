"""Reading the whole tree from the tables, and correcting single rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import bindparam, case, func, literal_column, select, update

from bot.areas.ledger.tables import ledger
from bot.areas.members.tables import members
from bot.areas.tree.domain.endorsements import Base
from bot.areas.tree.storage.endorsements import put as put_endorsement
from bot.areas.tree.storage.support import put as put_base
from bot.areas.tree.tables import endorsements, support
from bot.domain.transaction import Tx
from bot.storage.paging import pages
from bot.storage.statements import Statement
from bot.storage.types import Id

_NOBODY = literal_column("-1", Id)
_MEMBERS = Statement(
    select(
        members.c.id,
        members.c.ref,
        case((members.c.left_at.is_(None), literal_column("1")), else_=literal_column("0")).label("present"),
    )
    .where(members.c.union_id == bindparam("union"), members.c.id > bindparam("after"))
    .order_by(members.c.id)
    .limit(bindparam("most"))
)
_EDGES = Statement(
    select(
        members.c.id,
        func.coalesce(endorsements.c.leader_id, _NOBODY).label("leader"),
        endorsements.c.height,
    )
    .select_from(members.join(endorsements, endorsements.c.member_id == members.c.id))
    .where(members.c.union_id == bindparam("union"), members.c.id > bindparam("after"))
    .order_by(members.c.id)
    .limit(bindparam("most"))
)
_BASES = Statement(
    select(members.c.id, support.c.direct, support.c.headcount, support.c.linked)
    .select_from(members.join(support, support.c.member_id == members.c.id))
    .where(members.c.union_id == bindparam("union"), members.c.id > bindparam("after"))
    .order_by(members.c.id)
    .limit(bindparam("most"))
)
_TIME = Statement(
    select(ledger.c.time).where(ledger.c.union_id == bindparam("union"), ledger.c.seq == bindparam("number"))
)
_SET_EDGE = Statement(
    update(endorsements)
    .where(endorsements.c.member_id == bindparam("member"))
    .values(leader_id=bindparam("leader"), height=bindparam("tall"))
)
_SET_BASE = Statement(
    update(support)
    .where(support.c.member_id == bindparam("member"))
    .values(direct=bindparam("endorsing"), headcount=bindparam("people"), linked=bindparam("holders"))
)


def members_of(tx: Tx, union_id: int) -> Iterator[Sequence[tuple[int, str, int]]]:
    """Reads (id, ref, 1 if present or 0) of everybody who ever joined, in pages."""
    return pages(tx, _MEMBERS, union_id)


def edges_of(tx: Tx, union_id: int) -> Iterator[Sequence[tuple[int, int, int]]]:
    """Reads (member's id, leader's id or -1, height) of all endorsements, in pages."""
    return pages(tx, _EDGES, union_id)


def bases_of(tx: Tx, union_id: int) -> Iterator[Sequence[tuple[int, int, int, int]]]:
    """Reads (member's id, direct, headcount, linked) of all support bases, in pages."""
    return pages(tx, _BASES, union_id)


def time_of(tx: Tx, union_id: int, entry: int) -> datetime:
    """Returns the time of an entry of the ledger."""
    found: datetime = tx.value(_TIME, union=union_id, number=entry)
    return found


def set_edge(tx: Tx, member_id: int, leader_id: int | None, height: int, since: datetime) -> None:
    """Corrects the member's choice. `since` is used only if the member had no row."""
    if not tx.run(_SET_EDGE, member=member_id, leader=leader_id, tall=height) and leader_id is not None:
        put_endorsement(tx, member_id, leader_id, height, since)


def set_base(tx: Tx, union_id: int, member_id: int, base: Base, today: int) -> None:
    """Corrects the member's base. `today`, the day of its last change, is used only if the member had no row."""
    if not tx.run(
        _SET_BASE, member=member_id, endorsing=base.direct, people=base.headcount, holders=base.linked
    ):
        put_base(tx, union_id, member_id, base, today)

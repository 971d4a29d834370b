"""Members whom a leader released, and until when they cannot choose that leader again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update

from bot.areas.tree.tables import partings
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_PUT = Statement(
    insert(partings)
    .values(member_id=bindparam("member"), leader_id=bindparam("leader"), until=bindparam("end"))
    .on_conflict_do_update(index_elements=["member_id", "leader_id"], set_={"until": bindparam("end")})
)
_UNTIL = Statement(
    select(partings.c.until).where(
        partings.c.member_id == bindparam("member"),
        partings.c.leader_id == bindparam("leader"),
        partings.c.until > bindparam("now"),
    )
)
_LATEST = Statement(
    select(partings.c.leader_id, partings.c.until)
    .where(partings.c.member_id == bindparam("member"), partings.c.until > bindparam("now"))
    .order_by(partings.c.until.desc())
    .limit(1)
)
_BOTH_HAVE = partings.alias("of_survivor")
_DROP_DOUBLE_MEMBER = Statement(
    delete(partings).where(
        partings.c.member_id == bindparam("absorbed"),
        or_(
            partings.c.leader_id == bindparam("survivor"),
            partings.c.leader_id.in_(
                select(_BOTH_HAVE.c.leader_id).where(_BOTH_HAVE.c.member_id == bindparam("survivor"))
            ),
        ),
    )
)
_DROP_DOUBLE_LEADER = Statement(
    delete(partings).where(
        partings.c.leader_id == bindparam("absorbed"),
        or_(
            partings.c.member_id == bindparam("survivor"),
            partings.c.member_id.in_(
                select(_BOTH_HAVE.c.member_id).where(_BOTH_HAVE.c.leader_id == bindparam("survivor"))
            ),
        ),
    )
)
_MOVE_MEMBER = Statement(
    update(partings)
    .where(partings.c.member_id == bindparam("absorbed"))
    .values(member_id=bindparam("survivor"))
)
_MOVE_LEADER = Statement(
    update(partings)
    .where(partings.c.leader_id == bindparam("absorbed"))
    .values(leader_id=bindparam("survivor"))
)
_ERASE = Statement(
    delete(partings).where(
        or_(partings.c.member_id == bindparam("member"), partings.c.leader_id == bindparam("member"))
    )
)
_PRUNE = Statement(delete(partings).where(partings.c.until < bindparam("before")))


def put(tx: Tx, member_id: int, leader_id: int, until: datetime) -> None:
    """Notes that the member cannot choose this leader before `until`."""
    tx.run(_PUT, member=member_id, leader=leader_id, end=until)


def until(tx: Tx, member_id: int, leader_id: int) -> datetime | None:
    """Returns when the member can choose this leader again; None if they can now."""
    found: datetime | None = tx.value(_UNTIL, member=member_id, leader=leader_id, now=tx.now)
    return found


def latest(tx: Tx, member_id: int) -> tuple[int, datetime] | None:
    """Returns (leader's id, until when) of the member's parting that lasts longest."""
    row = tx.one(_LATEST, member=member_id, now=tx.now)
    return (row.leader_id, row.until) if row else None


def merge(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """Gives the absorbed member's partings to the survivor. Where both have one, the survivor's stays."""
    for statement in (_DROP_DOUBLE_MEMBER, _DROP_DOUBLE_LEADER, _MOVE_MEMBER, _MOVE_LEADER):
        tx.run(statement, absorbed=absorbed_id, survivor=survivor_id)


def erase(tx: Tx, member_id: int) -> None:
    """Erases the partings of a member who leaves, on both sides."""
    tx.run(_ERASE, member=member_id)


def prune(tx: Tx, before: datetime) -> int:
    """Erases partings that ended before that moment; returns how many."""
    return tx.run(_PRUNE, before=before)

"""Endorsements: each member's choice of a leader, and the length of the chain below each member."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import CTE, BigInteger, bindparam, cast, delete, func, literal_column, select, update

from bot.areas.members.tables import members
from bot.areas.tree.domain.endorsements import MAX_DEPTH, Endorsement, Step
from bot.areas.tree.tables import endorsements, support
from bot.domain.transaction import Tx
from bot.storage.paging import pages
from bot.storage.statements import Statement, insert


def upward() -> CTE:
    """The way from member :start (depth 0) up to the root; each step is the leader of the last one. NULL ends it."""
    start = cast(bindparam("start"), BigInteger).label("member_id")
    path = select(start, literal_column("0").label("depth")).cte("path", recursive=True)
    # This is no join: after an ANALYZE, SQLite would read the whole table at each walk, to build a Bloom filter.
    leader = select(endorsements.c.leader_id).where(endorsements.c.member_id == path.c.member_id)
    step = select(leader.scalar_subquery(), path.c.depth + literal_column("1")).where(
        path.c.member_id.is_not(None), path.c.depth < literal_column(str(MAX_DEPTH + 1))
    )
    return path.union_all(step)


_UP = upward()
_PATH = Statement(
    select(_UP.c.member_id, endorsements.c.height, support.c.day)
    .select_from(_UP)
    .outerjoin(endorsements, endorsements.c.member_id == _UP.c.member_id)
    .outerjoin(support, support.c.member_id == _UP.c.member_id)
    .where(_UP.c.member_id.is_not(None))
    .order_by(_UP.c.depth)
)
_OF = Statement(
    select(endorsements.c.member_id, endorsements.c.leader_id, endorsements.c.since).where(
        endorsements.c.member_id == bindparam("member")
    )
)
_PUT = Statement(
    insert(endorsements)
    .values(
        member_id=bindparam("member"),
        leader_id=bindparam("leader"),
        height=bindparam("tall"),
        since=bindparam("at"),
    )
    .on_conflict_do_update(
        index_elements=["member_id"],
        set_={"leader_id": bindparam("leader"), "height": bindparam("tall"), "since": bindparam("at")},
    )
)
_WITHDRAW = Statement(
    update(endorsements).where(endorsements.c.member_id == bindparam("member")).values(leader_id=None)
)
_TALLEST = Statement(
    select(func.max(endorsements.c.height)).where(endorsements.c.leader_id == bindparam("leader"))
)
_SET_HEIGHT = Statement(
    update(endorsements)
    .where(endorsements.c.member_id == bindparam("member"))
    .values(height=bindparam("tall"))
)
_MOVE_FOLLOWERS = Statement(
    update(endorsements)
    .where(endorsements.c.leader_id == bindparam("absorbed"))
    .values(leader_id=bindparam("survivor"))
)
_DELETE = Statement(delete(endorsements).where(endorsements.c.member_id == bindparam("member")))
_DELETE_FOLLOWERS = Statement(delete(endorsements).where(endorsements.c.leader_id == bindparam("leader")))
_EDGES = Statement(
    select(endorsements.c.member_id, endorsements.c.leader_id)
    .select_from(members.join(endorsements, endorsements.c.member_id == members.c.id))
    .where(
        members.c.union_id == bindparam("union"),
        members.c.id > bindparam("after"),
        endorsements.c.leader_id.is_not(None),
    )
    .order_by(members.c.id)
    .limit(bindparam("most"))
)


def of(tx: Tx, member_id: int) -> Endorsement | None:
    """Returns the member's choice; its leader is None if the member withdrew it."""
    row = tx.one(_OF, member=member_id)
    return Endorsement(*row) if row else None


def path(tx: Tx, member_id: int) -> list[Step]:
    """Returns the member, the member's leader, and so on up to the root."""
    return [Step(*row) for row in tx.all(_PATH, start=member_id)]


def put(tx: Tx, member_id: int, leader_id: int | None, height: int, since: datetime) -> None:
    """Sets the member's choice, in place of an earlier one. `leader_id` None: the member withdrew it."""
    tx.run(_PUT, member=member_id, leader=leader_id, tall=height, at=since)


def withdraw(tx: Tx, member_id: int) -> None:
    """Removes the member's leader, and keeps the time of the last choice."""
    tx.run(_WITHDRAW, member=member_id)


def height(tx: Tx, member_id: int) -> int:
    """Returns the length, in endorsements, of the longest chain that ends at the member."""
    tallest = tx.value(_TALLEST, leader=member_id)
    return 0 if tallest is None else int(tallest) + 1


def set_height(tx: Tx, member_id: int, height: int) -> None:
    tx.run(_SET_HEIGHT, member=member_id, tall=height)


def move_followers(tx: Tx, absorbed_id: int, survivor_id: int) -> int:
    return tx.run(_MOVE_FOLLOWERS, absorbed=absorbed_id, survivor=survivor_id)


def delete_followers(tx: Tx, leader_id: int) -> int:
    return tx.run(_DELETE_FOLLOWERS, leader=leader_id)


def remove(tx: Tx, member_id: int) -> None:
    tx.run(_DELETE, member=member_id)


def edges(tx: Tx, union_id: int) -> Iterator[Sequence[tuple[int, int]]]:
    """Reads all endorsements of the union, in pages of (member's id, leader's id)."""
    return pages(tx, _EDGES, union_id)

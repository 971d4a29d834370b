"""News for leaders: a member began or ceased to endorse them. A leader is told of it in a digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, literal_column, select, update

from bot.areas.members.tables import members, told_nothing_today
from bot.areas.tree.tables import support_news
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert


@dataclass(frozen=True, slots=True)
class News:
    """A member began (`gained`) or ceased to endorse a leader."""

    member_id: int
    gained: bool
    at: datetime


_UNTOLD_ONLY = support_news.c.told == literal_column("0")  # the condition of the partial index, literally
_OF_LEADER_BEFORE = (
    _UNTOLD_ONLY,
    support_news.c.union_id == bindparam("union"),
    support_news.c.leader_id == bindparam("leader"),
    support_news.c.at < bindparam("before"),
)
_ADD = Statement(
    insert(support_news).values(
        union_id=bindparam("union"),
        leader_id=bindparam("leader"),
        member_id=bindparam("member"),
        gained=bindparam("is_gain"),
        at=bindparam("now"),
        told=0,
    )
)
_UNIONS = Statement(select(support_news.c.union_id).where(_UNTOLD_ONLY).distinct())
_LEADERS = Statement(
    select(support_news.c.leader_id)
    .join(members, members.c.id == support_news.c.leader_id)
    .where(
        _UNTOLD_ONLY,
        support_news.c.union_id == bindparam("union"),
        support_news.c.at < bindparam("before"),
        told_nothing_today(),
    )
    .distinct()
    .limit(bindparam("most"))
)
_UNTOLD = Statement(
    select(support_news.c.member_id, support_news.c.gained, support_news.c.at)
    .where(*_OF_LEADER_BEFORE)
    .order_by(support_news.c.id)
)
_MARK_TOLD = Statement(update(support_news).where(*_OF_LEADER_BEFORE).values(told=1))
_RECENT = Statement(
    select(support_news.c.member_id, support_news.c.gained, support_news.c.at)
    .where(support_news.c.leader_id == bindparam("leader"), support_news.c.at >= bindparam("since"))
    .order_by(support_news.c.at.desc(), support_news.c.id.desc())
    .limit(bindparam("most"))
)
_PRUNE = Statement(
    delete(support_news).where(
        support_news.c.id.in_(
            select(support_news.c.id)
            .where(support_news.c.at < bindparam("before"), support_news.c.told == 1)
            .limit(bindparam("most"))
        )
    )
)
_MOVE_LEADER = Statement(
    update(support_news)
    .where(support_news.c.leader_id == bindparam("absorbed"))
    .values(leader_id=bindparam("survivor"))
)
_MOVE_MEMBER = Statement(
    update(support_news)
    .where(support_news.c.leader_id == bindparam("leader"), support_news.c.member_id == bindparam("absorbed"))
    .values(member_id=bindparam("survivor"))
)
_DELETE_OWN = Statement(
    delete(support_news).where(
        support_news.c.leader_id == bindparam("leader"),
        support_news.c.member_id.in_([bindparam("leader"), bindparam("absorbed")]),
    )
)
_DELETE_LEADER = Statement(delete(support_news).where(support_news.c.leader_id == bindparam("leader")))


def add(tx: Tx, union_id: int, leader_id: int, member_id: int, *, gained: bool) -> None:
    """Adds a piece of news for the leader's next digest."""
    tx.run(_ADD, union=union_id, leader=leader_id, member=member_id, is_gain=gained, now=tx.now)


def unions_with_news(tx: Tx) -> list[int]:
    """Returns the unions that have news which no leader was told yet."""
    return [row.union_id for row in tx.all(_UNIONS)]


def leaders_with_news(tx: Tx, union_id: int, before: datetime, today: int, most: int) -> list[int]:
    """Returns up to `most` leaders who have untold news from before then, and were told nothing unasked today."""
    rows = tx.all(_LEADERS, union=union_id, before=before, today=today, most=most)
    return [row.leader_id for row in rows]


def untold(tx: Tx, union_id: int, leader_id: int, before: datetime) -> list[News]:
    """Returns the leader's untold news from before that moment, oldest first."""
    return [News(*row) for row in tx.all(_UNTOLD, union=union_id, leader=leader_id, before=before)]


def mark_told(tx: Tx, union_id: int, leader_id: int, before: datetime) -> None:
    """Marks the leader's news from before that moment as told."""
    tx.run(_MARK_TOLD, union=union_id, leader=leader_id, before=before)


def recent(tx: Tx, leader_id: int, since: datetime, most: int) -> list[News]:
    """Returns up to `most` of the leader's news since then, told or not, newest first."""
    return [News(*row) for row in tx.all(_RECENT, leader=leader_id, since=since, most=most)]


def prune(tx: Tx, before: datetime, most: int) -> int:
    """Erases up to `most` told pieces of news from before that moment; returns how many."""
    return tx.run(_PRUNE, before=before, most=most)


def move_leader(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """Gives the absorbed leader's news to the survivor, and erases the news about each other."""
    tx.run(_MOVE_LEADER, absorbed=absorbed_id, survivor=survivor_id)
    tx.run(_DELETE_OWN, leader=survivor_id, absorbed=absorbed_id)


def move_member(tx: Tx, leader_id: int, absorbed_id: int, survivor_id: int) -> None:
    """Changes the news for this leader: news about `absorbed` is about `survivor` from now on."""
    tx.run(_MOVE_MEMBER, leader=leader_id, absorbed=absorbed_id, survivor=survivor_id)


def forget(tx: Tx, leader_id: int) -> None:
    """Erases the news for a member who leaves."""
    tx.run(_DELETE_LEADER, leader=leader_id)

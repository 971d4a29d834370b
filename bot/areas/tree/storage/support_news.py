"""Who began and who ceased to endorse each leader: what leaders are told, and have not been told yet."""

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
    """Somebody began (`gained`) or ceased to endorse a leader."""

    member_id: int
    gained: bool
    at: datetime


_UNTOLD_ONLY = support_news.c.told == literal_column("0")  # as the partial index has it
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
_OF_LEADER = Statement(
    select(support_news.c.member_id, support_news.c.gained, support_news.c.at)
    .where(
        _UNTOLD_ONLY,
        support_news.c.union_id == bindparam("union"),
        support_news.c.leader_id == bindparam("leader"),
        support_news.c.at < bindparam("before"),
    )
    .order_by(support_news.c.id)
)
_TOLD = Statement(
    update(support_news)
    .where(
        _UNTOLD_ONLY,
        support_news.c.union_id == bindparam("union"),
        support_news.c.leader_id == bindparam("leader"),
        support_news.c.at < bindparam("before"),
    )
    .values(told=1)
)
_SINCE = Statement(
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
    """For the leader's next digest."""
    tx.run(_ADD, union=union_id, leader=leader_id, member=member_id, is_gain=gained, now=tx.now)


def unions_with_news(tx: Tx) -> list[int]:
    return [row.union_id for row in tx.all(_UNIONS)]


def leaders_with_news(tx: Tx, union_id: int, before: datetime, today: int, most: int) -> list[int]:
    """Up to `most` leaders who have untold news from before that moment, and were told nothing unasked today."""
    rows = tx.all(_LEADERS, union=union_id, before=before, today=today, most=most)
    return [row.leader_id for row in rows]


def untold(tx: Tx, union_id: int, leader_id: int, before: datetime) -> list[News]:
    """The leader's news from before that moment, oldest first."""
    return [News(*row) for row in tx.all(_OF_LEADER, union=union_id, leader=leader_id, before=before)]


def told(tx: Tx, union_id: int, leader_id: int, before: datetime) -> None:
    tx.run(_TOLD, union=union_id, leader=leader_id, before=before)


def since(tx: Tx, leader_id: int, since: datetime, most: int) -> list[News]:
    """The leader's news from then on, newest first, told or not."""
    return [News(*row) for row in tx.all(_SINCE, leader=leader_id, since=since, most=most)]


def prune(tx: Tx, before: datetime, most: int) -> int:
    """Forget up to `most` told pieces of news from before that moment; how many."""
    return tx.run(_PRUNE, before=before, most=most)


def move_leader(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """News for `absorbed` is for `survivor`, but for what they did to each other."""
    tx.run(_MOVE_LEADER, absorbed=absorbed_id, survivor=survivor_id)
    tx.run(_DELETE_OWN, leader=survivor_id, absorbed=absorbed_id)


def move_member(tx: Tx, leader_id: int, absorbed_id: int, survivor_id: int) -> None:
    """What this leader is told of `absorbed` is about `survivor`."""
    tx.run(_MOVE_MEMBER, leader=leader_id, absorbed=absorbed_id, survivor=survivor_id)


def forget(tx: Tx, leader_id: int) -> None:
    """Erase what a member who leaves had to be told."""
    tx.run(_DELETE_LEADER, leader=leader_id)

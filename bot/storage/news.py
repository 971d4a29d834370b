"""What leaders have not been told yet of their support, and members of their leader's leaving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, literal_column, select, update

from bot.storage import quiet
from bot.storage.statements import Statement, insert
from bot.storage.tables import endorsements, members, released, support_news
from bot.storage.transaction import Tx


@dataclass(frozen=True, slots=True)
class News:
    """Somebody began (`gained`) or ceased to endorse a leader."""

    member_id: int
    gained: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Released:
    """A member whose leader left; `offer_id` is whom that leader endorsed."""

    member_id: int
    offer_id: int | None


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
        quiet.untold(),
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

_RELEASE = Statement(
    insert(released)
    .from_select(
        ["member_id", "union_id", "offer_id", "at"],
        select(
            endorsements.c.member_id,
            bindparam("union", type_=released.c.union_id.type),
            bindparam("offer", type_=released.c.offer_id.type),
            bindparam("now", type_=released.c.at.type),
        ).where(endorsements.c.leader_id == bindparam("leader")),
    )
    .on_conflict_do_update(
        index_elements=["member_id"],
        set_={"offer_id": bindparam("offer", type_=released.c.offer_id.type)},
    )
)
_RELEASED_UNIONS = Statement(select(released.c.union_id).distinct())
_RELEASED = Statement(
    select(released.c.member_id, released.c.offer_id)
    .join(members, members.c.id == released.c.member_id)
    .where(released.c.union_id == bindparam("union"), quiet.untold())
    .order_by(released.c.member_id)
    .limit(bindparam("most"))
)
_FORGET_RELEASED = Statement(delete(released).where(released.c.member_id == bindparam("member")))
_REPLACE_OFFER = Statement(
    update(released).where(released.c.offer_id == bindparam("gone")).values(offer_id=bindparam("instead"))
)


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


def release_followers(tx: Tx, union_id: int, leader_id: int, offer_id: int | None) -> int:
    """Note everybody who endorses this leader, who leaves; how many."""
    return tx.run(_RELEASE, union=union_id, leader=leader_id, offer=offer_id, now=tx.now)


def unions_with_released(tx: Tx) -> list[int]:
    return [row.union_id for row in tx.all(_RELEASED_UNIONS)]


def released_of(tx: Tx, union_id: int, today: int, most: int) -> list[Released]:
    """Up to `most` members to tell that their leader left, who were told nothing unasked today."""
    return [Released(*row) for row in tx.all(_RELEASED, union=union_id, today=today, most=most)]


def forget_released(tx: Tx, member_id: int) -> None:
    tx.run(_FORGET_RELEASED, member=member_id)


def replace_offer(tx: Tx, gone_id: int, instead_id: int | None) -> None:
    """Who was to be offered is gone (or is another member now)."""
    tx.run(_REPLACE_OFFER, gone=gone_id, instead=instead_id)


def forget(tx: Tx, member_id: int) -> None:
    """Of a member who leaves: what they had to be told, and offers of them."""
    tx.run(_DELETE_LEADER, leader=member_id)
    forget_released(tx, member_id)
    replace_offer(tx, member_id, None)

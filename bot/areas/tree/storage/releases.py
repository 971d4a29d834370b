"""Members whose leader left. A row is erased when its member is told."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from bot.areas.members.tables import members, told_nothing_today
from bot.areas.tree.tables import endorsements, released
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert


@dataclass(frozen=True, slots=True)
class Release:
    """A member whose leader left. `offer_id` is the leader of that leader, if there was one."""

    member_id: int
    offer_id: int | None


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
_UNIONS = Statement(select(released.c.union_id).distinct())
_UNTOLD = Statement(
    select(released.c.member_id, released.c.offer_id)
    .join(members, members.c.id == released.c.member_id)
    .where(released.c.union_id == bindparam("union"), told_nothing_today())
    .order_by(released.c.member_id)
    .limit(bindparam("most"))
)
_REMOVE = Statement(delete(released).where(released.c.member_id == bindparam("member")))
_REPLACE_OFFER = Statement(
    update(released).where(released.c.offer_id == bindparam("gone")).values(offer_id=bindparam("instead"))
)


def release_followers(tx: Tx, union_id: int, leader_id: int, offer_id: int | None) -> int:
    """Notes everybody who endorses this leader, before the leader leaves; returns how many."""
    return tx.run(_RELEASE, union=union_id, leader=leader_id, offer=offer_id, now=tx.now)


def unions_with_released(tx: Tx) -> list[int]:
    """Returns the unions in which a member is to be told that their leader left."""
    return [row.union_id for row in tx.all(_UNIONS)]


def untold(tx: Tx, union_id: int, today: int, most: int) -> list[Release]:
    """Returns up to `most` members whose leader left and who were told nothing unasked today."""
    return [Release(*row) for row in tx.all(_UNTOLD, union=union_id, today=today, most=most)]


def remove(tx: Tx, member_id: int) -> None:
    """Erases the note that the member's leader left."""
    tx.run(_REMOVE, member=member_id)


def replace_offer(tx: Tx, gone_id: int, instead_id: int | None) -> None:
    """Offers another member, or nobody, in the place of one who left or was absorbed."""
    tx.run(_REPLACE_OFFER, gone=gone_id, instead=instead_id)


def forget(tx: Tx, member_id: int) -> None:
    """Erases the note for a member who leaves, and offers the member to nobody."""
    remove(tx, member_id)
    replace_offer(tx, member_id, None)

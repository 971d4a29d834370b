"""Members whose leader left, until they are told."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from bot.areas.members.tables import members, told_nothing_today
from bot.areas.tree.tables import endorsements, released
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert


@dataclass(frozen=True, slots=True)
class Released:
    """A member whose leader left; `offer_id` is whom that leader endorsed."""

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
_RELEASED_UNIONS = Statement(select(released.c.union_id).distinct())
_RELEASED = Statement(
    select(released.c.member_id, released.c.offer_id)
    .join(members, members.c.id == released.c.member_id)
    .where(released.c.union_id == bindparam("union"), told_nothing_today())
    .order_by(released.c.member_id)
    .limit(bindparam("most"))
)
_FORGET_RELEASED = Statement(delete(released).where(released.c.member_id == bindparam("member")))
_REPLACE_OFFER = Statement(
    update(released).where(released.c.offer_id == bindparam("gone")).values(offer_id=bindparam("instead"))
)


def release_followers(tx: Tx, union_id: int, leader_id: int, offer_id: int | None) -> int:
    """Note everybody who endorses this leader, who leaves; how many."""
    return tx.run(_RELEASE, union=union_id, leader=leader_id, offer=offer_id, now=tx.now)


def unions(tx: Tx) -> list[int]:
    return [row.union_id for row in tx.all(_RELEASED_UNIONS)]


def untold(tx: Tx, union_id: int, today: int, most: int) -> list[Released]:
    """Up to `most` members to tell that their leader left, who were told nothing unasked today."""
    return [Released(*row) for row in tx.all(_RELEASED, union=union_id, today=today, most=most)]


def remove(tx: Tx, member_id: int) -> None:
    tx.run(_FORGET_RELEASED, member=member_id)


def replace_offer(tx: Tx, gone_id: int, instead_id: int | None) -> None:
    """Who was to be offered is gone (or is another member now)."""
    tx.run(_REPLACE_OFFER, gone=gone_id, instead=instead_id)


def forget(tx: Tx, member_id: int) -> None:
    """Erase what a member who leaves had to be told, and offers of them."""
    remove(tx, member_id)
    replace_offer(tx, member_id, None)

"""The people to whom the founder gave the moderation of the whole union."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, exists, select, update

from bot.areas.members.tables import ref_of
from bot.areas.moderators.tables import moderators
from bot.domain.transaction import Tx
from bot.storage.exporting import OfMembers
from bot.storage.statements import Statement, insert

_ADD = Statement(
    insert(moderators)
    .values(member_id=bindparam("member_id"), union_id=bindparam("union_id"), since=bindparam("since"))
    .on_conflict_do_nothing()
)
_REMOVE = Statement(delete(moderators).where(moderators.c.member_id == bindparam("member")))
_IS_ONE = Statement(select(moderators.c.member_id).where(moderators.c.member_id == bindparam("member")))
_OF_UNION = Statement(
    select(moderators.c.member_id)
    .where(moderators.c.union_id == bindparam("union"))
    .order_by(moderators.c.since, moderators.c.member_id)
)
_survivors = moderators.alias("survivors")
_MOVE = Statement(
    update(moderators)
    .where(
        moderators.c.member_id == bindparam("absorbed"),
        ~exists().where(_survivors.c.member_id == bindparam("survivor")),
    )
    .values(member_id=bindparam("survivor"))
)
EXPORTS = (
    OfMembers(
        "moderators",
        "members who moderate the whole union, besides the founder",
        moderators.c.member_id,
        (ref_of(moderators.c.member_id, "member"), moderators.c.since),
    ),
)


def add(tx: Tx, union_id: int, member_id: int) -> bool:
    """Makes a member a moderator; False if they are one already."""
    return tx.run(_ADD, member_id=member_id, union_id=union_id, since=tx.now) > 0


def remove(tx: Tx, member_id: int) -> bool:
    """Ends a member's moderation; False if they are none."""
    return tx.run(_REMOVE, member=member_id) > 0


def is_one(tx: Tx, member_id: int) -> bool:
    """Whether the member is named a moderator."""
    return tx.value(_IS_ONE, member=member_id) is not None


def of_union(tx: Tx, union_id: int) -> list[int]:
    """Returns the ids of the named moderators, those of the longest standing first."""
    return [row.member_id for row in tx.all(_OF_UNION, union=union_id)]


def move(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """Gives the absorbed member's moderation to the survivor; drops it if the survivor has it."""
    tx.run(_MOVE, absorbed=absorbed_id, survivor=survivor_id)
    tx.run(_REMOVE, member=absorbed_id)

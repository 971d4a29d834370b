"""How many of each leader's base answer calls: kept for leaders, and everything that working it out reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, delete, or_, select

from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.tables import activations, support
from bot.domain.transaction import Tx
from bot.storage.paging import pages
from bot.storage.statements import Statement, insert

_OF = Statement(select(activations.c.answered).where(activations.c.member_id == bindparam("member")))
_RANKED = Statement(
    select(activations.c.member_id, activations.c.share)
    .where(
        activations.c.union_id == bindparam("union"),
        activations.c.share <= bindparam("number"),
        or_(activations.c.share < bindparam("number"), activations.c.member_id > bindparam("member")),
    )
    .order_by(activations.c.share.desc(), activations.c.member_id)
    .limit(bindparam("most"))
)
_KEPT = Statement(
    select(activations.c.member_id, activations.c.answered, activations.c.share)
    .where(activations.c.union_id == bindparam("union"), activations.c.member_id > bindparam("after"))
    .order_by(activations.c.member_id)
    .limit(bindparam("most"))
)
# Only who has a support row: somebody may have left since the reading.
_new = insert(activations).from_select(
    ["member_id", "union_id", "answered", "share"],
    select(
        support.c.member_id,
        support.c.union_id,
        bindparam("people", type_=activations.c.answered.type),
        bindparam("part", type_=activations.c.share.type),
    ).where(support.c.member_id == bindparam("member")),
)
_PUT = Statement(
    _new.on_conflict_do_update(
        index_elements=["member_id"],
        set_={"answered": _new.excluded.answered, "share": _new.excluded.share},
    )
)
_REMOVE = Statement(delete(activations).where(activations.c.member_id == bindparam("member")))


def of(tx: Tx, member_id: int) -> int | None:
    """How many of the member's base answered lately, at the last close; None if nobody was counted for them."""
    found: int | None = tx.value(_OF, member=member_id)
    return found


def ranked(tx: Tx, union_id: int, most: int, after: Ranked | None) -> list[Ranked]:
    """Up to `most` members by the share of their base that answered, the highest first; of equals the elder."""
    start = after or Ranked(0, 2.0)
    rows = tx.all(_RANKED, union=union_id, number=start.number, member=start.member_id, most=most)
    return [Ranked(row.member_id, row.share) for row in rows]


def kept(tx: Tx, union_id: int) -> Iterator[Sequence[tuple[int, int, float | None]]]:
    """(member, answered, share) as they were worked out last, in pages."""
    return pages(tx, _KEPT, union_id)


def put(tx: Tx, member_id: int, answered: int, share: float | None) -> None:
    """The member's activation, unless they left."""
    tx.run(_PUT, member=member_id, people=answered, part=share)


def remove(tx: Tx, member_id: int) -> None:
    tx.run(_REMOVE, member=member_id)

"""Activation: how many people of each leader's base answer calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, delete, select

from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.storage import rankings
from bot.areas.tree.tables import activations, support
from bot.domain.transaction import Tx
from bot.storage.paging import pages, ranking
from bot.storage.statements import Statement, insert

_OF = Statement(select(activations.c.answered).where(activations.c.member_id == bindparam("member")))
_ABOVE_ALL = Ranked(0, 2.0)
_RANKED = ranking(activations.c.member_id, activations.c.share, activations.c.union_id == bindparam("union"))
_KEPT = Statement(
    select(activations.c.member_id, activations.c.answered, activations.c.share)
    .where(activations.c.union_id == bindparam("union"), activations.c.member_id > bindparam("after"))
    .order_by(activations.c.member_id)
    .limit(bindparam("most"))
)
# Only a member with a support row gets one: others may have left since the round read its data.
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
    """Returns how many of the member's base had answered lately at the last close; None if nobody was counted."""
    found: int | None = tx.value(_OF, member=member_id)
    return found


def ranked(tx: Tx, union_id: int, most: int, after: Ranked | None) -> list[Ranked]:
    """Returns up to `most` members by the share of their base that answered, the highest first, then the older."""
    return rankings.page(tx, _RANKED, union_id, most, after or _ABOVE_ALL)


def kept(tx: Tx, union_id: int) -> Iterator[Sequence[tuple[int, int, float | None]]]:
    """Reads (member, answered, share) of the last round, in pages."""
    return pages(tx, _KEPT, union_id)


def put(tx: Tx, member_id: int, answered: int, share: float | None) -> None:
    """Sets the member's activation, unless they left."""
    tx.run(_PUT, member=member_id, people=answered, part=share)


def remove(tx: Tx, member_id: int) -> None:
    tx.run(_REMOVE, member=member_id)

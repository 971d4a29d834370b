"""How many of each leader's base answer calls: kept for leaders, and everything that working it out reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import bindparam, delete, exists, func, literal_column, or_, select

from bot.domain.calls import State
from bot.domain.endorsements import Ranked
from bot.storage.paging import PAGE, pages
from bot.storage.statements import Statement, insert
from bot.storage.tables import activations, calls, checkins, endorsements, members, support, wallets
from bot.storage.transaction import Tx

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
_LAST_CLOSED = Statement(
    select(calls.c.id, calls.c.day)
    .where(
        calls.c.union_id == bindparam("union"),
        calls.c.state == State.CLOSED,
        calls.c.leader_id.is_(None),
    )
    .order_by(calls.c.day.desc())
    .limit(1)
)
_CALLS = Statement(
    select(calls.c.id).where(
        calls.c.union_id == bindparam("union"),
        calls.c.state == State.CLOSED,
        calls.c.leader_id.is_(None),
        calls.c.day >= bindparam("first"),
        calls.c.day <= bindparam("last"),
    )
)
_ANSWERED = (
    checkins.c.call_id.in_(bindparam("calls", expanding=True)),
    checkins.c.state == literal_column("'done'"),
)
# A follower's row says whether they answered, so that one reading is enough.
_FOLLOWERS = Statement(
    select(
        endorsements.c.member_id,
        endorsements.c.leader_id,
        exists().where(checkins.c.member_id == endorsements.c.member_id, *_ANSWERED).label("answered"),
    )
    .select_from(members.join(endorsements, endorsements.c.member_id == members.c.id))
    .where(
        members.c.union_id == bindparam("union"),
        members.c.id > bindparam("after"),
        endorsements.c.leader_id.is_not(None),
    )
    .order_by(members.c.id)
    .limit(bindparam("most"))
)
_HOLDERS = Statement(
    select(
        wallets.c.member_id,
        select(func.count())
        .where(checkins.c.member_id == wallets.c.member_id, *_ANSWERED)
        .scalar_subquery()
        .label("answers"),
    )
    .where(wallets.c.union_id == bindparam("union"), wallets.c.member_id > bindparam("after"))
    .group_by(wallets.c.member_id)
    .order_by(wallets.c.member_id)
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


def last_closed(tx: Tx, union_id: int) -> tuple[int, int] | None:
    """(id, union-day) of the union's latest call that is over; branches' calls are not looked at."""
    row = tx.one(_LAST_CLOSED, union=union_id)
    return (row.id, row.day) if row else None


def calls_of(tx: Tx, union_id: int, first: int, last: int) -> list[int]:
    """The union's own calls of those union-days that are over."""
    return [row.id for row in tx.all(_CALLS, union=union_id, first=first, last=last)]


def followers(tx: Tx, union_id: int, call_ids: Sequence[int]) -> Iterator[Sequence[tuple[int, int, int]]]:
    """(member, leader, whether the member answered one of the calls) of all who endorse somebody, in pages."""
    after = 0
    while rows := tx.plain(_FOLLOWERS, union=union_id, calls=list(call_ids), after=after, most=PAGE):
        yield rows
        after = rows[-1][0]


def holders(tx: Tx, union_id: int, call_ids: Sequence[int]) -> Iterator[Sequence[tuple[int, int]]]:
    """(member, how many of the calls they answered) of all who have a wallet, in pages."""
    after = 0
    while rows := tx.plain(_HOLDERS, union=union_id, calls=list(call_ids), after=after, most=PAGE):
        yield rows
        after = rows[-1][0]


def kept(tx: Tx, union_id: int) -> Iterator[Sequence[tuple[int, int, float | None]]]:
    """(member, answered, share) as they were worked out last, in pages."""
    return pages(tx, _KEPT, union_id)


def put(tx: Tx, member_id: int, answered: int, share: float | None) -> None:
    """The member's activation, unless they left."""
    tx.run(_PUT, member=member_id, people=answered, part=share)


def remove(tx: Tx, member_id: int) -> None:
    tx.run(_REMOVE, member=member_id)

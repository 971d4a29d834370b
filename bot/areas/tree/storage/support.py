"""What endorsements add up to, kept along the way to the root, with a value for each past union-day."""

from __future__ import annotations

from sqlalchemy import bindparam, case, delete, select, update

from bot.areas.tree.domain.endorsements import Base
from bot.areas.tree.storage.endorsements import upward
from bot.areas.tree.tables import support, support_days
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_OF = Statement(
    select(support.c.direct, support.c.headcount, support.c.linked, support.c.day).where(
        support.c.member_id == bindparam("member")
    )
)


def _along(**changed: str) -> Statement:
    """Add to columns of everybody from :start upward."""
    values = {name: support.c[name] + bindparam(more) for name, more in changed.items()}
    above = support.c.member_id.in_(select(upward().c.member_id))
    # In another time zone a day may come again: what is kept of it by then must not be taken for newer.
    today = bindparam("today", type_=support.c.day.type)
    day = case((support.c.day > today, support.c.day), else_=today)
    return Statement(update(support).where(above).values(day=day, **values))


_ADD_PEOPLE = _along(headcount="people")
_ADD_LINKED = _along(linked="holders")
_ADD_BOTH = _along(headcount="people", linked="holders")
_ENDORSED = Statement(
    insert(support)
    .values(
        member_id=bindparam("member"),
        union_id=bindparam("union"),
        direct=1,
        headcount=0,
        linked=0,
        day=bindparam("today"),
    )
    .on_conflict_do_update(index_elements=["member_id"], set_={"direct": support.c.direct + 1})
)
_FEWER = Statement(
    update(support).where(support.c.member_id == bindparam("member")).values(direct=support.c.direct - 1)
)
_PUT = Statement(
    insert(support)
    .values(
        member_id=bindparam("member"),
        union_id=bindparam("union"),
        direct=bindparam("endorsing"),
        headcount=bindparam("people"),
        linked=bindparam("holders"),
        day=bindparam("today"),
    )
    .on_conflict_do_update(
        index_elements=["member_id"],
        set_={
            "direct": bindparam("endorsing"),
            "headcount": bindparam("people"),
            "linked": bindparam("holders"),
            "day": bindparam("today"),
        },
    )
)
_past = insert(support_days).from_select(
    ["member_id", "day", "headcount", "linked"],
    select(support.c.member_id, support.c.day, support.c.headcount, support.c.linked).where(
        support.c.member_id.in_(select(upward().c.member_id)), support.c.day < bindparam("today")
    ),
)
_KEEP_DAYS = Statement(
    _past.on_conflict_do_update(
        index_elements=["member_id", "day"],
        set_={"headcount": _past.excluded.headcount, "linked": _past.excluded.linked},
    )
)
_DELETE = Statement(delete(support).where(support.c.member_id == bindparam("member")))
_DELETE_DAYS = Statement(delete(support_days).where(support_days.c.member_id == bindparam("member")))


def of(tx: Tx, member_id: int) -> Base:
    """The member's support base; zeros if nobody ever endorsed them."""
    row = tx.one(_OF, member=member_id)
    return Base(*row) if row else Base()


def add(tx: Tx, start_id: int, people: int, linked: int, today: int) -> None:
    """Add to the bases of a member and everybody above; either may be negative."""
    # An index is only touched by what names its column, so each change names what it must.
    if people and linked:
        tx.run(_ADD_BOTH, start=start_id, people=people, holders=linked, today=today)
    elif people:
        tx.run(_ADD_PEOPLE, start=start_id, people=people, today=today)
    elif linked:
        tx.run(_ADD_LINKED, start=start_id, holders=linked, today=today)


def endorsed(tx: Tx, union_id: int, leader_id: int, today: int) -> None:
    """One more endorses this member."""
    tx.run(_ENDORSED, member=leader_id, union=union_id, today=today)


def no_longer_endorsed(tx: Tx, leader_id: int) -> None:
    """One fewer endorses this member."""
    tx.run(_FEWER, member=leader_id)


def put(tx: Tx, union_id: int, member_id: int, base: Base, today: int) -> None:
    """The member's base, whatever it was."""
    tx.run(
        _PUT,
        member=member_id,
        union=union_id,
        endorsing=base.direct,
        people=base.headcount,
        holders=base.linked,
        today=today,
    )


def keep_days(tx: Tx, start_id: int, today: int) -> None:
    """Keep the values of the last day on which they changed, of a member and everybody above, if it is over."""
    tx.run(_KEEP_DAYS, start=start_id, today=today)


def remove(tx: Tx, member_id: int) -> None:
    """Forget the member's base and its past."""
    tx.run(_DELETE, member=member_id)
    tx.run(_DELETE_DAYS, member=member_id)

"""Support bases: the sums of endorsements, kept up on the way to the root, and their values on past union-days."""

from __future__ import annotations

from sqlalchemy import bindparam, case, delete, exists, select, update

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


def _add_upward(**parameters: str) -> Statement:
    """Adds to columns of everybody from :start upward; the parameter of each column has the summand."""
    values = {name: support.c[name] + bindparam(parameter) for name, parameter in parameters.items()}
    above = support.c.member_id.in_(select(upward().c.member_id))
    # A union-day can come twice, if the union moves to another time zone. So the day never goes back: otherwise the
    # values that are kept of the later day would count as newer than the present ones.
    today = bindparam("today", type_=support.c.day.type)
    day = case((support.c.day > today, support.c.day), else_=today)
    return Statement(update(support).where(above).values(day=day, **values))


_ADD_PEOPLE = _add_upward(headcount="people")
_ADD_LINKED = _add_upward(linked="holders")
_ADD_BOTH = _add_upward(headcount="people", linked="holders")
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
_later = support_days.alias("later")
_HAS_LATER = exists().where(
    _later.c.member_id == support_days.c.member_id,
    _later.c.day > support_days.c.day,
    _later.c.day <= bindparam("end"),
)
_THIN_DAYS = Statement(
    delete(support_days).where(
        support_days.c.day == bindparam("on"),
        support_days.c.member_id.in_(
            select(support_days.c.member_id)
            .where(support_days.c.day == bindparam("on"), _HAS_LATER)
            .limit(bindparam("most"))
        ),
    )
)
_DELETE = Statement(delete(support).where(support.c.member_id == bindparam("member")))
_DELETE_DAYS = Statement(delete(support_days).where(support_days.c.member_id == bindparam("member")))


def of(tx: Tx, member_id: int) -> Base:
    """Returns the member's support base; zeros if nobody ever endorsed the member."""
    row = tx.one(_OF, member=member_id)
    return Base(*row) if row else Base()


def add(tx: Tx, start_id: int, people: int, linked: int, today: int) -> None:
    """Adds to the bases of a member and everybody above. Both numbers may be negative."""
    # An update writes to the index of each column that it names, so it names only the columns that change.
    if people and linked:
        tx.run(_ADD_BOTH, start=start_id, people=people, holders=linked, today=today)
    elif people:
        tx.run(_ADD_PEOPLE, start=start_id, people=people, today=today)
    elif linked:
        tx.run(_ADD_LINKED, start=start_id, holders=linked, today=today)


def add_follower(tx: Tx, union_id: int, leader_id: int, today: int) -> None:
    """Counts one more direct endorsement of this member."""
    tx.run(_ENDORSED, member=leader_id, union=union_id, today=today)


def remove_follower(tx: Tx, leader_id: int) -> None:
    """Counts one direct endorsement of this member less."""
    tx.run(_FEWER, member=leader_id)


def put(tx: Tx, union_id: int, member_id: int, base: Base, today: int) -> None:
    """Sets the member's base, in place of an earlier one."""
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
    """Keeps the bases of a member and everybody above as of the day of their last change, if that day is over."""
    tx.run(_KEEP_DAYS, start=start_id, today=today)


def thin_days(tx: Tx, day: int, block_end: int, most: int) -> int:
    """Erases up to `most` kept bases of a union-day, if a later day up to `block_end` is kept; returns how many."""
    return tx.run(_THIN_DAYS, on=day, end=block_end, most=most)


def remove(tx: Tx, member_id: int) -> None:
    """Erases the member's base and its past."""
    tx.run(_DELETE, member=member_id)
    tx.run(_DELETE_DAYS, member=member_id)

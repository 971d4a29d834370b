"""Who meets a union's rule of leadership now, and who was seen to lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, or_, select, union, update

from bot.areas.members.tables import members, told_nothing_today
from bot.areas.tree.domain.leadership import Lead, Rank, Rules
from bot.areas.tree.tables import leaders, rules, support
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_RANK = (leaders.c.member_id, leaders.c.since, leaders.c.falls_at)


def _ranked(number: ColumnElement[int]) -> Select[Any]:
    """The :n members with the most supporters, the one with the larger base first, then the older member."""
    return (
        select(support.c.member_id, number.label("number"))
        .where(support.c.union_id == bindparam("union"), number > 0)
        .order_by(number.desc(), support.c.headcount.desc(), support.c.member_id)
        .limit(bindparam("n"))
    )


def _supported(number: ColumnElement[int]) -> Select[Any]:
    """Everybody with :n supporters or more."""
    return select(support.c.member_id, number.label("number")).where(
        support.c.union_id == bindparam("union"), number >= bindparam("n")
    )


@dataclass(frozen=True, slots=True)
class _Questions:
    """What is asked of one kind of rule, counting one of the two numbers."""

    number: Statement
    first: Statement
    last: Statement
    count: Statement
    rising: Statement
    turning: Statement


def _questions(number: ColumnElement[int], qualified: Select[Any]) -> _Questions:
    meets = qualified.subquery("meets")
    not_seen = ~select(leaders.c.member_id).where(leaders.c.member_id == meets.c.member_id).exists()
    met = meets.c.member_id.is_not(None)
    due = or_(
        leaders.c.member_id == bindparam("founder"),
        leaders.c.falls_at.is_(None) & ~met,
        leaders.c.falls_at.is_not(None) & met,
        leaders.c.falls_at <= bindparam("at"),
    )
    return _Questions(
        Statement(select(number).where(support.c.member_id == bindparam("member"))),
        Statement(_ranked(number)),
        Statement(
            select(number)
            .where(support.c.union_id == bindparam("union"), number > 0)
            .order_by(number.desc())
            .limit(1)
            .offset(bindparam("better"))
        ),
        Statement(select(func.count()).select_from(meets)),
        Statement(
            select(meets.c.member_id)
            .join(members, members.c.id == meets.c.member_id)
            .where(not_seen, meets.c.member_id != bindparam("founder"), told_nothing_today())
            .limit(bindparam("most"))
        ),
        Statement(
            select(leaders.c.member_id)
            .select_from(
                leaders.join(members, members.c.id == leaders.c.member_id).outerjoin(
                    meets, meets.c.member_id == leaders.c.member_id
                )
            )
            .where(leaders.c.union_id == bindparam("union"), due, told_nothing_today())
            .limit(bindparam("most"))
        ),
    )


_NUMBERS: dict[bool, ColumnElement[int]] = {True: support.c.linked, False: support.c.headcount}
_ASK = {
    (lead, linked_only): _questions(number, _ranked(number) if lead is Lead.TOP else _supported(number))
    for linked_only, number in _NUMBERS.items()
    for lead in (Lead.TOP, Lead.SUPPORTED)
}
_CONCERNED = Statement(
    union(
        select(leaders.c.union_id),
        select(rules.c.union_id).where(rules.c.leaders != Lead.FOUNDER.value),
    )
)
_OF = Statement(select(*_RANK).where(leaders.c.member_id == bindparam("member")))
_IDS = Statement(
    select(leaders.c.member_id)
    .join(members, members.c.id == leaders.c.member_id)
    .where(leaders.c.union_id == bindparam("union"), told_nothing_today())
    .limit(bindparam("most"))
)
_IN_GRACE = Statement(
    select(func.count())
    .select_from(leaders)
    .where(leaders.c.union_id == bindparam("union"), leaders.c.falls_at > bindparam("at"))
)
_PUT = Statement(
    insert(leaders)
    .values(
        member_id=bindparam("member"),
        union_id=bindparam("union"),
        since=bindparam("began"),
        falls_at=bindparam("until"),
    )
    .on_conflict_do_update(
        index_elements=["member_id"], set_={"since": bindparam("began"), "falls_at": bindparam("until")}
    )
)
_SET_FALLS = Statement(
    update(leaders).where(leaders.c.member_id == bindparam("member")).values(falls_at=bindparam("until"))
)
_REMOVE = Statement(delete(leaders).where(leaders.c.member_id == bindparam("member")))


def number(tx: Tx, member_id: int, found: Rules) -> int:
    """How many supporters of the member count towards ranks."""
    return tx.value(_ask(found).number, member=member_id) or 0


def first(tx: Tx, union_id: int, found: Rules, most: int) -> list[tuple[int, int]]:
    """(member, number) of the `most` members with the most supporters.

    Reads so many rows, and those that have as many supporters as the last.
    """
    return [(row[0], row[1]) for row in tx.all(_ask(found).first, union=union_id, n=most)]


def last(tx: Tx, union_id: int, found: Rules, place: int) -> int:
    """The number of supporters of who has that place (from 1); 0 if nobody has it. Reads the index alone."""
    return tx.value(_ask(found).last, union=union_id, better=place - 1) or 0


def count(tx: Tx, union_id: int, found: Rules) -> int:
    """How many meet the union's rule."""
    if found.leaders is Lead.FOUNDER:
        return 0
    return int(tx.value(_ask(found).count, union=union_id, n=found.n))


def concerned(tx: Tx) -> list[int]:
    """The unions in which anybody but the founder leads, or may."""
    return [row[0] for row in tx.all(_CONCERNED)]


def due(tx: Tx, union_id: int, founder_id: int | None, found: Rules, today: int, most: int) -> Sequence[int]:
    """Up to `most` of each: members who meet the rule and were not seen to lead, and those whose rank changes.

    Not who was told something unasked today: a change and its being told go together.
    """
    if found.leaders is Lead.FOUNDER:
        return [row[0] for row in tx.all(_IDS, union=union_id, today=today, most=most)]
    ask = _ask(found)
    nobody_or_founder = founder_id or 0
    which = {"union": union_id, "n": found.n, "founder": nobody_or_founder, "today": today, "most": most}
    rows = [*tx.all(ask.rising, **which), *tx.all(ask.turning, **which, at=tx.now)]
    return [row[0] for row in rows]


def of(tx: Tx, member_id: int) -> Rank | None:
    row = tx.one(_OF, member=member_id)
    return Rank(*row) if row else None


def in_grace(tx: Tx, union_id: int) -> int:
    """How many lead although they are below the rule."""
    return int(tx.value(_IN_GRACE, union=union_id, at=tx.now))


def put(tx: Tx, union_id: int, member_id: int, since: datetime, falls_at: datetime | None = None) -> None:
    """The member leads since then."""
    tx.run(_PUT, member=member_id, union=union_id, began=since, until=falls_at)


def set_falls(tx: Tx, member_id: int, at: datetime | None) -> None:
    """When the member stops leading; None: not as it stands."""
    tx.run(_SET_FALLS, member=member_id, until=at)


def remove(tx: Tx, member_id: int) -> None:
    """The member leads no more."""
    tx.run(_REMOVE, member=member_id)


def _ask(found: Rules) -> _Questions:
    # The founder's rule asks nothing of supporters: its numbers are those of any other.
    lead = Lead.TOP if found.leaders is Lead.TOP else Lead.SUPPORTED
    return _ASK[lead, found.linked_only]

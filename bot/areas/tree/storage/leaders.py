"""Members who meet a union's rule of leadership now, and members who are recorded as leaders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, or_, select, union, update

from bot.areas.members.tables import members, told_nothing_today
from bot.areas.tree.domain.leadership import Lead, Rank, Rules
from bot.areas.tree.tables import leaders, rules, support
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_RANK = (leaders.c.member_id, leaders.c.since, leaders.c.falls_at)


def _top(number: ColumnElement[int]) -> Select[tuple[int, int]]:
    """The :n members with the most supporters; of equals the one with the larger base, then the older member."""
    return (
        select(support.c.member_id, number.label("number"))
        .where(support.c.union_id == bindparam("union"), number > 0)
        .order_by(number.desc(), support.c.headcount.desc(), support.c.member_id)
        .limit(bindparam("n"))
    )


def _supported(number: ColumnElement[int]) -> Select[tuple[int, int]]:
    """Everybody with :n supporters or more."""
    return select(support.c.member_id, number.label("number")).where(
        support.c.union_id == bindparam("union"), number >= bindparam("n")
    )


@dataclass(frozen=True, slots=True)
class _Questions:
    """The statements for one kind of rule that counts one of the two numbers of support."""

    supporters_of: Statement
    top: Statement
    number_at: Statement
    count: Statement
    rising: Statement
    turning: Statement


def _questions(number: ColumnElement[int], qualified: Select[tuple[int, int]]) -> _Questions:
    meets = qualified.subquery("meets")
    unrecorded = ~select(leaders.c.member_id).where(leaders.c.member_id == meets.c.member_id).exists()
    qualifies = meets.c.member_id.is_not(None)
    turns = or_(
        leaders.c.member_id == bindparam("founder"),
        leaders.c.falls_at.is_(None) & ~qualifies,
        leaders.c.falls_at.is_not(None) & qualifies,
        leaders.c.falls_at <= bindparam("at"),
    )
    return _Questions(
        supporters_of=Statement(select(number).where(support.c.member_id == bindparam("member"))),
        top=Statement(_top(number)),
        number_at=Statement(
            select(number)
            .where(support.c.union_id == bindparam("union"), number > 0)
            .order_by(number.desc())
            .limit(1)
            .offset(bindparam("better"))
        ),
        count=Statement(select(func.count()).select_from(meets)),
        rising=Statement(
            select(meets.c.member_id)
            .join(members, members.c.id == meets.c.member_id)
            .where(unrecorded, meets.c.member_id != bindparam("founder"), told_nothing_today())
            .limit(bindparam("most"))
        ),
        turning=Statement(
            select(leaders.c.member_id)
            .select_from(
                leaders.join(members, members.c.id == leaders.c.member_id).outerjoin(
                    meets, meets.c.member_id == leaders.c.member_id
                )
            )
            .where(leaders.c.union_id == bindparam("union"), turns, told_nothing_today())
            .limit(bindparam("most"))
        ),
    )


_NUMBERS: dict[bool, ColumnElement[int]] = {True: support.c.linked, False: support.c.headcount}
_ASK = {
    (lead, linked_only): _questions(number, _top(number) if lead is Lead.TOP else _supported(number))
    for linked_only, number in _NUMBERS.items()
    for lead in (Lead.TOP, Lead.SUPPORTED)
}
_UNIONS = Statement(
    union(
        select(leaders.c.union_id),
        select(rules.c.union_id).where(rules.c.leaders != Lead.FOUNDER.value),
    )
)
_OF = Statement(select(*_RANK).where(leaders.c.member_id == bindparam("member")))
_RECORDED = Statement(
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
_SET_FALLS_AT = Statement(
    update(leaders).where(leaders.c.member_id == bindparam("member")).values(falls_at=bindparam("until"))
)
_REMOVE = Statement(delete(leaders).where(leaders.c.member_id == bindparam("member")))


def supporters_of(tx: Tx, member_id: int, rule: Rules) -> int:
    """Returns how many supporters of the member count by the rule."""
    return tx.value(_ask(rule).supporters_of, member=member_id) or 0


def top(tx: Tx, union_id: int, rule: Rules, most: int) -> list[tuple[int, int]]:
    """Returns (member, supporters) of the `most` members with the most supporters.

    Reads `most` rows, and all rows with as many supporters as the last of them.
    """
    return [(row[0], row[1]) for row in tx.all(_ask(rule).top, union=union_id, n=most)]


def number_at(tx: Tx, union_id: int, rule: Rules, place: int) -> int:
    """Returns how many supporters the member at a place (from 1) has; 0 if nobody is there. Reads only an index."""
    return tx.value(_ask(rule).number_at, union=union_id, better=place - 1) or 0


def count(tx: Tx, union_id: int, rule: Rules) -> int:
    """Returns how many members meet the rule."""
    if rule.leaders is Lead.FOUNDER:
        return 0
    return int(tx.value(_ask(rule).count, union=union_id, n=rule.n))


def unions_with_leaders(tx: Tx) -> list[int]:
    """Returns the unions in which a member besides the founder leads, or can."""
    return [row[0] for row in tx.all(_UNIONS)]


def due(tx: Tx, union_id: int, founder_id: int | None, rule: Rules, today: int, most: int) -> Sequence[int]:
    """Returns the members whose rank has to change now.

    These are up to `most` members who meet the rule and are not recorded as leaders, and up to `most` recorded
    leaders who fell below the rule, meet it again, or whose grace period is over. A rank changes only when its member
    can be told, so members who were told something unasked today are left out.
    """
    if rule.leaders is Lead.FOUNDER:
        return [row[0] for row in tx.all(_RECORDED, union=union_id, today=today, most=most)]
    ask = _ask(rule)
    nobody_or_founder = founder_id or 0
    which = {"union": union_id, "n": rule.n, "founder": nobody_or_founder, "today": today, "most": most}
    rows = [*tx.all(ask.rising, **which), *tx.all(ask.turning, **which, at=tx.now)]
    return [row[0] for row in rows]


def of(tx: Tx, member_id: int) -> Rank | None:
    """Returns the member's rank, if they are recorded as a leader."""
    row = tx.one(_OF, member=member_id)
    return Rank(*row) if row else None


def in_grace(tx: Tx, union_id: int) -> int:
    """Returns how many members lead although they are below the rule."""
    return int(tx.value(_IN_GRACE, union=union_id, at=tx.now))


def put(tx: Tx, union_id: int, member_id: int, since: datetime, falls_at: datetime | None = None) -> None:
    """Records the member as a leader since then."""
    tx.run(_PUT, member=member_id, union=union_id, began=since, until=falls_at)


def set_falls_at(tx: Tx, member_id: int, at: datetime | None) -> None:
    """Sets when the member stops leading; None: they go on."""
    tx.run(_SET_FALLS_AT, member=member_id, until=at)


def remove(tx: Tx, member_id: int) -> None:
    """Records the member as a leader no longer."""
    tx.run(_REMOVE, member=member_id)


def _ask(rule: Rules) -> _Questions:
    # The founder's rule counts no supporters. Where their number is shown all the same, it is that of other rules.
    lead = Lead.TOP if rule.leaders is Lead.TOP else Lead.SUPPORTED
    return _ASK[lead, rule.linked_only]

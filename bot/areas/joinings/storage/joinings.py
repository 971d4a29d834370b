"""Proposals that two members are one person. A row exists until it is decided and everybody was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, bindparam, case, delete, or_, select, update

from bot.areas.joinings.domain import Joining
from bot.areas.joinings.tables import joinings
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_COLUMNS = [joinings.c[name] for name in Joining.__dataclass_fields__]
_OPEN = joinings.c.over.is_(False)
_INSERT = Statement(
    insert(joinings)
    .values(
        union_id=bindparam("union"),
        way=bindparam("way"),
        asking_id=bindparam("asking"),
        asked_id=bindparam("asked"),
        asking_account_id=bindparam("asking_account"),
        asked_account_id=bindparam("asked_account"),
        address=bindparam("address"),
        asking_agreed=bindparam("agreed"),
        asked_agreed=False,
        created_at=bindparam("now"),
        expires_at=bindparam("expires"),
        due_at=bindparam("due"),
        warned=bindparam("warned"),
        over=False,
    )
    .returning(*_COLUMNS)
)
_BY_ID = Statement(select(*_COLUMNS).where(joinings.c.id == bindparam("id")))
_BETWEEN = Statement(
    select(*_COLUMNS)
    .where(
        _OPEN,
        or_(
            and_(joinings.c.asking_id == bindparam("one"), joinings.c.asked_id == bindparam("other")),
            and_(joinings.c.asking_id == bindparam("other"), joinings.c.asked_id == bindparam("one")),
        ),
    )
    .limit(1)
)
_OF = Statement(
    select(*_COLUMNS)
    .where(
        _OPEN, or_(joinings.c.asking_id == bindparam("member"), joinings.c.asked_id == bindparam("member"))
    )
    .order_by(joinings.c.id)
)
_DUE = Statement(
    select(joinings.c.union_id, joinings.c.id)
    .where(joinings.c.due_at <= bindparam("now"))
    .order_by(joinings.c.due_at, joinings.c.id)
    .limit(bindparam("most"))
)
_AGREE = Statement(
    update(joinings)
    .where(joinings.c.id == bindparam("joining"))
    .values(asking_agreed=bindparam("asking"), asked_agreed=bindparam("asked"))
)
_RESCHEDULE = Statement(
    update(joinings)
    .where(joinings.c.id == bindparam("joining"))
    .values(warned=bindparam("rounds"), due_at=bindparam("due"), expires_at=bindparam("expires"))
)
_REMOVE = Statement(delete(joinings).where(joinings.c.id == bindparam("joining")))
_MEMBERS = (joinings.c.asking_id, joinings.c.asked_id)
_ACCOUNTS = (joinings.c.asking_account_id, joinings.c.asked_account_id)
_END = Statement(
    update(joinings)
    .where(or_(*(column == bindparam("member") for column in _MEMBERS)))
    .values(
        over=True,
        address=None,
        asking_account_id=None,
        asked_account_id=None,
        due_at=bindparam("now"),
        **{
            column.name: case(
                (column == bindparam("member"), bindparam("heir", type_=column.type)), else_=column
            )
            for column in _MEMBERS
        },
    )
)
_END_BEGUN_BY = Statement(
    update(joinings)
    .where(_OPEN, joinings.c.asking_id == bindparam("member"), joinings.c.way == bindparam("which"))
    .values(over=True, address=None, asking_account_id=None, asked_account_id=None, due_at=bindparam("now"))
)
_REMOVE_ORPHANS = Statement(
    delete(joinings).where(
        joinings.c.over.is_(True),
        or_(
            and_(joinings.c.asking_id.is_(None), joinings.c.asked_id.is_(None)),
            joinings.c.asking_id == joinings.c.asked_id,
        ),
    )
)


_AHEAD = Statement(
    select(*_COLUMNS).where(
        or_(joinings.c.due_at > bindparam("latest"), joinings.c.created_at > bindparam("now"))
    )
)
_RESTART = Statement(
    update(joinings)
    .where(joinings.c.id == bindparam("joining"))
    .values(created_at=bindparam("begun"), due_at=bindparam("due"), expires_at=bindparam("expires"))
)


def add(
    tx: Tx,
    union_id: int,
    way: str,
    asking: tuple[int, int],
    asked: tuple[int, int | None],
    address: str | None,
    expires_at: datetime,
    *,
    agreed: bool = False,
    due_at: datetime | None = None,
    warned: int = 0,
) -> Joining:
    """Makes a proposal. `asking` and `asked` are (member, account). `agreed`: the asking side has agreed."""
    row = tx.one(
        _INSERT,
        union=union_id,
        way=way,
        asking=asking[0],
        asked=asked[0],
        asking_account=asking[1],
        asked_account=asked[1],
        address=address,
        agreed=agreed,
        now=tx.now,
        expires=expires_at,
        due=due_at or expires_at,
        warned=warned,
    )
    assert row is not None
    return Joining(*row)


def by_id(tx: Tx, joining_id: int) -> Joining | None:
    row = tx.one(_BY_ID, id=joining_id)
    return Joining(*row) if row else None


def between(tx: Tx, one_id: int, other_id: int) -> Joining | None:
    """Returns the open proposal between two members, whoever made it."""
    row = tx.one(_BETWEEN, one=one_id, other=other_id)
    return Joining(*row) if row else None


def of(tx: Tx, member_id: int) -> list[Joining]:
    """Returns the open proposals of a member, the oldest first."""
    return [Joining(*row) for row in tx.all(_OF, member=member_id)]


def due(tx: Tx, most: int) -> list[tuple[int, int]]:
    """Returns (union, proposal) of those for which something is to be done now."""
    return [(row.union_id, row.id) for row in tx.all(_DUE, now=tx.now, most=most)]


def agree(tx: Tx, joining: Joining, *, asking: bool) -> None:
    """Notes that one side agreed."""
    tx.run(
        _AGREE,
        joining=joining.id,
        asking=asking or joining.asking_agreed,
        asked=not asking or joining.asked_agreed,
    )


def reschedule(tx: Tx, joining_id: int, warned: int, due_at: datetime, expires_at: datetime) -> None:
    """Notes how many warnings were sent, and when the next thing is due."""
    tx.run(_RESCHEDULE, joining=joining_id, rounds=warned, due=due_at, expires=expires_at)


def ahead(tx: Tx, latest: datetime) -> list[Joining]:
    """Returns the proposals for which nothing is due before that moment, or that were made in the future."""
    return [Joining(*row) for row in tx.all(_AHEAD, latest=latest, now=tx.now)]


def restart(tx: Tx, joining_id: int, begun: datetime, due_at: datetime, expires_at: datetime) -> None:
    """Sets when a proposal began, when the next thing is due, and when it ends."""
    tx.run(_RESTART, joining=joining_id, begun=begun, due=due_at, expires=expires_at)


def remove(tx: Tx, joining_id: int) -> bool:
    """Erases a proposal; returns False if there is none."""
    return tx.run(_REMOVE, joining=joining_id) > 0


def end_of(tx: Tx, member_id: int, heir_id: int | None) -> None:
    """Ends all proposals of a member. Their rows name `heir_id` instead, until the members who are left were told."""
    tx.run(_END, member=member_id, heir=heir_id, now=tx.now)
    tx.run(_REMOVE_ORPHANS)


def end_begun_by(tx: Tx, member_id: int, way: str) -> None:
    """Ends the open proposals that a member made in this way. Their rows stay until both sides were told."""
    tx.run(_END_BEGUN_BY, member=member_id, which=way, now=tx.now)

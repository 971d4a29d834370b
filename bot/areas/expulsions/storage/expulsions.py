"""Expulsions that run: one row for each, erased when it ends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func, or_, select, update

from bot.areas.expulsions.domain import Expelled, Expulsion
from bot.areas.expulsions.tables import expulsions
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert

_COLUMNS = [expulsions.c[name] for name in Expulsion.__dataclass_fields__]
_RUNS = (
    expulsions.c.union_id == bindparam("union"),
    or_(expulsions.c.until.is_(None), expulsions.c.until > bindparam("now")),
)
_ADD = Statement(
    insert(expulsions)
    .values(
        union_id=bindparam("union_id"),
        member_id=bindparam("member_id"),
        by_id=bindparam("by_id"),
        platform=bindparam("platform"),
        name=bindparam("name"),
        reason=bindparam("reason"),
        at=bindparam("at"),
        until=bindparam("until"),
        wallets=0,
    )
    .returning(*_COLUMNS)
)
_BY_ID = Statement(select(*_COLUMNS).where(*_RUNS, expulsions.c.id == bindparam("wanted")))
_ANY = Statement(select(expulsions.c.id).where(*_RUNS).limit(1))
_PAGE = Statement(
    select(*_COLUMNS)
    .where(*_RUNS)
    .order_by(expulsions.c.id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_COUNT = Statement(select(func.count()).select_from(expulsions).where(*_RUNS))
_SET_WALLETS = Statement(
    update(expulsions).where(expulsions.c.id == bindparam("wanted")).values(wallets=bindparam("many"))
)
_REMOVE = Statement(delete(expulsions).where(expulsions.c.id == bindparam("wanted")))
_MOVE_BY = Statement(
    update(expulsions).where(expulsions.c.by_id == bindparam("absorbed")).values(by_id=bindparam("survivor"))
)
_PRUNE = Statement(delete(expulsions).where(expulsions.c.until < bindparam("before")))


def add(
    tx: Tx, union_id: int, by_id: int | None, who: Expelled, until: datetime | None, reason: str
) -> Expulsion:
    """Adds an expulsion that keeps no wallet out yet."""
    row = tx.one(
        _ADD,
        union_id=union_id,
        member_id=who.member_id,
        by_id=by_id,
        platform=who.platform,
        name=who.name,
        reason=reason,
        at=tx.now,
        until=until,
    )
    assert row is not None
    return Expulsion(*row)


def by_id(tx: Tx, union_id: int, expulsion_id: int) -> Expulsion | None:
    """Returns an expulsion of the union that runs."""
    row = tx.one(_BY_ID, union=union_id, wanted=expulsion_id, now=tx.now)
    return Expulsion(*row) if row else None


def any_runs(tx: Tx, union_id: int) -> bool:
    """Whether anybody is expelled from the union now."""
    return tx.value(_ANY, union=union_id, now=tx.now) is not None


def page(tx: Tx, union_id: int, skipped: int, most: int) -> list[Expulsion]:
    """Returns a page of the expulsions that run, the newest first."""
    rows = tx.all(_PAGE, union=union_id, now=tx.now, skipped=skipped, most=most)
    return [Expulsion(*row) for row in rows]


def count(tx: Tx, union_id: int) -> int:
    """Returns how many expulsions run."""
    return int(tx.value(_COUNT, union=union_id, now=tx.now))


def set_wallets(tx: Tx, expulsion_id: int, count: int) -> None:
    """Notes how many wallets the expulsion keeps out."""
    tx.run(_SET_WALLETS, wanted=expulsion_id, many=count)


def remove(tx: Tx, expulsion_id: int) -> None:
    tx.run(_REMOVE, wanted=expulsion_id)


def move_by(tx: Tx, absorbed_id: int, survivor_id: int) -> None:
    """Names another member as the one who expelled."""
    tx.run(_MOVE_BY, absorbed=absorbed_id, survivor=survivor_id)


def prune(tx: Tx, before: datetime) -> int:
    """Erases expulsions that ended before that moment; returns how many."""
    return tx.run(_PRUNE, before=before)

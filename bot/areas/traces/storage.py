"""Traces: one row for each kind of limit or wait of an account, found by a keyed hash only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, func, or_, select, update

from bot.areas.traces.domain import Trace, TraceKind
from bot.areas.traces.tables import traces, uses
from bot.domain.transaction import Tx
from bot.storage.statements import Statement, insert
from bot.storage.types import UtcDateTime

_LIVE = or_(traces.c.until.is_(None), traces.c.until > bindparam("now"))
_GET = Statement(
    select(traces.c.number, traces.c.since, traces.c.until).where(traces.c.key == bindparam("wanted"), _LIVE)
)
_ALL_OF = Statement(
    select(traces.c.key, traces.c.number, traces.c.since, traces.c.until).where(
        traces.c.key.in_(bindparam("keys", expanding=True)), _LIVE
    )
)
_NEW = insert(traces).values(
    key=bindparam("key"),
    union_id=bindparam("union"),
    kind=bindparam("kind"),
    number=bindparam("number"),
    since=bindparam("since"),
    until=bindparam("until"),
)
_PUT = Statement(
    _NEW.on_conflict_do_update(
        index_elements=["key"],
        set_={name: _NEW.excluded[name] for name in ("number", "since", "until")},
    )
)
_REMOVE = Statement(delete(traces).where(traces.c.key == bindparam("wanted")))
_NUMBERED = (
    traces.c.union_id == bindparam("union"),
    traces.c.kind == bindparam("of_kind"),
    traces.c.number == bindparam("numbered"),
)
_REMOVE_NUMBERED = Statement(delete(traces).where(*_NUMBERED))
_COUNT_NUMBERED = Statement(select(func.count()).select_from(traces).where(*_NUMBERED, _LIVE))
_RENUMBER = Statement(update(traces).where(*_NUMBERED).values(number=bindparam("new")))
_REPLACE_NUMBERED = Statement(
    update(traces)
    .where(*_NUMBERED, _LIVE)
    .values(number=bindparam("new"), since=bindparam("now"), until=bindparam("end", type_=UtcDateTime()))
)
_PRUNE = Statement(delete(traces).where(traces.c.until < bindparam("before")))

_USES_OF = Statement(select(uses.c.times).where(uses.c.key == bindparam("wanted")))
_PUT_USES = Statement(
    insert(uses)
    .values(key=bindparam("key"), times=bindparam("times"), until=bindparam("end"))
    .on_conflict_do_update(
        index_elements=["key"], set_={"times": bindparam("times"), "until": bindparam("end")}
    )
)
_PRUNE_USES = Statement(delete(uses).where(uses.c.until < bindparam("before")))


def get(tx: Tx, key: bytes) -> Trace | None:
    """Returns what is kept under the key, unless it has run out."""
    row = tx.one(_GET, wanted=key, now=tx.now)
    return Trace(*row) if row else None


def all_of(tx: Tx, keys: Mapping[bytes, TraceKind]) -> dict[TraceKind, Trace]:
    """Returns what is kept under these keys and has not run out."""
    rows = tx.all(_ALL_OF, keys=list(keys), now=tx.now)
    return {keys[bytes(row.key)]: Trace(row.number, row.since, row.until) for row in rows}


def put(tx: Tx, key: bytes, union_id: int, kind: str, number: int, until: datetime | None) -> None:
    """Keeps a number and a time under the key, in the place of earlier ones."""
    tx.run(_PUT, key=key, union=union_id, kind=kind, number=number, since=tx.now, until=until)


def remove(tx: Tx, key: bytes) -> bool:
    """Erases what is kept under the key; returns False if there is nothing."""
    return tx.run(_REMOVE, wanted=key) > 0


def remove_numbered(tx: Tx, union_id: int, kind: str, number: int) -> int:
    """Erases all rows of this kind with this number; returns how many."""
    return tx.run(_REMOVE_NUMBERED, union=union_id, of_kind=kind, numbered=number)


def count_numbered(tx: Tx, union_id: int, kind: str, number: int) -> int:
    """Returns how many rows of this kind have this number and have not run out."""
    return int(tx.value(_COUNT_NUMBERED, union=union_id, of_kind=kind, numbered=number, now=tx.now))


def renumber(tx: Tx, union_id: int, kind: str, number: int, new: int) -> int:
    """Gives all rows of this kind with this number another one; returns how many."""
    return tx.run(_RENUMBER, union=union_id, of_kind=kind, numbered=number, new=new)


def replace_numbered(tx: Tx, union_id: int, kind: str, number: int, new: int, until: datetime | None) -> int:
    """Gives all rows of this kind with this number that have not run out another one, and another end."""
    return tx.run(
        _REPLACE_NUMBERED, union=union_id, of_kind=kind, numbered=number, new=new, end=until, now=tx.now
    )


def prune(tx: Tx, before: datetime) -> int:
    """Erases what ran out before that moment; returns how many rows."""
    return tx.run(_PRUNE, before=before)


def uses_of(tx: Tx, key: bytes) -> str | None:
    """Returns the times (JSON) of the uses that are kept under the key."""
    found: str | None = tx.value(_USES_OF, wanted=key)
    return found


def put_uses(tx: Tx, key: bytes, times: str, until: datetime) -> None:
    """Keeps the times (JSON) of uses under the key. After `until` none of them counts."""
    tx.run(_PUT_USES, key=key, times=times, end=until)


def prune_uses(tx: Tx, before: datetime) -> int:
    """Erases uses of which none counted any more before that moment; returns how many rows."""
    return tx.run(_PRUNE_USES, before=before)

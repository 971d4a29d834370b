"""The entries of the ledger, and the head of each union's chain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

from sqlalchemy import bindparam, select, update

from bot.areas.ledger.domain import Head, LedgerEntry, LedgerPage, bound, entry_hash
from bot.areas.ledger.tables import ledger, ledger_heads
from bot.domain.transaction import Tx
from bot.storage.exporting import OfUnion, Record
from bot.storage.statements import Statement, insert

_EPOCH = date(1970, 1, 1).toordinal()

# This comes first and takes the union's row lock on PostgreSQL, so that entries get their numbers one after another.
_ADVANCE = Statement(
    update(ledger_heads)
    .where(ledger_heads.c.union_id == bindparam("union"))
    .values(seq=ledger_heads.c.seq + 1)
    .returning(ledger_heads.c.seq, ledger_heads.c.hash)
)
_SET_HASH = Statement(
    update(ledger_heads)
    .where(ledger_heads.c.union_id == bindparam("union"))
    .values(hash=bindparam("new_hash"))
)
_BEGIN = Statement(
    insert(ledger_heads).values(union_id=bindparam("union_id"), seq=0, hash=bindparam("hash"), bound_from=1)
)
_INSERT = Statement(
    insert(ledger).values(
        union_id=bindparam("union_id"),
        seq=bindparam("seq"),
        time=bindparam("time"),
        kind=bindparam("kind"),
        actor=bindparam("actor"),
        payload=bindparam("payload"),
        hash=bindparam("hash"),
    )
)
_PAGE = (
    select(ledger.c.seq, ledger.c.time, ledger.c.kind, ledger.c.actor, ledger.c.payload, ledger.c.hash)
    .where(ledger.c.union_id == bindparam("union"), ledger.c.seq > bindparam("after"))
    .order_by(ledger.c.seq)
    .limit(bindparam("most"))
)
_AFTER = Statement(_PAGE)
_OF_KINDS = Statement(_PAGE.where(ledger.c.kind.in_(bindparam("kinds", expanding=True))))
_HEAD = Statement(
    select(ledger_heads.c.seq, ledger_heads.c.hash, ledger_heads.c.bound_from).where(
        ledger_heads.c.union_id == bindparam("union")
    )
)


def begin(tx: Tx, union_id: int, ref: str) -> None:
    """Starts the chain of a new union, bound to its ref."""
    tx.run(_BEGIN, union_id=union_id, hash=bound(ref))


def append(tx: Tx, union_id: int, kind: str, actor: str | None, payload: str) -> LedgerEntry:
    """Adds an entry to the union's chain, and returns it. `payload` is canonical JSON."""
    head = tx.one(_ADVANCE, union=union_id)
    assert head is not None, "every union has a ledger head from its creation on"
    entry = LedgerEntry(
        head.seq, tx.now, kind, actor, payload, entry_hash(head.hash, head.seq, tx.now, kind, actor, payload)
    )
    tx.run(
        _INSERT,
        union_id=union_id,
        seq=entry.seq,
        time=entry.time,
        kind=kind,
        actor=actor,
        payload=payload,
        hash=entry.hash,
    )
    tx.run(_SET_HASH, union=union_id, new_hash=entry.hash)
    return entry


def head(tx: Tx, union_id: int) -> Head:
    """Returns the end of the ledger."""
    row = tx.one(_HEAD, union=union_id)
    assert row is not None, "every union has a ledger head from its creation on"
    return Head(*row)


def of_kinds(tx: Tx, union_id: int, kinds: Sequence[str], most: int = 1000) -> Iterator[LedgerEntry]:
    """Reads the entries of these kinds, in order."""
    after = 0
    while rows := tx.all(_OF_KINDS, union=union_id, kinds=list(kinds), after=after, most=most):
        yield from (LedgerEntry(*row) for row in rows)
        after = rows[-1].seq


def entries(tx: Tx, union_id: int, after: int = 0, most: int = 1000) -> list[LedgerEntry]:
    """Returns up to `most` entries that follow number `after`, in order."""
    return [LedgerEntry(*row) for row in tx.all(_AFTER, union=union_id, after=after, most=most)]


def _exported(tx: Tx, union_id: int) -> Iterator[Record]:
    after = 0
    while page := entries(tx, union_id, after):
        for entry in page:
            yield {
                "seq": entry.seq,
                "time": entry.time,
                "kind": entry.kind,
                "actor": entry.actor,
                "payload": entry.payload,
                "hash": entry.hash.hex(),
            }
        after = page[-1].seq


EXPORTS = (OfUnion("ledger", "every change, in order, exactly as hashed", _exported),)


def pages(tx: Tx, union_id: int, most: int = 1000) -> Iterator[LedgerPage]:
    """Reads all entries in order, in pages."""
    after = 0
    while rows := tx.plain(_AFTER, union=union_id, after=after, most=most):
        yield LedgerPage(rows, texts([row[1] for row in rows]))
        after = rows[-1][0]


def texts(times: Iterable[datetime | int]) -> list[str]:
    """Returns moments as the driver gives them as the texts that are hashed.

    A value that is no moment gets a text that never verifies.
    """
    clock, days, found = _clock(), dict[int, str](), []
    for time in times:
        try:
            if isinstance(time, datetime):
                found.append(time.astimezone(UTC).isoformat(timespec="microseconds"))
                continue
            second, micros = divmod(time, 1_000_000)
            day, second = divmod(second, 86_400)
            if day not in days:
                days[day] = date.fromordinal(_EPOCH + day).isoformat()
            found.append(f"{days[day]}T{clock[second]}.{micros:06}+00:00")
        except (TypeError, ValueError, OverflowError):  # not written by us
            found.append("never")
    return found


@lru_cache
def _clock() -> list[str]:
    """The texts of every second of a day. Looking them up is quicker than making a date of each moment."""
    return [
        f"{hour:02}:{minute:02}:{second:02}"
        for hour in range(24)
        for minute in range(60)
        for second in range(60)
    ]

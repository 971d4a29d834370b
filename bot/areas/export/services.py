"""A union as JSON records, for a copy that can be read and verified without Muster."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from bot.areas.contests import services as contests
from bot.areas.export import storage
from bot.areas.ledger import services as ledger
from bot.areas.ledger.domain import GENESIS, LedgerEntry, first_broken
from bot.areas.members.services import members
from bot.areas.tree.services import leadership
from bot.areas.unions import services as unions
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.errors import NotFound

FORMAT = 1
ENTRIES_AT_ONCE = 50  # they have pictures
FILES = (*storage.PEOPLE, "spaces", "calls", "entries", "ledger")

Record = dict[str, Any]


def choose(tx: Tx, wanted: str | None) -> list[Union]:
    """The union of this ref or name, or all. Raises NotFound if there is none, or more than one of a name."""
    every = unions.every(tx)
    if wanted is None:
        if not every:
            raise NotFound("There is no union yet, so there is nothing to do.")
        return every
    found = [union for union in every if wanted in (union.ref, union.name)]
    if not found:
        raise NotFound(f"There is no union {wanted!r}. Its exact name or its ref is needed.")
    if len(found) > 1:
        refs = ", ".join(union.ref for union in found)
        raise NotFound(f"{len(found)} unions are called {wanted!r}. Give the ref of one: {refs}.")
    return found


def describe(tx: Tx, union: Union) -> Record:
    """The union itself, with the head of its ledger."""
    founder = members.by_id(tx, union.founder_id) if union.founder_id else None
    seq, digest = ledger.head(tx, union)
    return {
        "format": FORMAT,
        "exported_at": _moment(tx.now),
        "ref": union.ref,
        "name": union.name,
        "purpose": union.purpose,
        "time_zone": union.time_zone,
        "founder": founder.ref if founder else None,
        "created_at": _moment(union.created_at),
        "rules": asdict(leadership.rules_of(tx, union)),
        "ledger_head": {"seq": seq, "hash": digest.hex()},
    }


def records(tx: Tx, union: Union) -> Iterator[tuple[str, Record]]:
    """(one of `FILES`, record) of everything that belongs to the union, a page at a time."""
    for file, row in storage.people(tx, union.id):
        yield file, _record(row)
    for row in storage.spaces_of(tx, union.id):
        yield "spaces", _record(row)
    for row in storage.calls_of(tx, union.id):
        yield "calls", _record(row)
    after = 0
    while rows := contests.exported(tx, union, after, ENTRIES_AT_ONCE):
        yield from (("entries", _entered(row)) for row in rows)
        after = rows[-1].id
    after = 0
    while page := ledger.entries(tx, union, after):
        for entry in page:
            yield "ledger", _entry(entry)
        after = page[-1].seq


def broken(lines: Iterable[str], head: Record) -> int | None:
    """The number of the first exported ledger entry that is wrong or missing; None if all is well."""
    last, digest = 0, GENESIS
    for line in lines:
        entry = _read(line)
        if first_broken([entry], digest, last + 1) is not None:
            return last + 1
        last, digest = entry.seq, entry.hash
    return None if (last, digest.hex()) == (head["seq"], head["hash"]) else last + 1


def _record(row: Any) -> Record:
    """A row without our own ids, except a space's, by which the ledger names it; days as dates."""
    return {name: _value(name, value) for name, value in row._asdict().items() if name != "id"}


def _value(name: str, value: Any) -> Any:
    if name == "day" and value is not None:
        return date.fromordinal(value).isoformat()
    return _moment(value) if isinstance(value, datetime) else value


def _entered(row: Any) -> Record:
    """An entry into a contest with its picture; how many votes it had, once they are counted, and never whose."""
    data = base64.b64encode(row.data).decode() if row.data is not None else None
    return {
        "call": row.call,
        "member": row.member,
        "words": row.words,
        "at": _moment(row.at),
        "votes": row.votes if row.closed_at is not None else None,
        "picture": f"data:{row.mime};base64,{data}" if data is not None else None,
    }


def _entry(entry: LedgerEntry) -> Record:
    return {
        "seq": entry.seq,
        "time": _moment(entry.time),
        "kind": entry.kind,
        "actor": entry.actor,
        "payload": entry.payload,
        "hash": entry.hash.hex(),
    }


def _read(line: str) -> LedgerEntry:
    record = json.loads(line)
    moment = datetime.fromisoformat(record["time"])
    return LedgerEntry(
        record["seq"],
        moment,
        record["kind"],
        record["actor"],
        record["payload"],
        bytes.fromhex(record["hash"]),
    )


def _moment(moment: datetime) -> str:
    """As the ledger's hashes have it."""
    return moment.isoformat(timespec="microseconds")

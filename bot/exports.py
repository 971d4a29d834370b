"""A union as JSON records: a copy that can be read and verified without Muster.

Every area declares its own files, in `EXPORTS` of its `storage`. They are found from the areas' folders.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from functools import cache
from importlib.util import find_spec
from typing import Any

from bot import areas
from bot.areas.ledger import services as ledger
from bot.areas.ledger.domain import Chain, Head, Json, LedgerEntry
from bot.areas.members.services import members
from bot.areas.tree.services import leadership
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.storage import exporting
from bot.storage.exporting import Export, OfMembers, OfUnion

FORMAT = 2
ORDER = (
    "members", "accounts", "wallets", "endorsements", "recruits", "support_days", "checkins", "streaks",
    "spaces", "calls", "entries", "ledger",
)  # fmt: skip
"""The order of the files. Files that are not named here follow those of members, or those of the union."""

Record = dict[str, Json]
"""A JSON object."""


@cache
def declared() -> tuple[Export, ...]:
    """Returns what all areas declare, in order. The name of an export is the name of its file, without `.jsonl`."""
    found = [
        export for module in storages() for export in getattr(importlib.import_module(module), "EXPORTS", ())
    ]
    return tuple(sorted(found, key=_place))


def storages() -> Iterator[str]:
    """Reads the names of all modules of the areas' `storage`."""
    for area in pkgutil.iter_modules(areas.__path__, f"{areas.__name__}."):
        storage = f"{area.name}.storage"
        found = find_spec(storage)
        if found is not None:
            yield storage
            inside = found.submodule_search_locations or ()
            yield from (module.name for module in pkgutil.iter_modules(inside, f"{storage}."))


def files() -> tuple[str, ...]:
    """Returns the names of the files, in order."""
    return tuple(export.file for export in declared())


def describe(tx: Tx, union: Union) -> Record:
    """Returns the record of the union itself, with the head of its ledger."""
    founder = members.by_id(tx, union.founder_id) if union.founder_id else None
    head = ledger.head(tx, union)
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
        "ledger_head": {"seq": head.seq, "hash": head.hash.hex(), "bound_from": head.bound_from},
    }


def records(tx: Tx, union: Union) -> Iterator[tuple[str, Record]]:
    """Reads (one of `files`, record) of everything that belongs to the union. Only a page is in memory at a time."""
    for after, upto in members.ranges(tx, union, exporting.PAGE):
        for export in declared():
            if isinstance(export, OfMembers):
                yield from ((export.file, _json(row)) for row in export.records(tx, union.id, after, upto))
    for export in declared():
        if isinstance(export, OfUnion):
            yield from ((export.file, _json(row)) for row in export.records(tx, union.id))


def broken(lines: Iterable[str], about: Record) -> int | None:
    """Returns the number of the first exported ledger entry that is wrong or missing; None if all is well.

    `about` is the union's record.
    """
    said: Any = about["ledger_head"]
    head = Head(said["seq"], bytes.fromhex(said["hash"]), said["bound_from"])
    chain = Chain(str(about["ref"]), head.bound_from)
    broken = chain.follow_entries(_read(line) for line in lines)
    return broken if broken is not None else chain.missing(head)


def _place(export: Export) -> tuple[bool, int, str]:
    place = ORDER.index(export.file) if export.file in ORDER else len(ORDER)
    return isinstance(export, OfUnion), place, export.file


def _json(record: exporting.Record) -> Record:
    """A record as JSON. Moments and union-days are written as texts."""
    return {name: _value(name, value) for name, value in record.items()}


def _value(name: str, value: exporting.Value) -> Json:
    if name == "day" and isinstance(value, int):
        return date.fromordinal(value).isoformat()
    return _moment(value) if isinstance(value, datetime) else value


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
    """A moment as the text that the ledger's hashes cover."""
    return moment.isoformat(timespec="microseconds")

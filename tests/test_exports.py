"""Every area says which of its data an export has."""

import importlib
from pathlib import Path

from bot import exports

AREAS = Path(__file__).parents[1] / "bot" / "areas"
EXPORTS_NOTHING = {
    "conversations": "it has acts and buttons of the last days",
    "delivery": "it has messages on their way",
    "expulsions": "they name people who are gone, for moderators and until they end; the ledger has the rest",
    "files": "the pictures of entries are in `entries`; all others are not exported",
    "intents": "the ledger has what they did",
    "flags": "they are evidence for moderators, about people who may be innocent",
    "joinings": "they are open questions between two members",
    "reminders": "they are settings of a member's own",
    "traces": "they are keyed hashes, of people who may have left",
    "unions": "`union.json` has the union",
    "waiting": "it has which things members were told of",
}


def test_every_area_with_tables_exports_them_or_has_a_reason() -> None:
    with_tables = {path.parent.name for path in AREAS.glob("*/tables.py")}
    exporting = {
        module.split(".")[2]
        for module in exports.storages()
        if hasattr(importlib.import_module(module), "EXPORTS")
    }
    silent = with_tables - exporting
    unexplained, stale = sorted(silent - EXPORTS_NOTHING.keys()), sorted(EXPORTS_NOTHING.keys() - silent)
    assert not unexplained, (
        f"{unexplained}: declare `EXPORTS` in the area's storage, or give the reason in `EXPORTS_NOTHING` above"
    )
    assert not stale, f"{stale}: remove the line from `EXPORTS_NOTHING`; the area exports, or has no tables"


def test_every_file_is_declared_once() -> None:
    files = exports.files()
    assert len(set(files)) == len(files)
    assert set(exports.ORDER) <= set(files)

"""The union's append-only record: each entry carries the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change. `payload` is canonical JSON; `actor` a member's ref or None; `hash` covers all of it."""

    seq: int
    time: datetime
    kind: str
    actor: str | None
    payload: str
    hash: bytes


def canonical(payload: Mapping[str, Any]) -> str:
    """JSON with sorted keys and no white space, so that one value has one text."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def entry_hash(
    previous: bytes, seq: int, time: datetime, kind: str, actor: str | None, payload: str
) -> bytes:
    """SHA-256 over the previous hash and the entry as canonical JSON with the time in microseconds UTC."""
    body = json.dumps(
        [seq, time.isoformat(timespec="microseconds"), kind, actor, payload],
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(previous + body.encode()).digest()


def first_broken(entries: Iterable[Entry], previous: bytes = GENESIS, seq: int = 1) -> int | None:
    """The number of the first entry that does not follow from the ones before; None if all do."""
    for entry in entries:
        good = entry_hash(previous, seq, entry.time, entry.kind, entry.actor, entry.payload)
        if entry.seq != seq or entry.hash != good:
            return seq
        previous, seq = entry.hash, seq + 1
    return None

"""The union's append-only record: each entry carries the hash of the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

GENESIS = bytes(32)

_encode = msgspec.json.Encoder().encode  # JSON without white space, nothing escaped that need not be


@dataclass(frozen=True, slots=True)
class LedgerEntry:
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
    previous: bytes, seq: int, time: datetime | str, kind: str, actor: str | None, payload: str
) -> bytes:
    """SHA-256 over the previous hash and the entry as canonical JSON with the time in microseconds UTC.

    `time` may be that text already, as many entries are verified quicker with it.
    """
    moment = time if isinstance(time, str) else time.isoformat(timespec="microseconds")
    return hashlib.sha256(previous + _encode((seq, moment, kind, actor, payload))).digest()


def first_broken(entries: Iterable[LedgerEntry], previous: bytes = GENESIS, seq: int = 1) -> int | None:
    """The number of the first entry that does not follow from the ones before; None if all do."""
    for entry in entries:
        good = entry_hash(previous, seq, entry.time, entry.kind, entry.actor, entry.payload)
        if entry.seq != seq or entry.hash != good:
            return seq
        previous, seq = entry.hash, seq + 1
    return None


Row = tuple[int, Any, str, str | None, str, bytes]
"""Number, time as the database has it, kind, actor, payload, hash."""


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Entries that follow each other, at least one, for reading very many; `times` in the words that are hashed."""

    rows: Sequence[Row]
    times: Sequence[str]

    @property
    def last(self) -> tuple[int, bytes]:
        """The number and the hash of the last entry."""
        return self.rows[-1][0], self.rows[-1][5]

    def first_broken(self, previous: bytes, seq: int) -> int | None:
        """As the function of that name."""
        for (found, _, kind, actor, payload, digest), time in zip(self.rows, self.times, strict=True):
            previous = entry_hash(previous, seq, time, kind, actor, payload)
            if found != seq or digest != previous:
                return seq
            seq += 1
        return None

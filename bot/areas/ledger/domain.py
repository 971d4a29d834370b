"""The union's append-only record. The hash of each entry covers the hash of the entry before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

GENESIS = bytes(32)

_encode = msgspec.json.Encoder().encode  # JSON without white space and without needless escapes

Json = str | int | float | bool | Sequence["Json"] | Mapping[str, "Json"] | None
"""A JSON value."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One change of the union. `actor` is a member's ref, `payload` canonical JSON; `hash` covers the whole entry."""

    seq: int
    time: datetime
    kind: str
    actor: str | None
    payload: str
    hash: bytes


def canonical(payload: Mapping[str, Json]) -> str:
    """Returns JSON with sorted keys and without white space, so that equal values have equal texts."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def entry_hash(
    previous: bytes, seq: int, time: datetime | str, kind: str, actor: str | None, payload: str
) -> bytes:
    """Returns SHA-256 over the previous hash and the entry as canonical JSON, with its time in microseconds UTC.

    `time` can be this text already, which makes verifying many entries quicker.
    """
    moment = time if isinstance(time, str) else time.isoformat(timespec="microseconds")
    return hashlib.sha256(previous + _encode((seq, moment, kind, actor, payload))).digest()


def first_broken(entries: Iterable[LedgerEntry], previous: bytes = GENESIS, seq: int = 1) -> int | None:
    """Returns the number of the first entry that does not follow from the entries before it; None if all do."""
    for entry in entries:
        good = entry_hash(previous, seq, entry.time, entry.kind, entry.actor, entry.payload)
        if entry.seq != seq or entry.hash != good:
            return seq
        previous, seq = entry.hash, seq + 1
    return None


Row = tuple[int, datetime | int, str, str | None, str, bytes]
"""Number, time as the driver gives it, kind, actor, payload, hash."""


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """At least one entry, and those that follow it, for reading very many. `times` are the texts that are hashed."""

    rows: Sequence[Row]
    times: Sequence[str]

    @property
    def last(self) -> tuple[int, bytes]:
        """Returns the number and the hash of the last entry."""
        return self.rows[-1][0], self.rows[-1][5]

    def first_broken(self, previous: bytes, seq: int) -> int | None:
        """Returns the same as the function of this name."""
        for (found, _, kind, actor, payload, digest), time in zip(self.rows, self.times, strict=True):
            previous = entry_hash(previous, seq, time, kind, actor, payload)
            if found != seq or digest != previous:
                return seq
            seq += 1
        return None

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
    previous: bytes, seq: int, time: datetime | str, kind: str, actor: str | None, payload: str
) -> bytes:
    """SHA-256 over the previous hash and the entry as canonical JSON with the time in microseconds UTC.

    `time` may be that text already, as many entries are verified quicker with it.
    """
    moment = time if isinstance(time, str) else time.isoformat(timespec="microseconds")
    return hashlib.sha256(previous + _encode((seq, moment, kind, actor, payload))).digest()


def first_broken(entries: Iterable[Entry], previous: bytes = GENESIS, seq: int = 1) -> int | None:
    """The number of the first entry that does not follow from the ones before; None if all do."""
    for entry in entries:
        good = entry_hash(previous, seq, entry.time, entry.kind, entry.actor, entry.payload)
        if entry.seq != seq or entry.hash != good:
            return seq
        previous, seq = entry.hash, seq + 1
    return None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries that follow each other, a column at a time; `times` as they are hashed."""

    seqs: Sequence[int]
    times: Sequence[str]
    kinds: Sequence[str]
    actors: Sequence[str | None]
    payloads: Sequence[str]
    hashes: Sequence[bytes]

    def first_broken(self, previous: bytes, seq: int) -> int | None:
        """As the function of that name."""
        entries = zip(self.seqs, self.times, self.kinds, self.actors, self.payloads, self.hashes, strict=True)
        for found, time, kind, actor, payload, digest in entries:
            previous = entry_hash(previous, seq, time, kind, actor, payload)
            if found != seq or digest != previous:
                return seq
            seq += 1
        return None

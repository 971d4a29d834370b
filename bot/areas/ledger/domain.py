"""The union's append-only record. The hash of each entry covers the hash of the entry before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

GENESIS = bytes(32)

FORMAT = 2
"""The format in which entries are written. In format 1, no hash covered the union's ref or the format."""

FORMAT_CHANGED = "ledger.format"
"""The kind of the entry with which a ledger that began in format 1 goes on in format 2. No later entry has it."""

_sorted = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
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


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a ledger: number and hash of its last entry, and the number of the first entry in format 2.

    `bound_from` is 1, except in ledgers that began in format 1.
    """

    seq: int
    hash: bytes
    bound_from: int


def canonical(payload: Mapping[str, Json]) -> str:
    """Returns JSON with sorted keys and without white space, so that equal values have equal texts.

    Lone surrogates, which no UTF-8 text can hold, are replaced by "?". Raises TypeError for a fractional number,
    because languages write those differently, and for a name that is no text.
    """
    if not all(type(value) in _PLAIN for value in payload.values()):  # most payloads are: this is quicker
        _require_plain(payload)
    text = _sorted(payload)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def digest_of(words: str) -> str:
    """Returns the SHA-256, in hexadecimal, by which the ledger tells words that it must not hold for ever."""
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()


def bound(ref: str, previous: bytes = GENESIS) -> bytes:
    """Returns the hash that the first entry in format 2 takes as that of the entry before it.

    It covers the union's ref and the format, and so does every hash that follows from it.
    """
    return hashlib.sha256(b"muster ledger %d\n%b\n%b" % (FORMAT, ref.encode(), previous)).digest()


def entry_hash(
    previous: bytes, seq: int, time: datetime | str, kind: str, actor: str | None, payload: str
) -> bytes:
    """Returns SHA-256 over the previous hash and the entry as canonical JSON, with its time in microseconds UTC.

    `time` can be this text already, which makes verifying many entries quicker.
    """
    moment = time if isinstance(time, str) else time.isoformat(timespec="microseconds")
    return hashlib.sha256(previous + _encode((seq, moment, kind, actor, payload))).digest()


Row = tuple[int, datetime | int, str, str | None, str, bytes]
"""Number, time as the driver gives it, kind, actor, payload, hash."""


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """At least one entry, and those that follow it, for reading very many. `times` are the texts that are hashed."""

    rows: Sequence[Row]
    times: Sequence[str]


class Chain:
    """Verifies a ledger from its first entry on, one page or entry after another.

    `ref` is that of the union, `bound_from` the number of the first entry in format 2. `seq` and `hash` are those of
    the last entry that is good.
    """

    def __init__(self, ref: str, bound_from: int) -> None:
        self._ref = ref
        self._bound_from = bound_from
        self.seq = 0
        self.hash = GENESIS

    def follow(self, page: LedgerPage) -> int | None:
        """Reads a page. Returns the number of the first entry that does not follow from those before it, or None."""
        seq, previous, marked = self.seq, self.hash, self._bound_from
        for (found, _, kind, actor, payload, digest), time in zip(page.rows, page.times, strict=True):
            seq += 1
            if seq == marked:
                if seq > 1 and kind != FORMAT_CHANGED:
                    return self._stop(page, seq)
                previous = bound(self._ref, previous)
            elif kind == FORMAT_CHANGED:
                return self._stop(page, seq)
            previous = entry_hash(previous, seq, time, kind, actor, payload)
            if found != seq or digest != previous:
                return self._stop(page, seq)
        self.seq, self.hash = seq, previous
        return None

    def _stop(self, page: LedgerPage, broken: int) -> int:
        """Keeps the last entry before the broken one, and returns the number of the broken one."""
        good = broken - self.seq - 1
        if good:
            self.seq, self.hash = broken - 1, page.rows[good - 1][5]
        return broken

    def follow_entries(self, entries: Iterable[LedgerEntry]) -> int | None:
        """Reads some entries. Returns the number of the first that does not follow from those before it, or None."""
        for one in entries:
            row = (one.seq, one.time, one.kind, one.actor, one.payload, one.hash)
            broken = self.follow(LedgerPage([row], [one.time.isoformat(timespec="microseconds")]))
            if broken is not None:
                return broken
        return None

    def missing(self, head: Head) -> int | None:
        """Returns the number of the first entry that is missing at the end; None if the ledger ends with `head`.

        A ledger that ends in format 1 lacks the entry that binds it to its union.
        """
        ends = (self.seq, self.hash) == (head.seq, head.hash) and head.bound_from == self._bound_from
        return None if ends and 1 <= self._bound_from <= self.seq else self.seq + 1


_PLAIN = (str, int, bool, type(None))


def _require_plain(value: Json) -> None:
    if value is None or isinstance(value, str | int):
        return
    if isinstance(value, float):
        raise TypeError(f"a fractional number does not belong in the ledger: {value}")
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not isinstance(name, str):
                raise TypeError(f"a name in the ledger is a text, not {name!r}")
            _require_plain(inner)
    else:
        for inner in value:
            _require_plain(inner)

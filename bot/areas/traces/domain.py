"""What is remembered of an account that may have left: a number and a time, under a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TraceKind(StrEnum):
    """What a trace is about."""

    WAIT = "wait"
    """The account cannot use founder's and leader's powers, move money or change who it is before `until`."""
    CLAIM = "claim"
    """The account cannot claim a wallet before `until`, because a holder answered a claim of it with a signature."""
    WALLET = "wallet"
    """Of a wallet, not of an account: a member whose id is not `number` gets it with a wait until `until`."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A number that is kept of an account since a moment, and until one. `until` is None if it never runs out."""

    number: int
    since: datetime
    until: datetime | None


def trace_key(secret: bytes, union_ref: str, platform: str, native_id: str, kind: TraceKind) -> bytes:
    """Returns the keyed hash under which a trace is kept. Nobody finds the account from it without the secret."""
    words = "\0".join((union_ref, platform, native_id, kind)).encode("utf-8", "replace")
    return hmac.digest(secret, words, hashlib.sha256)

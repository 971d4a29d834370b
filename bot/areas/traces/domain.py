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
    """The account cannot claim a wallet before `until`. `number` says why: a holder answered a claim of it with a
    signature (0), or it left while its claim was open (1)."""
    WALLET = "wallet"
    """A member whose id is not `number` gets the wallet with a wait until `until`. See `WALLET`."""
    CHOICE = "choice"
    """The account's person chose a leader, and cannot choose another one before `until`."""
    RELEASED = "released"
    """The account's person was released by the member with the id `number`, and cannot follow them before `until`."""
    CODES = "codes"
    """The account's person made `number` invitation codes within a day. They count until `until`."""
    CAME = "came"
    """The account's person was a recruit before, of the member with the id `number`."""
    FLAGGED = "flagged"
    """Flags name the account's person, who was the member with the id `number`."""
    EXPELLED = "expelled"
    """The account's person was expelled; `number` is the id of the expulsion.

    Below zero nobody is expelled: the account was that of the member with the id `-number` until lately.
    """
    EXPELLED_WALLET = "expelled wallet"
    """The wallet was held by somebody who was expelled; `number` is as in `EXPELLED`. See `WALLET`."""
    JOINING_REFUSED = "joining refused"
    """So many people said that the account is not them. It cannot propose a joining before `until`."""
    JOINING_ATTEMPTS = "joining attempts"
    """The account said so many times that somebody who would be one person with it is not."""
    JOINING_ASKED = "joining asked"
    """The account asked so many times whether somebody is one person with it, since `until` was set."""
    JOINING_GUESSES = "joining guesses"
    """The account typed so many wrong codes."""


WALLET = "wallet"
"""Stands for the platform in traces of wallets; the address stands for the native id."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A number that is kept of an account since a moment, and until one. `until` is None if it never runs out."""

    number: int
    since: datetime
    until: datetime | None


def use_key(secret: bytes, platform: str, native_id: str, command: str) -> bytes:
    """Returns the keyed hash under which the uses of a command are kept."""
    words = "\0".join(("use", platform, native_id, command)).encode("utf-8", "replace")
    return hmac.digest(secret, words, hashlib.sha256)


def trace_key(secret: bytes, union_ref: str, platform: str, native_id: str, kind: TraceKind) -> bytes:
    """Returns the keyed hash under which a trace is kept. Nobody finds the account from it without the secret."""
    words = "\0".join((union_ref, platform, native_id, kind)).encode("utf-8", "replace")
    return hmac.digest(secret, words, hashlib.sha256)

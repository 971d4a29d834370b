"""Limits and waits that outlast a membership: leaving and joining anew does not reset what protects others.

A trace belongs to an account in a union. It is found by a keyed hash of the platform's id, so that nothing of a
person who left can be read from it. It is erased when it runs out.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from bot.areas.traces import storage
from bot.areas.traces.domain import Trace, TraceKind, trace_key
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.storage import meta

_SECRET = "traces secret"  # noqa: S105  # the name of the fact, not the secret


def find(tx: Tx, union: Union, platform: str, native_id: str, kind: TraceKind) -> Trace | None:
    """Returns what is kept of the account, unless it has run out."""
    secret = meta.get(tx, _SECRET)
    if secret is None:
        return None  # nothing was ever kept
    return storage.get(tx, trace_key(bytes.fromhex(secret), union.ref, platform, native_id, kind))


def keep(
    tx: Tx,
    union: Union,
    platform: str,
    native_id: str,
    kind: TraceKind,
    until: datetime | None,
    number: int = 0,
) -> None:
    """Keeps a number of the account until a moment (None: for ever), in the place of an earlier one of this kind."""
    storage.put(
        tx, trace_key(_secret(tx), union.ref, platform, native_id, kind), union.id, kind, number, until
    )


def end(tx: Tx, union: Union, platform: str, native_id: str, kind: TraceKind) -> bool:
    """Erases what is kept of the account; returns False if there is nothing."""
    return storage.remove(tx, trace_key(_secret(tx), union.ref, platform, native_id, kind))


def prune(tx: Tx) -> None:
    """Erases what has run out."""
    storage.prune(tx, tx.now)


def _secret(tx: Tx) -> bytes:
    """The secret of this database's hashes. It is made when it is first needed."""
    kept = meta.get(tx, _SECRET)
    if kept is None:
        kept = secrets.token_hex(32)
        meta.put(tx, _SECRET, kept)
    return bytes.fromhex(kept)

"""Limits and waits that outlast a membership: leaving and joining anew does not reset what protects others.

A trace belongs to an account in a union. It is found by a keyed hash of the platform's id, so that nothing of a
person who left can be read from it. It is erased when it runs out.
"""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.areas.traces import storage
from bot.areas.traces.domain import Trace, TraceKind, trace_key, use_key
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


def of_account(tx: Tx, union: Union, platform: str, native_id: str) -> Mapping[TraceKind, Trace]:
    """Returns everything that is kept of the account and has not run out."""
    secret = meta.get(tx, _SECRET)
    if secret is None:
        return {}  # nothing was ever kept
    return storage.all_of(
        tx,
        {trace_key(bytes.fromhex(secret), union.ref, platform, native_id, kind): kind for kind in TraceKind},
    )


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


def share(tx: Tx, union: Union, accounts: Sequence[tuple[str, str]], kind: TraceKind) -> None:
    """Keeps of all these accounts what is kept the longest of one of them: they became one person's.

    `accounts` has their (platform, native id).
    """
    found = [find(tx, union, *account, kind) for account in accounts]
    running = [trace for trace in found if trace is not None and trace.until is not None]
    if not running:
        return
    longest = max(running, key=lambda trace: trace.until or tx.now)
    for account, trace in zip(accounts, found, strict=True):
        if trace is None or (trace.until is not None and longest.until and trace.until < longest.until):
            keep(tx, union, *account, kind, longest.until, longest.number)


def end(tx: Tx, union: Union, platform: str, native_id: str, kind: TraceKind) -> bool:
    """Erases what is kept of the account; returns False if there is nothing."""
    return storage.remove(tx, trace_key(_secret(tx), union.ref, platform, native_id, kind))


def end_numbered(tx: Tx, union: Union, kind: TraceKind, number: int) -> int:
    """Erases all traces of this kind with this number, whosever they are; returns how many."""
    return storage.remove_numbered(tx, union.id, kind, number)


def count_numbered(tx: Tx, union: Union, kind: TraceKind, number: int) -> int:
    """Returns how many traces of this kind have this number and have not run out."""
    return storage.count_numbered(tx, union.id, kind, number)


def renumber(tx: Tx, union: Union, kind: TraceKind, number: int, new: int) -> None:
    """Gives all traces of this kind with this number another one. They run out when they would have."""
    storage.renumber(tx, union.id, kind, number, new)


def replace_numbered(
    tx: Tx, union: Union, kind: TraceKind, number: int, new: int, until: datetime | None
) -> None:
    """Gives all traces of this kind with this number, if they have not run out, another one and another end."""
    storage.replace_numbered(tx, union.id, kind, number, new, until)


def use_wait_s(tx: Tx, accounts: Sequence[tuple[str, str]], command: str, times: int, per_s: int) -> int:
    """Returns the whole seconds until a person may use a command again, at most `times` in `per_s` seconds; 0: now.

    `accounts` has (platform, native id) of all accounts of the person.
    """
    secret, now = meta.get(tx, _SECRET), tx.now.timestamp()
    waits = [0]
    for account in accounts if secret is not None else ():
        seen = _uses(tx, use_key(bytes.fromhex(secret or ""), *account, command), now, per_s)
        if len(seen) >= times:
            waits.append(math.ceil(seen[-times] + per_s - now))
    return max(waits)


def count_use(tx: Tx, accounts: Sequence[tuple[str, str]], command: str, times: int, per_s: int) -> None:
    """Counts a use of a command by a person, under all of their accounts."""
    now = tx.now.timestamp()
    for account in accounts:
        key = use_key(_secret(tx), *account, command)
        seen = [*_uses(tx, key, now, per_s), now][-times:]
        storage.put_uses(tx, key, json.dumps(seen), tx.now + timedelta(seconds=per_s))


def _uses(tx: Tx, key: bytes, now: float, per_s: int) -> list[float]:
    """The times of uses that count now, the oldest first. Those far in the future are of a clock that was wrong."""
    kept: list[float] = json.loads(storage.uses_of(tx, key) or "[]")
    return sorted(at for at in kept if now - per_s < at <= now + per_s)


def prune(tx: Tx, before: datetime) -> None:
    """Erases what ran out before that moment. It lies in the past, so that a clock that is wrong erases nothing."""
    storage.prune(tx, before)
    storage.prune_uses(tx, before)


def _secret(tx: Tx) -> bytes:
    """The secret of this database's hashes. It is made when it is first needed."""
    kept = meta.get(tx, _SECRET)
    if kept is None:
        kept = secrets.token_hex(32)
        meta.put(tx, _SECRET, kept)
    return bytes.fromhex(kept)

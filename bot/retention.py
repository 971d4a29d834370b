"""Erases data that has no more use: composed over the areas that keep such data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.areas.expulsions.services import expulsions
from bot.areas.files import services as files
from bot.areas.intents import services as intents
from bot.areas.joinings.services import codes
from bot.areas.spaces import services as spaces
from bot.areas.traces import services as traces
from bot.areas.tree.services import endorsements
from bot.areas.wallets.services import links
from bot.domain.transaction import Tx
from bot.storage import meta

# Telegram repeats updates for 24 hours; Discord's interactions end after 15 minutes.
KEEP_ACTS = timedelta(hours=25)
KEEP_EXPIRED = timedelta(days=1)
MOST_STEP = timedelta(minutes=30)
"""The most time that can be seen to pass between two rounds of pruning, which are half an hour apart."""
MARK_EVERY = timedelta(minutes=30)
RAN = "program version"
_SEEN = "time seen"
KEEP_SENT = timedelta(days=14)


def started(tx: Tx, version: str) -> str | None:
    """Notes which version of the program runs on this database; returns the version that ran on it before."""
    before = meta.get(tx, RAN)
    meta.put(tx, RAN, version)
    return before


def prune(tx: Tx) -> None:
    """Erases answered acts, expired tickets, tokens, codes, dialogues and traces, and old proofs.

    A clock that jumps forward must not make old acts new, nor end for good what it ends by mistake. So acts, and all
    that protects others, are erased by the time that Muster saw pass.
    """
    expired = tx.now - KEEP_EXPIRED
    settled = _settled_before(tx)
    conversations.prune(tx, settled, expired)
    links.prune(tx, expired)
    spaces.prune_codes(tx, expired)
    files.prune(tx)
    for area in (expulsions, endorsements, traces):
        area.prune(tx, min(expired, settled))
    intents.prune(tx, settled)
    codes.prune(tx)


class _Seen(msgspec.Struct):
    """The time that Muster saw pass since the first round, in seconds.

    `clock` is what the clock showed in the last round. `marks` has, for each half an hour, the seen seconds and the
    lowest reading of the clock (seconds since 1970) until the next mark.
    """

    seconds: float
    clock: float
    marks: list[tuple[float, float]]


def _settled_before(tx: Tx) -> datetime:
    """Notes this round, and returns the moment before which the clock's readings are older than `KEEP_ACTS`.

    A round sees at most `MOST_STEP` pass, however far the clock jumped, and nothing if it was set back. So a reading
    counts as old only after so many rounds, and only if the clock never showed an earlier one since.
    """
    now, kept = tx.now.timestamp(), meta.get(tx, _SEEN)
    seen = msgspec.json.decode(kept, type=_Seen) if kept else _Seen(0.0, now, [(0.0, now)])
    seen.seconds += min(max(now - seen.clock, 0.0), MOST_STEP.total_seconds())
    seen.clock = now
    begun, lowest = seen.marks[-1]
    if seen.seconds - begun >= MARK_EVERY.total_seconds():
        seen.marks.append((seen.seconds, now))
    else:
        seen.marks[-1] = (begun, min(lowest, now))
    old = seen.seconds - KEEP_ACTS.total_seconds()
    while len(seen.marks) > 1 and seen.marks[1][0] <= old:
        del seen.marks[0]
    meta.put(tx, _SEEN, msgspec.json.encode(seen).decode())
    if seen.marks[0][0] > old:
        return datetime.fromtimestamp(0, UTC)  # Muster did not run for so long yet
    return datetime.fromtimestamp(min(lowest for _, lowest in seen.marks), UTC)


def prune_messages(tx: Tx) -> None:
    """Erases some thousand old messages that were sent or given up. It runs often, as a fan-out leaves very many."""
    delivery.prune(tx, tx.now - KEEP_SENT)

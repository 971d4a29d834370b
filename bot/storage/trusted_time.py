"""The time that Muster saw pass, so that a clock that jumps erases nothing, and lengthens nothing for ever.

A round is noted each half an hour. The clock is trusted as far as the rounds of the last `KEEP_ACTS` bear it out.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Table, bindparam, update

from bot.domain.transaction import Tx
from bot.storage import meta
from bot.storage.statements import Statement

# Telegram repeats updates for 24 hours; Discord's interactions end after 15 minutes.
KEEP_ACTS = timedelta(hours=25)
MOST_STEP = timedelta(minutes=30)
"""The most time that can be seen to pass between two rounds."""
MARK_EVERY = timedelta(minutes=30)
_KEY = "time seen"
_NEVER = datetime.fromtimestamp(0, UTC)


class _Seen(msgspec.Struct):
    """The time that Muster saw pass since the first round, in seconds.

    `clock` is what the clock showed in the last round. `marks` has, for each half an hour, the seen seconds and the
    lowest reading of the clock (seconds since 1970) until the next mark.
    """

    seconds: float
    clock: float
    marks: list[tuple[float, float]]

    @property
    def long_ago(self) -> float:
        """The seen seconds from which `KEEP_ACTS` passed."""
        return self.seconds - KEEP_ACTS.total_seconds()


def note(tx: Tx) -> None:
    """Notes a round.

    It sees at most `MOST_STEP` pass, however far the clock jumped, and nothing if it was set back. So a reading
    counts as old only after so many rounds, and only if the clock never showed an earlier one since.
    """
    now = tx.now.timestamp()
    seen = _read(tx) or _Seen(0.0, now, [(0.0, now)])
    _pass(seen, now)
    meta.put(tx, _KEY, msgspec.json.encode(seen).decode())


def note_move(tx: Tx, to: datetime) -> None:
    """Notes that the playground's clock is moved on to a moment. Unlike a jump, all of that time counts as seen."""
    start, end = tx.now.timestamp(), to.timestamp()
    seen = _read(tx) or _Seen(0.0, start, [(0.0, start)])
    at = max(seen.clock, start)
    while at < end:
        at = min(at + MOST_STEP.total_seconds(), end)
        _pass(seen, at)
    meta.put(tx, _KEY, msgspec.json.encode(seen).decode())


def settled_before(tx: Tx) -> datetime:
    """Returns the moment before which the clock's readings are older than `KEEP_ACTS`; 1970 if none surely is."""
    seen = _read(tx)
    if seen is None or seen.marks[0][0] > seen.long_ago:
        return _NEVER  # Muster did not run for so long yet
    return datetime.fromtimestamp(min(lowest for _, lowest in seen.marks), UTC)


def sure(tx: Tx) -> datetime:
    """Returns a moment that has passed, whatever the clock shows.

    If the clock is right, it is the present one, less up to an hour. After a jump ahead, it is at most `MOST_STEP`
    after the jump, until Muster ran for `KEEP_ACTS`.
    """
    return min(tx.now, settled_before(tx) + KEEP_ACTS)


def is_known(tx: Tx) -> bool:
    """Whether Muster ran for `KEEP_ACTS`, so that `sure` is about the present and not 1970."""
    return settled_before(tx) > _NEVER


def is_steady(tx: Tx) -> bool:
    """Whether the clock neither jumped nor was set back in the last `KEEP_ACTS`, so that it is believed."""
    seen = _read(tx)
    if seen is None or seen.marks[0][0] > seen.long_ago:
        return False
    readings = [lowest for _, lowest in seen.marks] + [tx.now.timestamp()]
    return readings == sorted(readings) and tx.now - sure(tx) <= 2 * MARK_EVERY


def believed(tx: Tx) -> datetime:
    """Returns the present moment if the clock is right, as far as is known; else a moment that has passed.

    It is for what is done minutes later, and is not to be late by an hour.
    """
    return tx.now if is_steady(tx) or not is_known(tx) else sure(tx) - MOST_STEP


def shortening(table: Table) -> Statement:
    """Returns the statement that lets no row of the table expire after the moment `latest`.

    `latest` is the present moment and the time that such a row lasts: what expires later was issued in the future.
    """
    late = table.c.expires_at > bindparam("latest")
    return Statement(update(table).where(late).values(expires_at=bindparam("latest")))


def _read(tx: Tx) -> _Seen | None:
    kept = meta.get(tx, _KEY)
    return msgspec.json.decode(kept, type=_Seen) if kept else None


def _pass(seen: _Seen, now: float) -> None:
    """Adds a round at which the clock shows `now`."""
    seen.seconds += min(max(now - seen.clock, 0.0), MOST_STEP.total_seconds())
    seen.clock = now
    begun, lowest = seen.marks[-1]
    if seen.seconds - begun >= MARK_EVERY.total_seconds():
        seen.marks.append((seen.seconds, now))
    else:
        seen.marks[-1] = (begun, min(lowest, now))
    while len(seen.marks) > 1 and seen.marks[1][0] <= seen.long_ago:
        del seen.marks[0]

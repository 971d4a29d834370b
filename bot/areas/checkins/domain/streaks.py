"""Streaks: days in a row on which a member answered the union's call.

Days without a call do not count, and do not break a streak. A freeze bridges a missed day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.areas.calls.domain.calls import forgiven_until
from bot.domain.days import read_day
from bot.domain.phrases import phrase
from bot.domain.times import union_day
from bot.errors import BadInput

FREEZE_EVERY = 7
"""Days in a row that earn a freeze."""
MOST_FREEZES = 3

REPAIRED_WITHIN = 7
"""Union-days within which a leader can repair a missed day."""


@dataclass(frozen=True, slots=True)
class Streak:
    """A member's streak: its days now, and at best.

    `last_day` is the last union-day that counted. `freezes` are those in hand. `run` are the days that count towards
    the next freeze.
    """

    current: int = 0
    best: int = 0
    last_day: int = 0
    freezes: int = 0
    run: int = 0


@dataclass(frozen=True, slots=True)
class PlacedStreak:
    """A streak that is ranked by its days."""

    member_id: int
    current: int


def answered(before: Streak, day: int) -> Streak:
    """Returns the streak with one more answered day."""
    run, current = before.run + 1, before.current + 1
    earned = run == FREEZE_EVERY
    return Streak(
        current,
        max(before.best, current),
        day,
        min(MOST_FREEZES, before.freezes + earned),
        0 if earned else run,
    )


def missed(before: Streak, days: int) -> Streak:
    """Returns the streak after so many missed days. They use up freezes; without enough freezes the streak ends."""
    if not days or not before.current:
        return before
    if days > before.freezes:
        return replace(before, current=0, freezes=0, run=0)
    return replace(before, freezes=before.freezes - days, run=0)


def worked_out(days: Sequence[int], gaps: Sequence[int]) -> Streak:
    """Returns the streak of a member who answered on `days` and missed the calls of `gaps`, both sorted."""
    streak, gone = Streak(), 0
    for day in days:
        before = bisect_left(gaps, day)  # gaps before this day; `gone` of them lie before the previous one
        streak = answered(missed(streak, before - gone), day)
        gone = before
    return missed(streak, len(gaps) - gone)


def first_open(time_zone: str, now: datetime) -> int:
    """Returns the earliest union-day whose call can still be answered: yesterday until noon, then today."""
    today = union_day(time_zone, now)
    return today - 1 if now < forgiven_until(today - 1, time_zone) else today


def past_day(words: str, today: int) -> int:
    """Returns the past union-day of `yesterday`, a day of the week or `2026-03-01`. Raises BadInput."""
    found = read_day(words, date.fromordinal(today), past=True)
    if found is None:
        raise BadInput(
            phrase(
                "“{typed}” is not a day. Write `yesterday`, `friday`, or a date like `2026-03-01`.",
                typed=words[:40],
            )
        )
    return found.toordinal()

"""The plainest way to count a streak, to compare with."""

from __future__ import annotations

from collections.abc import Sequence


def walked(call_days: Sequence[int], answers: set[int]) -> tuple[int, int, int]:
    """(current, best, freezes), found by walking over the days one at a time."""
    row: list[str] = []  # of the days since the last break: "a" answered, "m" bridged
    best = freezes = earned_at = 0
    for day in call_days:
        if day in answers:
            row.append("a")
            since = row[earned_at:]
            last_gap = max((at for at, what in enumerate(since) if what == "m"), default=-1)
            if len(since) - last_gap - 1 == 7:
                earned_at = len(row)
                freezes = min(3, freezes + 1)
        elif row and freezes:
            freezes -= 1
            row.append("m")
        else:
            row, freezes, earned_at = [], 0, 0
        best = max(best, row.count("a"))
    return row.count("a"), best, freezes

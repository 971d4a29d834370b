"""Contests: entries, votes for them, and the ranking that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

MOST_WORDS = 500
"""Characters of an entry."""
ON_THE_POST = 5
"""Entries in the ranking that is posted."""


@dataclass(frozen=True, slots=True)
class ContestEntry:
    """A member's entry into a contest.

    `votes` is 0 until the contest is closed. `words` is empty after its author left the union, or a moderator removed
    it.
    """

    id: int
    call_id: int
    member_id: int
    words: str
    file_id: int | None
    at: datetime
    votes: int


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry and its place. Entries with equal votes share a place, and the next place is left out: 1, 1, 3."""

    place: int
    entry: ContestEntry


def placed(ranked: Sequence[ContestEntry]) -> list[PlacedEntry]:
    """Returns the places of entries that are sorted by their votes, the most first."""
    found: list[PlacedEntry] = []
    for number, entry in enumerate(ranked, start=1):
        shared = found and found[-1].entry.votes == entry.votes
        found.append(PlacedEntry(found[-1].place if shared else number, entry))
    return found

"""Answers to calls: each counts once for a person, wherever they gave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.hosts import parse_link
from bot.errors import BadInput

JUDGED_WITHIN = 7
"""Union-days after the call in which an answer that waits can still be confirmed."""

WITNESS_AFTER = timedelta(days=7)
"""Membership after which one may be a witness without a wallet."""


class CheckinState(StrEnum):
    """What an answer is at. Only `DONE` counts as an answer; `REPAIRED` counts for the streak alone."""

    DONE = "done"
    WAITING = "waiting"
    """For a witness, or for the member's leader."""
    REFUSED = "refused"
    """It can be given again while the call is open."""
    REPAIRED = "repaired"
    """The day was missed, and a leader made up for it."""


@dataclass(frozen=True, slots=True)
class Checkin:
    """A member's answer to a call. `judged_by`: whose word it waits for (None: any witness's), or who gave it."""

    call_id: int
    member_id: int
    day: int
    at: datetime
    state: CheckinState
    late: bool
    proof: str | None
    file_id: int | None
    judged_by: int | None


def proof_link(words: str) -> str:
    """An https address that shows what was done. Raises BadInput."""
    link = parse_link(words)
    if not link.startswith("https://"):
        raise BadInput("link: only addresses that begin with https:// are taken.")
    return link

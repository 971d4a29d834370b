"""Answers to calls. Each member answers a call once, wherever they do it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.hosts import parse_link
from bot.domain.phrases import phrase
from bot.errors import BadInput

JUDGED_WITHIN = 7
"""Union-days after the call within which a waiting answer can be confirmed."""

WITNESS_AFTER = timedelta(days=7)
"""A member who joined longer ago may be a witness without a wallet."""


class CheckinState(StrEnum):
    """The state of an answer. Only `DONE` counts as an answer; `REPAIRED` counts for the streak only."""

    DONE = "done"
    WAITING = "waiting"
    """It waits for the word of a witness, or of the member's leader."""
    REFUSED = "refused"
    """The member can answer again while the call is open."""
    REPAIRED = "repaired"
    """The member missed the day, and a leader let it count."""


@dataclass(frozen=True, slots=True)
class Checkin:
    """A member's answer to a call.

    `judged_by` is the member who judged it. While it waits, it is the member whose word it waits for; None: it waits
    for any witness.
    """

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
    """Checks a link that is given as a proof, and returns it. It has to be https. Raises BadInput."""
    link = parse_link(words)
    if not link.startswith("https://"):
        raise BadInput(phrase("Write a link that begins with `https://`."))
    return link

"""What a union means by a leader."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Lead(StrEnum):
    """Who leads, besides the founder, who always does."""

    FOUNDER = "founder"
    """Nobody else."""

    TOP = "top"
    """The `n` members with the most supporters."""

    SUPPORTED = "supported"
    """Everybody with `n` supporters or more."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A union's rules of support. `linked_only`: only supporters with a wallet count towards ranks.

    `grace_days`: how long somebody who fell below the rule goes on leading; `switch_hours`: how long a member
    waits between two choices of a leader; `alerts`: JSON of the chat that moderators are told in.
    """

    leaders: Lead = Lead.FOUNDER
    n: int = 10
    linked_only: bool = True
    grace_days: int = 7
    switch_hours: int = 24
    alerts: str | None = None

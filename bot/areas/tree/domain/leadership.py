"""What a union means by a leader, and what follows when somebody rises above or falls below that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_TOP = 100
"""The most places that a union's rule can have: whether somebody has one is found by reading so many."""

MOST_SUPPORTERS = 1000
"""The most supporters that a union's rule can ask for."""


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


@dataclass(frozen=True, slots=True)
class Rank:
    """Somebody who was seen to lead. `falls_at`: when that ends, as they are below the rule at present."""

    member_id: int
    since: datetime
    falls_at: datetime | None


class RankTurn(StrEnum):
    """What happens to somebody's rank."""

    RISEN = "risen"
    SLIPPED = "slipped"
    """Below the rule: the grace period begins."""

    BACK = "back"
    """Above it again in time."""

    FALLEN = "fallen"


def turn(rules: Rules, qualifies: bool, rank: Rank | None, now: datetime) -> RankTurn | None:
    """What is due for a member who does or does not meet the rule now; None if nothing is."""
    if rank is None:
        return RankTurn.RISEN if qualifies else None
    if qualifies:
        return RankTurn.BACK if rank.falls_at is not None else None
    if rules.leaders is Lead.FOUNDER:
        return RankTurn.FALLEN
    if rank.falls_at is None:
        return RankTurn.SLIPPED if rules.grace_days else RankTurn.FALLEN
    return RankTurn.FALLEN if rank.falls_at <= now else None


def keeps(rules: Rules, rank: Rank | None, now: datetime) -> bool:
    """Whether somebody below the rule leads still. A grace period that is due to begin has begun."""
    if rank is None or rules.leaders is Lead.FOUNDER:
        return False
    return rank.falls_at > now if rank.falls_at is not None else rules.grace_days > 0


def grace_ends(rules: Rules, now: datetime) -> datetime:
    """When somebody who falls below the rule now stops leading."""
    return now + timedelta(days=rules.grace_days)

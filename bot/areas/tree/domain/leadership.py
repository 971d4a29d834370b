"""The rule by which a union has leaders, and the changes of rank when a member begins or ceases to meet it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MOST_TOP = 100
"""The most places that a union's rule can have. A check of one member reads this many rows."""

MOST_SUPPORTERS = 1000
"""The most supporters that a union's rule can ask for."""


class Lead(StrEnum):
    """The members who lead besides the founder, who always leads."""

    FOUNDER = "founder"
    """Nobody else."""

    TOP = "top"
    """The `n` members with the most supporters."""

    SUPPORTED = "supported"
    """Everybody with `n` supporters or more."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A union's rules of support.

    `n` belongs to `leaders`. `linked_only`: only supporters with a wallet count. `grace_days`: the time that a leader
    who fell below the rule goes on leading. `switch_hours`: the time between two choices of a leader. `alerts`: JSON
    of the chat in which moderators are told of flags.
    """

    leaders: Lead = Lead.FOUNDER
    n: int = 10
    linked_only: bool = True
    grace_days: int = 7
    switch_hours: int = 24
    alerts: str | None = None


@dataclass(frozen=True, slots=True)
class RuleChanges:
    """New values for some of the `Rules`; None leaves a rule as it is."""

    leaders: Lead | None = None
    n: int | None = None
    linked_only: bool | None = None
    grace_days: int | None = None
    switch_hours: int | None = None

    def applied_to(self, rules: Rules) -> Rules:
        """Returns the rules with these changes."""
        return Rules(
            leaders=rules.leaders if self.leaders is None else self.leaders,
            n=rules.n if self.n is None else self.n,
            linked_only=rules.linked_only if self.linked_only is None else self.linked_only,
            grace_days=rules.grace_days if self.grace_days is None else self.grace_days,
            switch_hours=rules.switch_hours if self.switch_hours is None else self.switch_hours,
            alerts=rules.alerts,
        )


@dataclass(frozen=True, slots=True)
class Rank:
    """A member who is recorded as a leader. `falls_at`: the end of their rank, if they are below the rule now."""

    member_id: int
    since: datetime
    falls_at: datetime | None


class RankTurn(StrEnum):
    """A change of a member's rank."""

    RISEN = "risen"
    SLIPPED = "slipped"
    """The member fell below the rule: the grace period begins."""

    BACK = "back"
    """The member meets the rule again before the grace period ended."""

    FALLEN = "fallen"


def turn(rules: Rules, qualifies: bool, rank: Rank | None, now: datetime) -> RankTurn | None:
    """Returns the change that is due for a member who meets the rule (`qualifies`) or not; None if none is due."""
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
    """Whether a member below the rule still leads. If their grace period is not recorded yet, it counts as begun."""
    if rank is None or rules.leaders is Lead.FOUNDER:
        return False
    return rank.falls_at > now if rank.falls_at is not None else rules.grace_days > 0


def grace_ends(rules: Rules, now: datetime) -> datetime:
    """Returns the time at which a member who falls below the rule now stops leading."""
    return now + timedelta(days=rules.grace_days)

"""Trust: the worth of a leader's support, next to its number.

An EigenTrust score (Kamvar, Schlosser, Garcia-Molina 2003) seeded at the founder. It solves
t = (1 - d) p + d Cᵀ t with p = 1 at the founder. C hands trust from each leader down to their followers, or back to
the leader if nobody below has any evidence. On a forest, one pass from the top solves it exactly.
docs/support.md explains it to members, with an example.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.areas.tree.domain.forest import Forest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

HANDED_DOWN = 0.85
"""The part d of a member's handed trust that the member hands on to their followers."""
WAITING_DAYS = 7
"""A wallet counts only after this many days: time to notice a crowd of new accounts."""
HALF_DAYS = 90
"""A wallet counts one half after this many more days."""
POINTS = 1_000_000
"""The trust that the founder is handed, in the unit that members are shown."""

_LEAST = 1e-9  # less evidence counts as none, so that no quotient overflows


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """Everybody's trust, as parts of the 1 that the founder is handed: float64 arrays of length n.

    `handed` reaches the member. `kept` stays with the member: EigenTrust's t, whose sum is 1. `support` stays with
    the member's base, all people together without the member: a leader's trusted support.
    """

    handed: Floats
    kept: Floats
    support: Floats


def evidence(days: Floats, stake: Floats | float = 0.0, activation: Floats | float = 0.0) -> Floats:
    """Returns each member's evidence: wallet age in [0, 1), times 1 + stake + activation.

    `days` is the time since the member's oldest wallet was linked, negative or NaN without a wallet. `stake` and
    `activation` (the share of the last calls that the member answered) are in [0, 1]. They are 0 for everybody until
    there are locks and calls, which changes nothing, because only proportions count. They multiply the age instead of
    adding to it, because tokens and answers can be had in a day.
    """
    import numpy as np

    counted = np.fmax(days - WAITING_DAYS, 0.0)
    shown: Floats = counted / (counted + HALF_DAYS) * (1.0 + stake + activation)
    return shown


def shares(forest: Forest, shown: Floats) -> Floats:
    """Returns the share of each follower in the trust that their leader hands down: C's entry (leader, follower).

    `shown` is each member's `evidence`. A follower draws shown * (1 + ln(branch / shown)); `branch` is the follower's
    own evidence plus the draws of their followers. So a branch never draws more than its evidence, and a branch of a
    thousand people like its head draws at most as much as eight of them, whatever its form.
    The shares of the followers of one leader add up to 1, or to 0 if none of them draws anything.
    """
    import numpy as np

    below, drawn = np.zeros(len(shown)), np.zeros(len(shown))
    for followers, leaders in forest.levels():
        own = shown[followers]
        times = np.divide(below[followers], own, out=np.zeros(len(own)), where=own > _LEAST)
        draw = np.where(own > _LEAST, own * (1.0 + np.log1p(times)), 0.0)
        drawn[followers] = draw
        np.add.at(below, leaders, draw)
    led = forest.leader >= 0
    total = np.where(led, below[forest.leader], 0.0)
    return np.divide(drawn, total, out=np.zeros(len(shown)), where=total > 0)


def flow(forest: Forest, share: Floats, founder: int | None) -> Floats:
    """Returns how much of the 1 that the founder is handed reaches each member. Leaders come before followers."""
    import numpy as np

    handed = np.zeros(len(share))
    if founder is not None:
        handed[founder] = 1.0
        for followers, leaders in forest.levels_down():
            handed[followers] += HANDED_DOWN * share[followers] * handed[leaders]
    return handed


def trust(forest: Forest, shown: Floats, founder: int | None) -> Trust:
    """Returns everybody's trust: zero for members who do not reach the founder, and for all if there is none."""
    import numpy as np

    share = shares(forest, shown)
    handed = flow(forest, share, founder)
    hands_on = np.zeros(len(shown), bool)
    hands_on[forest.leader[share > 0]] = True
    # All trust that is handed on stays with somebody below.
    support = np.where(hands_on, HANDED_DOWN * handed, 0.0)
    return Trust(handed, handed - support, support)


def points(trusted: float) -> int:
    """Returns a part of the founder's 1 in the unit that members are shown: in millionths."""
    return round(trusted * POINTS)

"""Trust: what a leader's support is worth, next to how many it is.

An EigenTrust score (Kamvar, Schlosser, Garcia-Molina 2003) seeded at the founder. It solves
t = (1 - d) p + d Cᵀ t with p = 1 at the founder; C hands from each leader down to who follows them, and back to
themselves where nobody below shows anything. On a forest one pass from the top solves it exactly.
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
"""The part d of what somebody is handed that they hand on to those who follow them."""
WAITING_DAYS = 7
"""A wallet counts for nothing while it is linked for less: time to notice a crowd of new accounts."""
HALF_DAYS = 90
"""After this many days more, a wallet counts one half."""
POINTS = 1_000_000
"""What the founder is handed, as members are told it."""

_LEAST = 1e-9  # of evidence; less is none, so that no quotient overflows


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """Of everything the founder is handed (1), for each member: float64 arrays of length n.

    `handed` is what reaches a member, `kept` (EigenTrust's t, the sum of which is 1) what stays with them, and
    `support` what stays with all of their base together, without themselves: a leader's trusted support.
    """

    handed: Floats
    kept: Floats
    support: Floats


def evidence(days: Floats, stake: Floats | float = 0.0, activation: Floats | float = 0.0) -> Floats:
    """What each member shows for themselves: wallet age in [0, 1), times 1 + stake + activation.

    `days` since the member's oldest wallet was linked, negative or NaN without one. `stake` and `activation`
    (the share of the last calls that the member answered) are in [0, 1], and 0 until there are locks and calls:
    only proportions count, so that a factor which all lack changes nothing. They multiply age, as tokens and
    presses can be had in a day.
    """
    import numpy as np

    counted = np.fmax(days - WAITING_DAYS, 0.0)
    shown: Floats = counted / (counted + HALF_DAYS) * (1.0 + stake + activation)
    return shown


def shares(forest: Forest, shown: Floats) -> Floats:
    """The part of what a leader hands down that each follower gets: C's entry for (leader, follower).

    `shown` is each member's `evidence`. A follower draws shown * (1 + ln(branch / shown)), where `branch` adds
    to what they show themselves what their own followers draw: never more than the branch shows, and a
    branch of a thousand like its head draws no more than eight of them, however it is wired.
    Shares of the followers of one leader add up to 1, or to 0 where none of them draws anything.
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
    """What reaches each member of the 1 that the founder is handed, leaders before followers."""
    import numpy as np

    handed = np.zeros(len(share))
    if founder is not None:
        handed[founder] = 1.0
        for followers, leaders in forest.levels_down():
            handed[followers] += HANDED_DOWN * share[followers] * handed[leaders]
    return handed


def trust(forest: Forest, shown: Floats, founder: int | None) -> Trust:
    """Everybody's trust; zero for who does not reach the founder, and for all where there is none."""
    import numpy as np

    share = shares(forest, shown)
    handed = flow(forest, share, founder)
    hands_on = np.zeros(len(shown), bool)
    hands_on[forest.leader[share > 0]] = True
    # All that is handed on stays with somebody below.
    support = np.where(hands_on, HANDED_DOWN * handed, 0.0)
    return Trust(handed, handed - support, support)


def points(trusted: float) -> int:
    """A part of the founder's 1 as members are told it: of a million."""
    return round(trusted * POINTS)

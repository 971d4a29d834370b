"""The social tree as arrays: everybody's leader at once, and what adds up along the way to the top.

Members are numbers from 0 to n-1. One pass over the whole forest costs some tens of milliseconds for a
million members, a level at a time, so nothing here recurses and no depth is too deep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Endorsements in an order in which followers come before their leaders; `grow` makes it.

    All arrays are int64. `leader` and `direct` (how many endorse the member themselves) have one entry a member.
    `followers` is everybody who endorses somebody, and `leaders` whom, but for those in `circles`: what would
    follow from a circle's endorsements is not counted.
    """

    leader: Ints
    direct: Ints
    followers: Ints
    leaders: Ints
    starts: Sequence[int]
    """Where in `followers` those of height 0, 1, 2… begin; the last is where it ends."""
    circles: Ints

    def levels(self) -> Iterator[tuple[Ints, Ints]]:
        """(followers, their leaders) of one height after the other: followers before their leaders."""
        for start, end in pairwise(self.starts):
            yield self.followers[start:end], self.leaders[start:end]

    def levels_down(self) -> Iterator[tuple[Ints, Ints]]:
        """The same from the top: leaders before who follows them."""
        for end, start in pairwise(reversed(self.starts)):
            yield self.followers[start:end], self.leaders[start:end]

    def sums(self, values: Ints) -> Ints:
        """For each member, the sum of `values` over their support base, without themselves."""
        import numpy as np

        total = np.zeros(len(self.leader), np.int64)
        for followers, leaders in self.levels():
            np.add.at(total, leaders, total[followers] + values[followers])
        return total

    def headcount(self) -> Ints:
        """How many are in each member's support base."""
        import numpy as np

        return self.sums(np.ones(len(self.leader), np.int64))

    def height(self) -> Ints:
        """The longest chain below each member, in endorsements; a circle's are not counted."""
        import numpy as np

        height = np.zeros(len(self.leader), np.int64)
        for level, (_, leaders) in enumerate(self.levels()):
            height[leaders] = level + 1
        return height

    def depth(self) -> Ints:
        """How many endorsements lead from each member to the top, or to a circle."""
        import numpy as np

        depth = np.zeros(len(self.leader), np.int64)
        for followers, leaders in self.levels_down():
            depth[followers] = depth[leaders] + 1
        return depth


def grow(leader: Ints) -> Forest:
    """The forest of `leader`: for each member the number of whom they endorse, -1 for nobody.

    Leaves are taken off again and again; what cannot be taken off is a circle (Kahn's algorithm).
    Raises ValueError for a leader who is not there.
    """
    import numpy as np

    leader = np.ascontiguousarray(leader, np.int64)
    n = len(leader)
    if n and (leader.min() < -1 or leader.max() >= n):
        raise ValueError("a leader is not among the members")
    direct = np.bincount(leader + 1, minlength=n + 1)[1:]
    pending = direct.copy()
    last = np.empty(n, np.int64)
    followers, leaders, starts = [], [], [0]
    level = np.flatnonzero(pending == 0)
    while level.size:
        up = leader[level]
        follows = up >= 0
        followers.append(level[follows])
        leaders.append(up := up[follows])
        starts.append(starts[-1] + up.size)
        np.subtract.at(pending, up, 1)
        ready = up[pending[up] == 0]
        # Once each: of a leader's places in `ready`, the one that was written last.
        places = np.arange(ready.size)
        last[ready] = places
        level = ready[last[ready] == places]
    none = np.empty(0, np.int64)
    return Forest(
        leader,
        direct,
        np.concatenate([none, *followers]),
        np.concatenate([none, *leaders]),
        starts,
        np.flatnonzero(pending > 0),
    )

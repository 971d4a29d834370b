"""The social tree as arrays: the leaders of all members at once, and sums on the way up to the roots.

Members are numbers from 0 to n-1. One pass over the whole forest takes some tens of milliseconds for a million
members. It goes one level at a time and never recurses, so that the tree may have any depth.
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

    All arrays are int64. `leader` and `direct` (the number of direct followers) have one entry for each member.
    `followers` has all members who endorse somebody, and `leaders` has their leaders in the same order. Members on a
    circle are in `circles` instead: their endorsements are not counted.
    """

    leader: Ints
    direct: Ints
    followers: Ints
    leaders: Ints
    starts: Sequence[int]
    """The index in `followers` where each height (0, 1, 2…) begins, and the end at last."""
    circles: Ints

    def levels(self) -> Iterator[tuple[Ints, Ints]]:
        """Yields (followers, their leaders) of one height after the other: followers come before their leaders."""
        for start, end in pairwise(self.starts):
            yield self.followers[start:end], self.leaders[start:end]

    def levels_down(self) -> Iterator[tuple[Ints, Ints]]:
        """Yields the same from the top: leaders come before their followers."""
        for end, start in pairwise(reversed(self.starts)):
            yield self.followers[start:end], self.leaders[start:end]

    def sums(self, values: Ints) -> Ints:
        """Returns for each member the sum of `values` over their support base, the member not included."""
        import numpy as np

        total = np.zeros(len(self.leader), np.int64)
        for followers, leaders in self.levels():
            np.add.at(total, leaders, total[followers] + values[followers])
        return total

    def headcount(self) -> Ints:
        """Returns the number of people in each member's support base."""
        import numpy as np

        return self.sums(np.ones(len(self.leader), np.int64))

    def height(self) -> Ints:
        """Returns the longest chain below each member, in endorsements, those of a circle not included."""
        import numpy as np

        height = np.zeros(len(self.leader), np.int64)
        for level, (_, leaders) in enumerate(self.levels()):
            height[leaders] = level + 1
        return height

    def depth(self) -> Ints:
        """Returns how many endorsements lead from each member up to the root, or to a circle."""
        import numpy as np

        depth = np.zeros(len(self.leader), np.int64)
        for followers, leaders in self.levels_down():
            depth[followers] = depth[leaders] + 1
        return depth


def grow(leader: Ints) -> Forest:
    """Returns the forest of `leader`, which has each member's leader, or -1 for nobody.

    Removes the leaves again and again; members who are left at the end are on a circle (Kahn's algorithm).
    Raises ValueError for a leader who is not among the members.
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
        # A leader can be in `ready` several times; only the place that was written last counts.
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

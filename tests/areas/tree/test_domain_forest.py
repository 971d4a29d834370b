"""The tree's arithmetic, against the plainest way of saying the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.areas.tree.domain.forest import grow
from tests.areas.tree.forests import forests


def chain(leader: list[int], member: int) -> list[int]:
    """Everybody above a member, until the top or somebody who was met before."""
    met: list[int] = []
    at = leader[member]
    while at >= 0 and at not in met:
        met.append(at)
        at = leader[at]
    return met


@given(forests(), st.data())
def test_every_number_is_what_walking_the_chains_gives(leader: list[int], data: st.DataObject) -> None:
    n = len(leader)
    linked = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    above = [chain(leader, member) for member in range(n)]
    forest = grow(np.array(leader, np.int64))
    below = [[other for other in range(n) if member in above[other]] for member in range(n)]
    assert forest.direct.tolist() == [leader.count(member) for member in range(n)]
    assert forest.headcount().tolist() == [len(base) for base in below]
    assert forest.sums(np.array(linked, np.int64)).tolist() == [
        sum(linked[other] for other in base) for base in below
    ]
    assert forest.depth().tolist() == [len(met) for met in above]
    assert forest.height().tolist() == [
        max((above[other].index(member) + 1 for other in base), default=0)
        for member, base in enumerate(below)
    ]
    assert forest.circles.size == 0


@given(st.lists(st.integers(-1, 11), min_size=12, max_size=12))
def test_circles_are_found_whoever_hangs_on_them(leader: list[int]) -> None:
    on_circle = [member for member in range(12) if member in chain(leader, member)]
    forest = grow(np.array(leader))
    assert forest.circles.tolist() == on_circle
    cut = [-1 if member in on_circle else above for member, above in enumerate(leader)]
    assert forest.headcount().tolist() == grow(np.array(cut)).headcount().tolist()
    assert forest.height().tolist() == grow(np.array(cut)).height().tolist()


@pytest.mark.parametrize("leader", [[3, -1], [-2]])
def test_leaders_who_are_not_there(leader: list[int]) -> None:
    with pytest.raises(ValueError, match="not among"):
        grow(np.array(leader))


def test_depth_is_no_danger() -> None:
    """A chain far deeper than Python could recurse."""
    n = 20_000
    forest = grow(np.arange(n) - 1)
    assert forest.headcount().tolist() == list(reversed(range(n)))
    assert forest.depth()[-1] == forest.height()[0] == n - 1


def test_counts_beyond_32_bits() -> None:
    assert grow(np.array([-1, 0, 1])).sums(np.full(3, 2**40)).tolist() == [2**41, 2**40, 0]

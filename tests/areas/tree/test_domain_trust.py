"""Trust: the equation it solves, the example of its page, and what attackers get out of it."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.areas.tree.domain import trust as trust_domain
from bot.areas.tree.domain.forest import Forest, grow
from tests.areas.tree.forests import forests

PAGE = Path(__file__).parents[3] / "docs" / "support.md"
RING = 1000
YEAR = 365.0


def computed(leader: list[int], days: list[float], founder: int | None = 0) -> trust_domain.Trust:
    return trust_domain.trust(
        grow(np.array(leader, np.int64)), trust_domain.evidence(np.array(days, float)), founder
    )


def draw(forest: Forest, shown: np.ndarray, member: int) -> float:
    """By the page's words, from the definition."""
    own = float(shown[member])
    return own * (1 + math.log(branch(forest, shown, member) / own)) if own > 0 else 0.0


def branch(forest: Forest, shown: np.ndarray, member: int) -> float:
    followers = np.flatnonzero(forest.leader == member)
    return float(shown[member]) + sum(draw(forest, shown, other) for other in followers)


def power_iteration(forest: Forest, share: np.ndarray, founder: int) -> np.ndarray:
    """t = (1 - d) p + d Cᵀ t, as EigenTrust solves it for any graph."""
    n = len(share)
    c = np.zeros((n, n))
    for member in range(n):
        if share[member] > 0:
            c[forest.leader[member], member] = share[member]
    for member in range(n):
        if not c[member].any():
            c[member, member] = 1.0
    p = np.zeros(n)
    p[founder] = 1.0
    t = np.full(n, 1 / n)
    for _ in range(200):
        t = (1 - trust_domain.HANDED_DOWN) * p + trust_domain.HANDED_DOWN * c.T @ t
    return t


# -- the formula -----------------------------------------------------------------------------------

SHOWN = st.one_of(st.just(0.0), st.floats(0, 3), st.sampled_from([1e-300, 5e-324, 1e-9, 1e-8]))


@given(forests(), st.data())
def test_one_pass_solves_the_equation(leader: list[int], data: st.DataObject) -> None:
    """Also where the founder endorses somebody, nobody shows anything, or a branch does not reach them."""
    if not leader:
        leader = [-1]
    n = len(leader)
    shown = np.array(data.draw(st.lists(SHOWN, min_size=n, max_size=n)))
    founder = data.draw(st.integers(0, n - 1))
    forest = grow(np.array(leader))
    found = trust_domain.trust(forest, shown, founder)
    t = power_iteration(forest, trust_domain.shares(forest, shown), founder)
    assert np.abs(found.kept - t).max() < 1e-9
    assert found.kept.sum() == pytest.approx(1)
    base = [
        sum(float(t[other]) for other in range(n) if member in above(leader, other)) for member in range(n)
    ]
    assert np.abs(found.support - np.where(found.handed > 0, base, 0)).max() < 1e-9


def above(leader: list[int], member: int) -> list[int]:
    at, met = leader[member], []
    while at >= 0:
        met.append(at)
        at = leader[at]
    return met


@given(forests(), st.data())
def test_shares_are_the_draws_of_the_page(leader: list[int], data: st.DataObject) -> None:
    n = len(leader)
    shown = np.array(data.draw(st.lists(st.one_of(st.just(0.0), st.floats(0.01, 3)), min_size=n, max_size=n)))
    forest = grow(np.array(leader, np.int64))
    found = trust_domain.shares(forest, shown)
    draws = [draw(forest, shown, member) for member in range(n)]
    for member in range(n):
        siblings = sum(draws[other] for other in range(n) if leader[other] == leader[member] >= 0)
        assert found[member] == pytest.approx(draws[member] / siblings if siblings else 0.0)


def test_what_a_wallet_shows() -> None:
    days = np.array([-1.0, math.nan, 0.0, 7.0, 8.0, 97.0, 100_000.0])
    shown = trust_domain.evidence(days)
    assert shown[:4].tolist() == [0, 0, 0, 0]
    assert shown[4:6].tolist() == [1 / 91, 0.5]
    assert 0.99 < shown[6] < 1
    assert trust_domain.evidence(days, stake=1.0, activation=0.5).tolist() == (shown * 2.5).tolist()


def test_a_factor_that_all_lack_changes_nothing() -> None:
    forest = grow(np.array([-1, 0, 0, 1, 1, 2]))
    shown = trust_domain.evidence(np.array([10.0, 20, 30, 40, 50, 60]))
    assert np.allclose(trust_domain.shares(forest, shown), trust_domain.shares(forest, shown * 2), rtol=1e-12)


def test_the_founder_may_endorse_and_may_be_missing() -> None:
    leader, days = [2, 0, -1, 2, 1], [YEAR] * 5
    with_founder = computed(leader, days)
    assert with_founder.handed.tolist() == pytest.approx([1, 0.85, 0, 0, 0.85**2])
    assert with_founder.support.tolist() == pytest.approx([0.85, 0.85**2, 0, 0, 0])
    assert not computed(leader, days, None).kept.any()
    assert computed([], [], None).kept.size == 0


def test_nobody_shows_anything() -> None:
    found = computed([-1, 0, 1], [1.0, 1.0, -1.0])
    assert found.kept.tolist() == [1, 0, 0]
    assert not found.support.any()


# -- what attackers get ----------------------------------------------------------------------------

# Founder 0; leaders 1, 2, 3 below; 4 to 33 in their bases, ten each; 5 is the honest edge that rings hang on.
TREE = [-1, 0, 0, 0, *(1 + at // 10 for at in range(30))]
DAYS = [YEAR] * len(TREE)
EDGE = 5


def wirings(n: int) -> dict[str, list[int]]:
    """Ways in which the members of a ring follow each other; -1 stands for the edge."""
    rng = np.random.default_rng(7)
    return {
        "a crowd": [-1] * n,
        "one boss": [-1] + [0] * (n - 1),
        "a chain": list(range(-1, n - 1)),
        "two and two": [-1, *((at - 1) // 2 for at in range(1, n))],
        "at random": [-1, *(int(rng.integers(-1, at)) for at in range(1, n))],
    }


def with_ring(wiring: list[int], days: float) -> tuple[list[int], list[float]]:
    first = len(TREE)
    ring = [EDGE if at < 0 else first + at for at in wiring]
    return TREE + ring, [*DAYS, *([days] * len(ring))]


@pytest.mark.parametrize("days", [-1.0, 0.0, 6.9])
@pytest.mark.parametrize("wiring", wirings(RING))
def test_a_ring_of_fresh_accounts_gains_nothing(wiring: str, days: float) -> None:
    before = computed(TREE, DAYS)
    after = computed(*with_ring(wirings(RING)[wiring], days))
    assert after.support[: len(TREE)].tolist() == before.support.tolist()
    assert after.kept[: len(TREE)].tolist() == before.kept.tolist()
    assert not after.kept[len(TREE) :].any()
    assert not after.support[len(TREE) :].any()


@pytest.mark.parametrize("wiring", wirings(RING))
def test_an_old_ring_is_bounded_by_its_edge(wiring: str) -> None:
    """All of it together: by one person's draw, and by what that person is handed."""
    before = computed(TREE, DAYS)
    after = computed(*with_ring(wirings(RING)[wiring], YEAR))
    times = 1 + math.log(RING + 1)
    assert times < 8
    assert after.handed[EDGE] <= before.handed[EDGE] * times
    gained = after.kept[len(TREE) :].sum()
    assert after.support[EDGE] == pytest.approx(gained)
    assert gained == pytest.approx(trust_domain.HANDED_DOWN * after.handed[EDGE])
    assert after.support[len(TREE) :].max() <= gained
    # Branches beside are handed at least what is left if the edge's whole branch were as strong as it can be.
    assert (after.handed[2:4] >= before.handed[2:4] / times).all()


@given(st.integers(1, 40), st.data())
def test_no_wiring_draws_more_than_the_bound(n: int, data: st.DataObject) -> None:
    wiring = [-1, *(data.draw(st.integers(0, at - 1)) for at in range(1, n))]
    forest = grow(np.array(wiring))
    shown = np.array(data.draw(st.lists(st.floats(0, 3), min_size=n, max_size=n)))
    shown[shown < 1e-6] = 0  # no day is shorter
    head, everything = float(shown[0]), float(shown.sum())
    bound = head * (1 + math.log(everything / head)) if head > 0 else 0.0
    assert draw(forest, shown, 0) <= bound * (1 + 1e-9)


def test_what_it_does_not_resist() -> None:
    """A thousand old accounts that follow a leader directly win that leader's points for themselves."""
    crowd = TREE + [1] * RING
    after = computed(crowd, DAYS + [YEAR] * RING)
    before = computed(TREE, DAYS)
    honest = slice(4, 14)
    assert after.kept[honest].sum() < 0.02 * before.kept[honest].sum()
    assert after.support[1] > before.support[1]  # and their leader looks better by as much as one edge may
    assert after.support[1] < before.support[1] * (1 + math.log(RING + 11))


def test_more_real_supporters_always_count() -> None:
    """What the logarithm leaves: every further one lifts the branch, and nobody sinks who does nothing wrong."""
    support = [computed(TREE + [1] * more, DAYS + [YEAR] * more).support[1] for more in range(0, 100, 10)]
    assert support == sorted(set(support))


# -- the page --------------------------------------------------------------------------------------


def number(cell: str) -> float:
    return float(re.sub(r"[,%\s]", "", cell)) if cell != "–" else -1.0


def test_the_example_of_the_page() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in re.findall(
            r"^\| (?:Fay|Ana|Ben|Cem|Dea|Eli) .*\|$", PAGE.read_text("utf-8"), re.MULTILINE
        )
    ]
    names = [row[0] for row in rows]
    assert len(names) == 6
    leader = [names.index(row[1]) if row[1] != "–" else -1 for row in rows]
    shown = trust_domain.evidence(np.array([number(row[2]) for row in rows]))
    forest = grow(np.array(leader))
    found = trust_domain.trust(forest, shown, 0)
    share = trust_domain.shares(forest, shown)
    for at, row in enumerate(rows):
        assert row[3] == f"{shown[at]:.3f}"
        assert row[4] == ("–" if at == 0 else f"{draw(forest, shown, at):.3f}")
        assert row[5] == ("–" if at == 0 else f"{share[at]:.1%}".replace("%", " %"))
        assert row[6] == f"{trust_domain.points(found.handed[at]):,}"
        assert row[7] == f"{trust_domain.points(found.support[at]):,}"


def test_the_page_names_the_parameters() -> None:
    text = " ".join(PAGE.read_text("utf-8").replace(">", " ").split())
    assert f"hands {trust_domain.HANDED_DOWN:.0%} on".replace("%", " %") in text
    assert (
        f"nothing in the first {trust_domain.WAITING_DAYS} days, one half after {trust_domain.HALF_DAYS} days"
        in text
    )
    assert f"is handed {trust_domain.POINTS:,} points" in text

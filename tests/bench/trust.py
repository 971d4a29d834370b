"""The trust score in one pass, against the power iteration that EigenTrust is usually solved with.

Both start from the same shares (C's entries) of the same tree, 10⁶ members of whom two in three have a wallet, and
both get ready once before the clock runs: ours has put the members in order, scipy has its sparse matrix. Timed is
what follows: from the shares to everybody's trust t, kept in one array. The iteration begins with equal parts for
all, as networkx's and most others do, and ends when t moves by less than 1e-10 in all. Begun at the founder, as in
EigenTrust's paper, it needs only as many rounds as the tree is deep: told too. `trust.all` has both do everything,
from the array of leaders on: what each member shows is all that is given.
"""

import time
from collections.abc import Iterator

import numpy as np

from bot.areas.tree.domain import trust as rules
from bot.areas.tree.domain.forest import Forest, grow
from tests.bench.figures import Bench, Figure, at_most, median, ratio_at_least, told
from tests.bench.recount import PEOPLE, tree

ROUNDS = 5
ENOUGH = 1e-10
AGREED = 1e-9


def shown(people: int) -> np.ndarray:
    """Wallets up to three years old for two in three."""
    chance = np.random.default_rng(5)
    days = np.where(chance.random(people) < 2 / 3, chance.integers(0, 1100, people), -1)
    return rules.evidence(days.astype(float))


def one_pass(forest: Forest, share: np.ndarray, hands_on: np.ndarray, founder: int) -> np.ndarray:
    """Everybody's t."""
    handed = rules.flow(forest, share, founder)
    return handed - np.where(hands_on, rules.HANDED_DOWN * handed, 0.0)


def matrix(leader: np.ndarray, share: np.ndarray, hands_on: np.ndarray):  # type: ignore[no-untyped-def]  # scipy
    """Cᵀ, as CSR."""
    import scipy.sparse

    gets, stays = np.flatnonzero(share > 0), np.flatnonzero(~hands_on)
    values = np.concatenate([share[gets], np.ones(len(stays))])
    rows, columns = np.concatenate([gets, stays]), np.concatenate([leader[gets], stays])
    return scipy.sparse.csr_matrix((values, (rows, columns)), shape=(len(share), len(share)))


def iterated(c_transposed, t: np.ndarray, founder: int) -> tuple[np.ndarray, int]:  # type: ignore[no-untyped-def]
    """(t, rounds) of t = (1 - d) p + d Cᵀ t, begun at `t`."""
    rounds, moved = 0, 1.0
    while moved > ENOUGH:
        new = c_transposed @ t
        new *= rules.HANDED_DOWN
        new[founder] += 1 - rules.HANDED_DOWN
        moved = float(np.abs(new - t).sum())
        t, rounds = new, rounds + 1
    return t, rounds


def trust() -> Iterator[Figure]:
    """Both ways, in turns."""
    leader, _ = tree()
    given = shown(PEOPLE)
    founder = int(np.flatnonzero(leader < 0)[0])
    even, seed = np.full(PEOPLE, 1 / PEOPLE), np.zeros(PEOPLE)
    seed[founder] = 1.0
    names = ("pass", "even", "seed", "all ours", "all theirs")
    taken: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(ROUNDS):
        start = time.perf_counter()
        forest = grow(leader)
        share = rules.shares(forest, given)
        ready = time.perf_counter()
        hands_on = np.zeros(PEOPLE, bool)
        hands_on[leader[share > 0]] = True
        c_transposed = matrix(leader, share, hands_on)
        built = time.perf_counter()
        ours = one_pass(forest, share, hands_on, founder)
        passed = time.perf_counter()
        theirs, rounds = iterated(c_transposed, even, founder)
        ended = time.perf_counter()
        _, rounds_from_seed = iterated(c_transposed, seed, founder)
        taken["seed"].append(time.perf_counter() - ended)
        taken["pass"].append(passed - built)
        taken["even"].append(ended - passed)
        taken["all ours"].append(ready - start + passed - built)
        taken["all theirs"].append(built - start + ended - passed)
    took = {name: median(values) for name, values in taken.items()}
    yield at_most("trust.agreement", float(np.abs(ours - theirs).max()), "largest difference", AGREED)
    yield ratio_at_least("trust", 1 / took["pass"], "unions/s", 1 / took["even"], 20)
    yield told("trust.rounds", rounds, "iterations")
    yield told("trust.from_the_founder", 1 / took["pass"], "unions/s", 1 / took["seed"])
    yield told("trust.rounds_from_the_founder", rounds_from_seed, "iterations")
    yield told("trust.all", 1 / took["all ours"], "unions/s", 1 / took["all theirs"])


FIGURES: dict[str, Bench] = {"trust": trust}

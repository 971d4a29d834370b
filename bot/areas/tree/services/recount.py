"""Recounting the whole tree from the ledger, comparing it with the tables, and repairing the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.areas.ledger import services as ledger
from bot.areas.tree.domain.endorsements import Base
from bot.areas.tree.domain.forest import grow
from bot.areas.tree.domain.recount import LedgerTree, Replay
from bot.areas.tree.storage import endorsements, recount, support
from bot.domain.people import Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

NAMED = 5
"""The most differences of each kind that are told one by one."""
SETTINGS = "settings"
"""The kind of differences between the union's settings and those that the ledger tells (see `add_settings`)."""
BEYOND_REPAIR = frozenset({"members", "circles", SETTINGS})
"""Kinds of differences that `repair` cannot mend."""


@dataclass(slots=True)
class RecountReport:
    """The result of a recount. `broken`: the first wrong or missing ledger entry; then nothing is compared."""

    entries: int
    broken: int | None = None
    members: int = 0
    endorsing: int = 0
    differences: dict[str, int] = field(default_factory=dict)
    """The number of differences of each kind; kinds without any are left out."""
    first: list[str] = field(default_factory=list)
    """The first differences of each kind, in words."""
    repaired: bool = False

    @property
    def well(self) -> bool:
        """Whether the ledger verifies and the tables are right, maybe after a repair."""
        left = self.differences.keys() & BEYOND_REPAIR if self.repaired else self.differences
        return self.broken is None and not left

    def add_settings(self, found: list[str], remedy: str) -> None:
        """Adds differences of the settings, in words, which other areas found."""
        if found:
            self.differences[SETTINGS] = len(found)
            self.first += [*found, remedy]


@dataclass(frozen=True, slots=True, eq=False)
class _Tree:
    """The tree: arrays with one entry for each member, by the member's number (see `LedgerTree`)."""

    present: Bools
    leader: Ints
    """-1 for nobody, -2 for a member who is not in the ledger."""
    height: Ints
    direct: Ints
    headcount: Ints
    linked: Ints
    circles: Bools
    """Members on a circle, by the ledger; there should be none."""


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """The tree by the tables. `ids`: 0 for a member in no table. `strangers`: refs that are not in the ledger."""

    tree: _Tree
    ids: Ints
    has_base: Bools
    strangers: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Comparison:
    """The tree by the ledger (as it was read, and with all numbers), and the tree by the tables."""

    ledger: LedgerTree
    true: _Tree
    kept: _Kept


def compare(tx: Tx, union: Union) -> RecountReport:
    """Compares the union's tables with its ledger; for `Store.scan`."""
    return _examine(tx, union)[0]


def repair(tx: Tx, union: Union) -> RecountReport:
    """Corrects the tree in the tables by the ledger, which is never changed.

    Does nothing if the ledger does not verify, or if there are differences `BEYOND_REPAIR`.
    """
    report, found = _examine(tx, union)
    if found is None or not report.differences or report.differences.keys() & BEYOND_REPAIR:
        return report
    wrong = _wrong(found.true, found.kept)
    for number in (wrong["endorsements"] | wrong["heights"]).nonzero()[0].tolist():
        _repair_endorsement(tx, union, found, number)
    today = union_day(union.time_zone, tx.now)
    for number in wrong["support"].nonzero()[0].tolist():
        member_id = int(found.kept.ids[number])
        if found.true.present[number]:
            recount.set_base(tx, union.id, member_id, _base(found.true, number), today)
        else:
            support.remove(tx, member_id)
    report.repaired = True
    return report


def _repair_endorsement(tx: Tx, union: Union, found: _Comparison, number: int) -> None:
    true, ids = found.true, found.kept.ids
    member_id, leader = int(ids[number]), int(true.leader[number])
    if leader >= 0:
        since = recount.time_of(tx, union.id, int(found.ledger.made[number]))
        recount.set_edge(tx, member_id, int(ids[leader]), int(true.height[number]), since)
    elif true.present[number]:
        endorsements.withdraw(tx, member_id)
    else:
        endorsements.remove(tx, member_id)


def _examine(tx: Tx, union: Union) -> tuple[RecountReport, _Comparison | None]:
    """Returns the report, and the trees that were compared; None if the ledger does not verify."""
    report, replay = replayed(tx, union)
    if report.broken is not None:
        return report, None
    tree = replay.end()
    true = _true(tree)
    report.members, report.endorsing = int(true.present.sum()), int((true.leader >= 0).sum())
    kept = _kept(tx, union, replay.index)
    for kind, mask in _wrong(true, kept).items():
        strangers = kept.strangers if kind == "members" else []
        count = int(mask.sum()) + len(strangers)
        if count:
            report.differences[kind] = count
            numbers = mask.nonzero()[0][:NAMED].tolist()
            report.first += [_said(kind, number, tree.refs, true, kept) for number in numbers]
            report.first += [f"{ref}: not in the ledger" for ref in strangers[:NAMED]]
    return report, _Comparison(tree, true, kept)


def replayed(tx: Tx, union: Union) -> tuple[RecountReport, Replay]:
    """Verifies and reads the union's ledger to its end, or to the first entry that is wrong or missing."""
    replay = Replay()
    return RecountReport(*ledger.verify(tx, union, replay.read)), replay


def _true(tree: LedgerTree) -> _Tree:
    """The tree by the ledger, with the numbers that follow from its endorsements."""
    import numpy as np

    forest = grow(tree.leader)
    circles = np.zeros(len(tree.refs), bool)
    circles[forest.circles] = True
    return _Tree(
        tree.present,
        tree.leader,
        forest.height(),
        forest.direct,
        forest.headcount(),
        forest.sums(tree.linked.astype(np.int64)),
        circles,
    )


def _kept(tx: Tx, union: Union, index: dict[str, int]) -> _Kept:
    """The tree by the tables; `index` has the number of each ref."""
    import numpy as np

    n = len(index)
    ids, numbers, present, strangers = [], [], np.zeros(n, bool), []
    for page in recount.members_of(tx, union.id):
        for member_id, ref, here in page:
            number = index.get(ref)
            if number is None:
                strangers.append(ref)
            else:
                ids.append(member_id)
                numbers.append(number)
                present[number] = here
    known, place = np.array(ids, np.int64), np.array(numbers, np.int64)

    def number_of(wanted: Ints) -> Ints:
        """The numbers of members by their ids; -1 for -1, -2 for a member who is not in the ledger."""
        at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
        if not len(known):
            return np.full(len(wanted), -2)
        return np.where(known[at] == wanted, place[at], np.where(wanted == -1, -1, -2))

    leader, has_base = np.full(n, -1), np.zeros(n, bool)
    height, direct, headcount, linked = (np.zeros(n, np.int64) for _ in range(4))
    for rows in _arrays(recount.edges_of(tx, union.id)):
        found = number_of(rows[:, 0])
        rows, at = rows[found >= 0], found[found >= 0]
        leader[at], height[at] = number_of(rows[:, 1]), rows[:, 2]
    for rows in _arrays(recount.bases_of(tx, union.id)):
        found = number_of(rows[:, 0])
        rows, at = rows[found >= 0], found[found >= 0]
        has_base[at] = True
        direct[at], headcount[at], linked[at] = rows[:, 1], rows[:, 2], rows[:, 3]
    all_ids = np.zeros(n, np.int64)
    all_ids[place] = known
    return _Kept(
        _Tree(present, leader, height, direct, headcount, linked, np.zeros(n, bool)),
        all_ids,
        has_base,
        strangers,
    )


def _arrays(pages: Iterable[object]) -> Iterable[Ints]:
    import numpy as np

    return (np.array(page, np.int64) for page in pages)


def _wrong(true: _Tree, kept: _Kept) -> dict[str, Bools]:
    """For each kind of difference, the members for whom the trees differ."""
    tree = kept.tree
    return {
        "members": (true.present != tree.present) | (kept.ids == 0),
        "circles": true.circles,
        "endorsements": true.leader != tree.leader,
        "heights": (true.leader >= 0) & (tree.leader >= 0) & (true.height != tree.height),
        "support": (true.direct != tree.direct)
        | (true.headcount != tree.headcount)
        | (true.linked != tree.linked)
        | (kept.has_base & ~true.present),
    }


def _said(kind: str, number: int, refs: list[str], true: _Tree, kept: _Kept) -> str:
    """One difference in words. Members are named by their refs."""

    def endorsed(tree: _Tree) -> str:
        leader = int(tree.leader[number])
        return f"endorses {refs[leader] if leader >= 0 else 'nobody' if leader == -1 else 'a stranger'}"

    def base(tree: _Tree) -> str:
        found = _base(tree, number)
        return f"support of {found.direct} directly, {found.headcount} in all, {found.linked} with wallets"

    words: dict[str, Callable[[_Tree], str]] = {
        "members": lambda tree: "a member" if tree.present[number] else "no member any more",
        "circles": lambda tree: "on a circle" if tree.circles[number] else "as it may be",
        "endorsements": endorsed,
        "heights": lambda tree: f"{tree.height[number]} endorsements below",
        "support": base,
    }
    say = words[kind]
    row = " and a row" if kind == "support" and not true.present[number] else ""
    return f"{refs[number]}: {say(true)} by the ledger, {say(kept.tree)}{row} by the tables"


def _base(tree: _Tree, number: int) -> Base:
    return Base(int(tree.direct[number]), int(tree.headcount[number]), int(tree.linked[number]))

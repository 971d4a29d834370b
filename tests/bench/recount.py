"""A recount of the whole tree: in memory, against the graph libraries, and from the ledger with its hashes.

In memory everybody starts from the same numpy array of leaders (10⁶ members, preferential attachment, numbered at
random) and ends with the headcount and the number of wallet-linked members of every base; what a library builds
before it can begin is part of it. The libraries put members in topological order, and a loop in Python adds up
along it, as none of them has a function for that; ours also gives direct supporters and heights.

From the ledger: 10⁶ entries in SQLite (people join, link a wallet, endorse, think again), each verified by its hash
and read into the tree by the service that `muster recount` runs.
"""

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bot.areas.ledger.domain import bound, canonical, entry_hash
from bot.areas.tree.domain.forest import grow
from bot.areas.tree.services import recount
from bot.domain.clock import SystemClock
from bot.domain.people import Union
from bot.schema import metadata
from bot.storage.migrate import migrate
from bot.storage.store import Store
from bot.storage.types import EPOCH, MICROSECOND
from tests.bench.endorse import grown
from tests.bench.figures import Bench, Figure, median, ratio_at_least, told

PEOPLE = 10**6
ENTRIES = 10**6
ROUNDS = 3
LEDGER_GOAL = 300_000
START = datetime(2026, 1, 1, tzinfo=UTC)

Sums = tuple[Iterable[int], Iterable[int]]


def tree() -> tuple[np.ndarray, np.ndarray]:
    """Leaders and who has a wallet, in an order that helps nobody."""
    leader = np.array(grown(PEOPLE))
    name = np.random.default_rng(1).permutation(PEOPLE)
    shuffled = np.full(PEOPLE, -1)
    shuffled[name] = np.where(leader >= 0, name[leader], -1)
    return shuffled, np.random.default_rng(2).random(PEOPLE) < 0.3


def chains(length: int) -> np.ndarray:
    """Everybody in chains of that length, numbered at random."""
    name = np.random.default_rng(3).permutation(PEOPLE)
    leader = np.full(PEOPLE, -1)
    follows = np.arange(PEOPLE) % length > 0
    leader[name[follows]] = name[np.flatnonzero(follows) - 1]
    return leader


def ours(leader: np.ndarray, linked: np.ndarray) -> Sums:
    forest = grow(leader)
    forest.height()
    return forest.headcount(), forest.sums(linked.astype(np.int64))


def with_rustworkx(leader: np.ndarray, linked: np.ndarray) -> Sums:
    import rustworkx

    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(len(leader)))
    follows = np.flatnonzero(leader >= 0)
    graph.add_edges_from_no_data(list(zip(follows.tolist(), leader[follows].tolist(), strict=True)))
    return along(rustworkx.topological_sort(graph), leader, linked)


def with_igraph(leader: np.ndarray, linked: np.ndarray) -> Sums:
    import igraph

    follows = np.flatnonzero(leader >= 0)
    edges = np.column_stack((follows, leader[follows]))
    graph = igraph.Graph(len(leader), edges, directed=True)
    return along(graph.topological_sorting(), leader, linked)


def with_networkx(leader: np.ndarray, linked: np.ndarray) -> Sums:
    import networkx

    graph = networkx.DiGraph()
    graph.add_nodes_from(range(len(leader)))
    follows = np.flatnonzero(leader >= 0)
    graph.add_edges_from(zip(follows.tolist(), leader[follows].tolist(), strict=True))
    return along(networkx.topological_sort(graph), leader, linked)


def along(order: Iterable[int], leader: np.ndarray, linked: np.ndarray) -> Sums:
    """Headcount and linked members of every base; followers come before their leaders in `order`."""
    leaders, own = leader.tolist(), linked.tolist()
    people, holders = [0] * len(leaders), [0] * len(leaders)
    for member in order:
        above = leaders[member]
        if above >= 0:
            people[above] += people[member] + 1
            holders[above] += holders[member] + own[member]
    return people, holders


def seconds(run: Callable[[np.ndarray, np.ndarray], Sums], leader: np.ndarray, linked: np.ndarray) -> float:
    started = time.perf_counter()
    run(leader, linked)
    return time.perf_counter() - started


def in_memory() -> Iterator[Figure]:
    """The same tree by everybody, in turns; networkx only once, as it takes its time."""
    leader, linked = tree()
    ways = {"rustworkx": with_rustworkx, "igraph": with_igraph}
    right = [list(sums) for sums in ours(leader, linked)]
    for way in (*ways.values(), with_networkx):
        assert [list(sums) for sums in way(leader, linked)] == right
    taken: dict[str, list[float]] = {name: [] for name in ("ours", *ways)}
    for _ in range(ROUNDS):
        taken["ours"].append(seconds(ours, leader, linked))
        for name, way in ways.items():
            taken[name].append(seconds(way, leader, linked))
    once = seconds(with_networkx, leader, linked)
    mine = median(taken["ours"])
    yield told("recount.memory", mine * 1e3, "ms")
    for name, other, goal in (*((name, median(taken[name]), 4) for name in ways), ("networkx", once, 50)):
        yield ratio_at_least(f"recount.memory.{name}", PEOPLE / mine, "members/s", PEOPLE / other, goal)
    for length in (128, PEOPLE):
        chained = chains(length)
        yield told(f"recount.memory.chains_of_{length}", seconds(ours, chained, linked) * 1e3, "ms")


def entries() -> Iterator[tuple[str, str, dict[str, str]]]:
    """(kind, actor, payload): of five entries two join, one links a wallet, two endorse."""
    chance = random.Random(4)
    refs: list[str] = []
    while True:
        for _ in range(2):
            refs.append(f"{chance.getrandbits(128):022x}"[:22])
            yield "member.joined", refs[-1], {"platform": "telegram"}
        yield "wallet.linked", refs[-1], {}
        for member in refs[-2:]:
            yield "endorsement.made", member, {"leader": refs[chance.randrange(max(1, len(refs) - 2))]}


def write_ledger(path: Path) -> None:
    """A union whose ledger has `ENTRIES` entries, some seconds apart."""
    rows, previous, moment = [], bound("u"), START
    for seq, (kind, actor, payload) in zip(range(1, ENTRIES + 1), entries(), strict=False):
        moment += timedelta(microseconds=7_654_321)
        text = canonical(payload)
        previous = entry_hash(previous, seq, moment, kind, actor, text)
        rows.append((1, seq, (moment - EPOCH) // MICROSECOND, kind, actor, text, previous))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            "INSERT INTO unions (id, ref, name, purpose, time_zone, created_at) "
            "VALUES (1, 'u', 'U', '', 'UTC', 0)"
        )
        db.execute("INSERT INTO ledger_heads (union_id, seq, hash) VALUES (1, ?, ?)", (ENTRIES, previous))
        add = "INSERT INTO ledger (union_id, seq, time, kind, actor, payload, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
        db.executemany(add, rows)


async def from_ledger() -> list[Figure]:
    """Verified and read, and then compared with tables (which are empty here: everything differs)."""
    union = Union(1, "u", "U", "", "UTC", None, START)
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        path = Path(folder) / "muster.db"
        url = f"sqlite+aiosqlite:///{path}"
        migrate(url, metadata())
        write_ledger(path)
        store = await Store.open(url, SystemClock(), metadata())
        try:
            read, whole = [], []
            for _ in range(ROUNDS):
                started = time.perf_counter()
                report, _replay = await store.scan(recount.replayed, union)
                read.append(ENTRIES / (time.perf_counter() - started))
                assert (report.entries, report.broken) == (ENTRIES, None)
                del _replay
                started = time.perf_counter()
                assert (await store.scan(recount.compare, union)).members == 2 * ENTRIES // 5
                whole.append(ENTRIES / (time.perf_counter() - started))
        finally:
            await store.close()
    rate = median(read)
    goal = f"value >= {LEDGER_GOAL}"
    return [
        Figure("recount.ledger", rate, "entries/s", None, None, goal, rate >= LEDGER_GOAL),
        told("recount.ledger.compared", median(whole), "entries/s"),
    ]


async def measured() -> list[Figure]:
    """Both."""
    return [*in_memory(), *await from_ledger()]


FIGURES: dict[str, Bench] = {"recount": measured}

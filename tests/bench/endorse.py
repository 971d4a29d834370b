"""Endorsing, and reading support, in unions of 10⁵, 10⁶ and 10⁷ members: the whole service, ledger included.

The trees grow by preferential attachment: whoever joins endorses somebody at random, or whom that one endorses.
Endorsements are timed one by one inside write transactions of `BATCH`, as the writer runs them under load; what
endorses are new members (most of what happens) and members who change their mind and take their branch along.
The baseline of reading is the recursive query that counts a base anew.
"""

import itertools
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import bindparam, func, select

from bot.areas.ledger.domain import GENESIS
from bot.areas.members.storage import members as members_storage
from bot.areas.members.tables import MEMBER_COLUMNS
from bot.areas.tree.domain.endorsements import MAX_DEPTH
from bot.areas.tree.services import endorsements, support
from bot.areas.tree.storage import support as support_storage
from bot.areas.tree.tables import endorsements as endorsements_table
from bot.areas.unions import storage as unions_storage
from bot.domain.clock import SystemClock
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx
from bot.errors import MusterError
from bot.schema import metadata
from bot.storage.migrate import migrate
from bot.storage.statements import Statement
from bot.storage.store import Store
from tests.bench.figures import Bench, Figure, at_most, percentile, ratio_at_most, told

SIZES = {"1e5": 10**5, "1e6": 10**6, "1e7": 10**7}
BATCH = 100
NEW = 10_000
CHANGES = 3_000
EVERY_LINKED = 3
NOW = datetime.now(UTC)
MOMENT = int(NOW.timestamp() * 1e6)


def grown(people: int, seed: int = 1) -> list[int]:
    """Whom each endorses (index; -1 at the founder, 0): a random earlier member, or whom that one endorses."""
    chance = random.Random(seed)
    leader = [-1, 0]
    draw = chance.random
    for number in range(2, people):
        found = int(draw() * number)
        leader.append(leader[found] if found and draw() < 0.5 else found)
    return leader


def bases(leader: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """direct, headcount, linked and height of each; a leader stands before those who endorse them."""
    people = len(leader)
    direct, headcount, linked, height = ([0] * people for _ in range(4))
    for number in range(people - 1, 0, -1):
        above = leader[number]
        direct[above] += 1
        headcount[above] += headcount[number] + 1
        linked[above] += linked[number] + (number % EVERY_LINKED == 0)
        height[above] = max(height[above], height[number] + 1)
    return tuple(np.array(numbers) for numbers in (direct, headcount, linked, height))  # type: ignore[return-value]


def fill(path: Path, leader: list[int]) -> None:
    """A union with that tree. Member number n has the id n + 1."""
    direct, headcount, linked, height = bases(leader)
    day = NOW.date().toordinal() - 1
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; BEGIN")
        db.execute("INSERT INTO unions VALUES (1, 'u', 'U', '', 'UTC', 1, ?)", (MOMENT,))
        db.execute("INSERT INTO ledger_heads VALUES (1, 0, ?, 1)", (GENESIS,))
        people = range(len(leader))
        _many(db, "members", ((n + 1, 1, f"ref-{n:016}", MOMENT) for n in people))
        _many(
            db,
            "wallets",
            ((None, 1, n + 1, f"0x{n:040x}", "eoa", MOMENT) for n in people if n % EVERY_LINKED == 0),
        )
        tall = height.tolist()
        _many(db, "endorsements", ((n + 1, leader[n] + 1, tall[n], MOMENT) for n in people[1:]))
        led = np.flatnonzero(direct)
        columns = (direct[led], headcount[led], linked[led])
        rows = zip(*(column.tolist() for column in (led, *columns)), strict=True)
        _many(db, "support", ((n + 1, 1, *numbers, day) for n, *numbers in rows))
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _many(db: sqlite3.Connection, table: str, rows: Iterator[tuple[object, ...]]) -> None:
    """Insert rows of the table's first columns; those after them are null."""
    first = next(rows)
    columns = [column[0] for column in db.execute(f"SELECT * FROM {table} LIMIT 0").description][: len(first)]
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(first))})"
    db.executemany(sql, itertools.chain([first], rows))


def tree_bytes(path: Path) -> int:
    """What the tree itself takes on disk: endorsements and sums, with their indexes."""
    names = (
        "SELECT name FROM sqlite_master WHERE tbl_name IN ('endorsements', 'support') AND name IS NOT NULL"
    )
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute(f"SELECT SUM(pgsize) FROM dbstat WHERE name IN ({names})").fetchone()[0])


def newcomer(tx: Tx, union: Union) -> Member:
    return members_storage.add(tx, union.id, f"new-{random.random()}-{time.perf_counter_ns()}")


def endorse_some(tx: Tx, pairs: Iterable[tuple[int, int]]) -> list[float]:
    """Seconds that each endorsement took; a member 0 is a new one. Refused ones (circles) are left out."""
    union = unions_storage.by_id(tx, 1)
    assert union is not None
    taken = []
    for member_id, leader_id in pairs:
        member = members_storage.by_id(tx, member_id) if member_id else newcomer(tx, union)
        leader = members_storage.by_id(tx, leader_id)
        assert member is not None
        assert leader is not None
        began = time.perf_counter()
        try:
            endorsements.endorse(tx, union, member, leader, "words")
        except MusterError:
            continue
        taken.append(time.perf_counter() - began)
    return taken


async def timed(store: Store, pairs: list[tuple[int, int]]) -> list[float]:
    taken: list[float] = []
    for start in range(0, len(pairs), BATCH):
        taken += await store.write(endorse_some, pairs[start : start + BATCH])
    return taken


_BELOW = select(bindparam("start", type_=MEMBER_COLUMNS[0].type).label("id")).cte("below", recursive=True)
_BELOW = _BELOW.union_all(
    select(endorsements_table.c.member_id).where(endorsements_table.c.leader_id == _BELOW.c.id)
)
COUNT_ANEW = Statement(select(func.count() - 1).select_from(_BELOW))


def reading(tx: Tx) -> tuple[float, float, float]:
    """Seconds of: the founder's support, the top 100, and counting that base anew."""
    union = unions_storage.by_id(tx, 1)
    assert union is not None

    def best(run: object, times: int) -> float:
        taken = []
        for _ in range(times):
            began = time.perf_counter()
            run()  # type: ignore[operator]
            taken.append(time.perf_counter() - began)
        return percentile(taken, 50)

    return (
        best(lambda: support_storage.of(tx, 1), 200),
        best(lambda: support.ranked(tx, union, "headcount", 100), 50),
        best(lambda: tx.value(COUNT_ANEW, start=1), 1),
    )


async def measured(name: str, people: int) -> tuple[list[Figure], float]:
    """The figures of one size, and the median seconds of a new member's endorsement."""
    chance = random.Random(7)
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        path = Path(folder) / "muster.db"
        url = f"sqlite+aiosqlite:///{path}"
        migrate(url, metadata())
        leader = grown(people)
        fill(path, leader)
        each = tree_bytes(path) / people
        del leader
        store = await Store.open(url, SystemClock(), metadata())
        try:
            new = [(0, chance.randrange(people) + 1) for _ in range(NEW)]
            changes = [
                (chance.randrange(1, people) + 1, chance.randrange(people) + 1) for _ in range(CHANGES)
            ]
            await timed(store, new[: NEW // 10])
            fresh = await timed(store, new)
            await store.write(no_waiting)
            moved = await timed(store, changes)
            one, top, anew = await store.scan(reading)
        finally:
            await store.close()
    p50 = percentile(fresh, 50)
    goals = people >= 10**6
    figures = [
        at_most(f"endorse.{name}.p50", p50 * 1e3, "ms", 0.4 if people <= 10**6 else 0.8),
        at_most(f"endorse.{name}.p99", percentile(fresh, 99) * 1e3, "ms", 15 if people <= 10**6 else 30),
        told(f"endorse.{name}.change_p50", percentile(moved, 50) * 1e3, "ms"),
        told(f"endorse.{name}.change_p99", percentile(moved, 99) * 1e3, "ms"),
        at_most(f"support.{name}", one * 1e3, "ms", 0.1),
        at_most(f"top100.{name}", top * 1e3, "ms", 1),
        told(f"support.{name}.vs_recursive", one * 1e3, "ms", anew * 1e3),
    ]
    if goals:
        figures.append(at_most(f"endorse.{name}.bytes_a_member", each, "B", 80))
    return figures, p50


def no_waiting(tx: Tx) -> None:
    """Choices may be changed at once."""
    from bot.areas.tree.domain.leadership import Rules
    from bot.areas.tree.storage import rules as rules_storage

    rules_storage.put(tx, 1, Rules(switch_hours=0))


async def chain() -> list[Figure]:
    """The worst that can be made: new members at the end of chains as long as can be."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        path = Path(folder) / "muster.db"
        url = f"sqlite+aiosqlite:///{path}"
        migrate(url, metadata())
        fill(path, [-1, *(n % (MAX_DEPTH - 1) and n - 1 for n in range(1, 10**5))])
        store = await Store.open(url, SystemClock(), metadata())
        try:
            ends = [n * (MAX_DEPTH - 1) - 1 + 1 for n in range(1, 700)]
            taken = await timed(store, [(0, end) for end in ends for _ in range(3)])
        finally:
            await store.close()
    return [
        told("endorse.chain.p50", percentile(taken, 50) * 1e3, "ms"),
        at_most("endorse.chain.p99", percentile(taken, 99) * 1e3, "ms", 15),
    ]


async def endorse() -> list[Figure]:
    """All sizes, and the chain."""
    figures: list[Figure] = []
    medians = {}
    for name, people in SIZES.items():
        found, medians[name] = await measured(name, people)
        figures += found
    figures.append(ratio_at_most("endorse.1e7_vs_1e6", medians["1e7"] * 1e3, "ms", medians["1e6"] * 1e3, 2))
    return [*figures, *await chain()]


FIGURES: dict[str, Bench] = {"endorse": endorse}

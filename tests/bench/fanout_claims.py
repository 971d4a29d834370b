"""Claiming rows of the outbox, with a thousand and with a million waiting, on both databases.

One union has nine tenths of the rows, ninety-nine share the rest. A claim takes 20 and settles them, in one
transaction as the sender does. A thousand times as many rows may cost what a deeper index and a colder cache cost,
and no more. The slower of the two databases counts.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from bot.areas.delivery import services as delivery
from bot.chat import planner
from bot.chat.planner import Capacity
from bot.chat.targets import Lane
from bot.domain.clock import SystemClock
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.migrate import migrate
from bot.storage.store import Store
from tests.bench.figures import Bench, Figure, median, ratio_at_most, told
from tests.storage.postgres import find_binaries, running_cluster

FEW, MANY = 1_000, 1_000_000
ROUNDS = 200
AT_ONCE = 20
FILL = (
    "INSERT INTO outbox (platform, union_id, target, person, body, state, due_at, attempts, created_at, lane,"
    " share, chain) SELECT 'words', u, '{{\"platform\":\"words\"}}', 'p' || i, {body}, 'due', {at}, 0, {at}, 1, u,"
    " '1/' || u || '/p' || i FROM (SELECT i, CASE WHEN mod(i, 10) > 0 THEN 1 ELSE 2 + mod(i / 10, 99) END AS u"
    " FROM {rows}) AS made"
)


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """URLs of an empty database of each kind that is there."""
    with tempfile.TemporaryDirectory() as folder:
        urls = {"sqlite": f"sqlite+aiosqlite:///{Path(folder) / 'muster.db'}"}
        binaries = find_binaries()
        if binaries is None:
            yield urls
            return
        with running_cluster(binaries) as cluster:
            yield urls | {"postgresql": cluster.url(cluster.new_database())}


def fill(url: str, rows: int) -> None:
    """Have so many rows wait, and let the database know."""
    migrate(url, metadata())
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    source = (
        f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) SELECT i FROM n) AS n"
        if sqlite
        else f"generate_series(1, {rows}) AS n(i)"
    )
    at = str(int(moment.timestamp()) * 1_000_000) if sqlite else f"timestamptz '{moment.isoformat()}'"
    body = "zeroblob(600)" if sqlite else "decode(repeat('00', 600), 'hex')"
    engine = create_engine(
        parsed.set(drivername=parsed.drivername.replace("+aiosqlite", "")), poolclass=NullPool
    )
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")
        connection.exec_driver_sql(FILL.format(rows=source, at=at, body=body))
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE outbox")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    store = await Store.open(url, SystemClock(), metadata())
    try:
        yield store
    finally:
        await store.close()


def turn(tx: Tx, settled: list[Any], after: dict[Lane, int]) -> planner.Plan:
    """What the sender does in one transaction."""
    for row in settled:
        delivery.finish(tx, row, "1", tx.now)
    delivery.reached(tx, "words", settled)
    return planner.claim(tx, delivery, "words", Capacity(AT_ONCE, AT_ONCE), after)


async def claiming(url: str, rows: int) -> float:
    """Median milliseconds of a turn."""
    fill(url, rows)
    taken: list[float] = []
    settled: list[Any] = []
    after: dict[Any, Any] = {}
    async with opened(url) as store:
        for _ in range(ROUNDS if rows > FEW else 40):
            began = time.perf_counter()
            plan = await store.write(turn, settled, after)
            taken.append((time.perf_counter() - began) * 1000)
            assert len(plan.rows) == AT_ONCE
            settled, after = plan.rows, plan.after
    return median(taken)


async def claims() -> list[Figure]:
    """The slower database's ratio, and what it is on each."""
    with databases() as urls:
        found = {name: (await claiming(url, MANY), await claiming(url, FEW)) for name, url in urls.items()}
    many, few = max(found.values(), key=lambda pair: pair[0] / pair[1])
    return [ratio_at_most("fanout_claims", many, "ms for 20 of 10^6", few, 3)] + [
        told(f"fanout_claims.{name}", pair[0], "ms", pair[1]) for name, pair in found.items()
    ]


FIGURES: dict[str, Bench] = {"fanout_claims": claims}

"""Durable commands: read a member, record the act, advance the ledger's head, append to the ledger, commit.

The baseline is the usual way: the same statements through SQLAlchemy's async engine and aiosqlite, a commit
for each command, one connection (more of them wait for each other's locks and are slower). Both sync every
commit (`synchronous=FULL`), and have 50 commands waiting at any time.
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, event, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.areas.conversations.tables import inbound
from bot.areas.ledger.tables import ledger, ledger_heads
from bot.areas.members.tables import members
from bot.areas.unions.tables import unions
from bot.domain.clock import SystemClock
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.statements import Statement, insert
from bot.storage.store import Store
from tests.bench.figures import Bench, Figure, at_most, median, percentile, ratio_at_least, told

AT_ONCE = 50
ROUNDS = 5
COMMANDS = 10_000
BASELINE_COMMANDS = 600
OFFERED_SECONDS = 5.0
MEMBERS = 1_000

ADD_UNION = insert(unions).values(
    id=1, ref="u", name="U", purpose="", time_zone="UTC", created_at=bindparam("now")
)
ADD_MEMBER = insert(members).values(union_id=1, ref=bindparam("ref"), joined_at=bindparam("now"))
ADD_HEAD = insert(ledger_heads).values(union_id=1, seq=0, hash=b"\0" * 32)

MEMBER = select(members.c.id, members.c.left_at).where(members.c.ref == bindparam("member_ref"))
RECORD = insert(inbound).values(
    key=bindparam("key"), actor="a", payload=bindparam("payload"), state=1, received_at=bindparam("now")
)
ADVANCE = (
    update(ledger_heads)
    .where(ledger_heads.c.union_id == bindparam("of_union"))
    .values(seq=ledger_heads.c.seq + 1, hash=bindparam("hash"))
    .returning(ledger_heads.c.seq)
)
APPEND = insert(ledger).values(
    union_id=1,
    seq=bindparam("seq"),
    time=bindparam("now"),
    kind="bench",
    actor=bindparam("ref"),
    payload=bindparam("payload"),
    hash=bindparam("hash"),
)
S_MEMBER, S_RECORD, S_ADVANCE, S_APPEND = map(Statement, (MEMBER, RECORD, ADVANCE, APPEND))

PAYLOAD = "{}" * 50
HASH = b"h" * 32


def prepare(tx: Tx) -> None:
    """One union with its members."""
    tx.run(Statement(ADD_UNION), now=tx.now)
    tx.run(Statement(ADD_HEAD))
    add = Statement(ADD_MEMBER)
    for n in range(MEMBERS):
        tx.run(add, ref=f"m{n}", now=tx.now)


def command(tx: Tx, number: int) -> int:
    """One command of a member, as services do it."""
    ref = f"m{number % MEMBERS}"
    tx.one(S_MEMBER, member_ref=ref)
    tx.run(S_RECORD, key=f"k{number}", payload=b"{}" * 50, now=tx.now)
    seq: int = tx.value(S_ADVANCE, of_union=1, hash=HASH)
    tx.run(S_APPEND, seq=seq, now=tx.now, ref=ref, payload=PAYLOAD, hash=HASH)
    return seq


async def usual_command(engine: AsyncEngine, number: int) -> int:
    """The same, the usual way."""
    now = SystemClock().now()
    ref = f"m{number % MEMBERS}"
    async with engine.begin() as connection:
        (await connection.execute(MEMBER, {"member_ref": ref})).first()
        await connection.execute(RECORD, {"key": f"k{number}", "payload": b"{}" * 50, "now": now})
        seq: int = (await connection.execute(ADVANCE, {"of_union": 1, "hash": HASH})).scalar_one()
        given = {"seq": seq, "now": now, "ref": ref, "payload": PAYLOAD, "hash": HASH}
        await connection.execute(APPEND, given)
    return seq


@asynccontextmanager
async def prepared_store() -> AsyncIterator[tuple[str, Store]]:
    """A store in a folder of its own, with one union."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'muster.db'}"
        store = await Store.open(url, SystemClock(), metadata())
        await store.write(prepare)
        try:
            yield url, store
        finally:
            await store.close()


@asynccontextmanager
async def usual_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """SQLAlchemy's async engine on aiosqlite, as synced as ours."""
    engine = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=60)

    def settings(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {setting}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", settings)
    try:
        yield engine
    finally:
        await engine.dispose()


async def rate(run: Callable[[int], Awaitable[object]], numbers: Iterable[int]) -> float:
    """Commands a second with `AT_ONCE` waiting at any time."""
    left = iter(list(numbers))
    done = 0

    async def member() -> None:
        nonlocal done
        for number in left:
            await run(number)
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(member() for _ in range(AT_ONCE)))
    return done / (time.perf_counter() - started)


async def offered(
    run: Callable[[int], Awaitable[object]], numbers: Iterable[int], per_second: float
) -> list[float]:
    """Seconds from when each command was due to its end, with commands coming in at an even rate."""
    loop = asyncio.get_running_loop()
    taken: list[float] = []
    # Only what runs is kept: a pile of finished tasks would be searched by the garbage collector.
    tasks: set[asyncio.Future[None]] = set()

    async def one(number: int, due: float) -> None:
        await run(number)
        taken.append(loop.time() - due)

    start = loop.time()
    for index, number in enumerate(numbers):
        due = start + index / per_second
        await asyncio.sleep(max(0.0, due - loop.time()))
        task = asyncio.ensure_future(one(number, due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    return taken


async def writes() -> list[Figure]:
    """The write path alone."""
    numbers = itertools.count()
    ours: list[float] = []
    usual: list[float] = []
    async with prepared_store() as (_, store), prepared_store() as (usual_url, usual_store):
        await usual_store.close()
        async with usual_engine(usual_url) as engine:
            for _ in range(ROUNDS):
                usual.append(
                    await rate(
                        lambda number: usual_command(engine, number),
                        itertools.islice(numbers, BASELINE_COMMANDS),
                    )
                )
                ours.append(
                    await rate(
                        lambda number: store.write(command, number), itertools.islice(numbers, COMMANDS)
                    )
                )
        half = median(ours) / 2
        taken = await offered(
            lambda number: store.write(command, number),
            itertools.islice(numbers, int(half * OFFERED_SECONDS)),
            half,
        )
    return [
        ratio_at_least("writes", median(ours), "commands/s", median(usual), 12),
        at_most("writes.p99_at_half", percentile(taken, 99) * 1e3, "ms", 50),
        told("writes.p50_at_half", percentile(taken, 50) * 1e3, "ms"),
    ]


FIGURES: dict[str, Bench] = {"writes": writes}

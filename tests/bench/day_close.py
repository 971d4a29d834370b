"""The close of a union-day with 10⁶ members: everybody's activation anew, while members' commands go on.

Four in ten answered each of the last seven calls. The first close writes a row for every leader, as there is none
yet; the second, a day later, what changed: nearly as much. Streaks need nothing at the close: they are worked out
when somebody answers or looks. Commands come through dispatch at a steady rate, ledger entry and all.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path

import numpy as np

import commands
from bot.areas.conversations import services as conversations
from bot.chat.chores import Office
from bot.domain.clock import SystemClock
from bot.schema import metadata
from bot.storage.migrate import migrate
from bot.storage.store import Store
from commands.reports import count_activation
from tests.bench.commands import MEMBERS, PLACE, area, dispatched
from tests.bench.endorse import MOMENT, NOW, fill, grown
from tests.bench.figures import Bench, Figure, at_most, percentile, told
from tests.stage import Stage

PEOPLE = 10**6
DAYS = 7
ANSWER = 0.4
A_SECOND = 300
"""Commands that members type meanwhile."""
QUIET_S = 3.0
TODAY = NOW.date().toordinal()

_CALL = """
INSERT INTO calls (id, union_id, author_id, state, title, what, why, proof, contest, opens, closes, day, approved,
    late, answered, created_at)
VALUES (?, 1, 1, 'closed', 't', 'w', 'y', 'word', 0, 540, 1440, ?, 1, 0, 0, 0)
"""
_ANSWER = "INSERT INTO checkins (call_id, member_id, day, at, state, late) VALUES (?, ?, ?, ?, 'done', 0)"


def call_day(path: Path, number: int) -> None:
    """The call of a day, which is over, with its answers."""
    day = TODAY - DAYS + number
    who = np.flatnonzero(np.random.default_rng(number).random(PEOPLE) < ANSWER) + 1
    with closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as db:
        db.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; BEGIN IMMEDIATE")
        db.execute(_CALL, (number, day))
        db.executemany(_ANSWER, ((number, member, day, MOMENT) for member in who.tolist()))
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def people(path: Path) -> None:
    """The first members have accounts and a place to speak in."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN")
        db.execute(
            "INSERT INTO spaces (union_id, platform, native_id, title, connected_at) VALUES (1, ?, ?, ?, 0)",
            (PLACE.platform, PLACE.space, PLACE.title),
        )
        db.executemany(
            "INSERT INTO accounts (union_id, member_id, platform, native_id, name, joined_at, seen_at) "
            "VALUES (1, ?, 'words', ?, ?, ?, ?)",
            ((n + 1, f"m{n}", f"M{n}", MOMENT, MOMENT) for n in range(MEMBERS)),
        )
        db.execute("COMMIT")


@asynccontextmanager
async def stage(path: Path) -> AsyncIterator[Stage]:
    store = await Store.open(f"sqlite+aiosqlite:///{path}", SystemClock(), metadata())
    try:
        yield Stage(store, SystemClock(), areas=(*commands.areas(), area))  # type: ignore[arg-type]  # real time
    finally:
        await store.close()


async def beside(work: asyncio.Task[None], stage: Stage, numbers: "count[int]") -> tuple[float, list[float]]:
    """Seconds that the work took, and those of each command that was given meanwhile, from when it was due."""
    began = time.perf_counter()
    ended = asyncio.get_running_loop().create_future()
    work.add_done_callback(lambda _: ended.set_result(time.perf_counter() - began))
    taken: list[float] = []

    async def one(due: float) -> None:
        await dispatched(stage, next(numbers))
        taken.append(time.perf_counter() - due)

    running = []
    for step in count():
        due = began + step / A_SECOND
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        if ended.done():
            break
        running.append(asyncio.create_task(one(due)))
    await asyncio.gather(*running)
    work.result()
    return ended.result(), taken


async def day_close() -> list[Figure]:
    """Both closes, and commands without one for comparison."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        path = Path(folder) / "muster.db"
        migrate(f"sqlite+aiosqlite:///{path}", metadata())
        fill(path, grown(PEOPLE))
        people(path)
        for number in range(1, DAYS + 1):
            call_day(path, number)
        numbers = count()
        async with stage(path) as on:
            office = Office(on.store, conversations, on)

            async def nothing() -> None:
                await asyncio.sleep(QUIET_S)

            await beside(asyncio.create_task(nothing()), on, numbers)  # statements are compiled
            _, alone = await beside(asyncio.create_task(nothing()), on, numbers)
            first, during_first = await beside(asyncio.create_task(count_activation(office)), on, numbers)
            await asyncio.to_thread(call_day, path, DAYS + 1)
            second, during_second = await beside(asyncio.create_task(count_activation(office)), on, numbers)
    return [
        at_most("day_close.first", first, "s", 10),
        at_most("day_close", second, "s", 10),
        at_most("day_close.commands_p99_first", percentile(during_first, 99) * 1e3, "ms", 100),
        at_most("day_close.commands_p99", percentile(during_second, 99) * 1e3, "ms", 100),
        told("day_close.commands_p99_alone", percentile(alone, 99) * 1e3, "ms"),
        told("day_close.commands_p50", percentile(during_second, 50) * 1e3, "ms"),
    ]


FIGURES: dict[str, Bench] = {"day_close": day_close}

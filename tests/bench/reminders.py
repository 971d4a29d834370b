"""Reminding 10⁵ members of 10⁶ of the day's call, all at the same hour, while members' commands go on."""

import asyncio
import sqlite3
import tempfile
from contextlib import closing
from itertools import count
from pathlib import Path

from bot.areas.conversations import services as conversations
from bot.chat.chores import Office
from bot.schema import metadata
from bot.storage.migrate import migrate
from commands.reminders import remind
from tests.bench.day_close import PEOPLE, TODAY, beside, call_day, people, stage
from tests.bench.endorse import MOMENT, fill, grown
from tests.bench.figures import Bench, Figure, at_most, percentile, told

REMINDED = 10**5

_OPEN = "UPDATE calls SET state = 'open', token = 'done', day = ?, opens_at = 0, closes_at = ? WHERE id = 1"


def wishes(path: Path) -> None:
    """Every tenth member asked for reminders, to be sent by now; four in ten of them have answered."""
    who = range(2, PEOPLE, PEOPLE // REMINDED)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("PRAGMA synchronous=OFF; BEGIN")
        db.execute("UPDATE checkins SET day = ?", (TODAY,))
        db.execute(_OPEN, (TODAY, 2**52))
        db.executemany(
            "INSERT OR IGNORE INTO accounts (union_id, member_id, platform, native_id, name, joined_at, seen_at) "
            "VALUES (1, ?, 'words', ?, 'M', ?, ?)",
            ((member, f"r{member}", MOMENT, MOMENT) for member in who),
        )
        db.execute(
            "INSERT INTO reminders (member_id, union_id, account_id, minutes) "
            "SELECT member_id, 1, id, 0 FROM accounts WHERE native_id LIKE 'r%'"
        )
        db.execute("COMMIT")


async def reminders() -> list[Figure]:
    """Until all wait to be sent."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        path = Path(folder) / "muster.db"
        migrate(f"sqlite+aiosqlite:///{path}", metadata())
        fill(path, grown(PEOPLE))
        people(path)
        call_day(path, 1)
        wishes(path)
        numbers = count()
        async with stage(path) as on:
            office = Office(on.store, conversations, on)
            await beside(asyncio.create_task(asyncio.sleep(3)), on, numbers)
            seconds, taken = await beside(asyncio.create_task(remind(office)), on, numbers)
        with closing(sqlite3.connect(path)) as db:
            [[queued]] = db.execute("SELECT count(*) FROM outbox")
    return [
        told("reminders", queued / seconds, "reminders/s"),
        told("reminders.queued", queued, "messages"),
        at_most("reminders.commands_p99", percentile(taken, 99) * 1e3, "ms", 100),
    ]


FIGURES: dict[str, Bench] = {"reminders": reminders}

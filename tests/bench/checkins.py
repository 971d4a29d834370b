"""A burst of presses on the button of a call, from two platforms; and streaks of a million members.

The presses come in at an even rate and go the whole way: dispatch, member, button, answer, counter, streak, ledger,
commit synced, reply. A part of the burst runs by default; `MUSTER_BENCH_ALL=1` runs all of it.
"""

import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.areas.calls.domain.calls import Call, CallState, Window
from bot.areas.calls.domain.texts import Texts
from bot.areas.calls.storage import calls as calls_storage
from bot.areas.calls.storage.calls import NewCall
from bot.areas.checkins.domain.checkins import CheckinState
from bot.areas.checkins.domain.streaks import worked_out
from bot.areas.checkins.services import streaks
from bot.areas.checkins.storage import checkins as checkins_storage
from bot.areas.checkins.storage import streaks as streaks_storage
from bot.areas.conversations import services as conversations
from bot.areas.ledger.domain import GENESIS
from bot.areas.members.storage import members as members_storage
from bot.areas.unions import storage as unions_storage
from bot.chat.incoming import Actor, Incoming, Place, Press
from bot.domain.clock import SystemClock
from bot.domain.tokens import NewToken
from bot.domain.transaction import Tx
from bot.schema import metadata
from bot.storage.migrate import migrate
from bot.storage.store import Store
from tests.bench.figures import Bench, Figure, at_most, percentile, told
from tests.bench.writes import offered
from tests.stage import Stage

PRESSES = 200_000 if os.environ.get("MUSTER_BENCH_ALL") else 20_000
PER_SECOND = 3_300
EVERY_AGAIN = 20
"""One press in so many is by somebody who pressed before, on the other platform."""
MILLION = 10**6
HISTORY = 400
NOW = datetime.now(UTC)
MOMENT = int(NOW.timestamp() * 1e6)
PLATFORMS = ("words", "values")


def fill(path: Path, people: int) -> None:
    """A union whose members have two accounts each, and a streak. Member number n has the id n + 1."""
    chance, today = random.Random(1), NOW.date().toordinal()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript("PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; BEGIN")
        db.execute("INSERT INTO unions VALUES (1, 'u', 'U', '', 'UTC', 1, ?)", (MOMENT,))
        db.execute("INSERT INTO ledger_heads VALUES (1, 0, ?, 1)", (GENESIS,))
        for number, platform in enumerate(PLATFORMS, start=1):
            _many(db, "spaces", iter([_space(number, platform)]))
        _many(db, "members", ((n + 1, 1, f"ref-{n:016}", MOMENT, None, None, None) for n in range(people)))
        _many(
            db,
            "accounts",
            (
                (None, 1, n + 1, platform, f"{n}", f"M{n}", None, None, MOMENT, None, MOMENT)
                for platform in PLATFORMS
                for n in range(people)
            ),
        )
        _many(db, "streaks", (_streak(n + 1, today, chance) for n in range(people)))
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _space(number: int, platform: str) -> tuple[object, ...]:
    return (number, 1, platform, f"space-{platform}", "Farm", MOMENT, None, None, None)


def _streak(member: int, today: int, chance: random.Random) -> tuple[object, ...]:
    """Half of them go on; the rest ended some time in the last year, the longest among them."""
    ago = 1 if chance.random() < 0.5 else chance.randrange(2, 365)
    current = chance.randrange(1, 200 if ago == 1 else 1000)
    return (member, 1, current, current, today - ago, chance.randrange(4), chance.randrange(7))


def _many(db: sqlite3.Connection, table: str, rows: Iterator[tuple[object, ...]]) -> None:
    width = len(db.execute(f"SELECT * FROM {table} LIMIT 0").description)
    db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * width)})", rows)


def add_call(tx: Tx, day: int, state: CallState) -> Call:
    start = datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC) + timedelta(days=day - NOW.date().toordinal())
    new = NewCall(
        1,
        None,
        1,
        Texts("Plant a tree", "Plant one.", opens=0),
        state,
        approved=True,
        day=day,
        window=Window(start, start + timedelta(days=1)),
    )
    return calls_storage.add(tx, new)


def open_call(tx: Tx) -> tuple[int, str]:
    """Today's call, which stays open over the bench, and the token of its button."""
    made = add_call(tx, NOW.date().toordinal(), CallState.OPEN)
    new = NewToken(
        union_id=1,
        kind="button",
        action="call.done",
        arguments=f'{{"call": {made.id}}}',
        presser=None,
        space=None,
        single_use=False,
        lasts_s=None,
    )
    token = conversations.keep_token(tx, new)
    return made.id, token


async def burst() -> list[Figure]:
    """Every press answered, and counted exactly."""
    people = PRESSES - PRESSES // EVERY_AGAIN
    places = [Place(name, f"chat-{name}", f"space-{name}", title="Farm") for name in PLATFORMS]
    said = [0, 0]  # first ones, and repeated ones
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        path = Path(folder) / "muster.db"
        url = f"sqlite+aiosqlite:///{path}"
        migrate(url, metadata())
        fill(path, people)
        store = await Store.open(url, SystemClock(), metadata())
        try:
            call_id, token = await store.write(open_call)
            stage = Stage(store, SystemClock())  # type: ignore[arg-type]  # real time

            async def press(number: int) -> None:
                again = number % EVERY_AGAIN == EVERY_AGAIN - 1
                who = number - number // EVERY_AGAIN - again
                on = (who + again) % 2
                actor = Actor(PLATFORMS[on], f"{who}", f"M{who}")
                reply = await stage.core.dispatch(Incoming(str(number), actor, places[on], Press(token)))
                assert reply is not None
                said[reply.notice.startswith("You already answered.")] += 1

            taken = await offered(press, range(PRESSES), PER_SECOND)
            counted = await store.read(calls_storage.by_id, call_id)
        finally:
            await store.close()
    assert counted is not None
    wrong = abs(counted.answered - people) + abs(said[0] - people) + PRESSES - len(taken)
    return [
        at_most("checkins.p99", percentile(taken, 99) * 1e3, "ms", 250),
        at_most("checkins.slowest", max(taken) * 1e3, "ms", 3_000),
        told("checkins.p50", percentile(taken, 50) * 1e3, "ms"),
        at_most("checkins.miscounted", wrong, "presses", 0),
    ]


def histories(tx: Tx) -> None:
    """A call a day for `HISTORY` days; the member 1 answered all."""
    union, member = unions_storage.by_id(tx, 1), members_storage.by_id(tx, 1)
    assert union is not None
    assert member is not None
    today = NOW.date().toordinal()
    for day in range(today - HISTORY, today):
        made = add_call(tx, day, CallState.CLOSED)
        given = {"late": False, "proof": None, "file_id": None, "space_id": None, "judge_id": None}
        checkins_storage.give(tx, made, member.id, CheckinState.DONE, **given)  # type: ignore[arg-type]  # as it asks
    add_call(tx, today, CallState.OPEN)
    streaks.recount(tx, union, member.id)


def reading(tx: Tx) -> list[float]:
    """Median seconds of: the first page of the ranking, its second, one member, one member worked out anew."""
    union = unions_storage.by_id(tx, 1)
    assert union is not None
    page = streaks.longest(tx, union, 11)

    def anew() -> None:
        days = streaks_storage.answered_days(tx, 1)
        gaps = streaks_storage.call_days(tx, 1, days[0], days[-1])
        worked_out(days, sorted(set(gaps) - set(days)))

    return [
        _median(lambda: streaks.longest(tx, union, 11)),
        _median(lambda: streaks.longest(tx, union, 11, page[-1])),
        _median(lambda: streaks.standing(tx, union, 2)),
        _median(anew),
    ]


def _median(run: Callable[[], object]) -> float:
    taken = []
    for _ in range(200):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return percentile(taken, 50)


async def million() -> list[Figure]:
    """Reading the streaks of a million members, half of which have ended."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        path = Path(folder) / "muster.db"
        url = f"sqlite+aiosqlite:///{path}"
        migrate(url, metadata())
        fill(path, MILLION)
        store = await Store.open(url, SystemClock(), metadata())
        try:
            await store.write(histories)
            first, second, one, anew = await store.scan(reading)
        finally:
            await store.close()
    return [
        at_most("streaks.1e6.board", first * 1e3, "ms", 1),
        at_most("streaks.1e6.next_page", second * 1e3, "ms", 1),
        at_most("streaks.1e6.member", one * 1e3, "ms", 1),
        told("streaks.1e6.year_worked_out", anew * 1e3, "ms"),
    ]


FIGURES: dict[str, Bench] = {"checkins": burst, "streaks": million}

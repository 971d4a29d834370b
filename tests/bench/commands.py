"""Durable commands the whole way: words parsed, member and permission looked up, a service that writes to the
ledger, answer kept, commit synced, reply returned.

The baseline is `writes`' usual way: four statements through SQLAlchemy's async engine and aiosqlite with a
commit each, and nothing of the rest. So the ratio is on the strict side: ours does more work.
"""

import itertools
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Literal

import commands
from bot.areas.ledger.services import record
from bot.chat.context import Context
from bot.chat.declarations import Area, Rate
from bot.chat.incoming import Actor, CommandCall, Incoming, Place
from bot.chat.model import Reply, p, say
from bot.chat.params import Arg
from bot.domain.clock import SystemClock
from bot.domain.transaction import Tx
from bot.membership import Founder, found, join
from bot.schema import metadata
from bot.storage.store import Store
from tests.bench.figures import Bench, Figure, at_most, median, percentile, ratio_at_least, told
from tests.bench.writes import (
    BASELINE_COMMANDS,
    OFFERED_SECONDS,
    ROUNDS,
    offered,
    prepared_store,
    rate,
    usual_command,
)
from tests.bench.writes import usual_engine as engine_for
from tests.stage import Stage

MEMBERS = 1_000
COMMANDS = 5_000
PLACE = Place("words", "chat", "space", title="Farm")

area = Area()


@area.command("stand", "Say where one stands", rate=Rate(1_000_000, 60))
def stand(
    ctx: Context,
    side: Annotated[Literal["for", "against"], "Which side"],
    reason: Annotated[str, Arg("Why", max_length=200)],
) -> Reply:
    """Writes the side to the ledger."""
    record(ctx.tx, ctx.union.id, "bench.stood", ctx.member, side=side, length=len(reason))
    return say(p("You stand ", side, "."))


def populate(tx: Tx) -> None:
    """A union with its members."""
    union, _, _ = found(tx, "Farm", "Grow", "UTC", Founder("words", "m0", "M0", None), "space", "Farm")
    for number in range(1, MEMBERS):
        join(tx, union, "words", f"m{number}", f"M{number}", None)


@asynccontextmanager
async def populated_stage() -> AsyncIterator[Stage]:
    """The real registry, dispatch and services on a SQLite file of its own."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        store = await Store.open(
            f"sqlite+aiosqlite:///{Path(folder) / 'muster.db'}", SystemClock(), metadata()
        )
        await store.write(populate)
        try:
            yield Stage(store, SystemClock(), areas=(*commands.areas(), area))  # type: ignore[arg-type]  # real time
        finally:
            await store.close()


async def dispatched(stage: Stage, number: int) -> None:
    """One command of a member."""
    member = number % MEMBERS
    actor = Actor("words", f"m{member}", f"M{member}", None, None)
    act = CommandCall("stand", words='for "because it is right"')
    reply = await stage.core.dispatch(Incoming(str(number), actor, PLACE, act))
    assert reply is not None
    assert reply.blocks[0] == p("You stand ", "for", "."), reply


async def whole_way() -> list[Figure]:
    """Through dispatch."""
    numbers = itertools.count()
    ours: list[float] = []
    usual: list[float] = []
    async with populated_stage() as stage, prepared_store() as (usual_url, usual_store):
        await usual_store.close()
        async with engine_for(usual_url) as engine:
            for _ in range(ROUNDS):
                some = itertools.islice(numbers, BASELINE_COMMANDS)
                usual.append(await rate(lambda number: usual_command(engine, number), some))
                more = itertools.islice(numbers, COMMANDS)
                ours.append(await rate(lambda number: dispatched(stage, number), more))
        half = median(ours) / 2
        numbered = itertools.islice(numbers, int(half * OFFERED_SECONDS))
        taken = await offered(lambda number: dispatched(stage, number), numbered, half)
    return [
        ratio_at_least("commands", median(ours), "commands/s", median(usual), 8),
        at_most("commands.p99_at_half", percentile(taken, 99) * 1e3, "ms", 50),
        told("commands.p50_at_half", percentile(taken, 50) * 1e3, "ms"),
    ]


FIGURES: dict[str, Bench] = {"commands": whole_way}

"""What is remembered of an account outlasts its membership, and names nobody."""

from datetime import timedelta

from bot import membership
from bot.areas.traces import services as traces
from bot.areas.traces.domain import TraceKind
from bot.domain.people import Union
from bot.domain.transaction import Tx
from bot.storage.store import Store
from tests.clock import ManualClock

WAIT = TraceKind.WAIT
DAY = timedelta(days=1)


def begun(tx: Tx) -> Union:
    founder = membership.Founder("discord", "1", "Ada", None)
    return membership.found(tx, "Farm", "Grow", "UTC", founder, "space", "Space")[0]


async def test_a_trace_lasts_until_its_moment(store: Store, clock: ManualClock) -> None:
    def keep(tx: Tx, union: Union) -> None:
        traces.keep(tx, union, "discord", "7", WAIT, tx.now + DAY, 3)

    union = await store.write(begun)
    assert await store.read(traces.find, union, "discord", "7", WAIT) is None
    began = clock.now()
    await store.write(keep, union)
    found = await store.read(traces.find, union, "discord", "7", WAIT)
    assert found is not None
    assert (found.number, found.since, found.until) == (3, began, began + DAY)
    for platform, native_id in (("telegram", "7"), ("discord", "70")):
        assert await store.read(traces.find, union, platform, native_id, WAIT) is None
    clock.advance(DAY)
    assert await store.read(traces.find, union, "discord", "7", WAIT) is None


async def test_a_trace_for_ever_stays_until_it_is_ended(store: Store, clock: ManualClock) -> None:
    union = await store.write(begun)
    await store.write(traces.keep, union, "discord", "7", WAIT, None)
    clock.advance(1000 * DAY)
    await store.write(traces.prune, clock.now())
    assert await store.read(traces.find, union, "discord", "7", WAIT) is not None
    assert await store.write(traces.end, union, "discord", "7", WAIT)
    assert await store.read(traces.find, union, "discord", "7", WAIT) is None
    assert not await store.write(traces.end, union, "discord", "7", WAIT)

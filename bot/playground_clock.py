"""The playground's clock, which its page can move on, and everything that falls due on the way.

How far it is ahead is kept in the database, because the database has times by this clock: it goes wherever the
database goes, and a restart goes on where the last run was. The clock never goes back.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.areas.calls.services import calls
from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.config import Settings
from bot.domain.clock import Clock
from bot.domain.transaction import Tx
from bot.errors import ConfigError
from bot.storage import meta, trusted_time
from bot.storage.store import Store

STEP = timedelta(hours=1)
"""What has an hour of its own, like reminders, comes at most this late while the clock moves."""
LAST_MINUTE = timedelta(minutes=1)
"""This long before a call closes there is a step, in which its last reminders are sent."""
SENT_WITHIN_S = 5.0
LOOK_EVERY_S = 0.002
_AHEAD = "playground clock ahead"
_FILLED = "playground filled"
_MICROSECOND = timedelta(microseconds=1)


class MovedClock:
    """Another clock, and the time by which it was moved on."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Returns the present moment, timezone-aware, in UTC."""
        return self._base.now() + self.ahead

    def lead_at(self, moment: datetime) -> timedelta:
        """Returns the time by which the clock has to be moved on in all, so that it shows this moment now."""
        return moment - self._base.now()


def clock_for(settings: Settings, clock: Clock) -> Clock:
    """Returns the clock to run by: one that can be moved, if there is only the playground and so no real member."""
    return MovedClock(clock) if settings.plays and not settings.has_tokens else clock


async def resume(clock: Clock, store: Store) -> None:
    """Moves the clock to where the last run left it.

    Raises ConfigError if it cannot be moved, because real platforms are served: their time would be in the past of
    what is stored.
    """
    kept = await store.read(meta.get, _AHEAD)
    if kept is None:
        return
    if not isinstance(clock, MovedClock):
        raise ConfigError(
            "The clock of this database was moved on in the playground, so its times are in the future. "
            "Set MUSTER_DATA_DIR (or MUSTER_DATABASE_URL) to a new place for your real union."
        )
    clock.ahead = int(kept) * _MICROSECOND


class Mover:
    """Implements `adapters.playground.moving.Mover`. `do_chores` runs every chore once."""

    def __init__(
        self,
        clock: MovedClock,
        store: Store,
        do_chores: Callable[[], Awaitable[None]],
        address: Callable[[], str],
    ) -> None:
        self._clock, self._store, self._do_chores, self._address = clock, store, do_chores, address

    @property
    def address(self) -> str:
        """The address of the playground's own pages."""
        return self._address()

    @property
    def is_moved(self) -> bool:
        """Whether the clock was ever moved on."""
        return self._clock.ahead > timedelta()

    async def step(self, to: datetime) -> None:
        """Moves the clock on to that moment, at once, and does what is due then. Never moves it back."""
        lead = self._clock.lead_at(to)
        if lead > self._clock.ahead:
            # First on disk: if the program dies between the two, the clock is behind nothing that is stored.
            await self._store.write(_keep_lead, lead, to)
            self._clock.ahead = lead
        await self._do_chores()
        await self._sent()

    async def move(self, to: datetime) -> None:
        """Moves the clock on to that moment step by step, and does on the way whatever falls due."""
        while (now := self._clock.now()) < to:
            await self.step(await self._store.read(_next_step, now, to))
        await self.step(to)  # what followed from the last step, like a report from the close of its call

    async def close_of_call(self) -> datetime | None:
        """Returns when the next call closes; None if none is open or planned."""
        return min((hours.closes_at for hours in await self._store.read(calls.hours_ahead)), default=None)

    async def is_free(self, platform: str, rooms: Sequence[str]) -> bool:
        """Whether none of these rooms belongs to a union."""
        found = [await self._store.read(conversations.identify, platform, "", room) for room in rooms]
        return all(standing.union is None for standing in found)

    async def is_filled(self) -> bool:
        """Whether the demo union's people live here."""
        return await self._store.read(meta.get, _FILLED) is not None

    async def set_filled(self) -> None:
        """Notes that the demo union's people live here from now on."""
        await self._store.write(meta.put, _FILLED, "yes")

    async def _sent(self) -> None:
        """Waits until the messages of this step are sent, so that they carry its time; not for one that is stuck."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SENT_WITHIN_S):
                # No event, because a sender tells nobody that it is idle.
                while any(state != "parked" for _, state, _ in await self._store.read(delivery.depths)):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_EVERY_S)


def _keep_lead(tx: Tx, lead: timedelta, to: datetime) -> None:
    meta.put(tx, _AHEAD, str(-(-lead // _MICROSECOND)))
    trusted_time.note_move(tx, to)


def _next_step(tx: Tx, now: datetime, to: datetime) -> datetime:
    """Returns the next moment to look what is due: a call opens or closes, or the hour is full."""
    found = [now + STEP - timedelta(seconds=now.timestamp() % STEP.total_seconds()), to]
    for hours in calls.hours_ahead(tx):
        found += (hours.opens_at, hours.closes_at - LAST_MINUTE, hours.closes_at)
    return min(moment for moment in found if moment > now)

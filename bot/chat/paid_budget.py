"""What may be paid today to send faster: taken from the database before it is spent, so that no restart forgets."""

from __future__ import annotations

import logging
from datetime import date

from bot.chat.planner import Outbox
from bot.chat.port import Adapter, Paying
from bot.chat.records import Store
from bot.domain.clock import Clock
from bot.domain.transaction import Tx
from bot.errors import MusterError

log = logging.getLogger(__name__)

AT_A_TIME = 500
"""Messages taken from the day's budget together; a killed process loses what it has not used of them."""


class Purse:
    """Keeps the allowance of an adapter that pays filled, while more waits than goes out for nothing."""

    def __init__(self, adapter: Adapter, outbox: Outbox, clock: Clock) -> None:
        self._payer = adapter if isinstance(adapter, Paying) and adapter.paid_a_day else None
        self._what = f"paid {adapter.name}"
        self._outbox, self._clock = outbox, clock
        self._day: date | None = None
        self._wanted = self._taken = 0
        self._crowded = self._empty = False

    def open(self) -> None:
        """Before a transaction: decide whether to take more."""
        self._wanted = self._taken = 0
        if self._payer is None:
            return
        today = self._clock.now().date()
        if today != self._day:
            self._day, self._empty, self._payer.allowance = today, False, 0
        if self._crowded and not self._empty and self._payer.allowance < AT_A_TIME // 2:
            self._wanted = AT_A_TIME

    def take(self, tx: Tx) -> None:
        """In the transaction."""
        if self._wanted and self._payer is not None and self._day is not None:
            self._taken = self._outbox.spend(tx, self._what, self._day, self._wanted, self._payer.paid_a_day)

    def fill(self, *, crowded: bool) -> None:
        """After the transaction is durable. `crowded`: as much was waiting as there was room for."""
        self._crowded = crowded
        if self._payer is None or not self._wanted:
            return
        self._payer.allowance += self._taken
        self._empty = self._taken < self._wanted

    async def close(self, store: Store) -> None:
        """Give back what was not used."""
        if self._payer is None or self._day is None or not self._payer.allowance:
            return
        unused, self._payer.allowance = self._payer.allowance, 0
        try:
            await store.write(self._outbox.spend, self._what, self._day, -unused, self._payer.paid_a_day)
        except MusterError as error:
            log.warning("the day's budget: %s", error, extra={"action": "outbox.purse"})

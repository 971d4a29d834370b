"""The messages that an adapter may still pay for today, to send them faster.

They are taken from the database before they are used, so a restart cannot use them twice.
"""

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
"""Messages that are taken from the day's budget together. A killed process loses those that it has not used."""


class PaidBudget:
    """Fills the allowance of a paying adapter from the day's budget, while too much waits for the free rate.

    Each round of the sender calls `prepare`, then `take` in its transaction, then `fill` once that is durable.
    """

    def __init__(self, adapter: Adapter, outbox: Outbox, clock: Clock) -> None:
        self._payer = adapter if isinstance(adapter, Paying) and adapter.paid_a_day else None
        self._what = f"paid {adapter.name}"
        self._outbox, self._clock = outbox, clock
        self._day: date | None = None
        self._wanted = self._taken = 0
        self._crowded = self._empty = False

    def prepare(self) -> None:
        """Decides whether to take more."""
        self._wanted = self._taken = 0
        if self._payer is None:
            return
        today = self._clock.now().date()
        if today != self._day:
            self._day, self._empty, self._payer.allowance = today, False, 0
        if self._crowded and not self._empty and self._payer.allowance < AT_A_TIME // 2:
            self._wanted = AT_A_TIME

    def take(self, tx: Tx) -> None:
        """Takes the number that `prepare` decided from the day's budget."""
        if self._wanted and self._payer is not None and self._day is not None:
            self._taken = self._outbox.spend(tx, self._what, self._day, self._wanted, self._payer.paid_a_day)

    def fill(self, *, crowded: bool) -> None:
        """Adds the messages taken to the allowance. `crowded`: as many bulk rows waited as could be sent, or more."""
        self._crowded = crowded
        if self._payer is None or not self._wanted:
            return
        self._payer.allowance += self._taken
        self._empty = self._taken < self._wanted

    async def give_back(self, store: Store) -> None:
        """Gives the unused allowance back to the day's budget."""
        if self._payer is None or self._day is None or not self._payer.allowance:
            return
        unused, self._payer.allowance = self._payer.allowance, 0
        try:
            await store.write(self._outbox.spend, self._what, self._day, -unused, self._payer.paid_a_day)
        except MusterError as error:
            log.warning("the day's budget: %s", error, extra={"action": "outbox.purse"})

"""The leaders for whose word answers wait."""

from __future__ import annotations

from datetime import datetime

from bot.areas.checkins.domain.checkins import JUDGED_WITHIN, Checkin
from bot.areas.checkins.storage import judging
from bot.domain.people import Union
from bot.domain.times import moment, union_day
from bot.domain.transaction import Tx


def unions_waiting(tx: Tx) -> list[int]:
    """Returns the unions in which answers may wait for a leader's word."""
    return judging.unions_with_waiting(tx, union_day("UTC", tx.now) - JUDGED_WITHIN - 1)


def judges(tx: Tx, union: Union) -> list[tuple[int, int]]:
    """Returns the members for whose word answers wait, each with the newest call of these answers."""
    return judging.judges(tx, union.id, union_day(union.time_zone, tx.now) - JUDGED_WITHIN)


def counts_until(union: Union, waiting: Checkin) -> datetime:
    """Returns the moment from which an answer that still waits counts no longer."""
    return moment(waiting.day + JUDGED_WITHIN + 1, 0, union.time_zone)

"""The limit of unasked messages: at most one for each person and union-day, and none in the night.

Answers to an act of the person do not count, nor do messages they asked for (reminders).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.areas.members.storage import daily_notice
from bot.domain.people import Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx

HOUR = time(9)
"""The earliest time of the day for unasked messages, in the union's own time zone."""
MINUTES = HOUR.hour * 60
"""The same, in minutes of the local day."""


def awake(union: Union, now: datetime) -> bool:
    """Whether `HOUR` has passed today in the union. Messages left from yesterday wait for it, too."""
    return now.astimezone(ZoneInfo(union.time_zone)).time() >= HOUR


def claim(tx: Tx, union: Union, member_id: int) -> bool:
    """Claims the member's one unsolicited message for today; False if it is used."""
    return daily_notice.claim(tx, member_id, union_day(union.time_zone, tx.now))


def untold(tx: Tx, union: Union, member_ids: Sequence[int]) -> list[int]:
    """Returns those of the members who can still be told something today, in the same order."""
    found = daily_notice.untold(tx, member_ids, union_day(union.time_zone, tx.now))
    return [one for one in member_ids if one in found]

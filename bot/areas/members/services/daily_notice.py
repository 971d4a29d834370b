"""At most one unasked message a union-day to a person, and none before the day has begun for people.

Answers to what somebody did are no such messages, nor is what they asked for (reminders).
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
"""From when on the bot tells things by itself, in a union's own time zone."""
MINUTES = HOUR.hour * 60
"""The same, in minutes of the local day."""


def awake(union: Union, now: datetime) -> bool:
    """Whether the union's hour has come today. What could not be told yesterday waits for it, not for midnight."""
    return now.astimezone(ZoneInfo(union.time_zone)).time() >= HOUR


def may_tell(tx: Tx, union: Union, member_id: int) -> bool:
    """Claims the member's one unsolicited message for today; False if it is used."""
    return daily_notice.tell(tx, member_id, union_day(union.time_zone, tx.now))


def untold(tx: Tx, union: Union, member_ids: Sequence[int]) -> list[int]:
    """Those of the members who may still be told something today, in the same order."""
    found = daily_notice.untold_of(tx, member_ids, union_day(union.time_zone, tx.now))
    return [one for one in member_ids if one in found]

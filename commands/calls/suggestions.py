"""Days and hours offered while somebody types them."""

from __future__ import annotations

from datetime import date

from bot.areas.calls.domain.texts import clock
from bot.chat.context import Context
from bot.domain.days import WHOLE_DAY, read_clock, read_day
from bot.domain.times import union_day
from commands.calls.words import day_name

_AHEAD = 10
_HOURS = (6, 7, 8, 9, 10, 12, 14, 16, 17, 18, 19, 20, 21, 22)


def suggest_days(ctx: Context, typed: str) -> list[tuple[str, str]]:
    """Suggests the day that the typed words mean, or the next days whose names contain them."""
    today = union_day(ctx.union.time_zone, ctx.now)
    meant = read_day(typed, date.fromordinal(today))
    if meant is not None and meant.toordinal() >= today:
        return [_day(meant.toordinal(), today)]
    wanted = typed.strip().lower()
    days = [_day(today + ahead, today) for ahead in range(_AHEAD)]
    return [day for day in days if wanted in day[0].lower()]


def suggest_hours(ctx: Context, typed: str) -> list[tuple[str, str]]:
    """Suggests the hour that the typed words mean, or usual hours that begin with them."""
    meant = read_clock(typed)
    if meant is not None:
        return [("midnight", "midnight") if meant in (0, WHOLE_DAY) else (clock(meant), clock(meant))]
    return [
        (clock(hour * 60), clock(hour * 60)) for hour in _HOURS if clock(hour * 60).startswith(typed.strip())
    ]


def _day(day: int, today: int) -> tuple[str, str]:
    return day_name(day, today), date.fromordinal(day).isoformat()

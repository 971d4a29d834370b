"""Reads durations and points in time as people type them, and finds the moments of union-days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.domain.days import WHOLE_DAY, read_clock, read_day, weekday
from bot.domain.phrases import Phrase, phrase, plural, sentences
from bot.errors import BadInput

_UNITS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
_PART = re.compile(r"\s*([0-9]{1,6})\s*([a-z]+)\s*,?")
_DURATION_HELP = phrase("Write a duration like `90m`, `2h 30m` or `3 days`.")
_WHEN_HELP = phrase(
    "Write a time like `6pm`, `tomorrow 18:00`, `friday 9:30`, `2026-05-01 18:00` or `in 2h`."
)
MAX_DURATION = timedelta(days=3660)
WEEKDAYS = (
    phrase("Monday"), phrase("Tuesday"), phrase("Wednesday"), phrase("Thursday"), phrase("Friday"),
    phrase("Saturday"), phrase("Sunday"),
)  # fmt: skip
MONTHS = (
    phrase("January"), phrase("February"), phrase("March"), phrase("April"), phrase("May"), phrase("June"),
    phrase("July"), phrase("August"), phrase("September"), phrase("October"), phrase("November"), phrase("December"),
)  # fmt: skip


def parse_duration(text: str) -> timedelta:
    """Reads a positive duration from words like `1h30m`, `2 days`, `1w`.

    Raises:
        BadInput: it is no duration, is zero, or is longer than ten years.
    """
    total, at = 0, 0
    lowered = text.strip().lower()
    while (part := _PART.match(lowered, at)) and (unit := _UNITS.get(part.group(2))):
        total += int(part.group(1)) * unit
        at = part.end()
    if not lowered or at != len(lowered) or total == 0:
        raise BadInput(sentences([phrase("“{typed}” is not a duration.", typed=text), _DURATION_HELP]))
    if total > MAX_DURATION.total_seconds():
        raise BadInput(sentences([phrase("“{typed}” is longer than ten years.", typed=text), _DURATION_HELP]))
    return timedelta(seconds=total)


def union_day(time_zone: str, moment: datetime) -> int:
    """Returns the day that it is at this moment in an IANA time zone, as a number (proleptic ordinal)."""
    return moment.astimezone(ZoneInfo(time_zone)).date().toordinal()


@lru_cache(maxsize=1024)  # each answer to a call needs the same few moments
def moment(day: int, minutes: int, time_zone: str) -> datetime:
    """Returns the moment, in UTC, when a union-day's clock shows so many minutes past midnight.

    If daylight saving skips that time, it is the first moment after the gap. If the time comes twice, the first
    counts.
    """
    zone = ZoneInfo(time_zone)
    wall = datetime.combine(date.fromordinal(day) + timedelta(days=minutes // WHOLE_DAY), time())
    wall = (wall + timedelta(minutes=minutes % WHOLE_DAY)).replace(tzinfo=zone)
    found = wall.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return found
    # The time is in a gap. Its two readings lie on both sides of the change, so the change is between them.
    before, after = sorted((found, wall.replace(fold=1).astimezone(UTC)))
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def in_words(span: timedelta) -> Phrase:
    """Returns a waiting time in words, rounded up to minutes: “1 minute”, “23 hours 5 minutes”, “2 days 1 hour”."""
    minutes = max(1, -(-int(span.total_seconds()) // 60))
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    words = (
        plural(days, "{n} day", "{n} days"),
        plural(hours, "{n} hour", "{n} hours"),
        plural(minutes, "{n} minute", "{n} minutes"),
    )
    longer, *shorter = [one for one in words if one.number]
    return phrase("{longer} {shorter}", longer=longer, shorter=shorter[0]) if shorter else longer


def clock_in_words(at: datetime, time_zone: str) -> Phrase:
    """Returns a moment in words for a line of plain text: “29 November, 01:04 (Europe/Berlin)”."""
    local = at.astimezone(ZoneInfo(time_zone))
    return phrase(
        "{day} {month}, {time} ({zone})",
        day=local.day,
        month=MONTHS[local.month - 1],
        time=f"{local:%H:%M}",
        zone=time_zone,
    )


def date_in_words(at: datetime) -> Phrase:
    """Returns the day of a moment in words: “29 November 2026”."""
    return phrase("{day} {month} {year}", day=at.day, month=MONTHS[at.month - 1], year=at.year)


def parse_when(text: str, now: datetime, time_zone: str) -> datetime:
    """Reads a future point in time, in UTC, from words in a union's time zone.

    Understands `in 2h`, `18:00` or `6pm` (the next one), `tomorrow noon`, `next friday 9:30`, `3.12. 18h30`,
    `2026-05-01 18:00` and ISO 8601 with an offset. Midnight is the end of its day.
    If a time comes twice because of daylight saving, it is the first.

    Raises:
        BadInput: the words are not understood, daylight saving skips the time, or it is in the past.
    """
    words = text.strip().lower()
    if words.startswith("in "):
        return now + parse_duration(words[3:])
    local_now = now.astimezone(ZoneInfo(time_zone))
    try:
        moment = _with_offset(words) or _local(words, local_now)
    except (ValueError, OverflowError) as wrong:
        raise BadInput(sentences([phrase("“{typed}” is not a time.", typed=text), _WHEN_HELP])) from wrong
    if moment <= now:
        raise BadInput(sentences([phrase("“{typed}” has passed.", typed=text), _WHEN_HELP]))
    return moment


def _with_offset(words: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(words.upper())
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def _local(words: str, local_now: datetime) -> datetime:
    day_word, minutes = _day_and_clock(words, local_now.date())
    day = read_day(day_word, local_now.date()) if day_word else local_now.date()
    if day is None:
        raise ValueError(words)
    moment = _resolve(day, minutes, local_now)
    if moment <= local_now and (day_word == "" or weekday(day_word) is not None):
        step = 1 if day_word == "" else 7
        moment = _resolve(day + timedelta(days=step), minutes, local_now)
    return moment


def _day_and_clock(words: str, today: date) -> tuple[str, int]:
    """Splits words like `friday at 6 pm` or `noon tomorrow` into the day and the minutes of the local day."""
    parts = words.replace(" at ", " ").removeprefix("at ").split()
    if read_day(" ".join(parts), today) is not None:
        raise ValueError(words)  # a year like 2026 is no hour
    for size in (2, 1):  # `6 pm` is two words
        for clock, day in ((parts[-size:], parts[:-size]), (parts[:size], parts[size:])):
            minutes = read_clock(" ".join(clock).removesuffix(",")) if len(clock) == size else None
            if minutes is not None:
                return " ".join(day).removesuffix(","), minutes
    raise ValueError(words)


def _resolve(day: date, minutes: int, local_now: datetime) -> datetime:
    at = datetime.combine(day, time()) + timedelta(minutes=minutes)
    wall = at.replace(tzinfo=local_now.tzinfo)
    moment = wall.astimezone(UTC)
    if moment.astimezone(local_now.tzinfo).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise BadInput(
            phrase(
                "Choose another time: {at} does not exist on {date}, because the clocks go forward then.",
                at=f"{at:%H:%M}",
                date=at.date(),
            )
        )
    return moment

"""The union-days of a call: a day as people name it, the hours of a day, and repeats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from dateutil import rrule

from bot.domain.days import WHOLE_DAY, read_clock, read_day, weekday
from bot.domain.phrases import phrase, sentences
from bot.errors import BadInput

MOST_AHEAD = 400
"""Days ahead that a call may be planned for."""

CODES = ("mo", "tu", "we", "th", "fr", "sa", "su")
_BETWEEN = re.compile(r"[\s,;/+&]+")
_DAY_HELP = phrase("Write `today`, `tomorrow`, `friday` or a date like `2026-12-01`.")


class Frequency(StrEnum):
    """How often a call comes again."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    """Monday to Friday."""
    WEEKLY = "weekly"
    """On certain days of the week."""


@dataclass(frozen=True, slots=True)
class RepeatPattern:
    """The days on which a call comes again, as a leader types them.

    `weekdays` are 0 (Monday) to 6, for `WEEKLY` only.
    """

    frequency: Frequency
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """A call that comes again on certain union-days, from `first_day` to `last_day` (None: for ever).

    `call_id` is its text, a call of the state `TEMPLATE`.
    """

    id: int
    union_id: int
    call_id: int
    pattern: RepeatPattern
    first_day: int
    last_day: int | None
    ended_at: datetime | None


def parse_clock(words: str, *, end: bool = False) -> int:
    """Returns the minutes of the local day of a time like `9:30` or `6pm`. Raises BadInput.

    `end` asks for the end of something: midnight, like 0:00, is the end of the day then.
    """
    minutes = read_clock(words)
    if words.strip().lower() == "midnight" or (end and minutes == 0):
        return WHOLE_DAY if end else 0
    if minutes is None or (minutes == WHOLE_DAY and not end):
        if end:
            raise BadInput(
                phrase(
                    "“{words}” is not a time of day. Write one like `18:30` or `6:30pm`, or `midnight` for the end "
                    "of the day.",
                    words=words,
                )
            )
        raise BadInput(phrase("“{words}” is not a time of day. Write one like `9:30` or `6pm`.", words=words))
    return minutes


def parse_day(words: str, today: int) -> int:
    """Returns the union-day of `today`, `tomorrow`, `friday` (the next one, or today), `3.12.` or `2026-12-01`.

    Raises:
        BadInput: the words name no day, or the day has passed, or it is more than `MOST_AHEAD` days away.
    """
    found = read_day(words, date.fromordinal(today))
    if found is None:
        raise BadInput(sentences([phrase("“{words}” is not a day.", words=words), _DAY_HELP]))
    day = found.toordinal()
    if day < today:
        passed = phrase(
            "{day} has passed: today is {today}.", day=date.fromordinal(day), today=date.fromordinal(today)
        )
        raise BadInput(sentences([passed, _DAY_HELP]))
    if day > today + MOST_AHEAD:
        raise BadInput(
            phrase(
                "Choose an earlier day: {day} is more than {days} days away.",
                day=date.fromordinal(day),
                days=MOST_AHEAD,
            )
        )
    return day


def parse_pattern(words: str) -> RepeatPattern | None:
    """Returns the pattern of words like `daily`, `weekdays`, `mon,thu`, `every friday`; None for other words.

    A single day of the week, like `friday`, names one day and is no pattern.
    """
    typed = words.strip().lower()
    said = typed.removeprefix("every ").removeprefix("weekly ").removeprefix("on ")
    if said in ("daily", "day"):
        return RepeatPattern(Frequency.DAILY) if typed != "day" else None
    if said in ("weekdays", "weekday", "workdays"):
        return RepeatPattern(Frequency.WEEKDAYS)
    names = [name for name in _BETWEEN.split(said) if name and name != "and"]
    days = [weekday(name) if weekday(name) is not None else weekday(name.removesuffix("s")) for name in names]
    known = sorted({day for day in days if day is not None})
    one_day = said == typed and len(names) == 1 and weekday(typed) is not None
    if not known or None in days or one_day:
        return None
    return (
        RepeatPattern(Frequency.DAILY) if len(known) == 7 else RepeatPattern(Frequency.WEEKLY, tuple(known))
    )


def repeat_days(repeat: Repeat, first: int, last: int) -> list[int]:
    """Returns the union-days from `first` to `last` on which the call comes again."""
    first = max(first, repeat.first_day)
    last = last if repeat.last_day is None else min(last, repeat.last_day)
    if last < first:
        return []
    on = {
        Frequency.DAILY: None,
        Frequency.WEEKDAYS: tuple(range(5)),
        Frequency.WEEKLY: repeat.pattern.weekdays,
    }[repeat.pattern.frequency]
    start, end = (datetime.combine(date.fromordinal(day), time()) for day in (first, last))
    return [each.toordinal() for each in rrule.rrule(rrule.DAILY, dtstart=start, until=end, byweekday=on)]


def to_codes(weekdays: tuple[int, ...]) -> str:
    """Returns days of the week as the database keeps them: "mo,th"."""
    return ",".join(CODES[day] for day in weekdays)


def from_codes(codes: str) -> tuple[int, ...]:
    """Returns the days of the week that `to_codes` wrote."""
    return tuple(CODES.index(code) for code in codes.split(",") if code)

"""Which union-days a call is for: a day as people name it, the hours of a day, and rules that repeat."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from dateutil import rrule

from bot.domain.times import WHOLE_DAY, weekday
from bot.errors import BadInput

MOST_AHEAD = 400
"""Days ahead that a call may be planned for."""

CODES = ("mo", "tu", "we", "th", "fr", "sa", "su")
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")
_BETWEEN = re.compile(r"[\s,;/+&]+")
_DAY_HELP = "Write today, tomorrow, friday or a date like 2026-12-01."


class Repeats(StrEnum):
    """How a rule repeats."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    """Monday to Friday."""
    WEEKLY = "weekly"
    """On certain days of the week."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """A rule as it is typed; `weekdays` are 0 (Monday) to 6, for `WEEKLY` only."""

    repeats: Repeats
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A call (state template) that comes again on certain union-days, from `first_day` to `last_day`."""

    id: int
    union_id: int
    call_id: int
    repetition: Repetition
    first_day: int
    last_day: int | None
    ended_at: datetime | None


def parse_clock(words: str, *, end: bool = False) -> int:
    """Minutes of the local day, from `9:30`. `end`: 24:00 is the end of the day. Raises BadInput."""
    found = _CLOCK.fullmatch(words.strip())
    minutes = int(found.group(1)) * 60 + int(found.group(2)) if found and int(found.group(2)) < 60 else None
    if minutes is None or minutes > WHOLE_DAY or (minutes == WHOLE_DAY and not end):
        example = "18:30, or 24:00 for the end of the day" if end else "9:30"
        raise BadInput(f"“{words}” is not a time of day. Write one like {example}.")
    return minutes


def parse_day(words: str, today: int) -> int:
    """A union-day from `today`, `tomorrow`, `friday` (the next one, or today), `2026-12-01`.

    Raises:
        BadInput: it is none, has passed, or is more than `MOST_AHEAD` days away.
    """
    word = words.strip().lower().removeprefix("on ").removeprefix("next ")
    named = weekday(word)
    if word in ("today", "tomorrow"):
        day = today + (word == "tomorrow")
    elif named is not None:
        day = today + (named - date.fromordinal(today).weekday()) % 7
    else:
        try:
            day = date.fromisoformat(word).toordinal()
        except ValueError as wrong:
            raise BadInput(f"“{words}” is not a day. {_DAY_HELP}") from wrong
    if day < today:
        raise BadInput(f"{date.fromordinal(day)} has passed: today is {date.fromordinal(today)}. {_DAY_HELP}")
    if day > today + MOST_AHEAD:
        raise BadInput(
            f"{date.fromordinal(day)} is more than {MOST_AHEAD} days away. Choose a day before that."
        )
    return day


def parse_repeats(words: str) -> Repetition | None:
    """The rule that was typed: `daily`, `weekdays`, `mon,thu`, `every friday`; None if it is none."""
    typed = words.strip().lower()
    said = typed.removeprefix("every ").removeprefix("weekly ").removeprefix("on ")
    if said in ("daily", "day"):
        return Repetition(Repeats.DAILY) if typed != "day" else None
    if said in ("weekdays", "weekday", "workdays"):
        return Repetition(Repeats.WEEKDAYS)
    names = [name for name in _BETWEEN.split(said) if name and name != "and"]
    days = [weekday(name) if weekday(name) is not None else weekday(name.removesuffix("s")) for name in names]
    known = sorted({day for day in days if day is not None})
    one_day = said == typed and len(names) == 1 and weekday(typed) is not None
    if not known or None in days or one_day:
        return None
    return Repetition(Repeats.DAILY) if len(known) == 7 else Repetition(Repeats.WEEKLY, tuple(known))


def days(rule: Rule, first: int, last: int) -> list[int]:
    """The union-days from `first` to `last` that the rule falls on."""
    first = max(first, rule.first_day)
    last = last if rule.last_day is None else min(last, rule.last_day)
    if last < first:
        return []
    on = {
        Repeats.DAILY: None,
        Repeats.WEEKDAYS: tuple(range(5)),
        Repeats.WEEKLY: rule.repetition.weekdays,
    }[rule.repetition.repeats]
    start, end = (datetime.combine(date.fromordinal(day), time()) for day in (first, last))
    return [each.toordinal() for each in rrule.rrule(rrule.DAILY, dtstart=start, until=end, byweekday=on)]


def to_codes(weekdays: tuple[int, ...]) -> str:
    """Days of the week as they are stored: "mo,th"."""
    return ",".join(CODES[day] for day in weekdays)


def from_codes(codes: str) -> tuple[int, ...]:
    return tuple(CODES.index(code) for code in codes.split(",") if code)

"""Reads days and hours as people type them."""

from __future__ import annotations

import re
from datetime import date, timedelta

WHOLE_DAY = 24 * 60
"""The minutes of a local day. A call that closes then closes when the next day begins."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NEAR = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
_24_HOURS = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2})|\s?h\s?([0-9]{2})?)|([0-9]{2})([0-9]{2})")
_12_HOURS = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?\s?([ap])\.?m\.?")
_NUMBERS = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})?")
_DAY_MONTH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th|\.)?\s(?:of\s)?([a-z]{3,9})\.?,?(?:\s([0-9]{4}))?")
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.?\s([0-9]{1,2})(?:st|nd|rd|th)?(?:,?\s([0-9]{4}))?")


def read_clock(words: str) -> int | None:
    """Returns the minutes of the local day of `6pm`, `6:30 pm`, `18:30`, `18h30`, `1830`, `noon` or `midnight`.

    Midnight and 24:00 are the end of the day. None: the words are no time of day.
    """
    word = words.strip().lower()
    if word in ("noon", "midday", "midnight"):
        return WHOLE_DAY if word == "midnight" else WHOLE_DAY // 2
    if found := _12_HOURS.fullmatch(word):
        hour, minute = int(found[1]), int(found[2] or 0)
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    elif found := _24_HOURS.fullmatch(word):
        hour, minute = int(found[1] or found[4]), int(found[2] or found[3] or found[5] or 0)
    else:
        return None
    minutes = hour * 60 + minute
    return minutes if minute < 60 and minutes <= WHOLE_DAY else None


def read_day(words: str, today: date, *, past: bool = False) -> date | None:
    """Returns the day of `today`, `yesterday`, `fri`, `next friday`, `3.12.`, `3 december` or `2026-12-03`.

    A day of the week is the next one, or today; with “next” it is never today. A date without a year is the next one.
    With `past` a day of the week is the last one before today, and a date without a year is the last one.
    None: the words name no day.
    """
    word = " ".join(words.lower().split()).removeprefix("on ").removeprefix("this ").removesuffix(",")
    if word in _NEAR:
        return today + timedelta(days=_NEAR[word])
    named = weekday(word.removeprefix("last " if past else "next "))
    if named is not None and past:
        return today - timedelta(days=(today.weekday() - named) % 7 or 7)
    if named is not None:
        ahead = (named - today.weekday()) % 7
        return today + timedelta(days=7 if ahead == 0 and word.startswith("next ") else ahead)
    try:
        return _date(word, today, past)
    except (ValueError, OverflowError):
        return None


def weekday(word: str) -> int | None:
    """Returns the weekday of its name or of at least its first three letters: 0 for Monday; None if it is none."""
    return _index(_WEEKDAYS, word)


def _date(word: str, today: date, past: bool) -> date:
    if found := _NUMBERS.fullmatch(word):
        return _in_year(int(found[1]), int(found[2]), found[3], today, past)
    if found := _DAY_MONTH.fullmatch(word):
        day, month, year = found[1], found[2], found[3]
    elif found := _MONTH_DAY.fullmatch(word):
        day, month, year = found[2], found[1], found[3]
    else:
        return date.fromisoformat(word)
    number = _index(_MONTHS, month)
    if number is None:
        raise ValueError(word)
    return _in_year(int(day), number + 1, year, today, past)


def _in_year(day: int, month: int, year: str | None, today: date, past: bool) -> date:
    if year is not None:
        return date(int(year), month, day)
    years = (today.year + (-more if past else more) for more in range(9))
    near = (date(one, month, day) for one in years if _exists(one, month, day))
    found = next((one for one in near if (one <= today if past else one >= today)), None)
    if found is None:
        raise ValueError(f"there is no day {day} in month {month}")
    return found


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _index(names: tuple[str, ...], word: str) -> int | None:
    return next((i for i, name in enumerate(names) if len(word) >= 3 and name.startswith(word)), None)

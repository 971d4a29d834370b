"""Streaks as pure rules: against a simulation that walks from day to day, and over every change of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.areas.calls.domain.calls import WHOLE_DAY, forgiven_until
from bot.areas.checkins.domain.streaks import Streak, answered, first_open, missed, past_day, worked_out
from bot.domain.times import moment, union_day
from bot.errors import BadInput
from tests.areas.checkins.walking import walked

ZONES = ("Europe/Berlin", "America/Santiago", "Australia/Lord_Howe")


@pytest.mark.parametrize("seed", range(60))
def test_working_out_equals_walking_from_day_to_day(seed: int) -> None:
    chance = Random(seed)
    days = [day for day in range(1, 200) if chance.random() < chance.choice((0.6, 0.9, 1))]
    keen = chance.choice((0.5, 0.8, 0.93))
    given = {days[0]} | {day for day in days if chance.random() < keen}
    counted = [day for day in days if day >= min(given)]
    found = worked_out(sorted(given), [day for day in counted if day not in given])
    assert (found.current, found.best, found.freezes) == walked(counted, given)
    assert found.last_day == max(given)


def test_seven_in_a_row_earn_a_freeze_and_three_are_kept() -> None:
    streak = Streak()
    for day in range(1, 40):
        streak = answered(streak, day)
        assert streak.freezes == min(3, day // 7)
    assert missed(streak, 2) == Streak(39, 39, 39, 1, 0)
    assert missed(streak, 3).freezes == 0
    assert missed(streak, 4) == Streak(0, 39, 39, 0, 0)


def test_a_bridged_day_begins_the_way_to_the_next_freeze_anew() -> None:
    streak = worked_out(range(1, 13), [])  # 7 earn one, 5 more are on the way
    after = missed(streak, 1)
    assert (after.current, after.freezes, after.run) == (12, 0, 0)
    for day in range(14, 20):
        after = answered(after, day)
        assert after.freezes == 0
    assert answered(after, 20).freezes == 1


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2024, 2026])  # 2024 has a leap day
def test_no_change_of_clocks_breaks_a_streak(zone: str, year: int) -> None:
    """Every local midnight of a year: answers a minute before and after it, and in the last minute of grace."""
    first = date(year, 1, 1).toordinal()
    streak, changes, offset = Streak(), 0, None
    for day in range(first, date(year + 1, 1, 1).toordinal()):
        ends, grace = moment(day, WHOLE_DAY, zone), forgiven_until(day, zone)
        minute = timedelta(minutes=1)
        assert union_day(zone, ends - minute) == day
        assert union_day(zone, ends) == day + 1
        assert first_open(zone, ends + minute) == day
        assert first_open(zone, grace - minute) == day
        assert first_open(zone, grace) == day + 1
        local = grace.astimezone(ZoneInfo(zone))
        assert (local.hour, local.minute, local.toordinal()) == (12, 0, day + 1)
        changes += offset is not None and local.utcoffset() != offset
        offset = local.utcoffset()
        streak = answered(missed(streak, (day - streak.last_day - 1) if streak.current else 0), day)
    assert changes == 2
    assert streak.current == (366 if year == 2024 else 365)


def test_yesterday_is_open_until_noon() -> None:
    day = date(2026, 3, 10).toordinal()
    assert first_open("UTC", datetime(2026, 3, 10, 0, 0, tzinfo=UTC)) == day - 1
    assert first_open("UTC", datetime(2026, 3, 10, 11, 59, tzinfo=UTC)) == day - 1
    assert first_open("UTC", datetime(2026, 3, 10, 12, 0, tzinfo=UTC)) == day


def test_days_that_passed_are_said_in_words() -> None:
    tuesday = date(2026, 3, 10).toordinal()
    assert past_day("Yesterday", tuesday) == past_day(" mon ", tuesday) == tuesday - 1
    assert past_day("tuesday", tuesday) == past_day("last tue", tuesday) == tuesday - 7
    yesterday = date.fromordinal(tuesday - 1)
    assert past_day(f"{yesterday.day}.{yesterday.month}.", tuesday) == tuesday - 1
    assert past_day("2024-02-29", tuesday) == date(2024, 2, 29).toordinal()
    for wrong in ("2026-02-29", "", "31.2.", "soon"):
        with pytest.raises(BadInput, match="not a day"):
            past_day(wrong, tuesday)

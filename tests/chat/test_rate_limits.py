"""How often one person may do one thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.chat import rate_limits
from bot.chat.declarations import Rate
from bot.chat.rate_limits import RateLimits

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TWICE = Rate(2, 60)


def test_a_window_slides() -> None:
    rates = RateLimits()
    waits = [rates.wait_s("bo", "x", TWICE, NOON + timedelta(seconds=s)) for s in (0, 30, 45, 60, 61, 90)]
    assert waits == [0, 0, 15, 0, 29, 0]


def test_people_and_commands_are_counted_apart_and_one_can_be_taken_back() -> None:
    rates = RateLimits()
    for _ in range(2):
        assert rates.wait_s("bo", "x", TWICE, NOON) == 0
    assert rates.wait_s("bo", "y", TWICE, NOON) == rates.wait_s("cy", "x", TWICE, NOON) == 0
    rates.take_back("bo", "x")
    assert [rates.wait_s("bo", "x", TWICE, NOON) for _ in range(2)] == [0, 60]
    rates.take_back("nobody", "x")


def test_a_clock_that_is_set_back_shuts_nobody_out() -> None:
    rates = RateLimits()
    for _ in range(2):
        rates.wait_s("bo", "x", TWICE, NOON)
    assert rates.wait_s("bo", "x", TWICE, NOON - timedelta(days=1)) == 0


def test_only_so_many_are_remembered_and_those_that_last_longest_stay() -> None:
    rates = RateLimits()
    assert rates.wait_s("long", "x", Rate(1, 3600), NOON) == 0
    for number in range(2 * rate_limits.MOST_WINDOWS):
        rates.wait_s(str(number), "x", Rate(1, 60), NOON)
        assert len(rates) <= rate_limits.MOST_WINDOWS
    assert rates.wait_s("long", "x", Rate(1, 3600), NOON) == 3600
    assert rates.wait_s(str(number), "x", Rate(1, 60), NOON) == 60


def test_windows_that_ended_are_forgotten() -> None:
    rates = RateLimits()
    for number in range(10_000):
        rates.wait_s(str(number), "x", Rate(1, 60), NOON)
    for number in range(10_000):
        rates.wait_s(f"later {number}", "x", Rate(1, 60), NOON + timedelta(seconds=60))
    assert len(rates) == 10_000


def test_long_names_take_no_more_memory_and_any_text_is_a_name() -> None:
    rates = RateLimits()
    for person in ("x" * 100_000, "\ud800", "a\0b"):
        assert [rates.wait_s(person, "x", Rate(1, 60), NOON) for _ in range(2)] == [0, 60]
    assert max(map(len, rates._seen)) == 16

"""Time zones as people name them: a place, a large city, an abbreviation, an offset."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest

from bot.domain.cities import ABBREVIATIONS, CITIES
from bot.domain.zones import suggest_zones, zone
from bot.errors import BadInput

NOW = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)  # America has summer time already, Europe not yet


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" america/new york ", "America/New_York"),
        ("New York", "America/New_York"),
        ("berlin", "Europe/Berlin"),
        ("Mumbai", "Asia/Kolkata"),
        ("Beijing", "Asia/Shanghai"),
        ("San Francisco", "America/Los_Angeles"),
        ("łódź", "Europe/Warsaw"),
        ("St Petersburg", "Europe/Moscow"),
        ("Xi’an", "Asia/Shanghai"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("東京", "Asia/Tokyo"),
        ("Japan", "Japan"),
        ("utc", "UTC"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_places_and_large_cities_are_found(typed: str, name: str) -> None:
    assert zone(typed, NOW).key == name


@pytest.mark.parametrize(
    "typed", ["localtime", "Factory", "posixrules", "../etc/passwd", "Etc/GMT+2", "", "Mars", "Europe"]
)
def test_names_that_are_no_places_are_refused(typed: str) -> None:
    with pytest.raises(BadInput, match=r"is not a time zone. Write a large city"):
        zone(typed, NOW)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("EST", "America/New_York (08:00), America/Toronto (08:00), America/Panama (07:00)"),
        ("cest", "Europe/Berlin (13:00)"),
        ("IST", "Asia/Kolkata (17:30), Europe/Dublin (12:00), Asia/Jerusalem (15:00)"),
        ("GMT+2", "Africa/Cairo (14:00)"),
        ("UTC−3", "America/Argentina/Buenos_Aires (09:00)"),
        ("+05:30", "Asia/Kolkata (17:30)"),
    ],
)
def test_an_abbreviation_or_an_offset_asks_for_a_place(typed: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        zone(typed, NOW)
    assert said in str(refused.value)


def test_completions() -> None:
    assert suggest_zones("berlin", NOW) == [("Europe/Berlin", "Europe/Berlin")]
    assert suggest_zones("Beij", NOW) == [("Beijing: Asia/Shanghai (20:00)", "Asia/Shanghai")]
    assert suggest_zones("est", NOW)[2] == ("America/Panama (07:00)", "America/Panama")
    assert len(suggest_zones("a", NOW)) == 25
    assert all(NOW.astimezone(zone(name, NOW)).hour == 14 for _, name in suggest_zones("GMT+2", NOW))
    every = {
        name
        for typed in ("gmt", "gmt+", "gmt-2", "etc", "loc", "pos", "fac")
        for _, name in suggest_zones(typed, NOW)
    }
    assert not [name for name in every if name.startswith(("Etc", "GMT", "localtime", "posix", "Factory"))]


def test_every_listed_zone_is_a_zone_that_can_be_chosen() -> None:
    listed = {*CITIES, *(name for names in ABBREVIATIONS.values() for name in names.split(", "))}
    assert listed <= available_timezones()
    assert {zone(name, NOW).key for name in listed} == listed


def test_a_city_is_listed_once() -> None:
    cities = [city for names in CITIES.values() for city in names.split(", ")]
    assert len(cities) > 250
    assert len(cities) == len(set(cities))

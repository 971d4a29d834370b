"""Finds the time zone of a place as people name it."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.cities import ABBREVIATIONS, CITIES
from bot.domain.phrases import phrase, sentences
from bot.errors import BadInput

MOST = 25
_NO_PLACES = ("Etc/", "SystemV/", "posix/", "right/", "posixrules", "localtime", "Factory", "GMT")
_OFFSET = re.compile(r"(?:utc|gmt|z)?\s*([+-])\s*([0-9]{1,2})(?::?([0-9]{2}))?")
_HELP = phrase("Write a large city in your time zone, like `Berlin` or `New York`, or `UTC`.")


@cache
def _zones() -> dict[str, str]:
    """The names of the zones by themselves as `_folded`. The names of the system that are no places are left out."""
    # Cached, because reading the directory of zones takes milliseconds.
    every = (name for name in available_timezones() if not name.startswith(_NO_PLACES))
    return {_folded(name): name for name in sorted(every)}


@cache
def _cities() -> dict[str, tuple[str, str]]:
    """Returns (city, zone) by the folded name: of large cities, and of the places that zones are named for."""
    named = {
        _folded(name.rpartition("/")[2]): (name.rpartition("/")[2].replace("_", " "), name)
        for name in (*_zones().values(), *CITIES)
        if "/" in name and not name.startswith(("US/", "Brazil/", "Canada/", "Chile/", "Mexico/"))
    }
    large = {_folded(city): (city, name) for name, cities in CITIES.items() for city in cities.split(", ")}
    return named | large


def zone(name: str, now: datetime) -> ZoneInfo:
    """Returns the IANA time zone of that name or of that large city, in any letter case.

    Raises:
        BadInput: there is no such zone, or the name is an abbreviation or an offset, which can mean several places.
            The text shows the time that it is there at the moment `now`.
    """
    wanted = _folded(name)
    if places := _meant(name, now):
        shown = ", ".join(f"{place} ({_clock(place, now)})" for place in places[:4])
        raise BadInput(
            phrase(
                "Write the place you mean: {places}. “{name}” can mean any of them, and they change their clocks "
                "on different days.",
                name=name,
                places=shown,
            )
        )
    if wanted in _zones() and wanted not in ABBREVIATIONS:
        return ZoneInfo(_zones()[wanted])
    if wanted in _cities():
        return ZoneInfo(_cities()[wanted][1])
    raise BadInput(sentences([phrase("“{name}” is not a time zone.", name=name), _HELP]))


def suggest_zones(typed: str, now: datetime) -> list[tuple[str, str]]:
    """Returns up to 25 time zones as (label, name) for the words typed so far. Those that begin with them come first.

    Offers the places that an abbreviation or an offset can mean, with the time that it is there.
    """
    if places := _meant(typed, now):
        return [(f"{place} ({_clock(place, now)})", place) for place in places[:MOST]]
    wanted = _folded(typed)
    names = [(key, name, name) for key, name in _zones().items() if "/" in name or name == "UTC"]
    large = [
        (key, f"{city}: {name} ({_clock(name, now)})", name)
        for key, (city, name) in _cities().items()
        if wanted and key.startswith(wanted) and key not in _folded(name)
    ]
    found = [one for one in names if wanted in one[0]] + large
    found.sort(key=lambda one: (not one[0].startswith(wanted), one[1]))
    return [(label, name) for _, label, name in found[:MOST]]


def _meant(typed: str, now: datetime) -> list[str]:
    """Returns the places that an abbreviation or an offset can mean; none for other words."""
    word = typed.strip().casefold().replace("−", "-")
    if word in ABBREVIATIONS:
        return ABBREVIATIONS[word].split(", ")
    found = _OFFSET.fullmatch(word.removeprefix("etc/") if word.startswith("etc/utc") else word)
    if found is None:
        return []
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0)) * (1 if found[1] == "+" else -1)
    return list(
        _by_offset(now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)).get(offset, ())
    )[:MOST]


@lru_cache(maxsize=2)
def _by_offset(quarter: datetime) -> dict[timedelta, list[str]]:
    """Returns the zones by their offset in this quarter of an hour, large cities first."""
    # Cached, because reading all zones takes 14 ms or more, and this is asked with every sign that is typed.
    found: dict[timedelta, list[str]] = {}
    for name in dict.fromkeys(["UTC", *CITIES, *sorted(_zones().values())]):
        offset = quarter.astimezone(ZoneInfo(name)).utcoffset()
        if offset is not None and ("/" in name or name == "UTC"):
            found.setdefault(offset, []).append(name)
    return found


def _clock(name: str, now: datetime) -> str:
    return f"{now.astimezone(ZoneInfo(name)):%H:%M}"


def _folded(words: str) -> str:
    """Returns the words without accents, case and signs, as names are compared."""
    plain = unicodedata.normalize("NFKD", words.replace("ł", "l").replace("Ł", "L").casefold())
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign) or ord(sign) > 0x36F)
    return " ".join(re.sub(r"[_.,'’-]", " ", kept).split())

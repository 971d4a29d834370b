"""The words in the pictures, and the texts for people who cannot see them."""

from __future__ import annotations

from datetime import date

from bot.domain.names import one_line
from bot.pictures.model import Branch, Points, by_day, headcount
from bot.pictures.sunburst import named

OTHERS = "Others"
NOBODY = "Nobody yet"
TITLE = "Support base"
GROWTH = "Headcount by day"
NO_DAYS = "The first day is not over yet."
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONGEST_NAME = 40


def count(number: int) -> str:
    """Returns an exact count."""
    return f"{number:,}"


def people(number: int) -> str:
    """Returns the word after a count."""
    return "person" if number == 1 else "people"


def day(when: date) -> str:
    """Returns a date that every reader understands, like 5 Mar 2026."""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def alt_text(leader: Branch, points: Points) -> str:
    """Returns the picture in words, for people who cannot see it; at most 1,000 characters (Discord takes 1,024)."""
    whole = headcount(leader)
    said = [f"Support base of {_name(leader)}: {count(whole)} {people(whole)}."]
    biggest = named(leader)
    if biggest:
        shown = [
            f"{number}. {_name(branch)} {count(branch.people)} ({_share(branch.people, whole)})"
            for number, branch in enumerate(biggest, 1)
        ]
        said.append(f"Biggest branches: {', '.join(shown)}.")
    left = whole - sum(branch.people for branch in biggest)
    if left:
        said.append(f"{OTHERS}: {count(left)} ({_share(left, whole)}).")
    return " ".join([*said, *_growth(points)])


def _growth(points: Points) -> list[str]:
    days = by_day(points)
    if not days:
        return []
    (first, before), (last, now) = days[0], days[-1]
    if first == last:
        return [f"Headcount on {day(date.fromordinal(last))}: {count(now)}."]
    highest = max(number for _, number in days)
    lowest = min(number for _, number in days)
    change = "no change" if now == before else f"{now - before:+,}"
    return [
        f"Growth from {day(date.fromordinal(first))} to {day(date.fromordinal(last))}: "
        f"from {count(before)} to {count(now)} ({change}); lowest {count(lowest)}, highest {count(highest)}."
    ]


def _share(part: int, whole: int) -> str:
    percent = 100 * part / whole
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %"


def _name(branch: Branch) -> str:
    return one_line(branch.name, _LONGEST_NAME).encode("utf-8", "replace").decode()

"""Words for calls, days and repeats, the same in all commands about calls."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from bot.areas.calls.domain.calls import Call, CallState, Proof
from bot.areas.calls.domain.schedule import Frequency, Repeat
from bot.areas.calls.domain.texts import clock
from bot.chat.model import Link, Span, Spans, Text
from bot.domain.days import WHOLE_DAY
from bot.domain.hosts import hosts_in, links_in, parse_link, shown_link
from bot.domain.phrases import phrase
from bot.domain.times import MONTHS, WEEKDAYS
from bot.errors import BadInput

_BLANKS = re.compile(r"(\s+)")
_ROOM = 120
"""Characters that the links of one text may take on Discord beyond those that were counted for its words."""

STATES = {
    CallState.DRAFT: phrase("a draft"),
    CallState.TEMPLATE: phrase("the text of a rule"),
    CallState.QUEUED: phrase("in the queue"),
    CallState.PLANNED: phrase("planned"),
    CallState.OPEN: phrase("open"),
    CallState.CLOSED: phrase("closed"),
    CallState.CANCELLED: phrase("cancelled"),
}
PROOFS = {
    Proof.WORD: "",
    Proof.LINK: phrase("Show a link as your proof."),
    Proof.PHOTO: phrase("Show a photo as your proof."),
    Proof.WITNESS: phrase("Another member has to confirm it."),
    Proof.LEADER: phrase("The leader you endorse has to confirm it."),
}


def day_name(day: int, today: int) -> str:
    """Returns a union-day in words: “today”, “tomorrow”, “Friday 4 December”. Adds the year if it is another."""
    if day - today in (0, 1):
        return (phrase("today"), phrase("tomorrow"))[day - today]
    at = date.fromordinal(day)
    values = {"weekday": WEEKDAYS[at.weekday()], "day": at.day, "month": MONTHS[at.month - 1]}
    if at.year != date.fromordinal(today).year:
        return phrase("{weekday} {day} {month} {year}", year=at.year, **values)
    return phrase("{weekday} {day} {month}", **values)


def repeat_name(repeat: Repeat) -> str:
    """Returns the days of a repeat in words: “every Monday and Thursday”."""
    if repeat.pattern.frequency is Frequency.DAILY:
        return phrase("every day")
    if repeat.pattern.frequency is Frequency.WEEKDAYS:
        return phrase("Monday to Friday")
    names = [WEEKDAYS[day] for day in repeat.pattern.weekdays]
    if len(names) == 1:
        return phrase("every {day}", day=names[0])
    return phrase("every {days} and {last_day}", days=listed(names[:-1]), last_day=names[-1])


def listed(words: Iterable[str]) -> list[str]:
    """Returns words as a value of a phrase that lists them."""
    return [part for word in words for part in (", ", word)][1:]


def hours(call: Call) -> str:
    """Returns the hours of a call: “09:00 to 18:00”, or “from 09:00” to the end of the day."""
    opens = clock(call.opens)
    return (
        phrase("{opens} to {closes}", opens=opens, closes=clock(call.closes))
        if call.closes < WHOLE_DAY
        else phrase("from {opens}", opens=opens)
    )


def called(call: Call) -> str:
    """Returns a call by its title and number, for a sentence."""
    return phrase("“{title}” (no. {call})", title=call.title, call=call.id)


def link_of(url: str) -> Link:
    """Returns a link that shows its own address."""
    return Link(shown_link(url), url)


def linked(words: str, approved: bool) -> Spans:
    """Returns words of a call as spans. If the call is approved, the addresses in them are links."""
    if not approved or not links_in(words):
        return (Text(words),)
    found: list[Span] = []
    plain, room = "", _ROOM
    for piece in _BLANKS.split(words):
        address = _address(piece)
        more = len(address.url) + 2 - len(address.label) if address and address.url != address.label else 0
        if address is None or more > room:
            plain += piece
            continue
        room -= more
        before, _, after = piece.partition(address.label)
        found += [Text(plain + before), address]
        plain = after
    return tuple(span for span in [*found, Text(plain)] if span != Text(""))


def _address(piece: str) -> Link | None:
    """Returns the link that a piece of text without blanks is, if every program reads the same host in it."""
    links = links_in(piece)
    if len(links) != 1:
        return None
    [(label, hosts)] = links.items()
    try:
        url = parse_link(label)
    except BadInput:
        return None
    return Link(label, url) if len(hosts) == 1 and hosts_in(url) == hosts else None

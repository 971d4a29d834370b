"""Who answered the union's calls, for other areas that count it (`bot.areas.tree.domain.answers.Answers`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from bot.areas.calls.services import calls
from bot.areas.checkins.storage import checkins
from bot.domain.people import Union
from bot.domain.transaction import Tx


def last_closed(tx: Tx, union: Union) -> tuple[int, int] | None:
    """(id, union-day) of the union's latest call that is over; branches' calls are not looked at."""
    return calls.last_closed(tx, union)


def between(tx: Tx, union: Union, first: int, last: int) -> tuple[int, Iterator[Sequence[int]]]:
    """How many of the union's own calls of those union-days are over, and in pages the members who answered them."""
    closed = calls.closed(tx, union, first, last)
    return len(closed), chain.from_iterable(checkins.who_answered(tx, call_id) for call_id in closed)

"""The answers to the union's calls, for the tree area (its `Answers` protocol)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from bot.areas.calls.services import calls
from bot.areas.checkins.storage import checkins
from bot.domain.people import Union
from bot.domain.transaction import Tx


def last_closed(tx: Tx, union: Union) -> tuple[int, int] | None:
    """Returns (id, union-day) of the union's latest closed call, without the calls of branches."""
    return calls.last_closed(tx, union)


def between(tx: Tx, union: Union, first: int, last: int) -> tuple[int, Iterator[Sequence[int]]]:
    """Returns the number of the union's closed calls of those union-days, and the members who answered, in pages."""
    closed = calls.closed(tx, union, first, last)
    return len(closed), chain.from_iterable(checkins.who_answered(tx, call_id) for call_id in closed)

"""How often one person may use one command."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from datetime import datetime

from bot.chat.registry import Rate

MOST_PEOPLE = 50_000


class RateLimits:
    """A sliding window for each (person, command), in memory: a restart forgives."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def wait_s(self, person: str, command: str, rate: Rate, now: datetime) -> int:
        """0 and counted, or in how many whole seconds the person may try again."""
        moment = now.timestamp()
        key = (person, command)
        seen = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while seen and seen[0] <= moment - rate.per_s:
            seen.popleft()
        if len(seen) >= rate.times:
            return max(1, math.ceil(seen[0] + rate.per_s - moment))
        seen.append(moment)
        if len(self._seen) > MOST_PEOPLE:
            self._seen.popitem(last=False)
        return 0

    def take_back(self, person: str, command: str) -> None:
        """Uncount the last one: it is about to be tried again, and counted then."""
        seen = self._seen.get((person, command))
        if seen:
            seen.pop()

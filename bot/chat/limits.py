"""How often one person may use one command."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict, deque
from datetime import datetime

from bot.chat.declarations import Rate

MOST_PEOPLE = 50_000


class RateLimits:
    """A sliding window for each (person, command), in memory: a restart forgives."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()  # the writer's thread counts, and the event loop's

    def wait_s(self, person: str, command: str, rate: Rate, now: datetime) -> int:
        """0 and counted, or in how many whole seconds the person may try again."""
        with self._lock:
            return self._counted((person, command), rate, now.timestamp())

    def take_back(self, person: str, command: str) -> None:
        """Uncount the last one: it is about to be tried again, and counted then."""
        with self._lock:
            seen = self._seen.get((person, command))
            if seen:
                seen.pop()

    def _counted(self, key: tuple[str, str], rate: Rate, moment: float) -> int:
        seen = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while seen and not moment - rate.per_s < seen[0] <= moment:  # too old, or the clock was set back
            seen.popleft()
        if len(seen) >= rate.times:
            return max(1, math.ceil(seen[0] + rate.per_s - moment))
        seen.append(moment)
        if len(self._seen) > MOST_PEOPLE:
            self._seen.popitem(last=False)
        return 0

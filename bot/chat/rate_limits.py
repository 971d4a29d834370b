"""Limits how often one person may use one command."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict, deque
from datetime import datetime

from bot.chat.declarations import Rate

MOST_PEOPLE = 50_000


class RateLimits:
    """A sliding window for each (person, command). It is in memory, so a restart empties it."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()  # the writer's thread counts, and so does the event loop's

    def wait_s(self, person: str, command: str, rate: Rate, now: datetime) -> int:
        """Counts a use and returns 0, or returns the whole seconds until the person may try again."""
        with self._lock:
            return self._counted((person, command), rate, now.timestamp())

    def take_back(self, person: str, command: str) -> None:
        """Takes back the latest count, because the same use is about to be tried again and counted then."""
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

"""Limits how often one person may use one command."""

from __future__ import annotations

import hashlib
import heapq
import math
import threading
from dataclasses import dataclass, field
from datetime import datetime

from bot.chat.declarations import Rate

MOST_WINDOWS = 50_000
_FEW = 1024  # Fewer windows than this are not looked through for those that ended.


@dataclass(slots=True)
class _Window:
    """The moments of use that count, and the moment at which the last of them stops to count."""

    ends: float = 0.0
    uses: list[float] = field(default_factory=list)


class RateLimits:
    """A sliding window for each (person, command). It is in memory, so a restart empties it.

    A window is known by a hash of its person and command, so that its size does not depend on their length. Windows
    that ended are forgotten. If there are still more than `MOST_WINDOWS`, the windows that end soonest are forgotten.
    So a flood of new persons mostly forgets its own windows: to get rid of another one, it has to fill the memory
    with windows that end later.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, _Window] = {}
        self._look_at = _FEW  # windows
        self._lock = threading.Lock()  # the writer's thread counts, and so does the event loop's

    def __len__(self) -> int:
        return len(self._seen)

    def wait_s(self, person: str, command: str, rate: Rate, now: datetime) -> int:
        """Counts a use and returns 0, or returns the whole seconds until the person may try again."""
        with self._lock:
            return self._counted(_key(person, command), rate, now.timestamp())

    def take_back(self, person: str, command: str) -> None:
        """Takes back the latest count, because the same use is about to be tried again and counted then."""
        with self._lock:
            window = self._seen.get(_key(person, command))
            if window is not None and window.uses:
                window.uses.pop()

    def _counted(self, key: bytes, rate: Rate, moment: float) -> int:
        window = self._seen.get(key)
        if window is None:
            self._make_room(moment)
            window = self._seen[key] = _Window()
        old = 0
        while old < len(window.uses) and not moment - rate.per_s < window.uses[old] <= moment:
            old += 1  # also a use in the future: the clock was set back
        del window.uses[:old]
        if len(window.uses) >= rate.times:
            return max(1, math.ceil(window.uses[0] + rate.per_s - moment))
        window.uses.append(moment)
        window.ends = moment + rate.per_s
        return 0

    def _make_room(self, moment: float) -> None:
        """Forgets windows if there are many. It looks at all of them, so it does so only after many new ones."""
        if len(self._seen) < self._look_at:
            return
        self._seen = {key: window for key, window in self._seen.items() if window.ends > moment}
        if len(self._seen) >= MOST_WINDOWS:
            soonest = heapq.nsmallest(MOST_WINDOWS // 8, self._seen, key=lambda key: self._seen[key].ends)
            for key in soonest:
                del self._seen[key]
        self._look_at = min(MOST_WINDOWS, max(_FEW, 2 * len(self._seen)))


def _key(person: str, command: str) -> bytes:
    text = f"{len(person)} {person}{command}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).digest()

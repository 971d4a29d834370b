"""Telegram's sending limits as strict sliding windows. Source: https://core.telegram.org/bots/faq."""

import math
from collections import defaultdict, deque
from collections.abc import Callable

from tests.emulators.telegram.errors import ApiError

OVERALL = (30, 1.0)
PAID = (1000, 1.0)
PER_CHAT = (1, 1.0)
PER_GROUP = (20, 60.0)


class Window:
    """At most `most` events in any `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._times: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until another event would fit; 0 when it fits now."""
        while self._times and self._times[0] + self._seconds <= now:
            self._times.popleft()
        return self._times[0] + self._seconds - now if len(self._times) >= self._most else 0.0

    def take(self, now: float) -> None:
        self._times.append(now)


class FloodControl:
    """Counts what was accepted; what was refused costs nothing."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._overall = Window(*OVERALL)
        self._paid = Window(*PAID)
        self._chats: dict[int, Window] = defaultdict(lambda: Window(*PER_CHAT))
        self._groups: dict[int, Window] = defaultdict(lambda: Window(*PER_GROUP))
        self.accepted: list[tuple[float, int]] = []
        """(monotonic seconds, chat id) of everything let through."""
        self.refused = 0

    def admit(self, chat_id: int, group: bool, paid: bool) -> None:
        """Count one message to a chat, or raise 429 with `retry_after`."""
        now = self._monotonic()
        windows = [self._paid if paid else self._overall, self._chats[chat_id]]
        windows += [self._groups[chat_id]] if group else []
        wait = max(window.wait(now) for window in windows)
        if wait > 0:
            self.refused += 1
            seconds = max(1, math.ceil(wait))
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        for window in windows:
            window.take(now)
        self.accepted.append((now, chat_id))

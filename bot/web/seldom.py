"""Logs what can happen thousands of times a second without filling the disk."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable


class Seldom:
    """Writes at most one line in `every_s` seconds, with the number of times that it happened.

    The first time is logged at once; later ones wait for the next line, which `count` or `tell` writes.
    """

    def __init__(
        self,
        log: logging.Logger,
        what: str,
        action: str,
        every_s: float = 60.0,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._what = what
        self._action = action
        self._every_s = every_s
        self._seconds = seconds
        self._times = 0
        self._why = ""
        self._told_at = -every_s

    def count(self, times: int = 1, why: str = "") -> None:
        """Counts so many times. `why` is the reason of the latest."""
        self._times += times
        self._why = why or self._why
        self.tell()

    def tell(self) -> None:
        """Logs what was counted, if the last line is long enough ago."""
        now = self._seconds()
        if self._times == 0 or now - self._told_at < self._every_s:
            return
        why = f": {self._why}" if self._why else ""
        self._log.warning(
            "%s %s%s", self._times, self._what, why, extra={"action": self._action, "times": self._times}
        )
        self._times, self._told_at = 0, now

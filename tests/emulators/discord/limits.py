"""Rate limits: sliding windows per bucket and over all, announced in X-RateLimit-* headers."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

GLOBAL_EXEMPT = ("/interactions/", "/webhooks/")
GENEROUS = (1000, 1.0)


@dataclass
class Window:
    """At most `limit` calls in any `seconds`."""

    limit: int
    seconds: float
    calls: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Seconds until one more call is allowed; 0 if now."""
        while self.calls and self.calls[0] <= now - self.seconds:
            self.calls.popleft()
        return 0.0 if len(self.calls) < self.limit else self.calls[0] + self.seconds - now


@dataclass
class Verdict:
    headers: dict[str, str]
    retry_after: float = 0.0
    is_global: bool = False


class Limits:
    """Tests set `route(method, template, limit, seconds)`; everything else is generous but announced.

    `per_second` is the global limit (None switches it off). `refused` counts the 429s given.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.monotonic = monotonic
        self.per_second: int | None = 50
        self.refused = 0
        self._rules: dict[tuple[str, str], tuple[int, float]] = {}
        self._windows: dict[tuple[str, str], Window] = {}
        self._global = Window(50, 1.0)

    def route(self, method: str, template: str, limit: int, seconds: float) -> None:
        """Set the limit of a route (the specification's template) per channel, guild or webhook."""
        self._rules[method.upper(), template] = (limit, seconds)

    def check(self, method: str, template: str, major: str) -> Verdict:
        """Count one call; say whether it is allowed."""
        now = self.monotonic()
        bucket = sha256(f"{method} {template}".encode()).hexdigest()[:32]
        window = self._windows.get((bucket, major))
        if window is None:
            window = Window(*self._rules.get((method, template), GENEROUS))
            self._windows[bucket, major] = window
        limited = template.startswith(GLOBAL_EXEMPT) is False and self.per_second is not None
        if limited:
            self._global.limit = self.per_second or 0
            if (wait := self._global.wait(now)) > 0:
                self.refused += 1
                return Verdict({"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}, wait, True)
        wait = window.wait(now)
        if wait == 0:
            window.calls.append(now)
            if limited:
                self._global.calls.append(now)
        else:
            self.refused += 1
        return Verdict(self._headers(window, bucket, now, wait), wait)

    @staticmethod
    def _headers(window: Window, bucket: str, now: float, wait: float) -> dict[str, str]:
        left = window.limit - len(window.calls)
        reset_after = wait or (window.calls[0] + window.seconds - now)
        headers = {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
            "X-RateLimit-Reset-After": f"{reset_after:.3f}",
            "X-RateLimit-Bucket": bucket,
        }
        if wait:
            headers["X-RateLimit-Scope"] = "user"
        return headers

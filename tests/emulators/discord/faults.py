"""What can go wrong on purpose.

Kinds for a REST route, `emulator.fault(method, pattern, kind, times=1, after=0, **options)`:

- ``"429"`` (this route), ``"429-global"``, ``"429-shared"`` (all with Via), ``"429-cloudflare"`` (no Via, HTML);
  option ``retry_after`` seconds (default 0.01)
- ``"500"``, ``"502"``, ``"503"``, ``"504"``: an answer of the proxy, nothing done
- ``"drop-before"``: the connection is cut before anything is done
- ``"drop-after"``: the effect happens, the answer is lost
- ``"late"``: an acknowledgement counts as later than 3 s (10062); ``"double"``: as already given (40060)
- a number of `errors.KNOWN`, such as 50007 (closed DMs), 40003, 50013 (missing permissions), 50001

aiohttp's client silently repeats a GET, PUT or DELETE once when the connection was cut: plan such drops twice.

The pattern is a path below /api/v10 where ``*`` stands for one segment and ``**`` for any rest.

Kinds for the gateway, `emulator.fault("GATEWAY", stage, kind)`:

- stage ``"connect"``: ``"down"`` (TCP cut), ``"503"``
- stages ``"identify"``, ``"resume"``: ``"op9"``, ``"op9-resumable"``, ``"drop"``, a close code such as 4004 or 4014
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .errors import KNOWN

REST_KINDS = {
    "429",
    "429-global",
    "429-shared",
    "429-cloudflare",
    "500",
    "502",
    "503",
    "504",
    "drop-before",
    "drop-after",
    "late",
    "double",
}
GATEWAY_KINDS = {"connect": {"down", "503"}, "identify": {"op9", "op9-resumable", "drop"}}
GATEWAY_KINDS["resume"] = GATEWAY_KINDS["identify"]
CALLBACK_CODES = {"late": 10062, "double": 40060}


@dataclass
class Fault:
    """One planned fault. `fired` counts how often it struck; `left` how often it still will."""

    method: str
    pattern: re.Pattern[str]
    kind: str
    left: int
    skip: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    fired: int = 0

    @property
    def code(self) -> int | None:
        """Discord's error code of this kind, if it is answered by one."""
        if self.kind in CALLBACK_CODES:
            return CALLBACK_CODES[self.kind]
        return int(self.kind) if self.kind.isdigit() and int(self.kind) in KNOWN else None

    def strikes(self, method: str, path: str) -> bool:
        if self.left <= 0 or self.method not in ("*", method) or not self.pattern.fullmatch(path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.left -= 1
        self.fired += 1
        return True


class Faults:
    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def plan(self, method: str, pattern: str, kind: str, times: int, after: int, **options: Any) -> Fault:
        """Plan `times` faults after `after` undisturbed calls. ValueError for an unknown kind."""
        method = method.upper()
        if method == "GATEWAY":
            if pattern not in GATEWAY_KINDS or not (kind in GATEWAY_KINDS[pattern] or kind.isdigit()):
                raise ValueError(f"no gateway fault {kind!r} at {pattern!r}")
        elif kind not in REST_KINDS and not (kind.isdigit() and int(kind) in KNOWN):
            raise ValueError(f"no fault {kind!r}")
        parts = [re.escape(part) for part in pattern.split("/")]
        expression = "/".join(part.replace(r"\*\*", ".*").replace(r"\*", "[^/]+") for part in parts)
        fault = Fault(method, re.compile(expression), kind, times, after, options)
        self.planned.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The first planned fault that strikes this call, used up by it."""
        for fault in self.planned:
            if fault.strikes(method, path):
                return fault
        return None

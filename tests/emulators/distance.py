"""How far away an emulated platform is."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field


@dataclass
class Distance:
    """A round trip of `latency` ± `jitter` seconds, half of it before a request counts."""

    latency: float = 0.0
    jitter: float = 0.0
    _random: random.Random = field(default_factory=lambda: random.Random(20261121))  # repeatable

    def half(self) -> float:
        """Seconds of one way."""
        return max((self.latency + self._random.uniform(-self.jitter, self.jitter)) / 2, 0.0)

    async def travel(self) -> None:
        """One way."""
        if self.latency:
            await asyncio.sleep(self.half())

"""Asks platforms whether a person is banned in all spaces of a union, and keeps the answers for a minute."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence

from bot.chat.incoming import Actor
from bot.chat.port import Adapter

KEPT_S = 60.0
MOST_KEPT = 10_000


class Bans:
    """The last answers of platforms."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, tuple[str, ...]], tuple[float, bool]] = OrderedDict()

    async def in_all(self, adapter: Adapter, spaces: Sequence[str], actor: Actor) -> bool:
        """Whether the person is banned in all of these spaces (native ids). Raises TryAgain."""
        key, now = (actor.platform, actor.native_id, tuple(spaces)), time.monotonic()
        known = self._kept.get(key)
        if known is None or known[0] + KEPT_S <= now:
            known = now, await _in_all(adapter, spaces, actor)
            self._kept[key] = known
            self._kept.move_to_end(key)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return known[1]


async def _in_all(adapter: Adapter, spaces: Sequence[str], actor: Actor) -> bool:
    for space in spaces:
        if not await adapter.is_banned(space, actor):
            return False
    return True

"""The order of those who wait for something scarce: unions have it by turns, and none crowds the others out."""

from __future__ import annotations

import asyncio

Turn = asyncio.Future[bool]
"""True when the turn has come, False when it was given up for somebody of another union."""


class Turns:
    """At most `at_once` have their turn. At most `most` are here, those that wait included."""

    def __init__(self, at_once: int, most: int) -> None:
        self._at_once = at_once
        self._most = most
        self._having: dict[Turn, str] = {}
        # By union. The union whose last turn is the longest ago comes first.
        self._waiting: dict[str, list[Turn]] = {}

    def ask(self, union: str) -> Turn | None:
        """Returns a turn to wait for, which `end` gives back; None if there is no room for this union.

        If all is full, the last one that waits of the union with the most goes, unless this union would have as many.
        """
        if len(self._having) + sum(map(len, self._waiting.values())) >= self._most:
            largest = max(self._waiting, key=self._here, default=union)
            if self._here(largest) <= self._here(union) + 1:
                return None
            self._send_away(largest)
        turn: Turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(union, []).append(turn)
        self._give()
        return turn

    def end(self, union: str, turn: Turn) -> None:
        """Gives a turn back, also one that has not come, or was given up."""
        if self._having.pop(turn, None) is None:
            self._leave(union, turn)
        self._give()

    def _at_work(self, union: str) -> int:
        return list(self._having.values()).count(union)

    def _here(self, union: str) -> int:
        return len(self._waiting.get(union, ())) + self._at_work(union)

    def _send_away(self, union: str) -> None:
        last = self._waiting[union][-1]
        self._leave(union, last)
        if not last.done():
            last.set_result(False)

    def _leave(self, union: str, turn: Turn) -> None:
        queue = self._waiting.get(union, [])
        if turn in queue:
            queue.remove(turn)
            if not queue:
                del self._waiting[union]

    def _give(self) -> None:
        while len(self._having) < self._at_once and self._waiting:
            union = min(self._waiting, key=self._at_work)
            queue = self._waiting.pop(union)
            turn = queue.pop(0)
            if queue:
                self._waiting[union] = queue  # behind all others
            self._having[turn] = union
            if not turn.done():  # otherwise its act was just cancelled, and gives it back
                turn.set_result(True)

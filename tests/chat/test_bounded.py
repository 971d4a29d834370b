"""Bounded memory forgets the oldest, however an entry came in."""

from __future__ import annotations

from bot.chat.bounded import BoundedDict


def test_the_oldest_is_forgotten() -> None:
    recent: BoundedDict[str, list[int]] = BoundedDict(2)
    recent["a"] = [1]
    recent.setdefault("b", []).append(2)
    recent["a"] = [3]  # known: nothing is forgotten for it, and it grows no younger
    assert recent == {"a": [3], "b": [2]}
    recent.setdefault("c", [])
    assert list(recent) == ["b", "c"]
    recent.move_to_end("b")
    recent["d"] = []
    assert list(recent) == ["b", "d"]

"""A rule of Discord's, as data: its text, and what finds breaches of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Found = Iterator[str]


@dataclass(frozen=True)
class Rule:
    text: str
    check: Callable[..., Found]


def rule(table: list[Rule], text: str) -> Callable[[Callable[..., Found]], Callable[..., Found]]:
    """Put the decorated generator into `table` under `text`."""

    def add(check: Callable[..., Found]) -> Callable[..., Found]:
        table.append(Rule(text, check))
        return check

    return add


def broken(table: list[Rule], *request: Any) -> Iterator[tuple[str, str]]:
    """(text of the rule, what was found) for every rule that `request` breaks."""
    for rule in table:
        for found in rule.check(*request):
            yield rule.text, found

"""The states of an effect outside the database, and how one follows another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class IntentState(StrEnum):
    """The state of an effect. `done` and `refused` are final.

    A process that dies between `begun` and an outcome leaves `begun`, which is then the same as `unknown`.
    """

    WAITING = "waiting"
    BEGUN = "begun"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


FINAL = frozenset({IntentState.DONE, IntentState.REFUSED})
FOLLOWS = {
    IntentState.WAITING: frozenset({IntentState.BEGUN}),
    IntentState.BEGUN: frozenset({IntentState.DONE, IntentState.REFUSED, IntentState.UNKNOWN, IntentState.WAITING}),
    IntentState.UNKNOWN: frozenset({IntentState.DONE, IntentState.REFUSED, IntentState.UNKNOWN, IntentState.WAITING}),
}  # fmt: skip
"""Which states may follow a state. `waiting` follows only a look that found that nothing happened or can happen."""

FIRST_LOOK = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Intent:
    """An effect that is planned or under way.

    `key` is its idempotency key: the other side sees the same one on every try. `payload` is JSON of the area that
    planned it. `tries` counts how often it was begun or looked up. `detail` says more about the last outcome.
    """

    id: int
    union_id: int
    member_id: int | None
    kind: str
    key: str
    payload: str
    state: IntentState
    tries: int
    planned_at: datetime
    due_at: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a try or a look found. `state` is one of those that may follow."""

    state: IntentState
    detail: str = ""


class Effect(Protocol):
    """Does effects of one kind. Both functions return what the other side answered, also a refusal."""

    @property
    def kind(self) -> str:
        """The name of this kind of effect."""

    async def do(self, intent: Intent) -> Outcome:
        """Does the effect under the intent's key. Returns `unknown` if the answer was lost."""

    async def look(self, intent: Intent) -> Outcome:
        """Finds out what became of it, and changes nothing.

        Returns `waiting` only if the effect did not happen and the earlier try can never happen any more.
        """


def next_look(tries: int, now: datetime) -> datetime:
    """Returns when to look again at an unknown outcome: soon at first, then less and less often."""
    return now + min(LONGEST_WAIT, FIRST_LOOK * (1 << min(tries, 10)))

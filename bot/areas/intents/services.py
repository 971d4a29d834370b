"""Effects outside the database: a transaction on a chain, a right that is given on a platform.

An intent is written in the same transaction as the act that wants the effect. Then `commands.intents.carry_out`
begins it, which is durable before anything leaves the process, does it, and notes the outcome. If the process dies in
between, or the answer is lost, nobody does it again blindly: the other side is asked what became of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.areas.intents import storage
from bot.areas.intents.domain import FOLLOWS, Intent, IntentState, Outcome, next_look
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx

AT_ONCE = 100
KEPT = timedelta(days=30)
"""How long an effect is kept after its end, so that its key is not used again."""


def plan(tx: Tx, member: Member, kind: str, key: str, payload: str) -> bool:
    """Plans an effect for a member; returns False if one with this key was planned before.

    `key` is the effect's idempotency key, for example the id of the tip. `payload` is JSON.
    """
    return storage.add(tx, member.union_id, member.id, kind, key, payload)


def due(tx: Tx, kind: str) -> list[Intent]:
    """Returns effects of a kind that are to be done or looked up now, up to `AT_ONCE`."""
    return storage.due(tx, kind, AT_ONCE)


def begin(tx: Tx, intent: Intent) -> Intent | None:
    """Claims an effect that waits. Returns it as begun; None if it does not wait any more."""
    if intent.state is not IntentState.WAITING:
        raise ValueError(f"an effect that is {intent.state} cannot be begun")
    if not storage.put_state(tx, intent, Outcome(IntentState.BEGUN), tx.now):
        return None
    return replace(intent, state=IntentState.BEGUN, tries=intent.tries + 1)


def settle(tx: Tx, intent: Intent, outcome: Outcome) -> bool:
    """Notes the outcome of a try or a look; returns False if it was noted already.

    Raises ValueError for a state that cannot follow.
    """
    if outcome.state not in FOLLOWS[intent.state]:
        raise ValueError(f"an effect that is {intent.state} cannot become {outcome.state}")
    return storage.put_state(tx, intent, outcome, next_look(intent.tries, tx.now))


def prune(tx: Tx, now: datetime) -> None:
    """Erases effects that ended long ago. `now` is the latest moment that has surely passed."""
    storage.prune(tx, now - KEPT)


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the effects that the member planned and nobody began. Those under way go on, and nobody is told."""
    storage.cancel_of(tx, member.id)
    storage.hand_on(tx, member.id, None)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Lets the survivor be told of the absorbed member's effects."""
    storage.hand_on(tx, absorbed.id, survivor.id)

"""Carrying out effects outside the database. An area with effects of its own does it in a chore."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.areas.intents import services as intents
from bot.areas.intents.domain import Effect, Intent, IntentState, Outcome
from bot.areas.unions import services as unions
from bot.chat.chores import Duty, Office
from bot.domain.people import Union

log = logging.getLogger(__name__)

Told = Callable[[Duty, Intent, Outcome], None]
"""Tells the people concerned what became of an effect. It runs in the transaction that notes the outcome."""


async def carry_out(office: Office, effect: Effect, told: Told) -> None:
    """Does the effects of a kind that wait, and looks up those whose outcome is unknown.

    Each effect is begun durably before anything leaves the process. `told` is called once for each new state.
    """

    async def one(intent: Intent) -> None:
        union = await office.read(unions.by_id, intent.union_id)
        if union is not None:
            await _carry_out(office, effect, told, union, intent)

    await office.each(await office.read(intents.due, effect.kind), one)


async def _carry_out(office: Office, effect: Effect, told: Told, union: Union, intent: Intent) -> None:
    if intent.state is IntentState.WAITING:
        begun = await office.write(union, _begin, intent)
        if begun is None:
            return
        intent, outcome = begun, await _tried(effect.do, begun)
    else:
        outcome = await _tried(effect.look, intent)
    await office.write(union, _settle, told, intent, outcome)


async def _tried(effect: Callable[[Intent], Awaitable[Outcome]], intent: Intent) -> Outcome:
    """A failure of our own says nothing about what happened outside."""
    try:
        return await effect(intent)
    except Exception:
        log.exception(
            "an effect failed", extra={"action": "intent", "kind": intent.kind, "intent": intent.id}
        )
        return Outcome(IntentState.UNKNOWN)


def _begin(duty: Duty, intent: Intent) -> Intent | None:
    return intents.begin(duty.tx, intent)


def _settle(duty: Duty, told: Told, intent: Intent, outcome: Outcome) -> None:
    news = outcome.state is not intent.state
    if intents.settle(duty.tx, intent, outcome) and news:
        told(duty, intent, outcome)

"""Making room for a call on a day that has another one, and changes that would post a call at once."""

from __future__ import annotations

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.domain.schedule import MOST_AHEAD, repeat_days
from bot.areas.calls.domain.texts import Texts
from bot.areas.calls.services import schedule
from bot.areas.calls.storage import calls, lists, repeats
from bot.domain.people import Member, Union
from bot.domain.phrases import phrase
from bot.domain.times import moment
from bot.domain.transaction import Tx
from bot.errors import NotAllowed


def occupying(tx: Tx, union: Union, call: Call, day: int) -> Call | None:
    """Returns the planned call on the day that this one is to have; None if there is none that could be moved."""
    taken = calls.of_day(tx, union.id, day, call.leader_id)
    return taken if taken is not None and taken.id != call.id and taken.state is CallState.PLANNED else None


def free_day(tx: Tx, union: Union, leader_id: int | None, after: int) -> int:
    """Returns the first union-day after `after` that has no call, and on which no repeat comes. Raises NotAllowed."""
    last = after + MOST_AHEAD
    taken = {call.day for call in calls.of_days(tx, union.id, after, last) if call.leader_id == leader_id}
    for repeat, text in schedule.repeats_of(tx, union, leader_id):
        taken.update(repeat_days(repeat, after, last) if text.approved else ())
    found = next((day for day in range(after + 1, last + 1) if day not in taken), None)
    if found is None:
        raise NotAllowed(
            phrase("This day has a call already, and no other day is free. Free one with `/call cancel`.")
        )
    return found


def make(tx: Tx, union: Union, actor: Member, call: Call, day: int) -> tuple[Call, Call | None]:
    """Plans the call for a day, and moves the call that has this day to the next free one.

    Returns both calls; None as the second, if the day is free. Raises NotAllowed and BadInput as `schedule.plan`.
    """
    schedule.require_movable(call)
    taken = occupying(tx, union, call, day)
    if taken is None:
        return schedule.plan(tx, union, actor, call, day), None
    after = max(day, schedule.today(tx, union))
    moved = schedule.move(tx, union, actor, taken, free_day(tx, union, call.leader_id, after))
    return schedule.plan(tx, union, actor, call, day), moved


def hurried(tx: Tx, union: Union, call: Call, texts: Texts) -> Call | None:
    """Returns the planned call, `call` or one of its repeat, that would go out at once with these texts."""
    repeat = repeats.of_call(tx, call.id) if call.state is CallState.TEMPLATE else None
    changed = lists.of_repeat(tx, union.id, repeat.id) if repeat is not None else [call]
    return next(
        (one for one in changed if _hurries(tx, one, texts.opens, texts.closes, union.time_zone)), None
    )


def hurried_by_zone(tx: Tx, union: Union, time_zone: str) -> Call | None:
    """Returns a planned call that would go out at once, or be over, if the union had this time zone."""
    planned = lists.planned(tx, union.id)
    return next((one for one in planned if _hurries(tx, one, one.opens, None, time_zone)), None)


def _hurries(tx: Tx, call: Call, opens: int, closes: int | None, time_zone: str) -> bool:
    """Whether a planned call would open at once with these hours, and not be over already at `closes`."""
    if call.state is not CallState.PLANNED or call.day is None or call.opens_at is None:
        return False
    over = closes is not None and moment(call.day, closes, time_zone) <= tx.now
    return not over and call.opens_at > tx.now >= moment(call.day, opens, time_zone)

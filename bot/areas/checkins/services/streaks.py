"""Members' streaks: counted at each answer, worked out when read. No job runs over members.

What is kept of a member is the streak as of the last day that counted, every call before it that was not answered
taken as missed. Such a call may still be answered, until noon, or confirmed: until then what is told leaves its day
out. An answer in the order of days only adds to what is kept; anything else works it out anew from all days.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.areas.calls.services import calls
from bot.areas.checkins.domain.checkins import JUDGED_WITHIN
from bot.areas.checkins.domain.streaks import (
    REPAIRED_WITHIN,
    PlacedStreak,
    Streak,
    answered,
    first_open,
    missed,
    past_day,
    worked_out,
)
from bot.areas.checkins.storage import checkins, streaks
from bot.areas.ledger.services import record
from bot.areas.tree.services import endorsements
from bot.domain.people import Member, Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed

FIRST_PLACE = PlacedStreak(0, 2**31 - 1)
"""What the ranking's first page comes after."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What an answer made of the streak: a freeze earned, how many used up for missed days, and the days before it
    that are still open: to be answered, or to be confirmed."""

    streak: Streak
    earned: bool = False
    used: int = 0
    open_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class StreakNow:
    """A member's streak now, and the union-days that may still be added to it."""

    streak: Streak
    open_days: tuple[int, ...] = ()


def count(tx: Tx, union: Union, member_id: int, day: int) -> Counted:
    """Add an answered day of the union's call."""
    today = union_day(union.time_zone, tx.now)
    known = streaks.of(tx, member_id, today - JUDGED_WITHIN)
    before, waits = known if known is not None else (Streak(), False)
    if day <= before.last_day or day > today or waits:
        before_now = standing(tx, union, member_id).streak if known is not None else before
        recount(tx, union, member_id)
        after = standing(tx, union, member_id)
        earned = after.streak.freezes > before_now.freezes
        return Counted(after.streak, earned, 0, tuple(one for one in after.open_days if one < day))
    between = _between(tx, union, before, day)
    still = first_open(union.time_zone, tx.now) if between else day
    over = [one for one in between if one < still]
    told = answered(missed(before, len(over)), day)
    kept = told if len(over) == len(between) else answered(missed(before, len(between)), day)
    streaks.put(tx, union.id, member_id, kept)
    used = len(over) if len(over) <= before.freezes else 0
    earned = told.run == 0 and told.freezes > before.freezes - used
    return Counted(told, earned, used, tuple(between[len(over) :]))


def recount(tx: Tx, union: Union, member_id: int) -> None:
    """Work out anew what is kept of the member."""
    days = streaks.answered_days(tx, member_id)
    if not days:
        streaks.remove(tx, member_id)
        return
    streaks.put(tx, union.id, member_id, worked_out(days, _gaps(tx, union, days, days[-1])))


def standing(tx: Tx, union: Union, member_id: int) -> StreakNow:
    """The member's streak now."""
    today = union_day(union.time_zone, tx.now)
    known = streaks.of(tx, member_id, today - JUDGED_WITHIN)
    if known is None:
        return StreakNow(Streak())
    streak, waits = known
    still = first_open(union.time_zone, tx.now)
    if waits or still < streak.last_day:
        return _anew(tx, union, member_id, today, still)
    later = streaks.call_days(tx, union.id, streak.last_day + 1, max(today, streak.last_day) + 1)
    over = sum(day < still for day in later)
    return StreakNow(missed(streak, over), tuple(later[over:]))


def longest(tx: Tx, union: Union, most: int, after: PlacedStreak = FIRST_PLACE) -> list[PlacedStreak]:
    """Up to `most` streaks that go on, the longest first."""
    return streaks.longest(tx, union.id, first_open(union.time_zone, tx.now), most, after)


def repair(tx: Tx, union: Union, leader: Member, member: Member, words: str) -> tuple[int, Streak]:
    """Make up for a day that the member missed; the union-day and the streak that it makes.

    Raises:
        BadInput: that is no day, there was no call, it counts already, or the member had not joined yet.
        NotAllowed: the member is not in the leader's base, or the day is too long ago, or not over.
    """
    today = union_day(union.time_zone, tx.now)
    day = past_day(words, today)
    _require_base(tx, union, leader, member)
    if not today - REPAIRED_WITHIN <= day:
        raise NotAllowed(f"Only the last {REPAIRED_WITHIN} days can be repaired.")
    if day >= first_open(union.time_zone, tx.now):
        raise NotAllowed("That day's call can still be answered: there is nothing to repair yet.")
    if day < union_day(union.time_zone, member.joined_at):
        raise BadInput("They had not joined yet on that day, so they did not miss it.")
    call = calls.of_day(tx, union, day)
    if call is None:
        raise BadInput("The union had no call on that day, so nobody missed it.")
    if not checkins.repair(tx, call.id, member.id, day, leader.id):
        raise BadInput("That day counts for them already.")
    record(tx, union.id, "streak.repaired", leader, member=member.ref, day=day)
    recount(tx, union, member.id)
    return day, standing(tx, union, member.id).streak


def forget(tx: Tx, member_id: int) -> None:
    """The member leaves."""
    streaks.remove(tx, member_id)


def merge(tx: Tx, union: Union, absorbed_id: int, survivor_id: int) -> None:
    """Two members are one person, whose answers are together already: all their days count."""
    streaks.remove(tx, absorbed_id)
    recount(tx, union, survivor_id)


def _between(tx: Tx, union: Union, before: Streak, day: int) -> list[int]:
    """The days of calls after the last that counted and before this one."""
    if not before.current or day - before.last_day <= 1:
        return []
    return streaks.call_days(tx, union.id, before.last_day + 1, day - 1)


def _anew(tx: Tx, union: Union, member_id: int, today: int, still: int) -> StreakNow:
    """The streak from all days, without those that are still open."""
    days = streaks.answered_days(tx, member_id)
    if not days:
        return StreakNow(Streak())
    waiting = streaks.waiting_days(tx, member_id, today - JUDGED_WITHIN)
    gaps = _gaps(tx, union, days, max(today, days[-1]) + 1)
    open_days = tuple(day for day in gaps if day >= still or day in waiting)
    return StreakNow(worked_out(days, _without(gaps, open_days)), open_days)


def _gaps(tx: Tx, union: Union, days: list[int], last: int) -> list[int]:
    counted = frozenset(days)
    return [day for day in streaks.call_days(tx, union.id, days[0], last) if day not in counted]


def _without(days: list[int], some: Collection[int]) -> list[int]:
    return [day for day in days if day not in some]


def _require_base(tx: Tx, union: Union, leader: Member, member: Member) -> None:
    if member.id == leader.id:
        raise NotAllowed("Nobody repairs their own streak. Whom you endorse can, or the founder.")
    if union.founder_id == leader.id:
        return
    if not any(step.member_id == leader.id for step in endorsements.path(tx, member.id)):
        raise NotAllowed("You repair the streaks of those who follow you; they follow somebody else.")

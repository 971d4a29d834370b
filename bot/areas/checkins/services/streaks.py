"""Members' streaks: each answer counts a day; reading a streak works out the days since. No job runs over members.

The database keeps a member's streak as of the last day that counted. In this streak every earlier call without an
answer is missed. But such a call may still be open until noon, or its answer may wait to be confirmed. The streak
that members see leaves these open days out. The next answer in the order of days only adds to the kept streak; any
other answer works the streak out anew from all days.
"""

from __future__ import annotations

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
from bot.domain.phrases import phrase
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed

FIRST_PLACE = PlacedStreak(0, 2**31 - 1)
"""The place before the first page of the ranking."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The effect of an answer on the streak.

    `earned`: it earned a freeze. `used` is the number of freezes that missed days used up. `open_days` are earlier
    days that may still be added: their calls can be answered, or the answers confirmed.
    """

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
    """Adds an answered day of the union's call to the member's streak."""
    today = union_day(union.time_zone, tx.now)
    known = streaks.of(tx, member_id, today - JUDGED_WITHIN)
    before, waits = known if known is not None else (Streak(), False)
    if day <= before.last_day or day > today or waits:
        return _count_anew(tx, union, member_id, day)
    return _count_next(tx, union, member_id, before, day)


def _count_next(tx: Tx, union: Union, member_id: int, before: Streak, day: int) -> Counted:
    """Adds a day after all days that count so far."""
    between = _between(tx, union, before, day)
    first = first_open(union.time_zone, tx.now) if between else day
    over = [one for one in between if one < first]
    open_days = tuple(between[len(over) :])
    shown = answered(missed(before, len(over)), day)
    kept = answered(missed(before, len(between)), day) if open_days else shown
    streaks.put(tx, union.id, member_id, kept)
    used = len(over) if len(over) <= before.freezes else 0
    earned = shown.run == 0 and shown.freezes > before.freezes - used
    return Counted(shown, earned, used, open_days)


def _count_anew(tx: Tx, union: Union, member_id: int, day: int) -> Counted:
    """Adds a day before the last that counts, or beside answers that wait: works the streak out from all days."""
    before = standing(tx, union, member_id).streak
    recount(tx, union, member_id)
    after = standing(tx, union, member_id)
    open_days = tuple(one for one in after.open_days if one < day)
    return Counted(after.streak, after.streak.freezes > before.freezes, 0, open_days)


def recount(tx: Tx, union: Union, member_id: int) -> None:
    """Works out the kept streak of the member from all their days."""
    days = streaks.answered_days(tx, member_id)
    if not days:
        streaks.remove(tx, member_id)
        return
    streaks.put(tx, union.id, member_id, worked_out(days, _gaps(tx, union, days, days[-1])))


def standing(tx: Tx, union: Union, member_id: int) -> StreakNow:
    """Returns the member's streak now."""
    today = union_day(union.time_zone, tx.now)
    known = streaks.of(tx, member_id, today - JUDGED_WITHIN)
    if known is None:
        return StreakNow(Streak())
    streak, waits = known
    first = first_open(union.time_zone, tx.now)
    if waits or first < streak.last_day:
        return _anew(tx, union, member_id, today, first)
    later = streaks.call_days(tx, union.id, streak.last_day + 1, max(today, streak.last_day) + 1)
    over = sum(day < first for day in later)
    return StreakNow(missed(streak, over), tuple(later[over:]))


def longest(tx: Tx, union: Union, most: int, after: PlacedStreak = FIRST_PLACE) -> list[PlacedStreak]:
    """Returns up to `most` running streaks after the place `after`, the longest first."""
    return streaks.longest(tx, union.id, first_open(union.time_zone, tx.now), most, after)


def repair(tx: Tx, union: Union, leader: Member, member: Member, words: str) -> tuple[int, Streak]:
    """Lets a day count that the member missed. Returns the union-day, and the streak with it.

    Raises:
        BadInput: the words name no day, there was no call, the day counts already, or the member had not joined yet.
        NotAllowed: the member is not in the leader's base, or the day is too long ago, or not over.
    """
    today = union_day(union.time_zone, tx.now)
    day = past_day(words, today)
    _require_base(tx, union, leader, member)
    if not today - REPAIRED_WITHIN <= day:
        raise NotAllowed(phrase("Only the last {days} days can be repaired.", days=REPAIRED_WITHIN))
    if day >= first_open(union.time_zone, tx.now):
        raise NotAllowed(phrase("That day's call can still be answered, so there is nothing to repair yet."))
    if day < union_day(union.time_zone, member.joined_at):
        raise BadInput(phrase("They joined after that day, so they did not miss it."))
    call = calls.of_day(tx, union, day)
    if call is None:
        raise BadInput(phrase("The union had no call on that day, so nobody missed it."))
    if call.closes_at is not None and call.closes_at <= member.joined_at:
        raise BadInput(phrase("That day's call closed before they joined, so they did not miss it."))
    if not checkins.repair(tx, call.id, member.id, day, leader.id):
        raise BadInput(phrase("That day already counts for them."))
    record(tx, union.id, "streak.repaired", leader, member=member.ref, day=day)
    recount(tx, union, member.id)
    return day, standing(tx, union, member.id).streak


def forget(tx: Tx, member_id: int) -> None:
    """Erases the streak of a member who leaves."""
    streaks.remove(tx, member_id)


def merge(tx: Tx, union: Union, absorbed_id: int, survivor_id: int) -> None:
    """Works out the survivor's streak, after the answers of both members became theirs."""
    streaks.remove(tx, absorbed_id)
    recount(tx, union, survivor_id)


def _between(tx: Tx, union: Union, before: Streak, day: int) -> list[int]:
    """Returns the days of calls between the last day of a running streak and this day."""
    if not before.current or day - before.last_day <= 1:
        return []
    return streaks.call_days(tx, union.id, before.last_day + 1, day - 1)


def _anew(tx: Tx, union: Union, member_id: int, today: int, first: int) -> StreakNow:
    """Works out the streak from all days, without open days: those from `first` on, and those of waiting answers."""
    days = streaks.answered_days(tx, member_id)
    if not days:
        return StreakNow(Streak())
    waiting = streaks.waiting_days(tx, member_id, today - JUDGED_WITHIN)
    gaps = _gaps(tx, union, days, max(today, days[-1]) + 1)
    open_days = tuple(day for day in gaps if day >= first or day in waiting)
    over = [day for day in gaps if day not in open_days]
    return StreakNow(worked_out(days, over), open_days)


def _gaps(tx: Tx, union: Union, days: list[int], last: int) -> list[int]:
    """Returns the days of calls from the first of `days` to `last` that are not among `days`."""
    counted = frozenset(days)
    return [day for day in streaks.call_days(tx, union.id, days[0], last) if day not in counted]


def _require_base(tx: Tx, union: Union, leader: Member, member: Member) -> None:
    if member.id == leader.id:
        raise NotAllowed(
            phrase("You cannot repair your own streak. Ask the leader you endorse, or the founder.")
        )
    if union.founder_id == leader.id:
        return
    if not any(step.member_id == leader.id for step in endorsements.path(tx, member.id)):
        raise NotAllowed(
            phrase("You can only repair streaks of members who follow you. This member follows someone else.")
        )

"""Reminders of the day's call, for members who ask for them, at an hour of their own in the union's time zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.services import calls
from bot.areas.calls.services import schedule as call_schedule
from bot.areas.members.services import members
from bot.areas.reminders import storage
from bot.areas.reminders.storage import KeptWish
from bot.areas.tree.services import endorsements
from bot.areas.unions import services as unions
from bot.domain.days import WHOLE_DAY
from bot.domain.people import Account, Member, Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx

BEFORE_CLOSING = timedelta(hours=1)
"""So long before a call closes, members are reminded whose hour would be after that."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A member's wish: the hour in minutes of the local day, and the account to remind; None if it is gone."""

    minutes: int
    account: Account | None


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder to send now: the account, and the open calls that the member has not answered."""

    member_id: int
    account: Account
    calls: list[Call]


def of(tx: Tx, member: Member) -> Wish | None:
    """Returns the member's wish; None if they did not ask for reminders."""
    found = storage.of(tx, member.id)
    return Wish(found.minutes, members.account(tx, found.account_id)) if found else None


def start(tx: Tx, union: Union, member: Member, account: Account, minutes: int | None) -> bool:
    """Reminds the member by this account from now on, at `minutes` of the local day.

    None keeps the hour of an earlier wish; without one the union's hour counts. Returns whether the first reminder
    comes today: it does not, if the hour has passed.
    """
    known = storage.of(tx, member.id)
    if minutes is None:
        minutes = known.minutes if known else call_schedule.hour(tx, union)
    today, now = _local(union, tx)
    passed = minutes <= now
    storage.put(tx, union.id, member.id, KeptWish(account.id, minutes), today if passed else None)
    return not passed


def remove(tx: Tx, member: Member) -> None:
    """Stops the member's reminders."""
    storage.remove(tx, member.id)


def nudge(tx: Tx, call_id: int, leader: Member, reached: int) -> None:
    """Notes that a leader had members of their base reminded of a call, and how many were reached."""
    storage.nudge(tx, call_id, leader.id, reached)


def nudged(tx: Tx, call_id: int, leader: Member) -> datetime | None:
    """Returns the moment at which this leader had members reminded of the call."""
    return storage.nudged(tx, call_id, leader.id)


def due(tx: Tx) -> list[Union]:
    """Returns the unions with an open call to remind members of now."""
    found = unions.by_ids(tx, storage.unions_with_open_calls(tx))
    return [union for union, _ in unions.each(found, lambda union: _open(tx, union))]


def waiting(tx: Tx, union: Union, most: int) -> list[int]:
    """Returns up to `most` members to remind now, for `take`: those whose hour has come today.

    Before the call closes, those too whose hour would be after that.
    """
    today, now = _local(union, tx)
    open_ = _open(tx, union)
    if not open_:
        return []
    found = storage.waiting(tx, union.id, 0, now, today, most)
    last = _last(open_)
    if not found and last.closes_at is not None and last.closes_at - BEFORE_CLOSING <= tx.now:
        return storage.waiting(tx, union.id, last.closes, WHOLE_DAY, today, most)
    return found


def too_late_for(tx: Tx, union: Union, minutes: int) -> Call | None:
    """Returns the union's call of today or tomorrow that closes before this minute of its day; None if none does."""
    today, _ = _local(union, tx)
    found = calls.of_days(tx, union, today, today + 1)
    ahead = (CallState.PLANNED, CallState.OPEN)
    return next(
        (one for one in found if one.leader_id is None and one.state in ahead and one.closes <= minutes), None
    )


def take(tx: Tx, union: Union, member_ids: Sequence[int]) -> list[DueReminder] | None:
    """Returns the reminders to send to these members, and marks all of them as reminded today.

    Leaves out members who have answered, or whose account messages do not reach. None: there is no open call.
    """
    open_ = _open(tx, union)
    if not open_:
        return None
    today, _ = _local(union, tx)
    chosen = storage.chosen(tx, member_ids, today)
    ids = [member_id for member_id, _ in chosen]
    storage.mark(tx, ids, today)
    answered = storage.answered(tx, [call.id for call in open_], ids)
    found = []
    for member_id, account in chosen:
        if account is None or account.unreachable_at is not None:
            continue
        mine = [call for call in _concerning(tx, open_, member_id) if (call.id, member_id) not in answered]
        if mine:
            found.append(DueReminder(member_id, account, mine))
    for call_id, more in Counter(call.id for one in found for call in one.calls).items():
        storage.count(tx, call_id, more)
    return found


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Stops the reminders of a member who leaves."""
    storage.remove(tx, member.id)


def forget_account(tx: Tx, union: Union, account: Account) -> None:
    """Stops the reminders that go to one account."""
    storage.remove_to(tx, account.member_id, account.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Keeps the survivor's wish, else the absorbed member's."""
    storage.merge(tx, absorbed.id, survivor.id)


def _open(tx: Tx, union: Union) -> list[Call]:
    """Returns today's open calls, the union's first; none before the union's own call opens, if it has one."""
    today, _ = _local(union, tx)
    of_today = calls.of_days(tx, union, today, today)
    if any(call.leader_id is None and call.state is CallState.PLANNED and call.approved for call in of_today):
        return []
    found = [call for call in of_today if call.state is CallState.OPEN]
    return sorted(found, key=lambda call: call.leader_id is not None)


def _last(open_: Sequence[Call]) -> Call:
    """Returns the call before whose end everybody is reminded: the union's, else the branch's that closes last."""
    return open_[0] if open_[0].leader_id is None else max(open_, key=lambda call: call.closes)


def _concerning(tx: Tx, found: Sequence[Call], member_id: int) -> list[Call]:
    """Returns the calls for the member: the union's, and that of the nearest leader above who has one.

    A leader's own branch comes before all others.
    """
    of_union = [call for call in found if call.leader_id is None]
    by_leader = {call.leader_id: call for call in found if call.leader_id is not None}
    if not by_leader:
        return of_union
    above = (step.member_id for step in endorsements.path(tx, member_id))
    nearest = next((by_leader[one] for one in above if one in by_leader), None)
    return [*of_union, nearest] if nearest else of_union


def _local(union: Union, tx: Tx) -> tuple[int, int]:
    """Returns the present union-day, and the minutes that clocks in the union's time zone show."""
    local = tx.now.astimezone(ZoneInfo(union.time_zone))
    return union_day(union.time_zone, tx.now), local.hour * 60 + local.minute

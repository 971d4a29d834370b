"""Being reminded of the day's call, which members ask for, at an hour of their own in the union's time zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.services import calls
from bot.areas.calls.services import schedule as call_schedule
from bot.areas.members.services import members
from bot.areas.reminders import storage
from bot.areas.reminders.storage import Reminder
from bot.areas.tree.services import endorsements
from bot.areas.unions import services as unions
from bot.domain.people import Account, Member, Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx


@dataclass(frozen=True, slots=True)
class Setting:
    """How a member is reminded: `account` is by which of theirs, None if it is gone."""

    minutes: int
    account: Account | None


@dataclass(frozen=True, slots=True)
class Wish:
    """Somebody to remind now, and the open calls that they have not answered."""

    member_id: int
    account: Account
    calls: list[Call]


def of(tx: Tx, member: Member) -> Setting | None:
    """How the member is reminded; None if they did not ask for it."""
    found = storage.of(tx, member.id)
    return Setting(found.minutes, members.account(tx, found.account_id)) if found else None


def start(tx: Tx, union: Union, member: Member, account: Account, minutes: int | None) -> bool:
    """Remind the member by this account from now on; at the hour there was, or the union's, if none is given.

    Whether the first comes today: not if the hour has passed.
    """
    known = storage.of(tx, member.id)
    if minutes is None:
        minutes = known.minutes if known else call_schedule.hour(tx, union)
    today, now = _local(union, tx)
    passed = minutes <= now
    storage.put(tx, union.id, member.id, Reminder(account.id, minutes), today if passed else None)
    return not passed


def remove(tx: Tx, member: Member) -> None:
    """Remind the member no more."""
    storage.remove(tx, member.id)


def nudge(tx: Tx, call_id: int, leader: Member, reached: int) -> None:
    """Note a leader's one press to remind those who have not answered a call, and how many it reached."""
    storage.nudge(tx, call_id, leader.id, reached)


def nudged(tx: Tx, call_id: int, leader: Member) -> datetime | None:
    """When this leader had people reminded of the call."""
    return storage.nudged(tx, call_id, leader.id)


def due(tx: Tx) -> list[Union]:
    """Unions with an open call of today; not before the union's own opens, if there is one to come."""
    found = []
    for union_id in storage.unions_with_open_calls(tx):
        union = unions.by_id(tx, union_id)
        if union is not None and _open(tx, union):
            found.append(union)
    return found


def waiting(tx: Tx, union: Union, most: int) -> list[int]:
    """Up to `most` members to remind now, or to see that they need it not."""
    today, now = _local(union, tx)
    return storage.waiting(tx, union.id, now, today, most) if _open(tx, union) else []


def take(tx: Tx, union: Union, member_ids: Sequence[int]) -> list[Wish] | None:
    """Those of the members who are to be reminded; all of them count as reminded today from now on.

    Nobody who answered, or whom no messages reach. None if there is no open call any more.
    """
    open_ = _open(tx, union)
    if not open_:
        return None
    today, _ = _local(union, tx)
    chosen = storage.chosen(tx, member_ids, today)
    ids = [member_id for member_id, _ in chosen]
    storage.mark(tx, ids, today)
    answered = storage.answered(tx, [call.id for call in open_], ids)
    wishes, told = [], dict.fromkeys((call.id for call in open_), 0)
    for member_id, account in chosen:
        if account is None or account.unreachable_at is not None:
            continue
        mine = [call for call in _concerning(tx, open_, member_id) if (call.id, member_id) not in answered]
        if mine:
            wishes.append(Wish(member_id, account, mine))
            for call in mine:
                told[call.id] += 1
    for call_id, more in told.items():
        if more:
            storage.count(tx, call_id, more)
    return wishes


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Remind a member who leaves no more."""
    storage.remove(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Remind the one person as the survivor wished, else as the other did."""
    storage.merge(tx, absorbed.id, survivor.id)


def _open(tx: Tx, union: Union) -> list[Call]:
    """Today's calls that are open, the union's first; none while the union's own is still to open."""
    today, _ = _local(union, tx)
    of_today = calls.of_days(tx, union, today, today)
    if any(call.leader_id is None and call.state is CallState.PLANNED and call.approved for call in of_today):
        return []
    found = [call for call in of_today if call.state is CallState.OPEN]
    return sorted(found, key=lambda call: call.leader_id is not None)


def _concerning(tx: Tx, found: Sequence[Call], member_id: int) -> list[Call]:
    """The union's call, and that of the nearest above (or the member's own branch) who has one."""
    of_union = [call for call in found if call.leader_id is None]
    by_leader = {call.leader_id: call for call in found if call.leader_id is not None}
    if not by_leader:
        return of_union
    above = (step.member_id for step in endorsements.path(tx, member_id))
    nearest = next((by_leader[one] for one in above if one in by_leader), None)
    return [*of_union, nearest] if nearest else of_union


def _local(union: Union, tx: Tx) -> tuple[int, int]:
    """Which union-day it is, and how many minutes of it have passed by the clock on the wall."""
    local = tx.now.astimezone(ZoneInfo(union.time_zone))
    return union_day(union.time_zone, tx.now), local.hour * 60 + local.minute

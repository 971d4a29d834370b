"""How a call went, for who leads: the founder sees all of it, others their own branch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.services import calls
from bot.areas.members.services import daily_notice, members
from bot.areas.reminders import services as reminders
from bot.areas.reports import storage
from bot.areas.reports.storage import Reach
from bot.areas.spaces import services as spaces
from bot.areas.tree.services import support
from bot.domain.people import Account, Member, Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound

DAYS = 30
BRANCHES = 8
LOOKED_AT = 2_000
"""Of so many of a leader's base, the nearest, it is looked up who has not answered."""
MOST_NUDGED = 500
"""Reminders that one press may send."""


@dataclass(frozen=True, slots=True)
class CallReport:
    """One call. `people` who were asked; `answered` of them, `late` among those, `waiting` besides; `places` are
    (title, None for in private; answers); `branches` (member, answered, people); `days` the answers of each
    union-day that had such a call, up to 30 before it and itself."""

    call: Call
    whole: bool
    people: int
    answered: int
    late: int
    waiting: int
    reach: Reach
    places: list[tuple[str | None, int]]
    branches: list[tuple[int, int, int]]
    days: dict[int, int]

    @property
    def average(self) -> float | None:
        """Answers to the calls of the 30 days before; None if there were none."""
        before = [number for day, number in self.days.items() if day != self.call.day]
        return sum(before) / len(before) if before else None


@dataclass(frozen=True, slots=True)
class Nudge:
    """Whom a leader's press reminds, and how many it leaves out: told something today already, not reached by
    messages, more than one press may tell."""

    told: list[Account] = field(default_factory=list)
    told_today: int = 0
    unreached: int = 0
    beyond: int = 0


def latest(tx: Tx, union: Union, member: Member) -> int | None:
    """The last union-day with a call that this member can be told of; None if there was none yet."""
    return storage.latest(tx, union.id, member.id, union_day(union.time_zone, tx.now))


def of_day(tx: Tx, union: Union, member: Member, day: int) -> list[CallReport]:
    """Reports of the union's call and of the member's own branch call of that day; for `Store.scan`."""
    both = (calls.of_day(tx, union, day, leader_id) for leader_id in (None, member.id))
    return [_report(tx, union, member, call, day) for call in both if call is not None and _begun(call)]


def silent(tx: Tx, union: Union, member: Member, call_id: int) -> tuple[Call, list[int], bool]:
    """The call, who of the member's base have not answered, the nearest first, and whether all were looked at.

    Raises NotFound.
    """
    call = _known(tx, union, member, call_id)
    found = storage.silent(tx, call.id, member.id, LOOKED_AT)
    return call, found, support.headcount(tx, member.id) <= LOOKED_AT


def nudged(tx: Tx, member: Member, call: Call) -> datetime | None:
    """When the member had people reminded of the call."""
    return reminders.nudged(tx, call.id, member)


def nudge(tx: Tx, union: Union, member: Member, call_id: int) -> tuple[Call, Nudge]:
    """Remind those of the member's base who have not answered: at most once a call, and quietly.

    Raises NotFound, and NotAllowed if the call is not open or this was done before.
    """
    call = _known(tx, union, member, call_id)
    if call.state is not CallState.OPEN:
        raise NotAllowed("This call is closed, so nobody can be reminded of it any more.")
    if reminders.nudged(tx, call.id, member) is not None:
        raise NotAllowed("You had them reminded of this call already. Once is enough; talk to them yourself.")
    ids = storage.silent(tx, call.id, member.id, LOOKED_AT)
    free = daily_notice.untold(tx, union, ids)
    found = Nudge(told_today=len(ids) - len(free), beyond=len(free[MOST_NUDGED:]))
    by_member: dict[int, Account] = {}
    for account in members.accounts_of_all(tx, free[:MOST_NUDGED]):
        if account.unreachable_at is None:
            by_member.setdefault(account.member_id, account)
    for member_id, account in by_member.items():
        if daily_notice.claim(tx, union, member_id):
            found.told.append(account)
    left = len(free[:MOST_NUDGED]) - len(found.told)
    if found.told:
        reminders.nudge(tx, call.id, member, len(found.told))
    return call, Nudge(found.told, found.told_today, left, found.beyond)


def _report(tx: Tx, union: Union, member: Member, call: Call, day: int) -> CallReport:
    whole = call.leader_id is None and union.founder_id == member.id
    scope = None if whole else member.id
    parts = storage.parts(tx, call.id, scope)
    done = [part for part in parts if part.state == "done"]
    by_space: dict[int | None, int] = {}
    for part in done:
        by_space[part.space_id] = by_space.get(part.space_id, 0) + part.number
    titles = {space.id: space.title for space in spaces.of_union(tx, union)}
    known = [(titles.get(space), number) for space, number in by_space.items() if space in titles]
    rest = sum(number for space, number in by_space.items() if space not in titles)
    places = sorted(known, key=lambda place: -place[1]) + ([(None, rest)] if rest else [])
    return CallReport(
        call,
        whole,
        members.count(tx, union) if whole else support.headcount(tx, member.id),
        sum(part.number for part in done),
        sum(part.number for part in done if part.late),
        sum(part.number for part in parts if part.state == "waiting"),
        storage.reach(tx, call.id),
        places,
        storage.branches(tx, call.id, member.id, BRANCHES),
        storage.days(tx, union.id, call.leader_id, day - DAYS, day, scope),
    )


def _known(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    call = calls.by_id(tx, call_id)
    if (
        call is None
        or call.union_id != union.id
        or not _begun(call)
        or call.leader_id not in (None, member.id)
    ):
        raise NotFound("There is no such call. /call report shows the last one.")
    return call


def _begun(call: Call) -> bool:
    return call.state in (CallState.OPEN, CallState.CLOSED)

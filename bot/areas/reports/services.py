"""Reports of calls for leaders. The founder sees the whole union, other leaders see their own branch."""

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
"""Looks for members without an answer among this many nearest members of a leader's base."""
MOST_NUDGED = 500
"""Reminders that one nudge may send."""


@dataclass(frozen=True, slots=True)
class CallReport:
    """The numbers of one call, of the `whole` union or of a leader's base.

    `people` are those who were asked, `answered` those who answered, `late` those of them who were late. `waiting`
    answers wait for somebody's word, and are not in `answered`. `places` are (title of the space, answers); title None:
    in private. `branches` are (leader, answered, people) of the biggest branches. `days` are the answers by union-day,
    of this call and of such calls in the 30 days before.
    """

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
        """The average answers to the calls of the 30 days before; None if there were no calls."""
        before = [number for day, number in self.days.items() if day != self.call.day]
        return sum(before) / len(before) if before else None


@dataclass(frozen=True, slots=True)
class Nudge:
    """The accounts that a leader's nudge reminds, and the numbers of members whom it leaves out.

    These are `told_today` (the bot sent them another message that they had not asked for), `unreached` (messages do not
    reach them), and `beyond` (more than one nudge may remind).
    """

    reminded: list[Account] = field(default_factory=list)
    told_today: int = 0
    unreached: int = 0
    beyond: int = 0


def latest(tx: Tx, union: Union, member: Member) -> int | None:
    """Returns the last union-day with a call that this member may have a report of; None if there is none."""
    return storage.latest(tx, union.id, member.id, union_day(union.time_zone, tx.now))


def of_day(tx: Tx, union: Union, member: Member, day: int) -> list[CallReport]:
    """Returns reports of that day's calls: the union's, and that of the member's branch. For `Store.scan`."""
    both = (calls.of_day(tx, union, day, leader_id) for leader_id in (None, member.id))
    return [_report(tx, union, member, call, day) for call in both if call is not None and _begun(call)]


def silent(tx: Tx, union: Union, member: Member, call_id: int) -> tuple[Call, list[int], bool]:
    """Returns the call, the members of the leader's base who have not answered, and whether the whole base was read.

    The nearest members come first. Raises NotFound.
    """
    call = _known(tx, union, member, call_id)
    found = storage.silent(tx, call.id, member.id, LOOKED_AT)
    return call, found, support.headcount(tx, member.id) <= LOOKED_AT


def nudged(tx: Tx, member: Member, call: Call) -> datetime | None:
    """Returns the moment at which the leader had members reminded of the call."""
    return reminders.nudged(tx, call.id, member)


def nudge(tx: Tx, union: Union, member: Member, call_id: int) -> tuple[Call, Nudge]:
    """Chooses the members of the leader's base to remind: those who have not answered. Once for each call.

    Claims the one unsolicited message of today for each of them. Raises NotFound; NotAllowed if the call is not open,
    or was nudged before.
    """
    call = _known(tx, union, member, call_id)
    if call.state is not CallState.OPEN:
        raise NotAllowed("This call is closed, so nobody can be reminded of it any more.")
    if reminders.nudged(tx, call.id, member) is not None:
        raise NotAllowed("You had them reminded of this call already. Once is enough; talk to them yourself.")
    ids = storage.silent(tx, call.id, member.id, LOOKED_AT)
    free = daily_notice.untold(tx, union, ids)
    chosen = free[:MOST_NUDGED]
    by_member: dict[int, Account] = {}
    for account in members.accounts_of_all(tx, chosen):
        if account.unreachable_at is None:
            by_member.setdefault(account.member_id, account)
    reminded = [
        account
        for member_id, account in by_member.items()
        if daily_notice.claim(tx, union, member_id)
    ]
    if reminded:
        reminders.nudge(tx, call.id, member, len(reminded))
    return call, Nudge(
        reminded,
        told_today=len(ids) - len(free),
        unreached=len(chosen) - len(reminded),
        beyond=len(free) - len(chosen),
    )


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

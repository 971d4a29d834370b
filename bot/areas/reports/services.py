"""Reports of calls for leaders. The founder sees the whole union, other leaders see their own branch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.areas.calls.domain.calls import Call, CallState
from bot.areas.calls.services import calls
from bot.areas.members.services import daily_notice, members
from bot.areas.reminders import services as reminders
from bot.areas.reports import storage
from bot.areas.reports.storage import AnswerPart, BranchAnswers, Reach
from bot.areas.spaces import services as spaces
from bot.areas.tree.services import support
from bot.domain.people import Account, Member, Union
from bot.domain.phrases import phrase
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
    answers wait for somebody's word, and are not in `answered`. `places` are (title of the space, answers); the title
    None stands for private chats. `branches` are the biggest ones. `days` are the answers by union-day, of this call
    and of such calls in the 30 days before.
    """

    call: Call
    whole: bool
    people: int
    answered: int
    late: int
    waiting: int
    reach: Reach
    places: list[tuple[str | None, int]]
    branches: list[BranchAnswers]
    days: dict[int, int]

    @property
    def average(self) -> float | None:
        """The average answers to the calls of the 30 days before; None if there were no calls."""
        before = [number for day, number in self.days.items() if day != self.call.day]
        return sum(before) / len(before) if before else None


@dataclass(frozen=True, slots=True)
class Nudge:
    """The accounts that a leader's nudge reminds, and the numbers of members whom it leaves out.

    These are `told_today` (the bot sent them another unsolicited message), `unreached` (messages do not reach them),
    and `beyond` (more than one nudge may remind).
    """

    reminded: list[Account]
    told_today: int
    unreached: int
    beyond: int


def latest(tx: Tx, union: Union, member: Member) -> int | None:
    """Returns the last union-day with a call that this member may have a report of; None if there is none."""
    return storage.latest(tx, union.id, member.id, union_day(union.time_zone, tx.now))


def of_day(tx: Tx, union: Union, member: Member, day: int) -> list[CallReport]:
    """Returns reports of that day's calls: the union's, and that of the member's branch. For `Store.scan`."""
    both = (calls.of_day(tx, union, day, leader_id) for leader_id in (None, member.id))
    return [_report(tx, union, member, call, day) for call in both if call is not None and call.has_begun]


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
        raise NotAllowed(phrase("This call is closed, so you cannot remind anyone of it any more."))
    if reminders.nudged(tx, call.id, member) is not None:
        raise NotAllowed(
            phrase("You already reminded them of this call, and once is enough. Talk to them yourself.")
        )
    ids = storage.silent(tx, call.id, member.id, LOOKED_AT)
    free = daily_notice.untold(tx, union, ids)
    chosen = free[:MOST_NUDGED]
    by_member: dict[int, Account] = {}
    for account in members.accounts_of_all(tx, chosen):
        if account.unreachable_at is None:
            by_member.setdefault(account.member_id, account)
    reminded = [
        account for member_id, account in by_member.items() if daily_notice.claim(tx, union, member_id)
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
    leader_id = None if whole else member.id
    parts = storage.parts(tx, call.id, leader_id)
    done = [part for part in parts if part.state == "done"]
    return CallReport(
        call,
        whole,
        people=members.count(tx, union) if whole else support.headcount(tx, member.id),
        answered=sum(part.number for part in done),
        late=sum(part.number for part in done if part.late),
        waiting=sum(part.number for part in parts if part.state == "waiting"),
        reach=storage.reach(tx, call.id),
        places=_places(tx, union, done),
        branches=storage.branches(tx, call.id, member.id, BRANCHES),
        days=storage.days(tx, union.id, call.leader_id, day - DAYS, day, leader_id),
    )


def _places(tx: Tx, union: Union, done: list[AnswerPart]) -> list[tuple[str | None, int]]:
    """Returns (title, answers) of the union's spaces, the most answers first; then those in private (None)."""
    titles = {space.id: space.title for space in spaces.of_union(tx, union)}
    by_title: dict[int | None, int] = {}
    for part in done:
        space_id = part.space_id if part.space_id in titles else None
        by_title[space_id] = by_title.get(space_id, 0) + part.number
    private = by_title.pop(None, 0)
    known = [(titles[space_id], number) for space_id, number in by_title.items() if space_id is not None]
    return sorted(known, key=lambda place: -place[1]) + ([(None, private)] if private else [])


def _known(tx: Tx, union: Union, member: Member, call_id: int) -> Call:
    call = calls.by_id(tx, call_id)
    if (
        call is None
        or call.union_id != union.id
        or not call.has_begun
        or call.leader_id not in (None, member.id)
    ):
        raise NotFound(phrase("There is no such call. `/call report` shows the latest one."))
    return call

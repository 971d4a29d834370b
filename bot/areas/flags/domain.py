"""Flags: signs that a crowd is made up. Many people join at once, or newcomers support each other.

A flag is no proof, and nothing is done about it: moderators are shown the evidence.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.times import union_day

FRESH = timedelta(hours=24)
"""Only members who joined within this time are checked; older ones were checked before."""

BURST_WINDOW = timedelta(minutes=10)
"""A link that is shared in a big channel brings people for hours; a script is done within minutes."""

BURST_JOINS = 20
"""Fewer people can be a circle of friends who were told at the same moment, and they change no rank by much."""

BURST_FACTOR = 5
"""A burst has this many times the usual joins: a good day of a big union has two or three times the usual."""

USUAL_SPAN = timedelta(days=7)
"""The usual number of joins is the average of a whole week, because weekends differ from workdays."""

RING_PEOPLE = 10
"""Fewer people would make nobody a leader by the usual rules, and families and teams are that large."""

WALLETLESS_PERCENT = 80
"""Some newcomers always wait before they link a wallet, but it is unusual that nearly all of a group wait."""

WALLETS_TOGETHER = timedelta(hours=1)
"""People link their wallets at different times; a script links all of them in a row."""

MOST_NAMED = 5
"""The evidence names at most this many recruiters, and this many endorsed members."""


class FlagKind(StrEnum):
    """The sign that was noticed."""

    BURST = "burst"
    RING = "ring"
    JOINING = "joining"
    """Again and again, accounts would become one person with a member who says that they are somebody else."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A member who joined lately. `wallet_at`: when they linked the oldest wallet that they hold now."""

    member_id: int
    joined_at: datetime
    platform: str | None = None
    leader_id: int | None = None
    recruiter_id: int | None = None
    wallet_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The counts among `people` newcomers who joined from `began` to `ended`. It has ids of members, never names.

    `invited_by` and `endorsing` have (member, how many), the most first. `invited` and `endorse` count all newcomers
    who came by a code and who endorse somebody. `usual`: the average joins of the union in `BURST_WINDOW`.
    `headcount`: the whole support base of the leader. Of a `JOINING`, `people` are attempts, and `asked` has (member,
    how many) of those who tried.
    """

    people: int
    began: datetime
    ended: datetime
    without_wallet: int
    platforms: dict[str, int]
    invited: int
    invited_by: list[tuple[int, int]]
    endorse: int
    endorsing: list[tuple[int, int]]
    usual: float = 0.0
    headcount: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NewFlag:
    """A flag to raise. There is one for each kind, leader and union-day (`key`), even if its crowd grows."""

    kind: FlagKind
    leader_id: int | None
    key: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Alerts:
    """The chat in which moderators are told of flags. `space` is its space's id; `chat` None: the space itself."""

    platform: str
    space: int
    chat: str | None = None
    thread: str | None = None


def bursts(
    newcomers: Sequence[Newcomer], joins: Sequence[datetime], since: datetime, time_zone: str
) -> list[NewFlag]:
    """Returns a flag for the largest burst of each union-day.

    `joins`: the moments, in order, at which members joined since `since`: the last week, or the founding if that was
    later. In the first 50 minutes of a union nothing is usual yet, so nothing is a burst.
    """
    ordered = sorted(newcomers, key=lambda one: one.joined_at)
    largest: dict[int, tuple[int, int, float]] = {}
    first = 0
    for last, one in enumerate(ordered):
        while one.joined_at - ordered[first].joined_at > BURST_WINDOW:
            first += 1
        people = last - first + 1
        if people < BURST_JOINS:
            continue
        usual = _usual(joins, since, one.joined_at)
        day = union_day(time_zone, one.joined_at)
        if people >= BURST_FACTOR * usual and people > largest.get(day, (0, 0, 0.0))[0]:
            largest[day] = (people, last, usual)
    found = []
    for day, (people, last, usual) in largest.items():
        evidence = replace(_evidence(ordered[last - people + 1 : last + 1]), usual=round(usual, 2))
        found.append(NewFlag(FlagKind.BURST, None, f"{FlagKind.BURST} {day}", evidence))
    return found


def rings(
    newcomers: Sequence[Newcomer], founder_id: int | None, headcount: Callable[[int], int], time_zone: str
) -> list[NewFlag]:
    """Returns a flag for each group of newcomers that looks made up.

    A group is connected by endorsements of each other, or is at least half of a leader's base. Endorsing the founder
    connects nobody, because it makes nobody a leader. `headcount` returns the number of people in a leader's base.
    """
    fresh = {one.member_id: one for one in newcomers if one.member_id != founder_id}
    found: dict[int, NewFlag] = {}
    for leader_id, group in _groups(fresh):
        if len(group) >= RING_PEOPLE and _made_up(group):
            _keep_larger(found, leader_id, group, headcount(leader_id), time_zone)
    followers: dict[int, list[Newcomer]] = defaultdict(list)
    for one in fresh.values():
        if one.leader_id is not None and one.leader_id != founder_id:
            followers[one.leader_id].append(one)
    for leader_id, group in followers.items():
        if len(group) >= RING_PEOPLE and _made_up(group):
            base = headcount(leader_id)
            if 2 * len(group) >= base:
                _keep_larger(found, leader_id, group, base, time_zone)
    return list(found.values())


def refused_joining(asked_id: int, known: Evidence | None, now: datetime, times: int) -> Evidence:
    """Returns the evidence that a member tried to become one person with another, who refused. It adds to `known`.

    `times`: the attempts within a week, which may be more than the flag has seen.
    """
    asked = Counter(dict(known.asked) if known is not None else {})
    asked[asked_id] += 1
    return Evidence(
        people=max(times, asked.total()),
        began=known.began if known is not None else now,
        ended=now,
        without_wallet=0,
        platforms={},
        invited=0,
        invited_by=[],
        endorse=0,
        endorsing=[],
        asked=asked.most_common(MOST_NAMED),
    )


def _usual(joins: Sequence[datetime], since: datetime, at: datetime) -> float:
    """The average number of joins in BURST_WINDOW, over the week that ended at `at`."""
    began = max(since, at - USUAL_SPAN)
    number = bisect_right(joins, at) - bisect_left(joins, began)
    return number / max(1.0, (at - began) / BURST_WINDOW)


def _groups(fresh: Mapping[int, Newcomer]) -> Iterable[tuple[int, list[Newcomer]]]:
    """Groups of newcomers who are connected by endorsements of each other, by the newcomer whom they all reach."""
    tops: dict[int, int] = {}
    groups: dict[int, list[Newcomer]] = defaultdict(list)
    for start in fresh:
        path, at = [], start
        while at not in tops and (above := fresh[at].leader_id) in fresh and above is not None:
            path.append(at)
            at = above
        top = tops.setdefault(at, at)
        tops.update(dict.fromkeys(path, top))
        groups[top].append(fresh[start])
    return groups.items()


def _made_up(group: Sequence[Newcomer]) -> bool:
    """Whether nearly nobody has a wallet, or all wallets were linked at once."""
    linked = [one.wallet_at for one in group if one.wallet_at is not None]
    if 100 * (len(group) - len(linked)) >= WALLETLESS_PERCENT * len(group):
        return True
    return max(linked) - min(linked) <= WALLETS_TOGETHER


def _keep_larger(
    found: dict[int, NewFlag], leader_id: int, group: Sequence[Newcomer], headcount: int, time_zone: str
) -> None:
    """Keeps a flag for this group, unless a larger one of the same leader was found."""
    known = found.get(leader_id)
    if known is None or known.evidence.people < len(group):
        evidence = replace(_evidence(group), headcount=headcount)
        # The day is that of the newest member, so that the same group raises no second flag tomorrow.
        key = f"{FlagKind.RING} {leader_id} {union_day(time_zone, evidence.ended)}"
        found[leader_id] = NewFlag(FlagKind.RING, leader_id, key, evidence)


def _evidence(group: Sequence[Newcomer]) -> Evidence:
    recruiters = Counter(one.recruiter_id for one in group if one.recruiter_id is not None)
    endorsed = Counter(one.leader_id for one in group if one.leader_id is not None)
    return Evidence(
        people=len(group),
        began=min(one.joined_at for one in group),
        ended=max(one.joined_at for one in group),
        without_wallet=sum(one.wallet_at is None for one in group),
        platforms=dict(Counter(one.platform for one in group if one.platform is not None).most_common()),
        invited=recruiters.total(),
        invited_by=recruiters.most_common(MOST_NAMED),
        endorse=endorsed.total(),
        endorsing=endorsed.most_common(MOST_NAMED),
    )

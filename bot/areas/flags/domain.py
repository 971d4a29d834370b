"""Signs that a crowd is made up: many joining at once, and newcomers who hold each other up.

Nothing here is proof, and nothing is done about it: moderators are shown the evidence.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.times import union_day

FRESH = timedelta(hours=24)
"""Who joined within this time is looked at: what is older was seen before."""

BURST_WINDOW = timedelta(minutes=10)
"""A link shared in a big channel brings people for hours; a script is done in minutes."""

BURST_JOINS = 20
"""Fewer can be one circle of friends that was told at the same moment, and change no rank by much."""

BURST_FACTOR = 5
"""Times the usual: a big union's good day is two or three times its usual day."""

USUAL_SPAN = timedelta(days=7)
"""What is usual is taken from a whole week, as weekends differ from workdays."""

RING_PEOPLE = 10
"""Fewer would lift nobody above the rules that unions set, and families and teams are that large."""

WALLETLESS_PERCENT = 80
"""Some newcomers always wait with their wallet; that nearly all of a group do is unusual."""

WALLETS_TOGETHER = timedelta(hours=1)
"""People link wallets when they come to it; a script links all of them in a row."""

MOST_NAMED = 5
"""Of those who invited or are endorsed, so many are named in the evidence."""


class FlagKind(StrEnum):
    """What was noticed."""

    BURST = "burst"
    RING = "ring"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A member who joined lately. `wallet_at`: when they linked the first wallet they hold."""

    member_id: int
    joined_at: datetime
    platform: str | None = None
    leader_id: int | None = None
    recruiter_id: int | None = None
    wallet_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was counted among `people` newcomers who joined from `began` to `ended`; member ids, never names.

    `invited_by` and `endorsing` are (member, how many), the most first; `invited` and `endorse` count them all.
    `usual`: joins in `BURST_WINDOW` that the union is used to. `headcount`: the whole support base of the leader.
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


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something to tell moderators. One for each kind, leader and union-day (`key`), however it grows."""

    kind: FlagKind
    leader_id: int | None
    key: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Alerts:
    """The chat that moderators are told in: of a space, and `chat` if it is not the space itself."""

    platform: str
    space: int
    chat: str | None = None
    thread: str | None = None


def bursts(
    newcomers: Sequence[Newcomer], joins: Sequence[datetime], since: datetime, time_zone: str
) -> list[Suspicion]:
    """The largest burst of each union-day.

    `joins`: when members joined over the last week, in order, from `since` (the beginning of the week, or when the
    union was founded) on. In a union's first 50 minutes nothing is usual yet, and nothing a burst.
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
        found.append(Suspicion(FlagKind.BURST, None, f"{FlagKind.BURST} {day}", evidence))
    return found


def rings(
    newcomers: Sequence[Newcomer], founder_id: int | None, headcount: Callable[[int], int], time_zone: str
) -> list[Suspicion]:
    """Groups of newcomers who look made up: connected by endorsing each other, or the half of a leader's base.

    Who endorses the founder lifts nobody, so the founder connects nobody. `headcount` tells a leader's base.
    """
    fresh = {one.member_id: one for one in newcomers if one.member_id != founder_id}
    found: dict[int, Suspicion] = {}
    for leader_id, group in _groups(fresh):
        if len(group) >= RING_PEOPLE and _made_up(group):
            _add(found, leader_id, group, headcount(leader_id), time_zone)
    followers: dict[int, list[Newcomer]] = defaultdict(list)
    for one in fresh.values():
        if one.leader_id is not None and one.leader_id != founder_id:
            followers[one.leader_id].append(one)
    for leader_id, group in followers.items():
        if len(group) >= RING_PEOPLE and _made_up(group):
            base = headcount(leader_id)
            if 2 * len(group) >= base:
                _add(found, leader_id, group, base, time_zone)
    return list(found.values())


def _usual(joins: Sequence[datetime], since: datetime, at: datetime) -> float:
    """Joins in a window of BURST_WINDOW on average, over the week that ended then."""
    began = max(since, at - USUAL_SPAN)
    number = bisect_right(joins, at) - bisect_left(joins, began)
    return number / max(1.0, (at - began) / BURST_WINDOW)


def _groups(fresh: Mapping[int, Newcomer]) -> Iterable[tuple[int, list[Newcomer]]]:
    """Newcomers connected by endorsements among themselves, by the one whom they all reach."""
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
    """Whether nearly nobody has a wallet, or all wallets came at once."""
    linked = [one.wallet_at for one in group if one.wallet_at is not None]
    if 100 * (len(group) - len(linked)) >= WALLETLESS_PERCENT * len(group):
        return True
    return max(linked) - min(linked) <= WALLETS_TOGETHER


def _add(
    found: dict[int, Suspicion], leader_id: int, group: Sequence[Newcomer], headcount: int, time_zone: str
) -> None:
    known = found.get(leader_id)
    if known is None or known.evidence.people < len(group):
        evidence = replace(_evidence(group), headcount=headcount)
        # The day of the newest, so that what is still fresh tomorrow is not news again.
        key = f"{FlagKind.RING} {leader_id} {union_day(time_zone, evidence.ended)}"
        found[leader_id] = Suspicion(FlagKind.RING, leader_id, key, evidence)


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

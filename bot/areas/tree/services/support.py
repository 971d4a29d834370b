"""A member's support: separate numbers, growth, rankings, the way up to the root, the branches below."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.areas.members.services import members
from bot.areas.tree.domain.endorsements import Ranked
from bot.areas.tree.services import activation, trust
from bot.areas.tree.storage import endorsements, support, support_news, support_views
from bot.domain.people import Member, Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.storage import meta, trusted_time

SILENT_AFTER = timedelta(days=14)
RECENTLY = timedelta(days=30)
KEEP_NEWS = timedelta(days=35)
CURVE_DAYS = 90

DAILY_FOR = 60
"""The last value of each day is kept for this many union-days; after that, one value in a week."""
WEEKLY_FOR = 400
"""The last value of each week is kept for this many union-days; after that, one value in four weeks."""

_THINNED = "support days thinned"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The support behind a member. Headcount, stake and activation say different things and are never added up.

    `week` and `month`: growth of the headcount in 7 and 30 union-days. `trust`: a share of the union's trust, None
    until it is known. `stake`: locked tokens. `activation`: the share of the base that answered a call of the last
    seven union-days, None until a call was closed.
    """

    direct: int
    headcount: int
    linked: int
    week: int
    month: int
    trust: float | None
    stake: int = 0
    activation: float | None = None


@dataclass(slots=True)
class Limb:
    """A member in a picture. `people` counts their base and the member."""

    member_id: int
    people: int
    children: list[Limb] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BranchView:
    """A leader's branch: followers who came or left in the last 30 days, newest first, and followers who are silent.

    `longest_silent` has (member, last act) of the first of the `silent` ones.
    """

    numbers: Numbers
    joined: list[support_news.News]
    left: list[support_news.News]
    silent: int
    longest_silent: list[tuple[int, datetime]]


def headcount(tx: Tx, member_id: int) -> int:
    """Returns how many people reach the member by following endorsements."""
    return support.of(tx, member_id).headcount


def numbers(tx: Tx, union: Union, member: Member) -> Numbers:
    """Returns the member's support now."""
    base = support.of(tx, member.id)
    today = union_day(union.time_zone, tx.now)

    def growth(days: int) -> int:
        return base.headcount - _headcount_at(tx, member.id, today - days)

    answered = activation.of(tx, member.id)
    share = None
    if answered is not None and base.headcount:
        # People may have left the base since they were counted.
        share = min(1.0, answered / base.headcount)
    return Numbers(
        direct=base.direct,
        headcount=base.headcount,
        linked=base.linked,
        week=growth(7),
        month=growth(30),
        trust=trust.of(tx, member.id),
        activation=share,
    )


def _headcount_at(tx: Tx, member_id: int, day: int) -> int:
    base = support.of(tx, member_id)
    if base.day is None or base.day <= day:
        return base.headcount
    return support_views.base_at(tx, member_id, day).headcount


def curve(tx: Tx, union: Union, member: Member) -> list[tuple[int, int]]:
    """Returns (union-day, headcount at its end) for each change in the last 90 days, and for both ends."""
    today = union_day(union.time_zone, tx.now)
    first = max(today - CURVE_DAYS, union_day(union.time_zone, union.created_at))
    points = {first: _headcount_at(tx, member.id, first)}
    points |= dict(support_views.curve(tx, member.id, first))
    points[today] = support.of(tx, member.id).headcount
    return sorted((day, people) for day, people in points.items() if day <= today)


def ranked(tx: Tx, union: Union, by: str, most: int, after: Ranked | None = None) -> list[Ranked]:
    """Returns up to `most` members by "headcount", "linked", "trust" or "activation", the highest first."""
    if by == "trust":
        return trust.ranked(tx, union, most, after)
    if by == "activation":
        return activation.ranked(tx, union, most, after)
    return support_views.ranked(tx, union.id, by, most, after)


def lineage(tx: Tx, member: Member) -> list[int]:
    """Returns the member, the member's leader, and so on up to the root."""
    return [step.member_id for step in endorsements.path(tx, member.id)]


def member_named(tx: Tx, union: Union, ref: str) -> Member | None:
    """Returns the member with this ref, or the member they were merged into; None if that member left."""
    found = members.by_ref(tx, union, ref)
    while found is not None and found.merged_into is not None:
        found = members.by_id(tx, found.merged_into)
    return found if found is not None and found.left_at is None else None


def has_followers(tx: Tx, member: Member) -> bool:
    """Whether anybody endorses the member now."""
    return support.of(tx, member.id).direct > 0


def tree(tx: Tx, member: Member, most: int = 240, widest: int = 40) -> Limb:
    """Returns the biggest branches below a member, about `most` of them. The biggest is opened first."""
    root = Limb(member.id, 1 + support.of(tx, member.id).headcount)
    smallest = max(1, root.people // 720)  # a smaller one would be under half a degree of a circle
    waiting = [(-root.people, root.member_id, root)]
    drawn = 0
    while waiting and drawn < most:
        _, _, limb = heapq.heappop(waiting)
        direct = support.of(tx, limb.member_id).direct
        few = direct <= widest * 25  # among more, a single person would be too small to see
        for member_id, headcount in support_views.branches(tx, limb.member_id, widest, leaves=few):
            if headcount + 1 < smallest:
                break
            child = Limb(member_id, headcount + 1)
            limb.children.append(child)
            drawn += 1
            if headcount:
                heapq.heappush(waiting, (-child.people, member_id, child))
    return root


def branch(tx: Tx, union: Union, member: Member, most: int) -> BranchView:
    """Returns the member's own branch, with up to `most` followers who are silent."""
    recent = support_news.recent(tx, member.id, tx.now - RECENTLY, 500)
    silent, longest = support_views.silent(tx, member.id, tx.now - SILENT_AFTER, most)
    return BranchView(
        numbers(tx, union, member),
        [one for one in recent if one.gained],
        [one for one in recent if not one.gained],
        silent,
        longest,
    )


def prune(tx: Tx, most: int) -> bool:
    """Erases old news and some of the past values, up to `most` rows; returns whether there is more to do.

    It erases by the time that has surely passed: what a clock that jumped ahead would thin out is gone for good.
    """
    if not trusted_time.is_known(tx):
        return False
    now = trusted_time.sure(tx)
    if support_news.prune(tx, now - KEEP_NEWS, most) == most:
        return True
    today = now.date().toordinal()
    done = int(meta.get(tx, _THINNED) or today - 1)
    if done >= today:
        return False
    # Day 1 is a Monday, so that each block of 7 days is a week, and each block of 28 days is four weeks.
    for age, block in ((DAILY_FOR, 7), (WEEKLY_FOR, 28)):
        day = done + 1 - age
        end = (day - 1) // block * block + block
        if support.thin_days(tx, day, end, most) == most:
            return True
    meta.put(tx, _THINNED, str(done + 1))
    return done + 1 < today

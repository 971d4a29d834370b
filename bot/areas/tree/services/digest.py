"""The messages about the tree that members did not ask for: news of their support, and that their leader left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.areas.members.services import daily_notice, members
from bot.areas.tree.storage import endorsements, releases, support, support_news
from bot.areas.tree.storage.support_news import News
from bot.areas.unions import services as unions
from bot.domain.people import Member, Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx


@dataclass(frozen=True, slots=True)
class SupportChange:
    """Members who began and who ceased to endorse a leader, newest last. A member who did both is in neither list."""

    gained: list[int]
    lost: list[int]
    headcount: int


@dataclass(frozen=True, slots=True)
class ReleasedMember:
    """A member whose leader left, and the member to offer them in the leader's place, if there is one."""

    member_id: int
    offer: Member | None


@dataclass(frozen=True, slots=True)
class ReleasedBatch:
    """Members to tell that their leader left, and whether there are more."""

    members: list[ReleasedMember]
    more: bool


def due(tx: Tx) -> list[tuple[Union, datetime]]:
    """Returns the unions whose digests go out now, each with today's hour of telling: older news is told."""
    found = []
    for union in _awake(tx, support_news.unions_with_news(tx)):
        local = tx.now.astimezone(ZoneInfo(union.time_zone))
        hour = datetime.combine(local.date(), daily_notice.HOUR, local.tzinfo)
        if leaders_to_tell(tx, union, hour, 1):
            found.append((union, hour))
    return found


def leaders_to_tell(tx: Tx, union: Union, before: datetime, most: int) -> list[int]:
    """Returns up to `most` leaders with news from before that moment, who can be told something today."""
    return support_news.leaders_with_news(tx, union.id, before, union_day(union.time_zone, tx.now), most)


def take(tx: Tx, union: Union, leader_id: int, before: datetime) -> SupportChange:
    """Returns a leader's news from before that moment, and marks them as told."""
    rows = support_news.untold(tx, union.id, leader_id, before)
    support_news.mark_told(tx, union.id, leader_id, before)
    first: dict[int, News] = {}
    last: dict[int, News] = {}
    for row in rows:
        first.setdefault(row.member_id, row)
        last[row.member_id] = row
    net = [one for one in last if first[one].gained == last[one].gained]
    return SupportChange(
        [one for one in net if last[one].gained],
        [one for one in net if not last[one].gained],
        support.of(tx, leader_id).headcount,
    )


def unions_with_released(tx: Tx) -> list[Union]:
    """Returns the unions in which a member is to be told now that their leader left."""
    found = _awake(tx, releases.unions_with_released(tx))
    return [union for union, _ in unions.each(found, lambda union: _released(tx, union, 1))]


def take_released(tx: Tx, union: Union, most: int) -> ReleasedBatch:
    """Returns up to `most` members whose leader left, and marks them as told. Leaves out members who chose again.

    A member who was told something unasked today waits for tomorrow.
    """
    rows = _released(tx, union, most)
    released = []
    for row in rows:
        releases.remove(tx, row.member_id)
        choice = endorsements.of(tx, row.member_id)
        if choice is None or choice.leader_id is None:
            released.append(ReleasedMember(row.member_id, _offer(tx, row.member_id, row.offer_id)))
    return ReleasedBatch(released, len(rows) == most)


def _released(tx: Tx, union: Union, most: int) -> list[releases.Release]:
    return releases.untold(tx, union.id, union_day(union.time_zone, tx.now), most)


def _awake(tx: Tx, union_ids: list[int]) -> list[Union]:
    found = unions.by_ids(tx, union_ids)
    return [union for union, _ in unions.each(found, lambda union: daily_notice.awake(union, tx.now))]


def _offer(tx: Tx, member_id: int, offer_id: int | None) -> Member | None:
    """The member to offer, unless they left or endorsing them would close a circle."""
    offer = members.by_id(tx, offer_id) if offer_id is not None else None
    if offer is None or offer.left_at is not None:
        return None
    circle = any(step.member_id == member_id for step in endorsements.path(tx, offer.id))
    return None if circle else offer

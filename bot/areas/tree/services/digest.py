"""What members are to be told of the tree: news of a leader's support, a leader's leaving."""

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
    """Who came to endorse a leader and who ceased, newest last; who did both is in neither."""

    gained: list[int]
    lost: list[int]
    headcount: int


@dataclass(frozen=True, slots=True)
class Free:
    """A member whose leader left, and whom to offer them, if anybody."""

    member_id: int
    offer: Member | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Members to tell that their leader left; whether there are more."""

    told: list[Free]
    more: bool


def due(tx: Tx) -> list[tuple[Union, datetime]]:
    """Unions whose digests go out now: with news from before today's hour, and when that was."""
    found = []
    for union in _awake(tx, support_news.unions_with_news(tx)):
        local = tx.now.astimezone(ZoneInfo(union.time_zone))
        hour = datetime.combine(local.date(), daily_notice.HOUR, local.tzinfo)
        if leaders(tx, union, hour, 1):
            found.append((union, hour))
    return found


def leaders(tx: Tx, union: Union, before: datetime, most: int) -> list[int]:
    """Up to `most` leaders with news from before that moment, who may be told something today."""
    return support_news.leaders_with_news(tx, union.id, before, union_day(union.time_zone, tx.now), most)


def take(tx: Tx, union: Union, leader_id: int, before: datetime) -> SupportChange:
    """A leader's news from before that moment, which count as told from now on."""
    rows = support_news.untold(tx, union.id, leader_id, before)
    support_news.told(tx, union.id, leader_id, before)
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
    """Unions in which somebody is to be told that their leader left."""
    return [union for union in _awake(tx, releases.unions(tx)) if _released(tx, union, 1)]


def take_released(tx: Tx, union: Union, most: int) -> Waiting:
    """Up to `most` members whose leader left, which count as told from now on; not those who chose again.

    Who was told something today waits for tomorrow.
    """
    rows = _released(tx, union, most)
    told = []
    for row in rows:
        releases.remove(tx, row.member_id)
        choice = endorsements.of(tx, row.member_id)
        if choice is None or choice.leader_id is None:
            told.append(Free(row.member_id, _offer(tx, row.member_id, row.offer_id)))
    return Waiting(told, len(rows) == most)


def _released(tx: Tx, union: Union, most: int) -> list[releases.Released]:
    return releases.untold(tx, union.id, union_day(union.time_zone, tx.now), most)


def _awake(tx: Tx, union_ids: list[int]) -> list[Union]:
    found = (unions.by_id(tx, union_id) for union_id in union_ids)
    return [union for union in found if union is not None and daily_notice.awake(union, tx.now)]


def _offer(tx: Tx, member_id: int, offer_id: int | None) -> Member | None:
    offer = members.by_id(tx, offer_id) if offer_id is not None else None
    if offer is None or offer.left_at is not None:
        return None
    circle = any(step.member_id == member_id for step in endorsements.path(tx, offer.id))
    return None if circle else offer

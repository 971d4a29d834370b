"""What members are to be told of the tree: news of a leader's support, a leader's leaving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.people import Member, Union
from bot.storage import endorsements, members, news, support, unions
from bot.storage.news import News
from bot.storage.transaction import Tx

HOUR = time(9)
"""When a union's digests go out, in its own time zone."""


@dataclass(frozen=True, slots=True)
class Change:
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
    """Unions with news from before their last digest hour, and when that was."""
    found = []
    for union_id in news.unions_with_news(tx):
        union = unions.by_id(tx, union_id)
        if union is not None and news.leaders_with_news(tx, union.id, last_hour(union, tx.now), 1):
            found.append((union, last_hour(union, tx.now)))
    return found


def last_hour(union: Union, now: datetime) -> datetime:
    """The latest digest hour of the union that has come."""
    local = now.astimezone(ZoneInfo(union.time_zone))
    hour = datetime.combine(local.date(), HOUR, local.tzinfo)
    return hour if hour <= local else datetime.combine(local.date() - timedelta(days=1), HOUR, local.tzinfo)


def leaders(tx: Tx, union: Union, before: datetime, most: int) -> list[int]:
    """Up to `most` leaders with news from before that moment."""
    return news.leaders_with_news(tx, union.id, before, most)


def take(tx: Tx, union: Union, leader_id: int, before: datetime) -> Change:
    """A leader's news from before that moment, which count as told from now on."""
    rows = news.untold(tx, union.id, leader_id, before)
    news.told(tx, union.id, leader_id, before)
    first: dict[int, News] = {}
    last: dict[int, News] = {}
    for row in rows:
        first.setdefault(row.member_id, row)
        last[row.member_id] = row
    net = [one for one in last if first[one].gained == last[one].gained]
    return Change(
        [one for one in net if last[one].gained],
        [one for one in net if not last[one].gained],
        support.of(tx, leader_id).headcount,
    )


def unions_with_released(tx: Tx) -> list[Union]:
    """Unions in which somebody is to be told that their leader left."""
    found = (unions.by_id(tx, union_id) for union_id in news.unions_with_released(tx))
    return [union for union in found if union is not None]


def take_released(tx: Tx, union: Union, most: int) -> Waiting:
    """Up to `most` members whose leader left, which count as told from now on; not those who chose again."""
    rows = news.released_of(tx, union.id, most)
    told = []
    for row in rows:
        news.forget_released(tx, row.member_id)
        choice = endorsements.of(tx, row.member_id)
        if choice is None or choice.leader_id is None:
            told.append(Free(row.member_id, _offer(tx, row.member_id, row.offer_id)))
    return Waiting(told, len(rows) == most)


def _offer(tx: Tx, member_id: int, offer_id: int | None) -> Member | None:
    offer = members.by_id(tx, offer_id) if offer_id is not None else None
    if offer is None or offer.left_at is not None:
        return None
    circle = any(step.member_id == member_id for step in endorsements.path(tx, offer.id))
    return None if circle else offer

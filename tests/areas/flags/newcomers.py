"""People who come and follow, many at once."""

from __future__ import annotations

from collections.abc import Sequence

from bot import membership
from bot.areas.members.storage import members as members_storage
from bot.areas.tree.services import endorsements
from bot.domain.people import Member, Union
from bot.domain.transaction import Tx


def arrive(tx: Tx, union: Union, number: int, prefix: str, platform: str = "words") -> list[Member]:
    return [
        membership.join(tx, union, platform, f"{prefix}-{i}", f"{prefix} {i}", None)[0] for i in range(number)
    ]


def follow(tx: Tx, union: Union, leaders: Sequence[int], followers: Sequence[int]) -> None:
    for i, follower in enumerate(followers):
        member, leader = (
            members_storage.by_id(tx, follower),
            members_storage.by_id(tx, leaders[i % len(leaders)]),
        )
        assert member is not None
        assert leader is not None
        endorsements.endorse(tx, union, member, leader, "words")

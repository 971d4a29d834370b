"""Moving branches. A branch is a member with everybody in their base; it moves when the member changes leaders.

All numbers on the way up from the branch change in the same transaction, so that none is ever an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.areas.tree.domain.endorsements import Step
from bot.areas.tree.storage import endorsements, support
from bot.areas.wallets.services import wallets
from bot.domain.people import Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx


@dataclass(frozen=True, slots=True)
class MovedBranch:
    """The size of a branch: its people (the member included), those with a wallet, and its longest chain."""

    people: int
    linked: int
    height: int


def measure(tx: Tx, member_id: int, *, linked: bool | None = None) -> MovedBranch:
    """Returns the size of a member's branch. `linked`: whether the member counts as one with a wallet, if known."""
    base = support.of(tx, member_id)
    holds = wallets.held(tx, member_id) if linked is None else linked
    return MovedBranch(1 + base.headcount, int(holds) + base.linked, endorsements.height(tx, member_id))


def attach(
    tx: Tx, union: Union, member_id: int, above: Sequence[Step], branch: MovedBranch, since: datetime
) -> None:
    """Puts a member's branch under the first of `above`, which is the way from there up to the root."""
    leader_id = above[0].member_id
    endorsements.put(tx, member_id, leader_id, branch.height, since)
    today = _keep_days(tx, union, above)
    support.add_follower(tx, union.id, leader_id, today)
    support.add(tx, leader_id, branch.people, branch.linked, today)
    for needed, step in enumerate(above, start=branch.height + 1):
        if step.height is None or step.height >= needed:
            break
        endorsements.set_height(tx, step.member_id, needed)


def detach(tx: Tx, union: Union, member_id: int, leader_id: int, branch: MovedBranch) -> None:
    """Takes a member's branch away from their leader. The time of the member's choice stays known."""
    above = endorsements.path(tx, leader_id)
    endorsements.withdraw(tx, member_id)
    today = _keep_days(tx, union, above)
    support.remove_follower(tx, leader_id)
    support.add(tx, leader_id, -branch.people, -branch.linked, today)
    gone = branch.height
    for step in above:
        if step.height is None or step.height > gone + 1:  # another chain is longer
            break
        left = endorsements.height(tx, step.member_id)
        if left == step.height:
            break
        endorsements.set_height(tx, step.member_id, left)
        gone = step.height


def count_wallet_holder(tx: Tx, union: Union, leader_id: int, more: int) -> None:
    """Adds to the number of people with a wallet, in the bases of a leader and everybody above."""
    today = union_day(union.time_zone, tx.now)
    support.keep_days(tx, leader_id, today)
    support.add(tx, leader_id, 0, more, today)


def _keep_days(tx: Tx, union: Union, above: Sequence[Step]) -> int:
    """Keeps the bases above as of the day of their last change, if that day is over; returns today."""
    today = union_day(union.time_zone, tx.now)
    if any(step.day is not None and step.day < today for step in above):
        support.keep_days(tx, above[0].member_id, today)
    return today

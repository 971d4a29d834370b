"""Who leads: the one place where the union's rule is applied, and where ranks are kept up with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from bot.areas.ledger.services import record
from bot.areas.members.services import daily_notice, display, members
from bot.areas.tree.domain.leadership import (
    MOST_SUPPORTERS,
    MOST_TOP,
    Lead,
    RankTurn,
    Rules,
    grace_ends,
    keeps,
    turn,
)
from bot.areas.tree.storage import leaders, rules
from bot.areas.unions import services as unions
from bot.domain.people import Account, Member, Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import BadInput

MOST_AT_ONCE = 500
"""Ranks changed in a union in one round: a new rule can concern everybody, and each is told."""

_RECORDED = {RankTurn.RISEN: "leader.risen", RankTurn.FALLEN: "leader.fallen"}


@dataclass(frozen=True, slots=True)
class RankChange:
    """What happened to one member's rank, for telling them.

    `number`: their supporters that count; `needed`: how many it takes, at present or by the rule.
    """

    turn: RankTurn
    account: Account
    number: int
    needed: int
    falls_at: datetime | None
    rules: Rules


@dataclass(frozen=True, slots=True)
class Leading:
    """Who leads by the rule: how many, the first few with their numbers, and how many more in a grace period."""

    rules: Rules
    count: int
    first: list[tuple[int, int]]
    in_grace: int


def is_leader(tx: Tx, union: Union, member: Member) -> bool:
    """Whether the member leads now, by the union's rule or in the grace period after falling below it."""
    if member.left_at is not None or member.union_id != union.id:
        return False
    if union.founder_id == member.id:
        return True
    found = rules.of(tx, union.id)
    if found.leaders is Lead.FOUNDER:
        return False
    return _qualifies(tx, union.id, member.id, found) or keeps(found, leaders.of(tx, member.id), tx.now)


def rules_of(tx: Tx, union: Union) -> Rules:
    """The union's rules."""
    return rules.of(tx, union.id)


def alerts(tx: Tx, union: Union) -> str | None:
    """What `set_alerts` kept."""
    return rules.of(tx, union.id).alerts


def set_alerts(tx: Tx, union: Union, chat: str | None) -> None:
    """Keep which chat moderators are told in, as JSON that the caller reads; None: they are told in none."""
    rules.put(tx, union.id, replace(rules.of(tx, union.id), alerts=chat))


def change_rules(tx: Tx, union: Union, actor: Member, changes: Mapping[str, Any]) -> Rules:
    """Change some fields of the rules and leave the rest. Raises BadInput if they do not fit together."""
    before = rules.of(tx, union.id)
    after = replace(before, **changes)
    _require_sense(after, "n" in changes)
    was = asdict(before)
    changed = {name: value for name, value in asdict(after).items() if value != was[name]}
    if changed:
        rules.put(tx, union.id, after)
        record(tx, union.id, "union.rules", actor, **changed)
    return after


def leading(tx: Tx, union: Union, most: int) -> Leading:
    """Who leads by the rule besides the founder, `most` of them by name."""
    found = rules.of(tx, union.id)
    if found.leaders is Lead.FOUNDER:
        return Leading(found, 0, [], 0)
    count = leaders.count(tx, union.id, found)
    first = leaders.first(tx, union.id, found, min(most, count)) if count else []
    return Leading(found, count, first, leaders.in_grace(tx, union.id))


def due(tx: Tx) -> list[tuple[Union, Sequence[int]]]:
    """Of all unions: the members whose rank is not what it should be, and who can be told of it now.

    A rank that is to end waits for that too, or is over already by the rule that its holder was told of.
    """
    found = []
    for union_id in leaders.concerned(tx):
        union = unions.by_id(tx, union_id)
        if union is None or not daily_notice.awake(union, tx.now):
            continue
        today = union_day(union.time_zone, tx.now)
        ids = leaders.due(tx, union.id, union.founder_id, rules.of(tx, union.id), today, MOST_AT_ONCE)
        if ids:
            found.append((union, ids))
    return found


def settle(tx: Tx, union_id: int, member_ids: Sequence[int]) -> list[RankChange]:
    """Make the ranks of these members what they should be now; what they are to be told of it."""
    union = unions.by_id(tx, union_id)
    if union is None:
        return []
    found = rules.of(tx, union_id)
    top = leaders.first(tx, union_id, found, found.n) if found.leaders is Lead.TOP else []
    changes = []
    for member_id in member_ids:
        if member_id == union.founder_id:
            leaders.remove(tx, member_id)  # leads in any case, and is told nothing
        else:
            changes.append(_settled(tx, union, member_id, found, top))
    return [change for change in changes if change is not None]


def forget(tx: Tx, union: Union, member: Member) -> None:
    """End the rank of a member who leaves."""
    leaders.remove(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Give the one person the better of both ranks."""
    theirs, own = leaders.of(tx, absorbed.id), leaders.of(tx, survivor.id)
    leaders.remove(tx, absorbed.id)
    if theirs is None:
        return
    ranks = [theirs, own] if own is not None else [theirs]
    ends = [rank.falls_at for rank in ranks if rank.falls_at is not None]
    falls_at = max(ends) if len(ends) == len(ranks) else None
    leaders.put(tx, union.id, survivor.id, min(rank.since for rank in ranks), falls_at)


def _settled(
    tx: Tx, union: Union, member_id: int, found: Rules, top: Sequence[tuple[int, int]]
) -> RankChange | None:
    member = members.by_id(tx, member_id)
    if member is None or member.left_at is not None:
        leaders.remove(tx, member_id)
        return None
    rank = leaders.of(tx, member_id)
    if found.leaders is Lead.TOP:
        qualifies = any(member_id == one for one, _ in top)
    else:
        qualifies = _qualifies(tx, union.id, member_id, found)
    what = turn(found, qualifies, rank, tx.now)
    if what is None:
        return None
    falls_at = grace_ends(found, tx.now) if what is RankTurn.SLIPPED else None
    if what is RankTurn.RISEN:
        leaders.put(tx, union.id, member_id, tx.now)
    elif what is RankTurn.FALLEN:
        leaders.remove(tx, member_id)
    else:
        leaders.set_falls(tx, member_id, falls_at)
    if what in _RECORDED:
        record(tx, union.id, _RECORDED[what], member)
    account = display.reachable(tx, member_id)
    if account is None:
        return None
    needed = found.n
    if found.leaders is Lead.TOP:
        needed = top[-1][1] if len(top) == found.n else 1
    return RankChange(what, account, leaders.number(tx, member_id, found), needed, falls_at, found)


def _qualifies(tx: Tx, union_id: int, member_id: int, found: Rules) -> bool:
    """Whether the member meets the rule by their numbers."""
    if found.leaders is Lead.FOUNDER:
        return False
    own = leaders.number(tx, member_id, found)
    if found.leaders is Lead.SUPPORTED:
        return own >= found.n
    last = leaders.last(tx, union_id, found, found.n)
    if own == 0 or own != last:
        return own > last
    return any(member_id == one for one, _ in leaders.first(tx, union_id, found, found.n))


def _require_sense(after: Rules, n_given: bool) -> None:
    if after.leaders is Lead.FOUNDER and n_given:
        raise BadInput(
            "Only the founder leads by this rule, so how_many means nothing. "
            "Choose leaders:top or leaders:supported with it."
        )
    most = MOST_TOP if after.leaders is Lead.TOP else MOST_SUPPORTERS
    if not 1 <= after.n <= most:
        raise BadInput(f"how_many is 1 to {most} for leaders:{after.leaders}, not {after.n}. Say it too.")

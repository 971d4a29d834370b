"""Leadership: applying the union's rule, and changing ranks when members begin or cease to meet it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from bot.areas.ledger.domain import Json
from bot.areas.ledger.services import record
from bot.areas.members.services import daily_notice, display, members
from bot.areas.tree.domain.leadership import (
    MOST_SUPPORTERS,
    MOST_TOP,
    Lead,
    RankTurn,
    RuleChanges,
    Rules,
    grace_ends,
    keeps,
    turn,
)
from bot.areas.tree.storage import leaders, rules
from bot.areas.unions import services as unions
from bot.domain.people import Account, Member, Union
from bot.domain.phrases import phrase
from bot.domain.times import union_day
from bot.domain.transaction import Tx
from bot.errors import BadInput

MOST_AT_ONCE = 500
"""The most ranks that change in one round of a union: a new rule can concern everybody, and each is told."""

_RECORDED = {RankTurn.RISEN: "leader.risen", RankTurn.FALLEN: "leader.fallen"}


@dataclass(frozen=True, slots=True)
class RankChange:
    """A change of a member's rank, for telling them.

    `number`: their supporters that count. `needed`: how many it takes, at present or by the rule.
    """

    turn: RankTurn
    account: Account
    number: int
    needed: int
    falls_at: datetime | None
    rules: Rules


@dataclass(frozen=True, slots=True)
class Leading:
    """The leaders by the rule: how many, the first few as (member, supporters), and how many in a grace period."""

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
    rule = rules.of(tx, union.id)
    if rule.leaders is Lead.FOUNDER:
        return False
    return _qualifies(tx, union.id, member.id, rule) or keeps(rule, leaders.of(tx, member.id), tx.now)


def rules_of(tx: Tx, union: Union) -> Rules:
    """Returns the union's rules."""
    return rules.of(tx, union.id)


def settings(tx: Tx, union: Union) -> dict[str, Json]:
    """Returns the union's rules as the ledger tells them: of the chat for flags, only whether there is one."""
    found = rules.of(tx, union.id)
    return {"rules": asdict(found) | {"alerts": found.alerts is not None}}


def alerts(tx: Tx, union: Union) -> str | None:
    """Returns the chat that `set_alerts` kept."""
    return rules.of(tx, union.id).alerts


def set_alerts(tx: Tx, union: Union, chat: str | None) -> None:
    """Keeps the chat in which moderators are told of flags, as JSON of the caller. None: they are told in no chat."""
    rules.put(tx, union.id, replace(rules.of(tx, union.id), alerts=chat))


def change_rules(tx: Tx, union: Union, actor: Member, changes: RuleChanges) -> Rules:
    """Changes some rules and leaves the others; returns all. Raises BadInput if they do not fit together."""
    before = rules.of(tx, union.id)
    after = changes.applied_to(before)
    _require_sense(after, n_given=changes.n is not None)
    was = asdict(before)
    changed = {name: value for name, value in asdict(after).items() if value != was[name]}
    if changed:
        rules.put(tx, union.id, after)
        record(tx, union.id, "union.rules", actor, **changed)
    return after


def leading(tx: Tx, union: Union, most: int) -> Leading:
    """Returns the leaders by the rule besides the founder, the first `most` of them one by one."""
    rule = rules.of(tx, union.id)
    if rule.leaders is Lead.FOUNDER:
        return Leading(rule, 0, [], 0)
    count = leaders.count(tx, union.id, rule)
    first = leaders.top(tx, union.id, rule, min(most, count)) if count else []
    return Leading(rule, count, first, leaders.in_grace(tx, union.id))


def due(tx: Tx) -> list[tuple[Union, Sequence[int]]]:
    """Returns the unions with members whose rank has to change, and who can be told of it now.

    A recorded rank waits until its member can be told. `is_leader` does not wait: it goes by the rule, and by the
    grace period that the member was told of.
    """

    def changing(union: Union) -> Sequence[int]:
        if not daily_notice.awake(union, tx.now):
            return []
        today = union_day(union.time_zone, tx.now)
        return leaders.due(tx, union.id, union.founder_id, rules.of(tx, union.id), today, MOST_AT_ONCE)

    return unions.each(unions.by_ids(tx, leaders.unions_with_leaders(tx)), changing)


def settle(tx: Tx, union_id: int, member_ids: Sequence[int]) -> list[RankChange]:
    """Changes the ranks of these members as the rule demands now; returns the changes to tell them."""
    union = unions.by_id(tx, union_id)
    if union is None:
        return []
    rule = rules.of(tx, union_id)
    top = leaders.top(tx, union_id, rule, rule.n) if rule.leaders is Lead.TOP else []
    changes = []
    for member_id in member_ids:
        if member_id == union.founder_id:
            leaders.remove(tx, member_id)  # the founder leads in any case, and is told nothing
        else:
            changes.append(_settled(tx, union, member_id, rule, top))
    return [change for change in changes if change is not None]


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Ends the rank of a member who leaves."""
    leaders.remove(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the one person the better of both ranks: the earlier start and the later end."""
    theirs, own = leaders.of(tx, absorbed.id), leaders.of(tx, survivor.id)
    leaders.remove(tx, absorbed.id)
    if theirs is None:
        return
    ranks = [theirs, own] if own is not None else [theirs]
    ends = [rank.falls_at for rank in ranks if rank.falls_at is not None]
    falls_at = max(ends) if len(ends) == len(ranks) else None
    leaders.put(tx, union.id, survivor.id, min(rank.since for rank in ranks), falls_at)


def _settled(
    tx: Tx, union: Union, member_id: int, rule: Rules, top: Sequence[tuple[int, int]]
) -> RankChange | None:
    """Changes one member's rank, if it has to change; returns the change, if they can be told."""
    member = members.by_id(tx, member_id)
    if member is None or member.left_at is not None:
        leaders.remove(tx, member_id)
        return None
    rank = leaders.of(tx, member_id)
    if rule.leaders is Lead.TOP:
        qualifies = any(member_id == one for one, _ in top)
    else:
        qualifies = _qualifies(tx, union.id, member_id, rule)
    change = turn(rule, qualifies, rank, tx.now)
    if change is None:
        return None
    falls_at = grace_ends(rule, tx.now) if change is RankTurn.SLIPPED else None
    if change is RankTurn.RISEN:
        leaders.put(tx, union.id, member_id, tx.now)
    elif change is RankTurn.FALLEN:
        leaders.remove(tx, member_id)
    else:
        leaders.set_falls_at(tx, member_id, falls_at)
    if change in _RECORDED:
        record(tx, union.id, _RECORDED[change], member)
    account = display.reachable(tx, member_id)
    if account is None:
        return None
    needed = rule.n
    if rule.leaders is Lead.TOP:
        needed = top[-1][1] if len(top) == rule.n else 1
    return RankChange(change, account, leaders.supporters_of(tx, member_id, rule), needed, falls_at, rule)


def _qualifies(tx: Tx, union_id: int, member_id: int, rule: Rules) -> bool:
    """Whether the member meets the rule by their supporters."""
    if rule.leaders is Lead.FOUNDER:
        return False
    own = leaders.supporters_of(tx, member_id, rule)
    if rule.leaders is Lead.SUPPORTED:
        return own >= rule.n
    last = leaders.number_at(tx, union_id, rule, rule.n)
    if own == 0 or own != last:
        return own > last
    # Several members have as many supporters as the last who leads: the whole order decides.
    return any(member_id == one for one, _ in leaders.top(tx, union_id, rule, rule.n))


def _require_sense(after: Rules, *, n_given: bool) -> None:
    if after.leaders is Lead.FOUNDER and n_given:
        raise BadInput(
            phrase(
                "Choose `leaders:top` or `leaders:supported` to say how many. With `leaders:founder` only the "
                "founder leads."
            )
        )
    most = MOST_TOP if after.leaders is Lead.TOP else MOST_SUPPORTERS
    if not 1 <= after.n <= most:
        raise BadInput(
            phrase(
                "Add `how_many` from 1 to {most:,}: {number:,} does not work with `leaders:{leaders}`.",
                most=most,
                leaders=after.leaders,
                number=after.n,
            )
        )

"""The endorsements and ranks of a member who leaves, or who turns out to be another member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.areas.members.services import members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import Trace, TraceKind
from bot.areas.tree.domain.endorsements import MAX_DEPTH, Endorsement
from bot.areas.tree.services import branches, leadership
from bot.areas.tree.storage import (
    activation,
    endorsements,
    partings,
    releases,
    rules,
    scores,
    support,
    support_news,
)
from bot.areas.wallets.services import wallets
from bot.domain.people import Account, Member, Union
from bot.domain.times import union_day
from bot.domain.transaction import Tx

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the time of a choice that was so long ago that it does not matter any more."""


def remember(tx: Tx, union: Union, member: Member) -> None:
    """Keeps when the member last chose a leader, and the leader who released them."""
    choice = endorsements.of(tx, member.id)
    free_at = choice.since + timedelta(hours=rules.of(tx, union.id).switch_hours) if choice else None
    parting = partings.latest(tx, member.id)
    for account in members.accounts_of(tx, member.id):
        key = (tx, union, account.platform, account.native_id)
        if choice is not None and free_at is not None and free_at > tx.now:
            traces.keep(*key, TraceKind.CHOICE, free_at, int(choice.since.timestamp()))
        if parting is not None:
            traces.keep(*key, TraceKind.RELEASED, parting[1], parting[0])


def recall(tx: Tx, union: Union, member: Member, account: Account, kept: Mapping[TraceKind, Trace]) -> None:
    """Lets the new member wait until they can choose a leader, or the one who released them, as before they left."""
    choice, parting = kept.get(TraceKind.CHOICE), kept.get(TraceKind.RELEASED)
    if choice is not None:
        endorsements.put(tx, member.id, None, 0, datetime.fromtimestamp(choice.number, UTC))
    leader = members.by_id(tx, parting.number) if parting is not None else None
    if parting is not None and parting.until is not None and leader is not None and leader.left_at is None:
        partings.put(tx, member.id, leader.id, parting.until)
        if choice is None:  # only members who chose before are asked whether a leader released them
            endorsements.put(tx, member.id, None, 0, NEVER)


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Ends the member's endorsement and rank, and the endorsements of all their followers, who are told later.

    This comes before the member's wallets are erased. The ledger's entry that the member left says all of it.
    """
    choice = endorsements.of(tx, member.id)
    leader_id = choice.leader_id if choice else None
    if leader_id is not None:
        branches.detach(tx, union, member.id, leader_id, branches.measure(tx, member.id))
        support_news.add(tx, union.id, leader_id, member.id, gained=False)
    support_news.forget(tx, member.id)
    releases.forget(tx, member.id)
    releases.release_followers(tx, union.id, member.id, leader_id)
    endorsements.delete_followers(tx, member.id)
    _erase(tx, member.id)
    partings.erase(tx, member.id)
    leadership.forget(tx, union, member)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the one person both bases, one endorsement and the better rank.

    Everybody who endorses `absorbed` endorses `survivor`. The person follows the survivor's leader, else the absorbed
    member's, unless that closes a circle or the chain gets too long. But the absorbed account does not choose for
    people who endorse the survivor: it may be a thief's. The later of both choices decides when the person may choose
    again. This comes before the wallets are moved.
    """
    choices = _choices(tx, absorbed, survivor)
    candidates = _candidates(tx, choices, absorbed, survivor)
    linked = wallets.held(tx, survivor.id) or wallets.held(tx, absorbed.id)
    _end_choices(tx, union, choices, absorbed, survivor)
    _join_bases(tx, union, absorbed, survivor)
    kept = None
    if choices:
        # The height and base are those of both together.
        branch = branches.measure(tx, survivor.id, linked=linked)
        kept = _follow_first_possible(tx, union, survivor, choices, candidates, branch)
    for leader_id in _leaders(choices, absorbed, survivor):
        if leader_id != kept:
            support_news.add(tx, union.id, leader_id, survivor.id, gained=False)
    partings.merge(tx, absorbed.id, survivor.id)
    leadership.merge(tx, union, absorbed, survivor)


def _choices(tx: Tx, absorbed: Member, survivor: Member) -> list[Endorsement]:
    """The choices of both, the survivor's first."""
    both = (endorsements.of(tx, survivor.id), endorsements.of(tx, absorbed.id))
    return [choice for choice in both if choice is not None]


def _leaders(choices: Sequence[Endorsement], absorbed: Member, survivor: Member) -> list[int]:
    """The leaders of both, each other excepted."""
    return [
        choice.leader_id for choice in choices if choice.leader_id not in (None, absorbed.id, survivor.id)
    ]


def _candidates(tx: Tx, choices: Sequence[Endorsement], absorbed: Member, survivor: Member) -> list[int]:
    """The leaders that the one person may follow, in order of preference."""
    if support.of(tx, survivor.id).direct > 0:
        choices = [choice for choice in choices if choice.member_id != absorbed.id]
    return _leaders(choices, absorbed, survivor)


def _end_choices(
    tx: Tx, union: Union, choices: Sequence[Endorsement], absorbed: Member, survivor: Member
) -> None:
    for choice in choices:
        if choice.leader_id is not None:
            branch = branches.measure(tx, choice.member_id)
            branches.detach(tx, union, choice.member_id, choice.leader_id, branch)
            support_news.move_member(tx, choice.leader_id, absorbed.id, survivor.id)


def _join_bases(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the survivor the absorbed member's base, followers, news and notes, and erases the absorbed member's."""
    more = support.of(tx, absorbed.id)
    if more.day is not None:
        today = union_day(union.time_zone, tx.now)
        support.keep_days(tx, survivor.id, today)
        support.put(tx, union.id, survivor.id, support.of(tx, survivor.id) + more, today)
    endorsements.move_followers(tx, absorbed.id, survivor.id)
    support_news.move_leader(tx, absorbed.id, survivor.id)
    releases.remove(tx, absorbed.id)
    releases.replace_offer(tx, absorbed.id, survivor.id)
    _erase(tx, absorbed.id)


def _follow_first_possible(
    tx: Tx,
    union: Union,
    survivor: Member,
    choices: Sequence[Endorsement],
    candidates: Sequence[int],
    branch: branches.MovedBranch,
) -> int | None:
    """Makes the survivor follow the first candidate that closes no circle and no too long chain; returns it."""
    since = max(choice.since for choice in choices)
    for leader_id in candidates:
        above = endorsements.path(tx, leader_id)
        circle = any(step.member_id == survivor.id for step in above)
        if not circle and len(above) + branch.height <= MAX_DEPTH:
            branches.attach(tx, union, survivor.id, above, branch, since)
            return leader_id
    endorsements.put(tx, survivor.id, None, branch.height, since)
    return None


def _erase(tx: Tx, member_id: int) -> None:
    endorsements.remove(tx, member_id)
    support.remove(tx, member_id)
    scores.remove(tx, member_id)
    activation.remove(tx, member_id)

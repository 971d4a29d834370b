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

    Everybody who endorses `absorbed` endorses `survivor`. An endorsement never carries followers away: if the two
    chose differently, a side with followers keeps its own choice, also the choice of nobody. If both have followers,
    the person follows nobody until they choose. The later of both choices decides when they may choose again. This
    comes before the wallets are moved.
    """
    choices = _choices(tx, absorbed, survivor)
    wanted = _wanted(tx, absorbed, survivor)
    linked = wallets.held(tx, survivor.id) or wallets.held(tx, absorbed.id)
    _end_choices(tx, union, choices, absorbed, survivor)
    _join_bases(tx, union, absorbed, survivor)
    kept = None
    if choices:
        # The height and base are those of both together.
        branch = branches.measure(tx, survivor.id, linked=linked)
        kept = _follow_if_possible(tx, union, survivor, choices, wanted, branch)
    for leader_id in _leaders(choices, absorbed, survivor):
        if leader_id != kept:
            support_news.add(tx, union.id, leader_id, survivor.id, gained=False)
    partings.merge(tx, absorbed.id, survivor.id)
    leadership.merge(tx, union, absorbed, survivor)


def is_followed(tx: Tx, member: Member, other: Member) -> bool:
    """Whether anybody endorses the member, apart from `other`, who is about to become one person with them."""
    followers = support.of(tx, member.id).direct
    theirs = endorsements.of(tx, other.id)
    return followers > (1 if theirs is not None and theirs.leader_id == member.id else 0)


def base_without(tx: Tx, member: Member, other: Member) -> int:
    """Returns how many are in the member's base without `other`'s branch. The two are about to become one person."""
    base = support.of(tx, member.id).headcount
    above = [step.member_id for step in endorsements.path(tx, other.id)][1:]
    return base - (1 + support.of(tx, other.id).headcount if member.id in above else 0)


def _choices(tx: Tx, absorbed: Member, survivor: Member) -> list[Endorsement]:
    """The choices of both, the survivor's first."""
    both = (endorsements.of(tx, survivor.id), endorsements.of(tx, absorbed.id))
    return [choice for choice in both if choice is not None]


def _leaders(choices: Sequence[Endorsement], absorbed: Member, survivor: Member) -> list[int]:
    """The leaders of both, each other excepted."""
    return [
        choice.leader_id for choice in choices if choice.leader_id not in (None, absorbed.id, survivor.id)
    ]


def _wanted(tx: Tx, absorbed: Member, survivor: Member) -> int | None:
    """The leader whom the one person is to follow; None for nobody."""
    absorbed_wants, survivor_wants = _directions(tx, absorbed, survivor)
    if absorbed_wants == survivor_wants:
        return survivor_wants
    absorbed_leads, survivor_leads = is_followed(tx, absorbed, survivor), is_followed(tx, survivor, absorbed)
    if absorbed_leads and survivor_leads:
        return None
    if absorbed_leads or survivor_leads:
        return absorbed_wants if absorbed_leads else survivor_wants
    return survivor_wants if survivor_wants is not None else absorbed_wants


def _directions(tx: Tx, one: Member, other: Member) -> tuple[int | None, int | None]:
    """The leaders of the two. The one who follows the other, if only at a distance, goes where the other goes."""
    mine = [step.member_id for step in endorsements.path(tx, one.id)][1:]
    theirs = [step.member_id for step in endorsements.path(tx, other.id)][1:]
    first, second = (mine[0] if mine else None), (theirs[0] if theirs else None)
    if other.id in mine:
        return second, second
    if one.id in theirs:
        return first, first
    return first, second


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


def _follow_if_possible(
    tx: Tx,
    union: Union,
    survivor: Member,
    choices: Sequence[Endorsement],
    leader_id: int | None,
    branch: branches.MovedBranch,
) -> int | None:
    """Makes the survivor follow the leader, unless that makes the chain too long; returns whom they follow now."""
    since = max(choice.since for choice in choices)
    if leader_id is not None:
        above = endorsements.path(tx, leader_id)
        if len(above) + branch.height <= MAX_DEPTH:
            branches.attach(tx, union, survivor.id, above, branch, since)
            return leader_id
    endorsements.put(tx, survivor.id, None, branch.height, since)
    return None


def _erase(tx: Tx, member_id: int) -> None:
    endorsements.remove(tx, member_id)
    support.remove(tx, member_id)
    scores.remove(tx, member_id)
    activation.remove(tx, member_id)

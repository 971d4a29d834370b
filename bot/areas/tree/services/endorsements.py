"""Endorsing, and keeping what endorsements add up to: every change is carried along the way to the root.

An endorsement moves a whole branch: the member with everybody who reaches them. All numbers above change in the
same transaction, so that none is ever an estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.areas.ledger.services import record
from bot.areas.members.services import display
from bot.areas.tree.domain.endorsements import MAX_DEPTH, Endorsement, Step
from bot.areas.tree.storage import activation, endorsements, releases, rules, support, support_news, trust
from bot.areas.unions import services as unions
from bot.areas.wallets.services import wallets
from bot.domain.people import Account, Member, Union
from bot.domain.times import in_words, union_day
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed


@dataclass(frozen=True, slots=True)
class MovedBranch:
    """What moves when a member changes leaders: themselves and their base."""

    people: int
    linked: int
    height: int


def of(tx: Tx, member: Member) -> Endorsement | None:
    """The member's choice; its leader is None if they withdrew it; None if they never chose."""
    return endorsements.of(tx, member.id)


def path(tx: Tx, member_id: int) -> list[Step]:
    """The way up from a member, who is its first step, to the root: everybody whose base the member is in."""
    return endorsements.path(tx, member_id)


def leader(tx: Tx, member: Member, platform: str) -> Account | None:
    """The account, as on that platform, of whom the member endorses."""
    choice = endorsements.of(tx, member.id)
    if choice is None or choice.leader_id is None:
        return None
    return display.of(tx, [choice.leader_id], platform).get(choice.leader_id)


def switch_hours(tx: Tx, union: Union) -> int:
    """How long a choice stands before it can be changed."""
    return rules.of(tx, union.id).switch_hours


def wait(tx: Tx, union: Union, member: Member) -> timedelta:
    """How long until the member can choose another than now; zero if they can."""
    present = endorsements.of(tx, member.id)
    return _time_left(tx, union, present) if present is not None else timedelta()


def check(tx: Tx, union: Union, member: Member, leader: Member, platform: str) -> Endorsement | None:
    """The member's present choice, if they may choose `leader` now. Names are shown as on `platform`.

    Raises:
        BadInput: oneself, whom one endorses already, a circle, a chain that gets too long.
        NotAllowed: the last choice was too short a while ago.
    """
    return _checked(tx, union, member, leader, platform)[0]


def endorse(tx: Tx, union: Union, member: Member, leader: Member, platform: str) -> Endorsement | None:
    """Make `leader` the one whom the member endorses; returns the choice that this replaces. Raises as `check`."""
    present, above = _checked(tx, union, member, leader, platform)
    branch = _branch(tx, member.id)
    if present is not None and present.leader_id is not None:
        _detach(tx, union, member.id, present.leader_id, branch)
        support_news.add(tx, union.id, present.leader_id, member.id, gained=False)
        above = endorsements.path(tx, leader.id)  # heights may have changed
    _attach(tx, union, member.id, above, branch, tx.now)
    support_news.add(tx, union.id, leader.id, member.id, gained=True)
    releases.remove(tx, member.id)
    record(tx, union.id, "endorsement.made", member, leader=leader.ref)
    return present


def unendorse(tx: Tx, union: Union, member: Member) -> int:
    """End the member's endorsement; returns whom they endorsed. Raises BadInput if nobody."""
    present = endorsements.of(tx, member.id)
    if present is None or present.leader_id is None:
        raise BadInput("You endorse nobody at present. /endorse @person begins it.")
    _detach(tx, union, member.id, present.leader_id, _branch(tx, member.id))
    support_news.add(tx, union.id, present.leader_id, member.id, gained=False)
    record(tx, union.id, "endorsement.ended", member)
    return present.leader_id


def forget(tx: Tx, union: Union, member: Member) -> None:
    """The member leaves: their choice ends, and that of all who endorse them; those are told later.

    Before the member's wallets are erased. The ledger says it all with the member's leaving.
    """
    present = endorsements.of(tx, member.id)
    leader_id = present.leader_id if present else None
    if leader_id is not None:
        _detach(tx, union, member.id, leader_id, _branch(tx, member.id))
        support_news.add(tx, union.id, leader_id, member.id, gained=False)
    support_news.forget(tx, member.id)
    releases.forget(tx, member.id)
    releases.release_followers(tx, union.id, member.id, leader_id)
    endorsements.delete_followers(tx, member.id)
    _forget(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Everybody who endorses `absorbed` endorses `survivor`, and the one person has one endorsement.

    That is the survivor's choice, else the other's, unless it closes a circle or the chain gets too long. But an
    account that comes in does not choose for people who endorse the survivor: it may be a thief's. The time until
    they may choose again runs from the later of both choices. Before the wallets are moved.
    """
    choices = [
        choice for choice in (endorsements.of(tx, survivor.id), endorsements.of(tx, absorbed.id)) if choice
    ]
    linked = wallets.held(tx, survivor.id) or wallets.held(tx, absorbed.id)
    followed = support.of(tx, survivor.id).direct > 0
    possible = [
        replace(choice, leader_id=None) if followed and choice.member_id == absorbed.id else choice
        for choice in choices
    ]
    for choice in choices:
        if choice.leader_id is not None:
            _detach(tx, union, choice.member_id, choice.leader_id, _branch(tx, choice.member_id))
            support_news.move_member(tx, choice.leader_id, absorbed.id, survivor.id)
    more = support.of(tx, absorbed.id)
    if more.day is not None:
        today = union_day(union.time_zone, tx.now)
        support.keep_days(tx, survivor.id, today)
        support.put(tx, union.id, survivor.id, support.of(tx, survivor.id) + more, today)
    endorsements.move_followers(tx, absorbed.id, survivor.id)
    support_news.move_leader(tx, absorbed.id, survivor.id)
    releases.remove(tx, absorbed.id)
    releases.replace_offer(tx, absorbed.id, survivor.id)
    _forget(tx, absorbed.id)
    kept = _settle(tx, union, survivor, absorbed, possible, linked)
    for choice in choices:
        if choice.leader_id not in (None, kept, absorbed.id, survivor.id):
            support_news.add(tx, union.id, choice.leader_id, survivor.id, gained=False)


def wallets_changed(tx: Tx, member: Member, more: int) -> None:
    """The member got their first wallet (`more` = 1) or lost the last one (-1): the bases above count it."""
    present = endorsements.of(tx, member.id)
    union = unions.by_id(tx, member.union_id)
    if present is None or present.leader_id is None or union is None:
        return
    today = union_day(union.time_zone, tx.now)
    support.keep_days(tx, present.leader_id, today)
    support.add(tx, present.leader_id, 0, more, today)


def _checked(
    tx: Tx, union: Union, member: Member, leader: Member, platform: str
) -> tuple[Endorsement | None, list[Step]]:
    if leader.id == member.id:
        raise BadInput("You cannot endorse yourself. Endorse somebody whose direction you want to follow.")
    present = endorsements.of(tx, member.id)
    if present is not None and present.leader_id == leader.id:
        raise BadInput("You endorse them already. /unendorse ends it.")
    above = endorsements.path(tx, leader.id)
    _require_no_circle(tx, above, member, platform)
    depth = len(above) + endorsements.height(tx, member.id)
    if depth > MAX_DEPTH:
        raise BadInput(
            f"That chain of endorsements would be {depth} long; at most {MAX_DEPTH} work. "
            "Endorse somebody nearer to its root: /lineage shows who that is."
        )
    if present is not None:
        _require_time_passed(tx, union, present)
    return present, above


def _settle(
    tx: Tx, union: Union, survivor: Member, absorbed: Member, choices: Sequence[Endorsement], linked: bool
) -> int | None:
    """Follow the first of the choices that is still possible."""
    if not choices:
        return None
    since = max(choice.since for choice in choices)
    base = support.of(tx, survivor.id)
    branch = MovedBranch(1 + base.headcount, linked + base.linked, endorsements.height(tx, survivor.id))
    for choice in choices:
        if choice.leader_id in (None, absorbed.id, survivor.id):
            continue
        above = endorsements.path(tx, choice.leader_id)
        circle = any(step.member_id == survivor.id for step in above)
        if not circle and len(above) + branch.height <= MAX_DEPTH:
            _attach(tx, union, survivor.id, above, branch, since)
            return choice.leader_id
    endorsements.put(tx, survivor.id, None, branch.height, since)
    return None


def _branch(tx: Tx, member_id: int) -> MovedBranch:
    base = support.of(tx, member_id)
    linked = int(wallets.held(tx, member_id)) + base.linked
    return MovedBranch(1 + base.headcount, linked, endorsements.height(tx, member_id))


def _attach(
    tx: Tx, union: Union, member_id: int, above: Sequence[Step], branch: MovedBranch, since: datetime
) -> None:
    """Hang a branch under the first of `above`, which is the way from there to the root."""
    leader_id = above[0].member_id
    endorsements.put(tx, member_id, leader_id, branch.height, since)
    today = _keep_days(tx, union, above)
    support.endorsed(tx, union.id, leader_id, today)
    support.add(tx, leader_id, branch.people, branch.linked, today)
    for needed, step in enumerate(above, start=branch.height + 1):
        if step.height is None or step.height >= needed:
            break
        endorsements.set_height(tx, step.member_id, needed)


def _detach(tx: Tx, union: Union, member_id: int, leader_id: int, branch: MovedBranch) -> None:
    """Take a branch off; when its member chose stays known."""
    above = endorsements.path(tx, leader_id)
    endorsements.withdraw(tx, member_id)
    today = _keep_days(tx, union, above)
    support.no_longer_endorsed(tx, leader_id)
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


def _keep_days(tx: Tx, union: Union, above: Sequence[Step]) -> int:
    """Keep what the numbers above were when the day ended that is past now; returns today."""
    today = union_day(union.time_zone, tx.now)
    if any(step.day is not None and step.day < today for step in above):
        support.keep_days(tx, above[0].member_id, today)
    return today


def _forget(tx: Tx, member_id: int) -> None:
    endorsements.remove(tx, member_id)
    support.remove(tx, member_id)
    trust.remove(tx, member_id)
    activation.remove(tx, member_id)


def _require_no_circle(tx: Tx, above: Sequence[Step], member: Member, platform: str) -> None:
    ids = [step.member_id for step in above]
    if member.id not in ids:
        return
    chain = ids[: ids.index(member.id)]
    shown = chain if len(chain) <= 10 else [*chain[:6], *chain[-3:]]
    known = display.of(tx, shown, platform)
    names = [display.name(known, one) for one in shown]
    if len(shown) < len(chain):
        names.insert(6, f"{len(chain) - len(shown)} more")
    raise BadInput(
        f"That would close a circle: {' → '.join([*names, 'you'])} (each endorses the next). "
        "Endorse somebody who does not follow you."
    )


def _require_time_passed(tx: Tx, union: Union, present: Endorsement) -> None:
    left = _time_left(tx, union, present)
    if left:
        raise NotAllowed(
            "An endorsement is a standing choice: you made yours a short while ago. "
            f"You can choose again in {in_words(left)}. /unendorse works at any time."
        )


def _time_left(tx: Tx, union: Union, present: Endorsement) -> timedelta:
    free_at = present.since + timedelta(hours=switch_hours(tx, union))
    return max(free_at - tx.now, timedelta())

"""Endorsing: a member's standing choice of a leader."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.areas.ledger.services import record
from bot.areas.members.services import display
from bot.areas.tree.domain.endorsements import MAX_DEPTH, Endorsement, Step
from bot.areas.tree.services import branches
from bot.areas.tree.storage import endorsements, partings, releases, rules, support_news
from bot.areas.unions import services as unions
from bot.domain.people import Account, Member, Union
from bot.domain.phrases import phrase
from bot.domain.times import in_words
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed

PARTED_FOR = timedelta(days=7)
"""For this long, a member cannot choose a leader again who released them."""


def of(tx: Tx, member: Member) -> Endorsement | None:
    """Returns the member's choice; None if they never chose. Its leader is None if they withdrew it."""
    return endorsements.of(tx, member.id)


def path(tx: Tx, member_id: int) -> list[Step]:
    """Returns the way from a member, its first step, up to the root: everybody whose base the member is in."""
    return endorsements.path(tx, member_id)


def leader(tx: Tx, member: Member, platform: str) -> Account | None:
    """Returns the account, preferably on that platform, of the member's leader."""
    choice = endorsements.of(tx, member.id)
    if choice is None or choice.leader_id is None:
        return None
    return display.of(tx, [choice.leader_id], platform).get(choice.leader_id)


def switch_hours(tx: Tx, union: Union) -> int:
    """Returns for how many hours a choice stands before the member can choose again."""
    return rules.of(tx, union.id).switch_hours


def wait(tx: Tx, union: Union, member: Member) -> timedelta:
    """Returns the time until the member can choose again; zero if they can now."""
    present = endorsements.of(tx, member.id)
    return _time_left(tx, union, present) if present is not None else timedelta()


def check(tx: Tx, union: Union, member: Member, leader: Member, platform: str) -> Endorsement | None:
    """Returns the member's present choice, if they may choose `leader` now. Names are shown as on `platform`.

    Raises:
        BadInput: oneself, the present leader, a circle, a chain that gets too long.
        NotAllowed: the last choice was too short a while ago.
    """
    return _checked(tx, union, member, leader, platform)[0]


def endorse(tx: Tx, union: Union, member: Member, leader: Member, platform: str) -> Endorsement | None:
    """Makes `leader` the leader of the member; returns the choice that this replaces. Raises as `check`."""
    present, above = _checked(tx, union, member, leader, platform)
    branch = branches.measure(tx, member.id)
    if present is not None and present.leader_id is not None:
        branches.detach(tx, union, member.id, present.leader_id, branch)
        support_news.add(tx, union.id, present.leader_id, member.id, gained=False)
        above = endorsements.path(tx, leader.id)  # heights may have changed
    branches.attach(tx, union, member.id, above, branch, tx.now)
    support_news.add(tx, union.id, leader.id, member.id, gained=True)
    releases.remove(tx, member.id)
    record(tx, union.id, "endorsement.made", member, leader=leader.ref)
    return present


def unendorse(tx: Tx, union: Union, member: Member) -> int:
    """Ends the member's endorsement; returns the id of the leader. Raises BadInput if there is none."""
    present = endorsements.of(tx, member.id)
    if present is None or present.leader_id is None:
        raise BadInput(phrase("You endorse nobody. To follow someone, type `/endorse @person`."))
    branches.detach(tx, union, member.id, present.leader_id, branches.measure(tx, member.id))
    support_news.add(tx, union.id, present.leader_id, member.id, gained=False)
    record(tx, union.id, "endorsement.ended", member)
    return present.leader_id


def release(tx: Tx, union: Union, leader: Member, member: Member) -> int | None:
    """Ends the member's endorsement of `leader`, who does not want it; returns the id of the leader's own leader.

    Everybody who endorses the member stays with them. The member cannot choose this leader for a while, and any other
    when their last choice has stood long enough. Raises BadInput if the member does not endorse `leader`.
    """
    present = endorsements.of(tx, member.id)
    if present is None or present.leader_id != leader.id:
        raise BadInput(phrase("They do not endorse you. `/branch` shows who does."))
    branches.detach(tx, union, member.id, leader.id, branches.measure(tx, member.id))
    support_news.add(tx, union.id, leader.id, member.id, gained=False)
    partings.put(tx, member.id, leader.id, tx.now + PARTED_FOR)
    record(tx, union.id, "endorsement.released", leader, member=member.ref)
    above = endorsements.of(tx, leader.id)
    return above.leader_id if above else None


def prune(tx: Tx, before: datetime) -> None:
    """Erases the notes about releases that ended before that moment."""
    partings.prune(tx, before)


def wallets_changed(tx: Tx, member: Member, more: int) -> None:
    """Counts a member who got their first wallet (`more` = 1) or lost the last one (-1) in the bases above."""
    present = endorsements.of(tx, member.id)
    union = unions.by_id(tx, member.union_id)
    if present is not None and present.leader_id is not None and union is not None:
        branches.count_wallet_holder(tx, union, present.leader_id, more)


def _checked(
    tx: Tx, union: Union, member: Member, leader: Member, platform: str
) -> tuple[Endorsement | None, list[Step]]:
    """Returns the member's present choice, and the way up from `leader`. Raises as `check`."""
    if leader.id == member.id:
        raise BadInput(
            phrase("Endorse someone else, whose direction you want to follow. You cannot endorse yourself.")
        )
    present = endorsements.of(tx, member.id)
    if present is not None and present.leader_id == leader.id:
        raise BadInput(phrase("You already endorse them. `/unendorse` ends it."))
    above = endorsements.path(tx, leader.id)
    _require_no_circle(tx, above, member, platform)
    depth = len(above) + endorsements.height(tx, member.id)
    if depth > MAX_DEPTH:
        raise BadInput(
            phrase(
                "Endorse someone nearer to the top: `/lineage` shows who that is. This chain of endorsements would "
                "be {length} long, and {most} is the most.",
                length=depth,
                most=MAX_DEPTH,
            )
        )
    if present is not None:
        _require_time_passed(tx, union, present)
        _require_not_parted(tx, member, leader)
    return present, above


def _require_no_circle(tx: Tx, above: list[Step], member: Member, platform: str) -> None:
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
        phrase(
            "Endorse someone who does not follow you. This would close a circle, in which each endorses the next: "
            "{names} → you.",
            names=" → ".join(names),
        )
    )


def _require_time_passed(tx: Tx, union: Union, present: Endorsement) -> None:
    left = _time_left(tx, union, present)
    if left:
        raise NotAllowed(
            phrase(
                "You can choose again in {wait}: your last choice was a short while ago. `/unendorse` works at any "
                "time.",
                wait=in_words(left),
            )
        )


def _require_not_parted(tx: Tx, member: Member, leader: Member) -> None:
    until = partings.until(tx, member.id, leader.id)
    if until is not None:
        raise NotAllowed(
            phrase(
                "You can endorse them again in {wait}, because they released you a short while ago. You can endorse "
                "anyone else now: `/leaders` shows whom others endorse.",
                wait=in_words(until - tx.now),
            )
        )


def _time_left(tx: Tx, union: Union, present: Endorsement) -> timedelta:
    free_at = present.since + timedelta(hours=switch_hours(tx, union))
    return max(free_at - tx.now, timedelta())

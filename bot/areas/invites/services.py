"""Invitations: a member's own code, joining with it, and the members who joined with it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.areas.invites import storage
from bot.areas.invites.domain import ALPHABET, LENGTH, Invite, Recruit, read_code
from bot.areas.members.services import display, members
from bot.areas.traces import services as traces
from bot.areas.traces.domain import Trace, TraceKind
from bot.domain.people import Account, Member, Union
from bot.domain.phrases import Phrase, phrase
from bot.domain.times import in_words
from bot.domain.transaction import Tx
from bot.errors import NotAllowed, NotFound
from bot.storage import trusted_time

LASTS = timedelta(days=30)
MOST_USES = 100
MOST_MADE = 5
MADE_WITHIN = timedelta(hours=24)
CAME_FOR = timedelta(days=365)
"""A recruit who left and comes back within this time is nobody's new recruit."""

_ELSEWHERE = phrase(
    "This code is for another union than the one here. Type `/join` with it in a private chat with me, or ask the "
    "person who invited you."
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code that exists, the member it belongs to, and the account that shows this member."""

    invite: Invite
    recruiter: Member
    account: Account


def own(tx: Tx, union: Union, member: Member) -> Invite:
    """Returns the member's code, a new one if they have none that is good. Raises NotAllowed as `renew` does."""
    return storage.good(tx, member.id) or _make(tx, union, member)


def renew(tx: Tx, union: Union, member: Member, old: str) -> Invite:
    """Makes a new code in place of `old`. If `old` was replaced before, returns the code that replaced it.

    Raises:
        NotAllowed: the member made too many today; the old code stays.
    """
    good = storage.good(tx, member.id)
    return good if good is not None and good.code != old else _make(tx, union, member)


def revoke(tx: Tx, member: Member, code: str) -> bool:
    """Revokes this code of the member; returns False if it was not good before."""
    return storage.revoke(tx, code, member.id)


def find(tx: Tx, typed: str, here: Union | None, platform: str) -> Invitation:
    """Returns the invitation with this code, good or not.

    `here` is the union of the place in which the code was typed, None for a private chat: there, codes of all unions
    count.

    Raises:
        NotFound: nobody has this code, or it belongs to another union.
    """
    code = read_code(typed)
    invite = storage.by_code(tx, code) if code else None
    recruiter = members.by_id(tx, invite.member_id) if invite else None
    account = display.of(tx, [recruiter.id], platform).get(recruiter.id) if recruiter else None
    if invite is None or recruiter is None or account is None:
        raise NotFound(_unknown())
    if here is not None and here.id != invite.union_id:
        raise NotFound(_ELSEWHERE)
    return Invitation(invite, recruiter, account)


def use(tx: Tx, invite: Invite, member: Member, *, new: bool) -> Member | None:
    """Notes that this new member joined with the code; returns the recruiter. Raises NotAllowed if it is not good.

    Somebody who is not `new`, because they were a recruit before, is not counted and has no new recruiter.
    """
    if not new:
        if not storage.is_good(tx, invite.code):
            raise NotAllowed(_ended(tx, storage.by_code(tx, invite.code)))
        return None
    recruiter_id = storage.use(tx, invite.code)
    recruiter = members.by_id(tx, recruiter_id) if recruiter_id is not None else None
    if recruiter is None:
        raise NotAllowed(_ended(tx, storage.by_code(tx, invite.code)))
    storage.add_recruit(tx, Recruit(member.id, recruiter.id, tx.now))
    return recruiter


def recruited(tx: Tx, member_id: int) -> tuple[int, int]:
    """Returns how many people ever joined with the member's codes, and how many of them are still members."""
    return storage.uses(tx, member_id), storage.recruits_of(tx, member_id)


def remember(tx: Tx, union: Union, member: Member) -> None:
    """Keeps who brought the member, and how many codes they made within a day."""
    came = storage.recruit(tx, member.id)
    made = _made(tx, union, member)
    for account in members.accounts_of(tx, member.id):
        key = (tx, union, account.platform, account.native_id)
        if came is not None:
            traces.keep(*key, TraceKind.CAME, tx.now + CAME_FOR, came.recruiter_id)
        if made:
            until = max(made) + MADE_WITHIN
            traces.keep(*key, TraceKind.CODES, until, len(made))


def recall(tx: Tx, union: Union, member: Member, account: Account, kept: Mapping[TraceKind, Trace]) -> None:
    """Makes the new member the recruit of the member who first brought them, if that one is still there."""
    came = kept.get(TraceKind.CAME)
    first = members.by_id(tx, came.number) if came is not None else None
    if first is not None and first.left_at is None:
        storage.add_recruit(tx, Recruit(member.id, first.id, tx.now))


def forget(tx: Tx, union: Union, member: Member) -> None:
    """Erases the codes of a member who leaves, their recruiter, and their recruits."""
    storage.delete_of(tx, member.id)
    storage.delete_recruits(tx, member.id)


def merge(tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
    """Gives the codes and recruits of both members to the survivor, who keeps one good code.

    The person has a recruiter only if they used a code when they first joined, and not a code of their own.
    """
    if storage.good(tx, survivor.id) is not None:
        storage.revoke_of(tx, absorbed.id)
    storage.move(tx, absorbed.id, survivor.id)
    both = (absorbed, survivor)
    joined = min(member.joined_at for member in both)
    recruits = [recruit for member in both if (recruit := storage.recruit(tx, member.id)) is not None]
    for member in both:
        storage.delete_recruit(tx, member.id)
    storage.move_recruits(tx, absorbed.id, survivor.id)
    for recruit in recruits:
        if recruit.at <= joined and recruit.recruiter_id not in (absorbed.id, survivor.id):
            storage.add_recruit(tx, Recruit(survivor.id, recruit.recruiter_id, recruit.at))
            return


def _make(tx: Tx, union: Union, member: Member) -> Invite:
    made = _made(tx, union, member)
    if len(made) >= MOST_MADE:
        wait = made[MOST_MADE - 1] + MADE_WITHIN - tx.now
        raise NotAllowed(
            phrase(
                "You can make the next code in {wait}: you made {most} within a day, which is the limit. "
                "You can revoke a code at any time.",
                most=MOST_MADE,
                wait=in_words(wait),
            )
        )
    storage.revoke_of(tx, member.id)
    # Codes that were used count for /invite, and codes of the last day count for the limit; all others go. A clock
    # that is ahead must not make the last day an earlier one.
    storage.delete_unused(tx, member.id, trusted_time.believed(tx) - MADE_WITHIN)
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return storage.add(tx, code, union.id, member.id, tx.now + LASTS, MOST_USES)


def _made(tx: Tx, union: Union, member: Member) -> list[datetime]:
    """When the member's codes of the last day were made, the newest first.

    Those that they made before they left and joined anew count, each as if it were the last of them.
    """
    made = [at for at in storage.made(tx, member.id, MOST_MADE) if at + MADE_WITHIN > tx.now]
    for account in members.accounts_of(tx, member.id):
        before = traces.find(tx, union, account.platform, account.native_id, TraceKind.CODES)
        if before is not None and before.until is not None:
            made += [before.until - MADE_WITHIN] * before.number
    return sorted(made, reverse=True)


def _ended(tx: Tx, invite: Invite | None) -> Phrase:
    """The reason why a code is not good, with the remedy."""
    if invite is None:
        return _unknown()
    if invite.revoked_at is not None:
        return phrase(
            "Ask the person who invited you for a new code: `/invite` gives them one. This one was revoked."
        )
    if invite.expires_at <= tx.now:
        return phrase(
            "Ask the person who invited you for a new code: `/invite` gives them one. This one has expired, because "
            "codes last {days} days.",
            days=LASTS.days,
        )
    return phrase(
        "Ask the person who invited you for a new code: `/invite` gives them one. This one was used {most:,} times, "
        "which is the limit.",
        most=invite.most,
    )


def _unknown() -> Phrase:
    return phrase(
        "I do not know this code. Compare it with what you were sent: a code has {length} letters and digits. Or ask "
        "the person who invited you for a new one, which `/invite` gives them.",
        length=LENGTH,
    )


def shorten(tx: Tx) -> None:
    """Ends codes in time that were made while the clock was ahead."""
    storage.shorten(tx, tx.now + LASTS)

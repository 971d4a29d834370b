"""People of a union: joining, leaving with erasure, being one person, and what platforms tell of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.invites import Invite
from bot.domain.people import Account, Member, Union, Wallet
from bot.errors import BadInput, NotAllowed
from bot.services import (
    abuse,
    call_writing,
    checkins,
    contests,
    endorsements,
    files,
    invites,
    leadership,
    quiet,
    reminders,
)
from bot.services.ledger import record
from bot.storage import (
    accounts,
    dialogues,
    inbound,
    members,
    outbox,
    spaces,
    tickets,
    tokens,
    unions,
    wallets,
)
from bot.storage.transaction import Tx

MONEY_COOLDOWN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Profile:
    """A member with what belongs to them."""

    member: Member
    accounts: list[Account]
    wallets: list[Wallet]


def new_ref() -> str:
    """A random public id: 128 bits, 22 characters."""
    return secrets.token_urlsafe(16)


def join(
    tx: Tx,
    union: Union,
    platform: str,
    native_id: str,
    name: str,
    username: str | None,
    invite: Invite | None = None,
) -> tuple[Member, Account]:
    """Make this account a new member, come by a member's code if `invite` is given.

    Raises:
        BadInput: it is a member already.
        NotAllowed: the code lets nobody in any more.
    """
    if accounts.in_union(tx, union.id, platform, native_id) is not None:
        raise BadInput(f"You are a member of {union.name} already. /me shows what is known of you.")
    member = members.add(tx, union.id, new_ref())
    account = accounts.add(tx, union.id, member.id, platform, native_id, name, username)
    by = {"recruiter": invites.use(tx, invite, member).ref} if invite else {}
    record(tx, union.id, "member.joined", member, platform=platform, **by)
    return member, account


def profile(tx: Tx, member: Member) -> Profile:
    """The member's accounts and wallets."""
    return Profile(member, accounts.of_member(tx, member.id), wallets.of_member(tx, member.id))


def leave(tx: Tx, union: Union, member: Member) -> None:
    """End the membership and erase the person: accounts, wallets, tickets, buttons, undelivered answers.

    The ledger keeps the random ref, which points at nobody any more. A union that nobody is left in ends: its
    places are free for another.

    Raises:
        NotAllowed: the founder cannot leave a union that others are still in.
    """
    others = members.has_others(tx, union.id, member.id)
    if union.founder_id == member.id and others:
        raise NotAllowed(
            "You founded this union and others are still in it. Hand it on first: /union hand-over @person."
        )
    endorsements.leave(tx, union, member)
    invites.forget(tx, member.id)
    leadership.forget(tx, member.id)
    abuse.forget(tx, member.id)
    checkins.forget(tx, union, member)
    call_writing.forget(tx, union, member)
    contests.forget(tx, member.id)
    files.forget(tx, member.id)
    reminders.remove(tx, member.id)
    for account in accounts.of_member(tx, member.id):
        _erase_account(tx, union.id, account)
    tickets.delete_of(tx, member.id)
    wallets.delete_of(tx, member.id)
    accounts.delete_of(tx, member.id)
    members.leave(tx, member.id)
    if union.founder_id == member.id:
        unions.set_founder(tx, union.id, None)
    record(tx, union.id, "member.left", member)
    if not others:
        for space in spaces.of_union(tx, union.id):
            spaces.disconnect(tx, space.id)
        record(tx, union.id, "union.ended", None)


def require_settled(tx: Tx, account: Account) -> None:
    """Raises NotAllowed while an account that joined a member by a wallet is new.

    With a signature that was stolen or talked out of somebody, it could end for good what the person has.
    """
    if account.money_after is not None and tx.now < account.money_after:
        raise NotAllowed(
            "This account became one member with others less than 24 hours ago, so it cannot do this yet. "
            "Do it from one of your other accounts, or wait."
        )


def _erase_account(tx: Tx, union_id: int, account: Account) -> None:
    key = f"{account.platform}:{account.native_id}"
    tokens.erase(tx, union_id, key)
    dialogues.erase(tx, account.platform, account.native_id)
    inbound.erase(tx, key)
    unions.forget_choice(tx, account.platform, account.native_id, union_id)
    outbox.erase_person(tx, union_id, account.platform, account.native_id)


def merge(tx: Tx, union_id: int, absorbed: Member, survivor: Member) -> Member:
    """Two members turned out to be one person: everything of `absorbed` is `survivor`'s from now on.

    Money commands of the accounts that came in wait 24 hours. Membership counts from the earlier joining.
    """
    union = unions.by_id(tx, union_id)
    if union is None or absorbed.id == survivor.id:
        raise BadInput("These are the same member already; there is nothing to merge.")
    kept = endorsements.merge(tx, union, absorbed, survivor)
    invites.merge(tx, absorbed.id, survivor.id)
    leadership.merge(tx, absorbed.id, survivor.id)
    call_writing.merge(tx, union, absorbed, survivor)
    checkins.merge(tx, union, absorbed, survivor)
    contests.merge(tx, absorbed.id, survivor.id)
    files.merge(tx, absorbed.id, survivor.id)
    reminders.merge(tx, absorbed.id, survivor.id)
    quiet.merge(tx, absorbed.id, survivor.id)
    leader = members.by_id(tx, kept) if kept is not None else None
    accounts.move(tx, absorbed.id, survivor.id, tx.now + MONEY_COOLDOWN)
    wallets.move(tx, absorbed.id, survivor.id)
    members.leave(tx, absorbed.id, merged_into=survivor.id)
    if absorbed.joined_at < survivor.joined_at:
        members.set_joined(tx, survivor.id, absorbed.joined_at)
    if union.founder_id == absorbed.id:
        unions.set_founder(tx, union_id, survivor.id)
    record(
        tx,
        union_id,
        "member.merged",
        survivor,
        absorbed=absorbed.ref,
        leader=leader.ref if leader else None,
    )
    merged = members.by_id(tx, survivor.id)
    if merged is None:
        raise BadInput("The surviving member does not exist.")
    return merged


def rename(tx: Tx, platform: str, native_id: str, name: str, username: str | None) -> None:
    """The account's names, as the platform has them now, in every union."""
    accounts.rename(tx, platform, native_id, name, username)


def left_space(tx: Tx, union: Union, member: Member, platform: str) -> None:
    """A member left one of the union's places; they stay a member until they /leave."""
    record(tx, union.id, "member.left-space", member, platform=platform)


def set_reachable(tx: Tx, platform: str, native_id: str, yes: bool) -> None:
    """Whether private messages reach this account."""
    accounts.set_reachable(tx, platform, native_id, yes)

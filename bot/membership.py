"""How people come into a union, leave it, and turn out to be one: composed over what each area declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.areas.calls.services import membership as calls
from bot.areas.checkins.services import membership as checkins
from bot.areas.contests import services as contests
from bot.areas.conversations import services as conversations
from bot.areas.delivery import services as delivery
from bot.areas.files import services as files
from bot.areas.flags import services as flags
from bot.areas.invites import services as invites
from bot.areas.invites.domain import Invite
from bot.areas.joinings.services import membership as joinings
from bot.areas.ledger import services as ledger
from bot.areas.members.services import members
from bot.areas.reminders import services as reminders
from bot.areas.spaces import services as spaces
from bot.areas.traces import services as traces
from bot.areas.traces.domain import TraceKind
from bot.areas.tree.services import endorsements
from bot.areas.tree.services import membership as tree
from bot.areas.unions import services as unions
from bot.areas.wallets.services import completion
from bot.areas.wallets.services import membership as wallets
from bot.areas.wallets.services import wallets as holdings
from bot.domain.people import Account, Member, Union, Wallet, new_ref
from bot.domain.times import zone
from bot.domain.transaction import Tx
from bot.errors import BadInput, NotAllowed


@dataclass(frozen=True, slots=True)
class Founder:
    """The account that founds, before it is a member."""

    platform: str
    native_id: str
    name: str
    username: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A member with what belongs to them."""

    member: Member
    accounts: list[Account]
    wallets: list[Wallet]


class KeepsPeople(Protocol):
    """What every area offers that keeps something of people: a module with these two functions."""

    def forget(self, tx: Tx, union: Union, member: Member) -> None:
        """Erase what the area keeps of a member who leaves."""

    def merge(self, tx: Tx, union: Union, absorbed: Member, survivor: Member) -> None:
        """Make everything of `absorbed` the survivor's: the two are one person."""


class KeepsAccounts(Protocol):
    """What an area offers that keeps something of single accounts: a module with this function."""

    def forget_account(self, tx: Tx, union: Union, account: Account) -> None:
        """Erase what the area keeps of one account of a person who has others, and stays a member."""


ORDER: Sequence[KeepsPeople] = (
    joinings,
    tree,
    invites,
    flags,
    checkins,
    calls,
    contests,
    files,
    reminders,
    conversations,
    delivery,
    wallets,
    members,
    unions,
)
"""In which order areas forget a member, and merge two."""

OF_ACCOUNTS: Sequence[KeepsAccounts] = (joinings, reminders, conversations, delivery, wallets, members)
"""In which order areas forget one account of a member who stays."""


@dataclass(frozen=True, slots=True)
class Before:
    """One area has to come before another in `ORDER`."""

    first: KeepsPeople
    then: KeepsPeople
    why: str


CONSTRAINTS = (
    Before(tree, wallets, "the bases above count whether the member holds a wallet"),
    Before(calls, files, "the pictures of drafts go with the drafts"),
    Before(conversations, members, "what was kept for an account is found by the account"),
    Before(delivery, members, "what was sent to an account is found by the account"),
    Before(wallets, members, "tickets point at accounts"),
    Before(joinings, members, "proposals and codes point at accounts"),
)


def found(
    tx: Tx,
    name: str,
    purpose: str,
    time_zone: str,
    founder: Founder,
    native_space: str,
    title: str,
    chat: str | None = None,
    thread: str | None = None,
) -> tuple[Union, Member, Account]:
    """A new union with its first space, and its founder as its first member. Calls are posted in the chat given.

    Raises:
        BadInput: unknown time zone.
        NotAllowed: the space is in a union already.
    """
    key = zone(time_zone).key
    spaces.require_free(tx, founder.platform, native_space)
    union = unions.add(tx, new_ref(), name, purpose, key)
    ledger.begin(tx, union)
    member, account = join(tx, union, founder.platform, founder.native_id, founder.name, founder.username)
    unions.set_founder(tx, union, member)
    spaces.add(tx, union, member, founder.platform, native_space, title, chat, thread)
    unions.choose_in_private(tx, founder.platform, founder.native_id, union.id)
    return unions.by_id(tx, union.id) or union, member, account


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
    if members.account_in(tx, union.id, platform, native_id) is not None:
        raise BadInput(f"You are a member of {union.name} already. /me shows what is known of you.")
    member, account = members.add(tx, union, platform, native_id, name, username)
    wait = traces.find(tx, union, platform, native_id, TraceKind.WAIT)
    if wait is not None and wait.until is not None:
        account = members.wait(tx, account, wait.until)
    by = {"recruiter": invites.use(tx, invite, member).ref} if invite else {}
    ledger.record(tx, union.id, "member.joined", member, platform=platform, **by)
    return member, account


def profile(tx: Tx, member: Member) -> Profile:
    """The member's accounts and wallets."""
    return Profile(member, members.accounts_of(tx, member.id), holdings.of_member(tx, member))


def leave(tx: Tx, union: Union, member: Member) -> None:
    """End the membership and erase the person: accounts, wallets, tickets, buttons, undelivered answers.

    The ledger keeps the random ref, which points at nobody any more. A union that nobody is left in ends: its
    places are free for another.

    Raises:
        NotAllowed: the founder cannot leave a union that others are still in.
    """
    others = members.has_others(tx, union, member)
    if union.founder_id == member.id and others:
        raise NotAllowed(
            "You founded this union and others are still in it. Hand it on first: /union hand-over @person."
        )
    for area in ORDER:
        area.forget(tx, union, member)
    ledger.record(tx, union.id, "member.left", member)
    if not others:
        spaces.disconnect_all(tx, union)
        ledger.record(tx, union.id, "union.ended", None)


def merge(tx: Tx, union_id: int, absorbed: Member, survivor: Member, first: Member | None = None) -> Member:
    """Two members turned out to be one person: everything of `absorbed` is `survivor`'s from now on.

    `first` is the one whose accounts count as the older ones, if that does not follow from who the two are.
    """
    union = unions.by_id(tx, union_id)
    if union is None or absorbed.id == survivor.id:
        raise BadInput("These are the same member already; there is nothing to merge.")
    older, newer = _by_precedence(tx, union, absorbed, survivor, first)
    for area in ORDER:
        area.merge(tx, union, absorbed, survivor)
    members.place_after(tx, older, newer)
    choice = endorsements.of(tx, survivor)
    leader = members.by_id(tx, choice.leader_id) if choice is not None and choice.leader_id else None
    ledger.record(
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


def remove_account(tx: Tx, union: Union, by: Account, account: Account) -> None:
    """Takes an account out of a member who has others, and erases it as if it had left. Others of the member do it.

    It can join anew, as somebody else. What it waits for is remembered, so that joining anew does not end it.

    Raises:
        NotAllowed: `by` is newer, and may not remove the account yet.
        NotFound: the two are not of one member any more.
    """
    members.require_may_remove(tx, by, account)
    member = members.by_id(tx, account.member_id)
    if account.waits_until is not None and account.waits_until > tx.now:
        traces.keep(tx, union, account.platform, account.native_id, TraceKind.WAIT, account.waits_until)
    for area in OF_ACCOUNTS:
        area.forget_account(tx, union, account)
    ledger.record(tx, union.id, "account.removed", member, platform=account.platform)


def _by_precedence(
    tx: Tx, union: Union, absorbed: Member, survivor: Member, first: Member | None
) -> tuple[list[Account], list[Account]]:
    """The accounts of the side that was there first, and those of the other side, which become newer.

    An older account can remove a newer one at once. So the side with more to lose comes first: the founder, then a
    member whom others endorse, then the one who joined the union earlier.
    """

    def precedence(member: Member, other: Member) -> tuple[bool, bool, bool, bool]:
        return (
            first is not None and first.id == member.id,
            union.founder_id == member.id,
            tree.is_followed(tx, member, other),
            (member.joined_at, member.id) < (other.joined_at, other.id),
        )

    sides = [absorbed, survivor]
    if precedence(survivor, absorbed) > precedence(absorbed, survivor):
        sides.reverse()
    return members.accounts_of(tx, sides[0].id), members.accounts_of(tx, sides[1].id)


LINKING = completion.Reactions(holding_changed=endorsements.wallets_changed, merge=merge)
"""What linking a wallet does in other areas."""
